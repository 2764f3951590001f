"""What people drew and named: equaliser curves and rooms by word, in the layout of a folder.

DATA/eq*.json holds {"bands_hz": [40 centres], "curves": {word: [one list of 40 values for each person]}},
DATA/reverb*.json {"measures": [names], "words": {word: {"n": people, "median": [one value for each measure]}}}.
Both may also lie in DATA/socialfx, and recordings in DATA/audio or beside DATA in audio/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt, welch

from instructfx.audio import Samples
from instructfx.bench.runner.tracks import tracks
from instructfx.errors import SettingsError

Array = NDArray[np.float64]
Content = TypeVar("Content")

GAIN_DB = 5.0  # a curve's most and least stand for this much boost and cut
BAND_Q = 4.31
FRAMES = 1 << 14  # of each window, whose edges fade, so that faint bands are not drowned by loud ones
SILENCE = 1e-16
WANTED = (
    "This bench compares with what people meant. Give a folder that holds eq*.json (bands_hz, and curves by word, one "
    "list for each person) or reverb*.json (measures, and medians by word) with --data; README.md, For researchers, "
    "says where the SocialFX data can be had."
)


@dataclass(frozen=True)
class Crowd:
    """bands_hz (bands,), and for each word what people drew, (people, bands)."""

    bands_hz: Array
    curves: Mapping[str, Array]

    def mean(self, word: str) -> Array:
        """The average of what people drew for a word, (bands,)."""
        return np.asarray(self.curves[word].mean(axis=0))


@dataclass(frozen=True)
class Rooms:
    """For each word the medians of what people chose: reverberation time in seconds, spectral centroid in Hz."""

    rt60_seconds: Mapping[str, float]
    centroid_hz: Mapping[str, float]


def crowd(data: Path | None) -> Crowd:
    """What people drew. SettingsError where the folder does not hold it."""
    return _read(data, "eq*.json", _crowd)


def rooms(data: Path | None) -> Rooms:
    """What rooms people chose. SettingsError where the folder does not hold it."""
    return _read(data, "reverb*.json", _rooms)


def files(data: Path | None) -> list[Path]:
    """All that decides a result: tables and recordings."""
    folder = _folder(data)
    return [*folder.glob("eq*.json"), *folder.glob("reverb*.json"), *recordings(data)]


def recordings(data: Path | None) -> list[Path]:
    """The tracks to work on; the sample tracks of the page where the data has none."""
    folder = _folder(data)
    for place in (folder / "audio", folder.parent / "audio"):
        if place.is_dir():
            return tracks(place)
    return tracks(None)


def drawn_curve(curve: Array, samples: Samples, sample_rate: int, bands_hz: Array) -> Samples:
    """Sound through one person's curve: 40 peaking biquads after each other (Bristow-Johnson's cookbook).

    The curve (bands,) is scaled to -1 to 1 by its least and most, times GAIN_DB; samples are (channels, frames).
    """
    gains_db = GAIN_DB * scaled(curve)
    inside = bands_hz < 0.49 * sample_rate
    amplitude = 10 ** (gains_db[inside] / 40)
    angle = 2 * np.pi * bands_hz[inside] / sample_rate
    alpha, cosine = np.sin(angle) / (2 * BAND_Q), -2 * np.cos(angle)
    sections = np.stack(
        [1 + alpha * amplitude, cosine, 1 - alpha * amplitude, 1 + alpha / amplitude, cosine, 1 - alpha / amplitude],
        axis=1,
    )
    return np.asarray(sosfilt(sections / sections[:, 3:4], samples), dtype=np.float32)


def scaled(curve: Array) -> Array:
    """-1 to 1 by its least and most; a level curve is all zeros."""
    low, high = curve.min(), curve.max()
    return np.asarray(2 * (curve - low) / (high - low) - 1 if high > low else np.zeros_like(curve))


def band_change_db(before: Samples, after: Samples, sample_rate: int, bands_hz: Array) -> Array:
    """By how much the long-term level of each band rose, (bands,), mean removed; bands meet at geometric means."""
    change = _band_levels_db(after, sample_rate, bands_hz) - _band_levels_db(before, sample_rate, bands_hz)
    return np.asarray(change - change.mean())


def correlation(one: Array, other: Array) -> float:
    """Pearson's; 0 where one of them is level, because what says nothing agrees with nothing."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 1e-9 else 0.0


def _band_levels_db(samples: Samples, sample_rate: int, bands_hz: Array) -> Array:
    frames = min(FRAMES, samples.shape[-1])
    hz, density = welch(samples.astype(np.float64), sample_rate, "hann", frames, detrend=False)
    power = density.sum(axis=0)
    middles = np.sqrt(bands_hz[1:] * bands_hz[:-1])
    edges = np.concatenate([[bands_hz[0] ** 2 / middles[0]], middles, [bands_hz[-1] ** 2 / middles[-1]]])
    places = np.searchsorted(hz, edges)
    sums = np.concatenate([[0.0], np.cumsum(power)])
    energy = sums[places[1:]] - sums[places[:-1]]
    return np.asarray(10 * np.log10(energy + SILENCE))


def _folder(data: Path | None) -> Path:
    if data is None:
        raise SettingsError(WANTED)
    return data / "socialfx" if (data / "socialfx").is_dir() else data


def _read(data: Path | None, pattern: str, read: Callable[[list[dict[str, Any]]], Content]) -> Content:
    folder = _folder(data)
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise SettingsError(f"there is no {pattern} in {folder}. {WANTED}")
    try:
        return read([json.loads(path.read_text(encoding="utf-8")) for path in paths])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(f"{paths[0]} is not in the layout: {error!r}. {WANTED}") from error


def _crowd(tables: list[dict[str, Any]]) -> Crowd:
    bands_hz = np.asarray(tables[0]["bands_hz"], dtype=np.float64)
    curves = {
        word: np.asarray(people, dtype=np.float64) for table in tables for word, people in table["curves"].items()
    }
    for word, people in curves.items():
        if people.ndim != 2 or people.shape[1] != len(bands_hz) or not np.isfinite(people).all():
            raise ValueError(f"{word}: not {len(bands_hz)} numbers for each person")
    return Crowd(bands_hz, curves)


def _rooms(tables: list[dict[str, Any]]) -> Rooms:
    medians = {
        word: dict(zip(table["measures"], entry["median"], strict=True))
        for table in tables
        for word, entry in table["words"].items()
    }
    return Rooms(
        {word: float(values["rt60_seconds"]) for word, values in medians.items()},
        {word: float(values["spectral_centroid_hz"]) for word, values in medians.items()},
    )
