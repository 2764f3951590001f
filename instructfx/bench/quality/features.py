"""The 35 numbers by which the published study tells sounds apart, and how far one set of sounds is from another."""

from __future__ import annotations

import warnings

import numpy as np

from instructfx.bench.quality.socialfx import Array
from instructfx.extras import needs_extra

SAMPLE_RATE = 22_050
FRAMES, HOP = 2048, 512
ABOVE_HZ = 1500.0
COUNT = 35


def features(sound: Array) -> Array:
    """(frames,) mono at 22,050 Hz -> (35,).

    Mean and deviation of spectral centroid, bandwidth, roll-off and flatness; seven means of spectral contrast;
    thirteen of mel cepstra; mean and deviation of level and zero crossings; crest; share of the energy above
    1.5 kHz; level in dB.
    """
    with needs_extra("bench", "this measure"):
        import librosa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of silence and short sounds
        magnitude = np.abs(librosa.stft(sound, n_fft=FRAMES, hop_length=HOP))
        power = magnitude**2
        shape = {"S": magnitude, "sr": SAMPLE_RATE}
        moving = (
            librosa.feature.spectral_centroid(**shape),
            librosa.feature.spectral_bandwidth(**shape),
            librosa.feature.spectral_rolloff(**shape),
            librosa.feature.spectral_flatness(S=magnitude),
        )
        contrast = librosa.feature.spectral_contrast(**shape).mean(axis=1)
        mel = librosa.feature.melspectrogram(S=power, sr=SAMPLE_RATE)
        cepstra = librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13).mean(axis=1)
        levels = librosa.feature.rms(y=sound, frame_length=FRAMES, hop_length=HOP)
        crossings = librosa.feature.zero_crossing_rate(sound, frame_length=FRAMES, hop_length=HOP)
    root = float(np.sqrt((sound**2).mean())) + 1e-9
    hz = np.fft.rfftfreq(FRAMES, 1 / SAMPLE_RATE)
    total = float(power.sum()) + 1e-12
    rest = [np.abs(sound).max() / root, power[hz > ABOVE_HZ].sum() / total, 20 * np.log10(root)]
    pairs = [value for each in (*moving, levels, crossings) for value in (each.mean(), each.std())]
    return np.array([*pairs, *contrast, *cepstra, *rest], dtype=np.float64)


def distance(ones: Array, others: Array) -> float:
    """Maximum mean discrepancy of two sets of features (sounds, 35), 0 for the same distribution.

    Gaussian kernel as wide as the median distance, both sets scaled together to unit deviation; unbiased (Gretton et
    al. 2012), its root taken. A single sound stands for a point: there is nothing to be unbiased about.
    """
    both = np.concatenate([ones, others])
    deviation = both.std(axis=0)
    both = (both - both.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1.0)
    squares = ((both[:, None] - both[None]) ** 2).sum(axis=2)
    apart = squares[np.triu_indices(len(both), 1)]
    kernel = np.exp(-squares / (2 * max(float(np.median(apart)), 1e-12)))
    first, second = slice(0, len(ones)), slice(len(ones), None)
    between = kernel[first, second].mean()
    squared = _within(kernel[first, first]) + _within(kernel[second, second]) - 2 * between
    return float(np.sqrt(max(squared, 0.0)))


def _within(kernel: Array) -> float:
    """Mean of the kernel over the pairs of one set."""
    count = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (count * (count - 1))) if count > 1 else 1.0
