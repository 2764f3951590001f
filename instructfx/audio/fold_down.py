"""What is left of a stereo sound where left and right are added, as a telephone, a club and a small speaker do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from instructfx.audio.containers import opened
from instructfx.audio.loudness import k_weighting
from instructfx.audio.signal import Samples, blocks
from instructfx.audio.track import Track

MUCH_DB = 6.0  # more than this is lost where sides cancel: what is in phase loses nothing, what is unrelated 3 dB
ALL_DB = 60.0  # as much is everything
STEPS_IN_WINDOW = 3  # of a second each
QUIET = 0.01  # of the mean power: what cancels in a window that is quieter than this is not missed


@dataclass(frozen=True)
class FoldDown:
    """What is lost in mono, in dB: 0 for mono and equal sides, at most ALL_DB.

    loss_db is of the whole sound, worst_db of the three seconds that lose most; the first that lose
    as much, or nearly everything, begin at worst_seconds.
    """

    loss_db: float = 0.0
    worst_db: float = 0.0
    worst_seconds: float = 0.0

    @property
    def cancels(self) -> bool:
        """Whether the sound as a whole loses so much that left and right are more unlike than alike."""
        return self.loss_db > MUCH_DB

    @property
    def cancels_in_part(self) -> bool:
        """Whether a part loses as much, though the whole does not."""
        return not self.cancels and self.worst_db > MUCH_DB


NOTHING_LOST = FoldDown()


class FoldMeter:
    """Feed it blocks of (channels, frames); it hears them K-weighted, so that neither DC nor what lies below hearing
    counts (ITU-R BS.1770-4)."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._sections = k_weighting(sample_rate)
        self._state = np.zeros((2, channels, 2))
        self._step = sample_rate
        self._position = 0
        self._energies: list[npt.NDArray[np.float64]] = []  # of each second: of the sides, and of what they add up to

    def push(self, samples: Samples) -> None:
        """Take the next block of the sound."""
        while samples.shape[1]:
            left = self._step - self._position % self._step
            if left == self._step:
                self._energies.append(np.zeros(2))
            self._take(samples[:, :left])
            samples = samples[:, left:]

    def _take(self, samples: Samples) -> None:
        weighted, self._state = scipy.signal.sosfilt(self._sections, samples, axis=-1, zi=self._state)
        self._energies[-1] += np.square(weighted).mean(axis=0).sum(), np.square(weighted.mean(axis=0)).sum()
        self._position += samples.shape[1]

    def fold_down(self) -> FoldDown:
        """Power of the sum, halved, against the mean power of the sides, of everything so far."""
        if not self._energies:
            return NOTHING_LOST
        whole = np.sum(self._energies, axis=0)
        beyond = np.zeros((STEPS_IN_WINDOW - 1, 2))
        windows = sliding_window_view(np.concatenate([self._energies, beyond]), STEPS_IN_WINDOW, axis=0).sum(axis=-1)
        apart, added = windows.T
        losses = np.where(apart >= QUIET * apart.mean(), _lost_db(apart, added), 0.0)
        first = int(np.minimum(losses, ALL_DB / 2).argmax())  # more than that is nothing left, more or less
        return FoldDown(float(_lost_db(*whole)), float(losses.max()), float(first))


def _lost_db(apart: npt.ArrayLike, added: npt.ArrayLike) -> npt.NDArray[np.float64]:
    apart = np.asarray(apart)
    shares = np.divide(added, apart, out=np.ones_like(apart), where=apart > 0)
    return np.asarray(-10 * np.log10(np.clip(shares, 10 ** (-ALL_DB / 10), 1)) + 0.0)


def fold_down_of(track: Track) -> FoldDown:
    """`FoldMeter.fold_down` of a whole track; AudioError where it cannot be read."""
    with opened(track.path) as file:
        meter = FoldMeter(file.samplerate, file.channels)
        for block in blocks(file, track.name):
            meter.push(block)
    return meter.fold_down()


def warning(fold: FoldDown) -> str:
    """What a person should know of a sound that folds so, and what to type; empty where it is nothing much."""
    if fold.cancels:
        return f'one side is the other upside down: {left_of(fold.loss_db)} left in mono. Say "flip the right channel"'
    if fold.cancels_in_part:
        return f"left and right cancel from {fold.worst_seconds:.0f} s on: {left_of(fold.worst_db)} left there in mono"
    return ""


def cancelling(loss_db: float) -> str:
    """What a person should know of a fold that loses so much, and what to type; empty where it is nothing much."""
    if loss_db <= MUCH_DB:
        return ""
    lost = "everything is" if loss_db > ALL_DB / 2 else f"{loss_db:.0f} dB is"
    return f'left and right cancel where they are folded into one: {lost} lost. Say "flip the right channel"'


def left_of(loss_db: float) -> str:
    """ "12 dB less is", "nothing is"."""
    return "nothing is" if loss_db > ALL_DB / 2 else f"{loss_db:.0f} dB less is"
