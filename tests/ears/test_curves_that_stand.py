"""The curve of a wish beside what earlier wishes achieved."""

from __future__ import annotations

import pytest

from instructfx.ears.goal import Limit, Standing
from instructfx.ears.perceptual import TONE_AXES, tone_readings, wished_curve


def changes(wish: dict[str, float], standing: Standing) -> dict[str, float]:
    """Tone axis -> how far the curve of a wish moves its reading, in steps."""
    return dict(zip(TONE_AXES, tone_readings(wished_curve(wish, standing=standing)[None])[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("wish", "kept"),
    [
        ({"brightness": 1.0}, ("warmth", "bass")),
        ({"air": 1.0}, ("warmth", "body")),
        ({"warmth": 1.0}, ("brightness", "presence", "air")),
        ({"presence": 1.0, "mud": -0.4}, ("warmth", "bass", "body")),
    ],
)
def test_what_stands_is_missed_less_and_the_wish_is_met_all_the_same(
    wish: dict[str, float], kept: tuple[str, ...]
) -> None:
    limits = Standing(tuple(Limit(axis, 1, -0.1) for axis in kept))
    free, held = changes(wish, Standing()), changes(wish, limits)
    main = max(wish, key=lambda axis: abs(wish[axis]))
    fallen = [axis for axis in kept if free[axis] < -0.1]
    assert fallen, "the wish takes nothing away that stands"
    assert all(held[axis] > free[axis] for axis in fallen)
    assert sum(min(held[axis] + 0.1, 0.0) for axis in kept) > 0.5 * sum(min(free[axis] + 0.1, 0.0) for axis in kept)
    assert held[main] == pytest.approx(free[main], abs=0.5)  # what stands costs a part of it
