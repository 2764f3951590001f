"""Equaliser and filter: held against pedalboard's biquads and against their cutoffs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pedalboard
import pytest
import scipy.signal
import torch
from torch import Tensor

from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors

EQ, FILTER = EFFECTS["eq"], EFFECTS["filter"]
FRAMES = 1 << 17


def impulse_through(effect_name: str, settings: Mapping[str, float], sample_rate: int) -> Tensor:
    """The impulse response of an effect, (frames,)."""
    impulse = torch.zeros(1, 1, FRAMES)
    impulse[..., 0] = 1
    effect = EFFECTS[effect_name]
    return effect.render(impulse, sample_rate, as_tensors(effect.complete(settings)))[0, 0]


def gain_db_at(frequency_hz: float, effect_name: str, settings: Mapping[str, float], sample_rate: int) -> float:
    """The level of a tone at that frequency, out of the effect over into it."""
    response = impulse_through(effect_name, settings, sample_rate).double()
    turn = torch.exp(-2j * torch.pi * frequency_hz / sample_rate * torch.arange(FRAMES))
    return float(20 * torch.log10((response * turn).sum().abs()))


def white(sample_rate: int) -> Tensor:
    rng = np.random.default_rng(9)
    return torch.from_numpy(np.float32(0.1 * rng.standard_normal((1, 2, sample_rate))))


def error_db(rendered: Tensor, reference: np.ndarray) -> float:
    difference = rendered.numpy().astype(float) - reference
    return float(10 * np.log10(np.square(difference).mean() / np.square(reference.astype(float)).mean()))


BANDS = [
    ("low_shelf", 120, pedalboard.LowShelfFilter),
    ("low_mid", 300, pedalboard.PeakFilter),
    ("mid", 1_000, pedalboard.PeakFilter),
    ("high_mid", 2_800, pedalboard.PeakFilter),
    ("treble", 6_000, pedalboard.PeakFilter),
    ("high_shelf", 5_000, pedalboard.HighShelfFilter),
]


def cookbook(
    shape: str, cutoff_hz: float, gain_db: float, q: float, sample_rate: int
) -> tuple[list[float], list[float]]:
    """Bristow-Johnson's audio EQ cookbook, in double precision."""
    amplitude = 10 ** (gain_db / 40)
    w0 = 2 * np.pi * cutoff_hz / sample_rate
    cosine, alpha = np.cos(w0), np.sin(w0) / (2 * q)
    if shape == "peak":
        return (
            [1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude],
            [1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude],
        )
    sign = 1 if shape == "low shelf" else -1
    plus, minus, root = amplitude + 1, amplitude - 1, 2 * np.sqrt(amplitude) * alpha
    return (
        [
            amplitude * (plus - sign * minus * cosine + root),
            2 * sign * amplitude * (minus - sign * plus * cosine),
            amplitude * (plus - sign * minus * cosine - root),
        ],
        [
            plus + sign * minus * cosine + root,
            -2 * sign * (minus + sign * plus * cosine),
            plus + sign * minus * cosine - root,
        ],
    )


by_band = pytest.mark.parametrize(("band", "cutoff_hz", "plugin"), BANDS, ids=[band for band, _, _ in BANDS])


@pytest.mark.parametrize("q", [0.1, 0.7, 6])
@pytest.mark.parametrize("gain_db", [-20, -6, 6, 20])
@by_band
def test_each_band_is_the_cookbooks_biquad(band: str, cutoff_hz: float, plugin: type, gain_db: float, q: float) -> None:
    """To -110 dB, which float32 samples allow."""
    dry = white(44_100)
    settings = {f"{band}_gain_db": gain_db, f"{band}_cutoff_frequency_hz": cutoff_hz, f"{band}_q": q}
    rendered = EQ.render(dry, 44_100, as_tensors(EQ.complete(settings)))[0]
    shape = {"low_shelf": "low shelf", "high_shelf": "high shelf"}.get(band, "peak")
    b, a = cookbook(shape, cutoff_hz, gain_db, q, 44_100)
    assert error_db(rendered, scipy.signal.lfilter(b, a, dry[0].numpy().astype(float))) < -110


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 37_801, 48_000, 96_000, 192_000])
@by_band
def test_each_band_is_at_every_rate_what_it_is_at_44100_hz(
    band: str, cutoff_hz: float, plugin: type, sample_rate: int
) -> None:
    """Also where its cutoff is above the Nyquist frequency: what of it reaches down is heard."""
    for gain_db, q in ((9, 0.7), (-20, 6), (20, 0.1)):
        settings = {f"{band}_gain_db": gain_db, f"{band}_cutoff_frequency_hz": cutoff_hz, f"{band}_q": q}
        response = torch.fft.rfft(impulse_through("eq", settings, sample_rate).double()).abs().numpy()
        frequencies_hz = np.fft.rfftfreq(FRAMES, 1 / sample_rate)
        near = (frequencies_hz > 20) & (frequencies_hz < min(20_000, 0.45 * sample_rate))
        shape = {"low_shelf": "low shelf", "high_shelf": "high shelf"}.get(band, "peak")
        b, a = cookbook(shape, cutoff_hz, gain_db, q, 44_100)
        expected = np.abs(scipy.signal.freqz(b, a, frequencies_hz[near], fs=44_100)[1])
        assert np.abs(20 * np.log10(response[near] / expected)).max() < 0.1


