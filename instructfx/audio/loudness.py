"""Loudness after ITU-R BS.1770-4 and its range after EBU Tech 3342, block by block so that memory does not grow with
length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.signal
from pyloudnorm.iirfilter import IIRfilter

from instructfx.audio.signal import Audio, Samples

Levels = npt.NDArray[np.float64]

STEP_SECONDS = 0.1  # gating blocks of 400 ms start every 100 ms
STEPS_IN_BLOCK = 4
STEPS_IN_SHORT_TERM = 30
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10, 95)
OFFSET_LU = -0.691


def k_weighting(sample_rate: int) -> npt.NDArray[np.float64]:
    """BS.1770's pre-filter and high-pass as second-order sections (2, 6), from pyloudnorm's design."""
    shelf = IIRfilter(4.0, 1 / np.sqrt(2), 1500.0, sample_rate, "high_shelf")
    high_pass = IIRfilter(0.0, 0.5, 38.0, sample_rate, "high_pass")
    return np.array([[*shelf.b, *shelf.a], [*high_pass.b, *high_pass.a]])


class LoudnessMeter:
    """Feed it blocks of (channels, frames); then ask for the loudness of all of them."""

    def __init__(self, sample_rate: int, channels: int, step_frames: int = 0, span_frames: int = 0) -> None:
        """For sounds that are to be compared over a span: a step ends where the span does, as if silence filled it.

        step_frames: a quarter of a block, for spans that are shorter than a block.
        """
        self._sections = k_weighting(sample_rate)
        self._state = np.zeros((2, channels, 2))
        self._step = step_frames or round(STEP_SECONDS * sample_rate)
        self._left = span_frames  # of the span
        self._rest = np.zeros((channels, 0))
        self._energies: list[Levels] = []

    def push(self, samples: Samples) -> None:
        """Take the next block of the sound."""
        if 0 < self._left <= samples.shape[1]:
            end, self._left = self._left, 0
            self._take(samples[:, :end])
            self._energies.append(self._begun())
            self._rest = self._rest[:, :0]
            samples = samples[:, end:]
        self._left = max(self._left - samples.shape[1], 0)
        if samples.shape[1]:
            self._take(samples)

    def _take(self, samples: Samples) -> None:
        weighted, self._state = scipy.signal.sosfilt(self._sections, samples, axis=-1, zi=self._state)
        self._rest = np.concatenate([self._rest, weighted], axis=1)
        steps = self._rest.shape[1] // self._step
        whole = self._rest[:, : steps * self._step].reshape(len(self._rest), steps, self._step)
        self._energies.append(np.square(whole).mean(axis=2).sum(axis=0))
        self._rest = self._rest[:, steps * self._step :]

    def _begun(self) -> Levels:
        """Energy of the step that is not over, as if silence filled it; none where none is begun."""
        return np.square(self._rest).sum(keepdims=True)[0] / self._step if self._rest.shape[1] else np.zeros(0)

    def momentary(self, incomplete: bool = True) -> Levels:
        """Energy of each 400 ms block, every 100 ms; of what there is when that is shorter.

        incomplete: also that of a last block which silence fills up; BS.1770 leaves it out.
        """
        steps = np.concatenate([*self._energies, np.zeros(0)])
        if len(steps) >= STEPS_IN_BLOCK and incomplete:
            steps = np.concatenate([steps, self._begun()])
        if len(steps) < STEPS_IN_BLOCK:
            frames = len(steps) * self._step + self._rest.shape[1]
            energy = steps.sum() * self._step + np.square(self._rest).sum()
            return np.array([energy / max(frames, 1)])
        return np.convolve(steps, np.full(STEPS_IN_BLOCK, 1 / STEPS_IN_BLOCK), mode="valid")

    def integrated_lufs(self) -> float:
        """Gated loudness of everything so far, in LUFS; -70 where nothing passes the gate."""
        energies = self.momentary(incomplete=False)
        passing = gated(energies, ABSOLUTE_GATE_LUFS)
        return float(to_lufs(energies[passing].mean())) if passing.any() else ABSOLUTE_GATE_LUFS

    def loudness_range_lu(self) -> float:
        """From the 10th to the 95th percentile of the gated short-term loudness, three seconds every 100 ms, in LU (EBU
        Tech 3342); 0 of what is shorter than that or passes no gate."""
        steps = np.concatenate([*self._energies, np.zeros(0)])
        if len(steps) < STEPS_IN_SHORT_TERM:
            return 0.0
        energies = np.convolve(steps, np.full(STEPS_IN_SHORT_TERM, 1 / STEPS_IN_SHORT_TERM), mode="valid")
        levels = to_lufs(energies[gated(energies, ABSOLUTE_GATE_LUFS, RANGE_GATE_LU)])
        low, high = np.percentile(levels, RANGE_PERCENTILES) if len(levels) else (0.0, 0.0)
        return float(high - low)


def gated(energies: Levels, absolute_lufs: float, relative_lu: float = RELATIVE_GATE_LU) -> npt.NDArray[np.bool_]:
    """Which blocks pass both gates: the absolute one, and one so far from the mean of those that pass that."""
    levels = to_lufs(energies)
    loud = levels >= absolute_lufs
    if not loud.any():
        return loud
    return loud & (levels > float(to_lufs(energies[loud].mean())) + relative_lu)


def to_lufs(energy: Levels | float) -> Levels:
    """Mean square of K-weighted samples, summed over channels -> LUFS."""
    return np.asarray(OFFSET_LU + 10 * np.log10(np.maximum(energy, 1e-12)))


def loudness_lufs(audio: Audio) -> float:
    """Integrated loudness of a sound in memory, in LUFS (BS.1770-4)."""
    meter = LoudnessMeter(audio.sample_rate, audio.channels)
    meter.push(audio.samples)
    return meter.integrated_lufs()
