"""What a render is known by, so that another one can be compared with it when its audio is gone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from instructfx.audio.signal import Samples

FLOOR_DB = -120.0


@dataclass(frozen=True)
class Signature:
    """The SHA-256 of the float32 samples, frame by frame, and the level of each second.

    levels_db: root mean square over all channels, in dB of full scale, -120 or more.
    """

    sha256: str
    levels_db: tuple[float, ...]

    def difference_db(self, other: Signature) -> float:
        """The largest difference of level in any second; a second that only one of them has counts in full."""
        seconds = max(len(self.levels_db), len(other.levels_db))
        mine, theirs = (
            np.pad(each.levels_db, (0, seconds - len(each.levels_db)), constant_values=FLOOR_DB)
            for each in (self, other)
        )
        return float(np.abs(mine - theirs).max(initial=0.0))


class SignatureMeter:
    """Takes samples block by block, (channels, frames)."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._digest = hashlib.sha256()
        self._levels_db: list[float] = []
        self._open = np.zeros(0, np.float32)  # power of the frames of the second that is not full yet

    def push(self, block: Samples) -> None:
        self._digest.update(np.ascontiguousarray(block.T, dtype="<f4").tobytes())
        power = np.concatenate([self._open, np.square(block).mean(axis=0)])
        full = len(power) - len(power) % self._sample_rate
        self._levels_db += [_level_db(second) for second in power[:full].reshape(-1, self._sample_rate)]
        self._open = power[full:]

    def signature(self) -> Signature:
        rest = [_level_db(self._open)] if len(self._open) else []
        return Signature(self._digest.hexdigest(), (*self._levels_db, *rest))


def _level_db(power: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    mean = float(np.mean(power, dtype=np.float64))
    return round(max(10 * np.log10(max(mean, 1e-30)), FLOOR_DB), 3)
