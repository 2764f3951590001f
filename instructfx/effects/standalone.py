"""What the stand-alone code of effects shares: pedalboard, numpy and soundfile alone.

An effect's `standalone` function and what it calls are copied into an exported program as they stand. So they may
need nothing else of InstructFX, and their comments are for whoever reads such a file. The function takes the samples,
the sample rate and its settings by their names, and "room" and "room_peak" where it convolves with the effect's
impulse response.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pedalboard

Samples = npt.NDArray[np.float32]  # (channels, frames)


def on_board(
    plugins: Sequence[pedalboard.Plugin], samples: Samples, sample_rate: int, mix: float = 1.0, rate: int = 0
) -> Samples:
    """Through pedalboard's plugins; mix is the share of what comes out of them, 0 to 1.

    rate is the one at which they work, where that is not the sound's: their sound depends on it.
    """
    board, rate = pedalboard.Pedalboard(list(plugins)), rate or sample_rate
    wet = resampled(board.process(resampled(samples, sample_rate, rate), rate, buffer_size=8192), rate, sample_rate)
    wet = np.pad(wet, ((0, 0), (0, max(samples.shape[1] - wet.shape[1], 0))))[:, : samples.shape[1]]
    return np.float32(1 - mix) * samples + np.float32(mix) * wet


def resampled(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """The sound (channels, frames) at another rate, four seconds at a time; as long as it was, rounded up."""
    if from_rate == to_rate:
        return samples
    frames = -(-samples.shape[1] * to_rate // from_rate)
    count = -(-samples.shape[1] // (4 * from_rate))
    padded = np.pad(samples, ((0, 0), (from_rate, (4 * count + 1) * from_rate - samples.shape[1])))
    starts = range(0, 4 * count * from_rate, 4 * from_rate)
    pieces = [four_seconds(padded[:, start : start + 6 * from_rate], to_rate) for start in starts]
    return np.concatenate([samples[:, :0], *pieces], axis=1)[:, :frames]


def four_seconds(samples: Samples, to_rate: int) -> Samples:
    """The middle four of six seconds (channels, frames) at another rate; what is near the lower Nyquist fades.

    By Fourier transform: whole seconds are whole numbers of frames at every rate.
    """
    from_rate, size = samples.shape[1] // 6, 6 * to_rate
    bins = 3 * min(from_rate, to_rate) + 1
    fade = np.clip((bins - 1 - np.arange(bins)) / (0.1 * bins), 0, 1)
    spectrum = np.zeros((samples.shape[0], size // 2 + 1), dtype=np.complex128)
    spectrum[:, :bins] = np.fft.rfft(samples)[:, :bins] * np.sin(fade * np.pi / 2) ** 2
    sound = np.fft.irfft(spectrum, size)[:, to_rate : 5 * to_rate] * (to_rate / from_rate)
    return sound.astype(np.float32)


def matched_to(own: npt.NDArray[np.complex128], reference: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    """A response brought to the magnitude of another, with the least phase that takes: by the folded cepstrum."""
    if np.array_equal(own, reference):
        return own
    size = 2 * (len(own) - 1)
    inner = np.abs(reference[1:-1]) / np.abs(own[1:-1])
    ratio = np.clip(np.concatenate([inner[:1], inner, inner[-1:]]), 1e-6, 1e6)  # both may be zero at the ends
    cepstrum = np.fft.irfft(np.log(ratio), size)
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    matched: npt.NDArray[np.complex128] = own * np.exp(np.fft.rfft(cepstrum))
    return matched


def convolved(samples: Samples, taps: npt.NDArray[np.float64]) -> Samples:
    """The sound through an impulse response (channels or 1, taps), a million frames at a time; as long as it was."""
    frames = samples.shape[1]
    block = min(frames, 1 << 20)
    size = 1 << (block + taps.shape[1] - 1).bit_length()
    response = np.fft.rfft(taps, size)
    sound = np.zeros((samples.shape[0], frames + size), dtype=np.float32)
    for start in range(0, frames, block):
        part = np.fft.rfft(samples[:, start : start + block], size)
        sound[:, start : start + size] += np.fft.irfft(part * response, size)
    return sound[:, :frames]
