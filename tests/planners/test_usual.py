"""The usual range of readings: measured from the sample tracks, and told in words."""

import pytest

from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.ears.perceptual import PerceptualEar
from instructfx.engine.context import excerpt_of
from instructfx.locations import static_folder
from instructfx.planners.usual import USUAL, in_words, usual


@pytest.mark.parametrize("name", ["groove", "guitar", "strings"])
def test_the_sample_tracks_read_as_usual(name: str) -> None:
    ear = PerceptualEar()
    readings = ear.describe(excerpt_of(inspect(static_folder() / "samples" / f"{name}.flac"), ear).heard(Chain()))
    assert {axis: in_words(axis, value) for axis, value in readings.items()} == dict.fromkeys(AXES, USUAL)


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_has_a_range_and_words_for_both_sides_of_it(axis: str) -> None:
    low, high = usual(axis)
    assert high - low >= 2.0  # a step on either side of what was measured
    above, below = in_words(axis, high + 0.5), in_words(axis, low - 0.5)
    assert above != below
    assert above.endswith("than most")
    assert below.endswith("than most")
    assert in_words(axis, high + 3.0) == f"far {above}"


def test_a_dull_track_is_darker_than_most() -> None:
    assert in_words("brightness", usual("brightness")[0] - 0.2) == "darker than most"
