"""What people's curves and the rack make of a track, as features, each as it is and at equal loudness."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray

from instructfx.audio import load
from instructfx.bench.quality.features import SAMPLE_RATE, features
from instructfx.bench.quality.socialfx import BAND_Q, GAIN_DB, Array, scaled
from instructfx.chain import Chain
from instructfx.rendering.level import k_power

Response = NDArray[np.complex128]

GRID = 2000  # points of frequency between which a response is interpolated
PAIRS = (
    ("warm", "bright"), ("bright", "warm"), ("soft", "loud"), ("loud", "soft"), ("harsh", "calm"),
    ("calm", "harsh"), ("heavy", "soft"), ("warm", "harsh"), ("bright", "heavy"), ("calm", "loud"),
)  # fmt: skip
MATCHINGS = ("as it is", "at equal loudness")


def pairs_of(words: Sequence[str], count: int = 10) -> list[tuple[str, str]]:
    """Ten directed pairs: the named ones where their words are there, else the first of all."""
    named = [pair for pair in PAIRS if set(pair) <= set(words)]
    others = [pair for pair in itertools.permutations(words, 2) if pair not in named]
    return [*named, *others][:count] if len(named) < count else named


@dataclass(frozen=True)
class Ground:
    """A dry track as mono at the study's rate; its spectrum is what curves multiply."""

    sound: Array

    @cached_property
    def spectrum(self) -> Response:
        """Of the whole track."""
        spectrum: Response = np.fft.rfft(self.sound)
        return spectrum

    def through(self, response: Response, points_hz: Array) -> Array:
        """The track through a response given at points of frequency."""
        hz = np.fft.rfftfreq(len(self.sound), 1 / SAMPLE_RATE)
        whole = np.interp(hz, points_hz, response.real) + 1j * np.interp(hz, points_hz, response.imag)
        return np.asarray(np.fft.irfft(self.spectrum * whole, len(self.sound)))

    def both_ways(self, sounds: Sequence[Array]) -> dict[str, Array]:
        """Features of sounds, (sounds, 35), by MATCHINGS."""
        matched = [sound * np.sqrt(_energy(self.sound) / max(_energy(sound), 1e-12)) for sound in sounds]
        return {
            name: np.array([features(sound) for sound in each])
            for name, each in zip(MATCHINGS, (sounds, matched), strict=True)
        }


@lru_cache(maxsize=8)
def ground(path: Path) -> Ground:
    audio = load(path)
    return Ground(
        np.asarray(soxr.resample(audio.samples.mean(axis=0, dtype=np.float64), audio.sample_rate, SAMPLE_RATE))
    )


@lru_cache(maxsize=1)
def points_hz() -> Array:
    return np.concatenate([[0.0], np.geomspace(5, SAMPLE_RATE / 2, GRID)])


def curve_response(curve: Array, bands_hz: Array, sample_rate: int = 44_100) -> Response:
    """Response at `points_hz` of one person's curve: as `socialfx.drawn`, in the domain of frequency."""
    inside = bands_hz < 0.49 * sample_rate
    amplitude = (10 ** (GAIN_DB * scaled(curve)[inside] / 40))[:, None]
    angle = 2 * np.pi * bands_hz[inside, None] / sample_rate
    alpha, cosine = np.sin(angle) / (2 * BAND_Q), -2 * np.cos(angle)
    z1 = np.exp(-2j * np.pi * points_hz()[None] / sample_rate)
    above = 1 + alpha * amplitude + cosine * z1 + (1 - alpha * amplitude) * z1**2
    below = 1 + alpha / amplitude + cosine * z1 + (1 - alpha / amplitude) * z1**2
    product: Response = (above / below).prod(axis=0)
    return product


def rendered(samples: NDArray[np.float32], sample_rate: int, frames: int) -> Array:
    """What the rack made, as mono at the study's rate, without what rings on behind the track's end."""
    mono = soxr.resample(samples.mean(axis=0, dtype=np.float64), sample_rate, SAMPLE_RATE)[:frames]
    return np.asarray(np.pad(mono, (0, frames - len(mono))))


def heard(chain: Chain, path: Path) -> Array:
    """A track through a chain, as `rendered`, before any level law."""
    audio = load(path)
    with torch.no_grad():
        sound = chain.apply(torch.from_numpy(audio.samples)[None], audio.sample_rate, chain.tensors())
    return rendered(sound[0].numpy(), audio.sample_rate, len(ground(path).sound))


def _energy(sound: Array) -> float:
    hz = torch.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    weights = k_power(hz, SAMPLE_RATE).double().numpy()
    return float((np.abs(np.fft.rfft(sound)) ** 2 * weights).sum()) / len(sound)
