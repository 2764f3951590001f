"""What an effect is at 44.1 kHz, where the ear listens, it is at every rate; and neutral, it is nothing at all."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
import torch

from instructfx.audio import Samples, resample
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.memoryless import as_tensors

REFERENCE = 44_100
ORIGINAL = 192_000
SECONDS = 4
RATES = (8_000, 11_025, 22_050, 37_800, 48_000, 96_000, 192_000)
WIDEST_HZ, NARROWEST_HZ = 16_000.0, 3_600.0  # of what is played to rates that hold it, and to those that do not
WITHIN_DB = 0.5
by_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


@lru_cache(maxsize=2)
def pink(highest_hz: float) -> Samples:
    """Pink noise in stereo at the highest rate, up to a frequency."""
    frames = SECONDS * ORIGINAL
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal((2, frames)))
    frequencies_hz = np.fft.rfftfreq(frames, 1 / ORIGINAL)
    spectrum *= (frequencies_hz > 20) & (frequencies_hz < highest_hz)
    sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies_hz, 20)))
    return np.float32(0.2 * sound / sound.std())


def thirds_db(sound: Samples, sample_rate: int, highest_hz: float) -> npt.NDArray[np.float64]:
    """Level of each third of an octave from 50 Hz up."""
    power = np.square(np.abs(np.fft.rfft(sound.astype(np.float64)))).sum(axis=0) / (sound.shape[1] * sample_rate)
    frequencies_hz = np.fft.rfftfreq(sound.shape[1], 1 / sample_rate)
    centres_hz = 1000 * 2 ** (np.arange(-13, 13) / 3)
    edges = [(hz * 2 ** (-1 / 6), hz * 2 ** (1 / 6)) for hz in centres_hz if hz * 2 ** (1 / 6) <= highest_hz]
    bands = [power[(frequencies_hz >= low) & (frequencies_hz < high)].sum() for low, high in edges]
    return np.asarray(10 * np.log10(bands))


@lru_cache(maxsize=64)
def levels_db(name: str, sample_rate: int, highest_hz: float) -> npt.NDArray[np.float64]:
    effect = EFFECTS[name]
    dry = torch.from_numpy(resample(pink(highest_hz), ORIGINAL, sample_rate))[None]
    with torch.no_grad():
        found = effect.render(dry, sample_rate, as_tensors(effect.complete(effect.telling)))
    return thirds_db(found[0, :, sample_rate // 2 :].numpy(), sample_rate, min(highest_hz, 12_000) / 1.1)


@pytest.mark.parametrize("sample_rate", RATES)
@by_effect
def test_an_effect_sounds_alike_at_every_rate(effect: Effect, sample_rate: int) -> None:
    highest_hz = WIDEST_HZ if sample_rate > 2 * WIDEST_HZ else NARROWEST_HZ
    found, expected = (levels_db(effect.name, rate, highest_hz) for rate in (sample_rate, REFERENCE))
    assert np.abs(found - expected).max() < WITHIN_DB


@pytest.mark.parametrize("sample_rate", [48_000, 96_000, 192_000])
def test_a_comb_has_its_teeth_in_the_same_places(sample_rate: int) -> None:
    """The shortest delay with the most feedback, where a frame more or less is heard."""
    settings = as_tensors(EFFECTS["delay"].complete({"delay_seconds": 0.01, "feedback": 0.95, "mix": 0.5}))
    found, expected = (
        thirds_db(EFFECTS["delay"].render(dry, rate, settings)[0, :, rate // 2 :].numpy(), rate, 10_000)
        for rate in (sample_rate, REFERENCE)
        for dry in [torch.from_numpy(resample(pink(WIDEST_HZ), ORIGINAL, rate))[None]]
    )
    assert np.abs(found - expected).max() < WITHIN_DB


@pytest.mark.parametrize("sample_rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@by_effect
def test_neutral_is_nothing(effect: Effect, sample_rate: int) -> None:
    """Below -100 dB, whatever the other settings are, for a sound whose peaks reach full scale."""
    dry = resample(pink(NARROWEST_HZ), ORIGINAL, sample_rate)[:, :sample_rate]
    dry = torch.from_numpy(dry / np.abs(dry).max())[None]
    for others in (effect.defaults(), effect.complete(effect.telling)):
        settings = as_tensors(effect.complete({**others, **effect.rest}))
        off = (effect.render(dry, sample_rate, settings) - dry).square().mean()
        assert 10 * np.log10(float(off / dry.square().mean()) + 1e-30) < -100
