"""Whether a chain folds left and right into nearly one, and what is lost there because they cancel."""

from __future__ import annotations

import numpy as np

from instructfx.audio import Samples
from instructfx.audio.fold_down import FoldMeter
from instructfx.chain import Chain

NEARLY_MONO = 0.3  # of the width


def right_at_fold(chain: Chain) -> int:
    """1 or -1, as the right channel comes upright or upside down to where it is folded; 0 where it is not folded."""
    right = 1
    for slot in chain.slots:
        if slot.heard and slot.effect.role == "width":
            right *= -1 if slot.settings["flip_right"] else 1
            if slot.settings["width"] <= NEARLY_MONO:
                return right
    return 0


class ChainFoldMeter:
    """Feed it the dry track: it tells what of that a chain loses where it folds.

    What effects before the fold do to one side alone is not heard.
    """

    def __init__(self, chain: Chain, sample_rate: int, channels: int) -> None:
        right = right_at_fold(chain) if channels == 2 else 0
        self._meter = FoldMeter(sample_rate, channels) if right else None
        self._sides = np.array([[1], [right]], dtype=np.float32)

    def push(self, samples: Samples) -> None:
        """Take the next block (channels, frames) of the track."""
        if self._meter:
            self._meter.push(self._sides * samples)

    def loss_db(self) -> float:
        """As of `FoldDown`; 0 where nothing is folded."""
        return self._meter.fold_down().loss_db if self._meter else 0.0
