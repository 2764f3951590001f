"""More of an effect moves what it is good for the right way, as the ear hears it on music, and less the other way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch

from instructfx.audio import load
from instructfx.chain import Chain
from instructfx.ears.perceptual import PerceptualEar
from instructfx.effects import EFFECTS
from instructfx.effects.heuristics import EffectHeuristics
from instructfx.planners.eq_fit import begun
from instructfx.rendering.excerpt import Excerpt

EAR = PerceptualEar()
SAMPLES = Path(__file__).parents[2] / "static" / "samples"
SOUNDS = {"pitch": "strings"}  # what has notes; for the rest a groove with hits, gaps, highs and both sides
HEARD = 0.02  # steps: the ear itself is exact, and what a person must hear is the search's business

DOUBTFUL = {
    ("compressor", "punch"): "whether a slow attack lets hits through is the track's doing; the search decides",
    ("distortion", "harshness"): "at equal loudness the new partials lie where the old ones let them",
    ("bitcrush", "fidelity"): "its noise reads as a wider band, too",
    ("chorus", "width"): "both sides get the same voice",
}


def heuristics(effect: str) -> EffectHeuristics:
    return EFFECTS[effect].heuristics


def claims() -> list[object]:
    """Every axis that an effect is said to move."""
    return [
        pytest.param(
            effect,
            axis,
            id=f"{effect}-{axis}",
            marks=[pytest.mark.xfail(reason=DOUBTFUL[effect, axis])] if (effect, axis) in DOUBTFUL else [],
        )
        for effect in EFFECTS
        for axis in heuristics(effect).reach
    ]


@lru_cache
def excerpt(name: str) -> Excerpt:
    """Three seconds of a sample track."""
    audio = load(SAMPLES / f"{name}.flac")
    assert audio.sample_rate == EAR.sample_rate
    samples = np.ascontiguousarray(audio.samples[:, audio.sample_rate : 4 * audio.sample_rate])
    return Excerpt(torch.from_numpy(samples)[None], audio.sample_rate)


@lru_cache
def dry_readings(name: str) -> Mapping[str, float]:
    return EAR.describe(excerpt(name).samples)


def readings_of(effect: str, axis: str) -> Callable[[Mapping[str, float]], float]:
    """Settings -> reading on the axis."""
    sound = excerpt(SOUNDS.get(axis, "groove"))
    return lambda settings: EAR.describe(sound.heard(Chain().added(effect, settings)))[axis]


@pytest.mark.parametrize(("effect", "axis"), claims())
def test_more_moves_what_an_effect_is_good_for_and_less_moves_it_back(effect: str, axis: str) -> None:
    known, reading = heuristics(effect), readings_of(effect, axis)
    wish = {axis: float(known.reach[axis])}
    settings = EFFECTS[effect].complete(begun(EFFECTS[effect], wish, dry_readings(SOUNDS.get(axis, "groove"))))
    less, there, more = (
        reading({**settings, **moved}) for moved in (known.more(-1, settings), {}, known.more(1, settings))
    )
    assert known.reach[axis] * (more - there) > HEARD
    assert known.reach[axis] * (there - less) > HEARD
