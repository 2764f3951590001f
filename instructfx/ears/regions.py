"""Regions of the spectrum that are to stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from instructfx.ears.analysis import band_centres_hz
from instructfx.ears.axes import TONE_CURVES

Regions = Sequence[tuple[float, float]]
EDGE_OCTAVES = 0.5  # over which a curve comes back beside a region; an equaliser's bands are no steeper
MOSTLY = 0.5  # of the square of an axis's curve: an axis with more of it within a region is read there


def free_of(held_hz: Regions, centres_hz: Sequence[float]) -> NDArray[np.float64]:
    """How much of a curve may be drawn at each frequency, (points,): 0 within regions, 1 from half an octave beside."""
    free = np.ones(len(centres_hz))
    logs = np.log2(np.asarray(centres_hz, dtype=float))
    for low_hz, high_hz in held_hz:
        away = np.maximum(np.log2(low_hz) - logs, logs - np.log2(high_hz))
        free = np.minimum(free, np.clip(away / EDGE_OCTAVES, 0.0, 1.0))
    return free


def axes_within(held_hz: Regions) -> tuple[str, ...]:
    """The tone axes that are mostly read within regions: those whose curves lie there, by the ear's bands."""
    centres = band_centres_hz().tolist()
    free, found = free_of(held_hz, centres), []
    for name, curve in TONE_CURVES.items():
        weights = np.interp(np.log(centres), np.log(list(curve)), list(curve.values())) ** 2
        if weights @ (free == 0) >= MOSTLY * weights.sum():
            found.append(name)
    return tuple(found)