@pytest.mark.parametrize("gain_db", [-6, 6])
@by_band
def test_each_band_equals_pedalboards_filter(band: str, cutoff_hz: float, plugin: type, gain_db: float) -> None:
    """To -80 dB: pedalboard computes in float32, and is off by -40 dB at worst for narrow, low bands."""
    dry = white(44_100)
    settings = {f"{band}_gain_db": gain_db, f"{band}_cutoff_frequency_hz": cutoff_hz, f"{band}_q": 0.7}
    rendered = EQ.render(dry, 44_100, as_tensors(EQ.complete(settings)))[0]
    reference = plugin(cutoff_hz, gain_db=gain_db, q=0.7).process(dry[0].numpy(), 44_100)
    assert error_db(rendered, reference) < -80


def test_six_bands_together_equal_pedalboards_six_filters() -> None:
    """To -75 dB, which leaves room for the rounding of six float32 filters in a row."""
    dry = white(44_100)
    gains_db = (6, -4, 3, -5, 4, -8)
    settings: dict[str, float] = {}
    board = []
    for (band, cutoff_hz, plugin), gain_db in zip(BANDS, gains_db, strict=True):
        settings |= {f"{band}_gain_db": gain_db, f"{band}_cutoff_frequency_hz": cutoff_hz, f"{band}_q": 0.9}
        board.append(plugin(cutoff_hz, gain_db=gain_db, q=0.9))
    rendered = EQ.render(dry, 44_100, as_tensors(EQ.complete(settings)))[0]
    assert error_db(rendered, pedalboard.Pedalboard(board).process(dry[0].numpy(), 44_100)) < -75


@pytest.mark.parametrize(
    ("band", "cutoff_hz", "q"),
    [("low_shelf", 30, 0.1), ("low_shelf", 30, 6), ("low_mid", 60, 0.1), ("low_mid", 60, 6), ("mid", 250, 6)],
)
def test_low_bands_ring_out(band: str, cutoff_hz: float, q: float) -> None:
    """The slowest settings there are: an impulse response cut too early would be off by tenths of a dB."""
    settings = as_tensors(
        EQ.complete({f"{band}_gain_db": 20, f"{band}_cutoff_frequency_hz": cutoff_hz, f"{band}_q": q})
    )
    assert EQ.response is not None
    response = impulse_through("eq", {name: float(value) for name, value in settings.items()}, 44_100)
    frequencies_hz = torch.fft.rfftfreq(FRAMES, 1 / 44_100)
    declared = EQ.response(settings, 44_100, frequencies_hz)[0]
    difference_db = 20 * torch.log10(torch.fft.rfft(response.double()).abs() / declared)
    assert difference_db.abs().max() < 0.01


@pytest.mark.parametrize("gain_db", [-6, 6])
@pytest.mark.parametrize("band", ["low_mid", "mid", "high_mid", "treble"])
def test_a_peak_has_its_gain_at_its_centre(band: str, gain_db: float) -> None:
    settings = {f"{band}_gain_db": gain_db, f"{band}_q": 2.0}
    centre_hz = EQ.defaults()[f"{band}_cutoff_frequency_hz"]
    assert gain_db_at(centre_hz, "eq", settings, 44_100) == pytest.approx(gain_db, abs=0.01)
    assert gain_db_at(centre_hz / 8, "eq", settings, 44_100) == pytest.approx(0, abs=0.3)


def test_shelves_have_their_gain_beyond_their_cutoff_and_half_of_it_there() -> None:
    low = {"low_shelf_gain_db": 6, "low_shelf_cutoff_frequency_hz": 300}
    assert gain_db_at(20, "eq", low, 44_100) == pytest.approx(6, abs=0.1)
    assert gain_db_at(300, "eq", low, 44_100) == pytest.approx(3, abs=0.1)
    assert gain_db_at(5_000, "eq", low, 44_100) == pytest.approx(0, abs=0.1)
    high = {"high_shelf_gain_db": -6, "high_shelf_cutoff_frequency_hz": 3_000}
    assert gain_db_at(20_000, "eq", high, 44_100) == pytest.approx(-6, abs=0.1)
    assert gain_db_at(3_000, "eq", high, 44_100) == pytest.approx(-3, abs=0.1)
    assert gain_db_at(200, "eq", high, 44_100) == pytest.approx(0, abs=0.1)


