"""The room: its decay, its colour, its width, measured on its impulse response."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from decay_time import Response, rt60_seconds

from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.reverb import impulse_response

REVERB = EFFECTS["reverb"]
RATE = 44_100


def room(channels: int = 2, sample_rate: int = RATE, **settings: float) -> Response:
    """The wet impulse response, (channels, frames), of a plain room with some settings changed."""
    plain = {"decay_seconds": 1.0, "damping": 0.0, "pre_delay_ms": 0.0, "low_cut_hz": 20.0, "high_cut_hz": 20_000.0}
    values = REVERB.complete({**plain, "mix": 1.0, **settings})
    impulse = torch.zeros(1, channels, round((REVERB.tail_seconds(values) + 0.5) * sample_rate))
    impulse[..., 0] = 1
    return REVERB.render(impulse, sample_rate, as_tensors(values))[0].numpy().astype(float)


def octave_rt60_seconds(response: Response, centre_hz: float, sample_rate: int = RATE) -> float:
    """Decay by 60 dB in an octave band."""
    return rt60_seconds(response, centre_hz / 2**0.5, min(centre_hz * 2**0.5, 0.49 * sample_rate), sample_rate)


@pytest.mark.parametrize("sample_rate", [22_050, 44_100])
@pytest.mark.parametrize("decay_seconds", [0.5, 1.0, 2.0, 4.0])
def test_the_decay_at_1_khz_is_the_setting(decay_seconds: float, sample_rate: int) -> None:
    response = room(decay_seconds=decay_seconds, sample_rate=sample_rate, damping=0.4)
    assert octave_rt60_seconds(response, 1_000, sample_rate) == pytest.approx(decay_seconds, rel=0.15)


def test_a_larger_decay_is_a_longer_tail() -> None:
    measured = [octave_rt60_seconds(room(decay_seconds=seconds), 1_000) for seconds in (0.3, 0.6, 1.2, 2.4)]
    assert all(later > 1.6 * earlier for earlier, later in itertools.pairwise(measured))


def test_damping_shortens_the_highs_and_leaves_the_mids() -> None:
    bare, damped = room(damping=0.0), room(damping=0.8)
    assert octave_rt60_seconds(bare, 8_000) == pytest.approx(1.0, rel=0.15)
    assert octave_rt60_seconds(damped, 8_000) < 0.4
    assert octave_rt60_seconds(damped, 500) == pytest.approx(1.0, rel=0.2)


def test_low_decay_ratio_stretches_the_lows_and_leaves_the_mids() -> None:
    for ratio in (0.5, 2.0):
        response = room(low_decay_ratio=ratio)
        assert octave_rt60_seconds(response, 125) == pytest.approx(ratio, rel=0.25)  # few modes: the noise is rough
        assert octave_rt60_seconds(response, 1_000) == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize("pre_delay_ms", [0, 20, 100, 200])
def test_pre_delay_shifts_the_onset(pre_delay_ms: float) -> None:
    response = np.abs(room(pre_delay_ms=pre_delay_ms)).max(axis=0)
    onset = int(np.argmax(response > 0.2 * response.max()))
    assert 1000 * onset / RATE == pytest.approx(pre_delay_ms, abs=2)
    before = response[: max(round((pre_delay_ms / 1000) * RATE) - 50, 0)]
    assert before.max(initial=0) < 0.02 * response.max()


def test_width_0_is_the_same_on_both_sides() -> None:
    left, right = room(width=0)
    np.testing.assert_array_equal(left, right)


def test_width_1_is_another_room_on_each_side() -> None:
    left, right = room(width=1)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.2


def test_width_narrows_gradually() -> None:
    correlations = [np.corrcoef(*room(width=width))[0, 1] for width in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert all(narrow > wide for narrow, wide in itertools.pairwise(correlations))


@pytest.mark.parametrize("width", [0, 0.5, 1])
def test_mono_stays_mono(width: float) -> None:
    response = room(channels=1, width=width)
    assert response.shape[0] == 1
    assert np.square(response).sum() == pytest.approx(1, abs=0.02)


def test_left_stays_left_and_right_stays_right() -> None:
    """Each channel has its own room: nothing of one side's sound comes out of the other."""
    dry = torch.zeros(1, 2, RATE // 2)
    dry[0, 0, 0] = 1
    wet = REVERB.render(dry, RATE, as_tensors({**REVERB.defaults(), "mix": 1.0}))
    assert wet[0, 0].abs().max() > 0.01
    assert wet[0, 1].abs().max() == 0


def test_the_noise_is_the_same_every_time() -> None:
    first = room(decay_seconds=0.7)
    room(decay_seconds=3.0)
    room(channels=1, sample_rate=22_050)
    np.testing.assert_array_equal(first, room(decay_seconds=0.7))


def test_a_small_change_of_decay_is_a_small_change_of_sound() -> None:
    """Within one length of the noise; a search could not find its way otherwise."""
    near, nearer = room(decay_seconds=1.2), room(decay_seconds=1.21)
    frames = min(near.shape[1], nearer.shape[1])
    difference = near[:, :frames] - nearer[:, :frames]
    assert np.square(difference).sum() / np.square(near).sum() < 0.01


def test_the_wet_sound_is_about_equally_loud_for_all_decays() -> None:
    rng = np.random.default_rng(10)
    dry = torch.from_numpy(np.float32(0.1 * rng.standard_normal((1, 2, 4 * RATE))))
    levels_db = []
    for decay_seconds in (0.3, 1.0, 3.0):
        settings = REVERB.complete({"decay_seconds": decay_seconds, "mix": 1.0, "damping": 0})
        wet = REVERB.render(dry, RATE, as_tensors(settings))[..., 2 * RATE :]  # once the room is full
        levels_db.append(10 * float(torch.log10(wet.square().mean() / dry.square().mean())))
    assert max(levels_db) - min(levels_db) < 1.5
    assert abs(float(np.mean(levels_db))) < 1.5


@pytest.mark.parametrize(
    ("settings", "frequency_hz"),
    [({"low_cut_hz": 800.0}, 60), ({"high_cut_hz": 1_500.0}, 12_000)],
    ids=["low cut", "high cut"],
)
def test_cuts_keep_the_room_out_of_the_ends(settings: dict[str, float], frequency_hz: float) -> None:
    def level_db(response: Response) -> float:
        power = np.square(np.abs(np.fft.rfft(response, axis=1))).mean(axis=0)
        frequencies_hz = np.fft.rfftfreq(response.shape[1], 1 / RATE)
        band = (frequencies_hz > frequency_hz / 1.4) & (frequencies_hz < frequency_hz * 1.4)
        middle = (frequencies_hz > 900) & (frequencies_hz < 1_300)
        return float(10 * np.log10(power[band].mean() / power[middle].mean()))

    assert level_db(room(**settings)) < level_db(room()) - 15


@pytest.mark.parametrize("octaves", [0, 1])
@pytest.mark.parametrize("cut", ["low_cut_hz", "high_cut_hz"])
def test_cuts_have_second_order_slopes(cut: str, octaves: int) -> None:
    """3 dB down at the cut, then 12 dB an octave, as Butterworth (1930) has it; where one band of noise is alone."""
    cut_hz, away = {"low_cut_hz": (500.0, -octaves), "high_cut_hz": (2_000.0, octaves)}[cut]
    at_hz = cut_hz * 2.0**away

    def level_db(response: Response) -> float:
        power = np.square(np.abs(np.fft.rfft(response, axis=1))).mean(axis=0)
        octave = np.log2(np.fft.rfftfreq(response.shape[1], 1 / RATE).clip(min=1))
        band, middle = (power[np.abs(octave - np.log2(hz)) < 0.04].mean() for hz in (at_hz, 1_000.0))
        return float(10 * np.log10(band / middle))

    fallen_db = level_db(room(**{cut: cut_hz})) - level_db(room())
    assert fallen_db == pytest.approx(-10 * np.log10(1 + 16.0**octaves), abs=1)


def test_the_impulse_response_can_be_had_for_itself() -> None:
    """For export: (batch, channels, taps), of unit energy in each channel."""
    response = impulse_response(as_tensors(REVERB.defaults()), RATE, 2)
    assert response.shape[:2] == (1, 2)
    assert response.square().sum(-1).numpy() == pytest.approx(np.ones((1, 2)), abs=0.02)


def test_no_tail_where_nothing_is_mixed_in() -> None:
    assert REVERB.tail_seconds({**REVERB.defaults(), "mix": 0.0}) == 0
    assert REVERB.tail_seconds({**REVERB.defaults(), "decay_seconds": 2.0, "pre_delay_ms": 50}) == pytest.approx(2.05)
