"""What a chain does to noise, at equal loudness: bands that rise or fall, width, room, crest factor, level."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from instructfx.audio import Audio
from instructfx.audio.loudness import loudness_lufs
from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.chain import Chain

SAMPLE_RATE = 44_100
SECONDS = 3.0
LEVEL_LUFS = -23.0
LEAST_DB = 0.3  # less than this is not heard as a change
LEAST_ROOM = 0.06  # the same of `HeardNoise.rt`, in seconds
BURSTS_HZ, BURST_GAIN = 2.0, 2.0  # twice a second a tenth of the time is louder, so that dynamics have something to do

LOW, MUD, NASAL = (40.0, 150.0), (200.0, 500.0), (700.0, 1600.0)
PRES, SIB, AIR = (2000.0, 5000.0), (5500.0, 9500.0), (9000.0, 16000.0)
LOWS, HIGHS = (60.0, 500.0), (2000.0, 12000.0)

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class HeardNoise:
    """Levels of bands in dB; tilt, highs (2 to 12 kHz) against lows (60 to 500 Hz), width, side against mid, and crest,
    peak against mean, in dB; rt, the decay of the rooms in the chain times their share, in seconds; all of them at
    equal loudness, but for level, which is the loudness in LUFS."""

    low: float
    mud: float
    nasal: float
    pres: float
    sib: float
    air: float
    tilt: float
    width: float
    rt: float
    crest: float
    level: float


MEASURES = tuple(field.name for field in fields(HeardNoise))


@dataclass(frozen=True)
class Direction:
    """A measure of `HeardNoise` that is to rise, sign +1, or fall, -1."""

    measure: str
    sign: int

    def taken(self, before: HeardNoise, after: HeardNoise) -> float:
        """How far it went that way, in units of the least that is heard: 1 or more is there, -1 the opposite."""
        change = getattr(after, self.measure) - getattr(before, self.measure)
        return float(self.sign * change / (LEAST_ROOM if self.measure == "rt" else LEAST_DB))

    def __str__(self) -> str:
        return f"{self.measure}{'+' if self.sign > 0 else '-'}"


def direction(text: str) -> Direction:
    """Reads "air+" or "low-"; BenchDataError for anything else."""
    match = re.fullmatch(r"(\w+)([+-])", text)
    if not match or match[1] not in MEASURES:
        raise BenchDataError(f"{text!r} is no direction; write + or - behind one of {', '.join(MEASURES)}")
    return Direction(match[1], 1 if match[2] == "+" else -1)


def heard(chain: Chain) -> HeardNoise:
    """What it makes of the noise; the tail behind it is left out."""
    dry = _noise()
    with torch.no_grad():
        wet = chain.render(torch.from_numpy(dry)[None], SAMPLE_RATE)[0, :, : dry.shape[1]].numpy()
    level = loudness_lufs(Audio(np.ascontiguousarray(wet, dtype=np.float32), SAMPLE_RATE))
    equal = wet * 10 ** ((LEVEL_LUFS - level) / 20)
    power = (np.abs(np.fft.rfft(equal, axis=-1)) ** 2).sum(axis=0)
    mid, side = equal.mean(axis=0), (equal[0] - equal[1]) / 2
    rooms = [s.settings for s in chain.slots if s.effect.role == "room" and not s.bypassed]
    return HeardNoise(
        low=_band_db(power, LOW),
        mud=_band_db(power, MUD),
        nasal=_band_db(power, NASAL),
        pres=_band_db(power, PRES),
        sib=_band_db(power, SIB),
        air=_band_db(power, AIR),
        tilt=_band_db(power, HIGHS) - _band_db(power, LOWS),
        width=_db(np.square(side).mean()) - _db(np.square(mid).mean()),
        rt=sum(room["decay_seconds"] * room["mix"] for room in rooms),
        crest=_db(np.square(equal).max()) - _db(np.square(equal).mean()),
        level=level,
    )


@lru_cache(maxsize=1)
def _noise() -> Samples:
    """Pink noise in two channels that have nothing in common, with bursts, (2, frames)."""
    generator, frames = np.random.default_rng(0), round(SECONDS * SAMPLE_RATE)
    hz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE)
    white = generator.normal(size=(2, len(hz))) + 1j * generator.normal(size=(2, len(hz)))
    pink = np.fft.irfft(white / np.sqrt(np.maximum(hz, 20.0)) * (hz > 25.0), frames)
    bursts = np.where(np.arange(frames) * BURSTS_HZ / SAMPLE_RATE % 1.0 < 0.1, BURST_GAIN, 1.0)
    sound = (pink * bursts).astype(np.float32)
    level = loudness_lufs(Audio(sound, SAMPLE_RATE))
    return np.asarray(sound * np.float32(10 ** ((LEVEL_LUFS - level) / 20)))


def _band_db(power: NDArray[np.float64], band_hz: tuple[float, float]) -> float:
    hz = np.linspace(0.0, SAMPLE_RATE / 2, len(power))
    return _db(power[(hz >= band_hz[0]) & (hz < band_hz[1])].sum())


def _db(power: float) -> float:
    return float(10 * np.log10(power + 1e-12))
