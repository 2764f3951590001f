"""How loud a render is beside its dry track, and the level at which it is as loud as the law wants, peaks limited.

Both sides are compared in the same places: in the 400 ms blocks of the dry track that pass BS.1770's gate. So a hit
with a room behind it is judged where the hit is, and not by the mean of its tail, however long the file is. Where the
chain puts the sound elsewhere, as an echo without the dry sound does, what lies there counts: the render's own loud
blocks, or half of all that came behind a track of a single block. A recording under the absolute gate is compared
without it, and one shorter than a block in one block of its own length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from instructfx.audio.loudness import ABSOLUTE_GATE_LUFS, STEP_SECONDS, STEPS_IN_BLOCK, Levels, LoudnessMeter, gated
from instructfx.rendering.level import Level, fallen_silent, lawful_gain_db, under_the_ceiling
from instructfx.rendering.raw import Raw

NO_GATE_LUFS = -np.inf
SPREAD = 0.5  # a tail is less loud than a hit of the same energy
FAINTEST = 1e-20  # mean square
LIMITINGS = 6  # times that a limited sound is measured and turned up by what it fell short of
NEAR_LU = 0.05
FLATTEST = 0.25  # LU that a decibel of gain makes at least, where a limiter takes the rest


def block_meter(sample_rate: int, channels: int, span_frames: int) -> LoudnessMeter:
    """A meter for a dry track of so many frames and for renders of it: its blocks are no longer than the track."""
    step_frames = min(round(STEP_SECONDS * sample_rate), -(-span_frames // STEPS_IN_BLOCK))
    return LoudnessMeter(sample_rate, channels, step_frames, span_frames)


def louder_db(rendered: Levels, dry: Levels) -> float:
    """How much louder a render is than its dry track, from the energies of their blocks."""
    passing = gated(dry, ABSOLUTE_GATE_LUFS)
    if not passing.any():
        passing = gated(dry, NO_GATE_LUFS)
    there = rendered[: len(dry)][passing].mean()
    behind = SPREAD * rendered[1:].sum() / STEPS_IN_BLOCK  # blocks overlap: each part of what comes behind is in four
    elsewhere = rendered[gated(rendered, NO_GATE_LUFS)].mean() if len(dry) > 1 else behind
    return float(10 * np.log10(max(there, elsewhere, FAINTEST) / max(dry[passing].mean(), FAINTEST)))


def level_of(raw: Raw, rendered: Levels, dry: Levels, asked_db: float, span_frames: int) -> Level:
    """The level at which a render is lawful after its peaks are limited, as far as limiting can go.

    span_frames: how long the dry track is.
    """
    change_db = louder_db(rendered, dry)
    gain_db = lawful_gain_db(0.0, change_db, asked_db)

    def missing_lu(at: Level) -> float:
        meter = block_meter(raw.sample_rate, raw.channels, span_frames)
        for block in raw.levelled(at):
            meter.push(block)
        return asked_db - louder_db(meter.momentary(), dry)

    if fallen_silent(0.0, change_db, asked_db):
        return replace(under_the_ceiling(gain_db, raw.true_peak_dbtp), silent=True)
    return limited_to_match(under_the_ceiling(gain_db, raw.true_peak_dbtp), raw.true_peak_dbtp, missing_lu)


def limited_to_match(level: Level, peak_db: float, missing_lu: Callable[[Level], float]) -> Level:
    """Turn a sound up by what limiting takes from its loudness, until nothing is missing or peaks leave no more room.

    peak_db is the highest peak before any gain. missing_lu measures the limited sound at a level.
    """
    slope, step, missing, first = 1.0, 0.0, 0.0, level
    for _ in range(LIMITINGS if level.limited_db else 0):
        found = missing_lu(level)
        if step:
            slope = min(max((missing - found) / step, FLATTEST), 1.0)
        missing = found
        further = under_the_ceiling(level.gain_db + missing / slope, peak_db)
        step = further.gain_db - level.gain_db
        if abs(missing) <= NEAR_LU or abs(step) < NEAR_LU:
            break
        level = further
    return Level(level.gain_db, level.limited_db, level.gain_db - first.gain_db, missing)