def test_flat_is_transparent() -> None:
    dry = white(44_100)
    assert error_db(EQ.render(dry, 44_100, as_tensors(EQ.defaults())), dry.numpy()) < -100


# Filter


@pytest.mark.parametrize("cutoff_hz", [21, 100, 1_000, 5_000])
@pytest.mark.parametrize("sample_rate", [16_000, 44_100, 192_000])
def test_the_high_pass_is_3_db_down_at_its_cutoff(cutoff_hz: float, sample_rate: int) -> None:
    assert gain_db_at(cutoff_hz, "filter", {"highpass_hz": cutoff_hz}, sample_rate) == pytest.approx(-3, abs=0.05)


@pytest.mark.parametrize("cutoff_hz", [200, 1_000, 6_000, 15_000])
@pytest.mark.parametrize("sample_rate", [16_000, 44_100, 192_000])
def test_the_low_pass_is_3_db_down_at_its_cutoff(cutoff_hz: float, sample_rate: int) -> None:
    if cutoff_hz < 0.49 * sample_rate:
        assert gain_db_at(cutoff_hz, "filter", {"lowpass_hz": cutoff_hz}, sample_rate) == pytest.approx(-3, abs=0.05)


def test_a_section_at_its_end_stop_is_left_out() -> None:
    """A low-pass alone leaves the lows as they are, and a high-pass alone the highs, at every rate."""
    for sample_rate in (8_000, 44_100, 96_000):
        for settings, frequency_hz in (({"lowpass_hz": 8_000}, 40), ({"highpass_hz": 100}, 3_900)):
            assert gain_db_at(frequency_hz, "filter", settings, sample_rate) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("settings", [{"highpass_hz": 200, "lowpass_hz": 5_000}, {"lowpass_hz": 12_000}])
@pytest.mark.parametrize("sample_rate", [8_000, 37_801, 48_000, 96_000, 192_000])
def test_a_filter_is_at_every_rate_what_it_is_at_44100_hz(settings: dict[str, float], sample_rate: int) -> None:
    for frequency_hz in (50, 200, 1_000, 3_000, 6_000, 12_000):
        if frequency_hz < 0.45 * sample_rate:
            at_44100 = gain_db_at(frequency_hz, "filter", settings, 44_100)
            assert gain_db_at(frequency_hz, "filter", settings, sample_rate) == pytest.approx(at_44100, abs=0.05)


def test_a_filter_is_pedalboards_in_pairs() -> None:
    """To -80 dB, as pedalboard computes in float32."""
    warped, shift = np.tan(np.pi * np.array([200, 5_000]) / 44_100), np.sqrt(np.sqrt(2) - 1)
    high_hz, low_hz = 44_100 / np.pi * np.arctan(warped * [shift, 1 / shift])
    board = [pedalboard.HighpassFilter(high_hz)] * 2 + [pedalboard.LowpassFilter(low_hz)] * 2
    dry = white(44_100)[0].numpy()
    expected = dry
    for plugin in board:
        expected = plugin.process(expected, 44_100)
    settings = FILTER.complete({"highpass_hz": 200, "lowpass_hz": 5_000})
    found = FILTER.render(torch.from_numpy(dry)[None], 44_100, as_tensors(settings))[0]
    assert error_db(found, expected) < -80


def test_slopes_are_12_db_an_octave() -> None:
    high_pass = [gain_db_at(hz, "filter", {"highpass_hz": 4_000}, 44_100) for hz in (125, 250)]
    assert high_pass[1] - high_pass[0] == pytest.approx(12, abs=0.5)
    low_pass = [gain_db_at(hz, "filter", {"lowpass_hz": 200}, 192_000) for hz in (1_600, 3_200)]
    assert low_pass[0] - low_pass[1] == pytest.approx(12, abs=0.5)


def test_a_filter_leaves_the_middle_of_its_band_alone() -> None:
    settings = {"highpass_hz": 40, "lowpass_hz": 18_000}
    assert gain_db_at(1_000, "filter", settings, 44_100) == pytest.approx(0, abs=0.1)


def test_crossed_cutoffs_make_a_narrow_band() -> None:
    """High-pass above low-pass: quiet, loudest between them, never unstable."""
    settings = {"highpass_hz": 4_000, "lowpass_hz": 500}
    levels = [gain_db_at(hz, "filter", settings, 44_100) for hz in (100, 1_400, 15_000)]
    assert levels[1] > levels[0]
    assert levels[1] > levels[2]
    assert levels[1] < -20
