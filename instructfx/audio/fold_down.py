"""What is left of a stereo sound where left and right are added, as a telephone, a club and a small speaker do."""

from __future__ import annotations

import numpy as np

from instructfx.audio.containers import opened
from instructfx.audio.signal import Samples, blocks
from instructfx.audio.track import Track

MUCH_DB = 6.0  # more than this is lost where sides cancel: what is in phase loses nothing, what is unrelated 3 dB
ALL_DB = 60.0  # as much is everything


class FoldMeter:
    """Feed it blocks of (channels, frames)."""

    def __init__(self) -> None:
        self._apart = self._added = 0.0

    def push(self, samples: Samples) -> None:
        """Take the next block of the sound."""
        sound = samples.astype(np.float64)
        self._apart += float(np.square(sound).mean(axis=0).sum())
        self._added += float(np.square(sound.mean(axis=0)).sum())

    def loss_db(self) -> float:
        """Power of the sum, halved, against the mean power of the sides: 0 for mono and equal sides, at most 60 dB."""
        if self._apart <= 0:
            return 0.0
        return float(-10 * np.log10(max(self._added / self._apart, 10 ** (-ALL_DB / 10))) + 0.0)


def loss_of(track: Track) -> float:
    """`FoldMeter.loss_db` of a whole track; AudioError where it cannot be read."""
    meter = FoldMeter()
    with opened(track.path) as file:
        for block in blocks(file, track.name):
            meter.push(block)
    return meter.loss_db()


def warning(loss_db: float) -> str:
    """What a person should know of a sound that loses so much, and what to type; empty where it is nothing much."""
    if loss_db <= MUCH_DB:
        return ""
    left = "nothing is" if loss_db > ALL_DB / 2 else f"{loss_db:.0f} dB less is"
    return f'one side is the other upside down: {left} left in mono. Say "flip the right channel"'
