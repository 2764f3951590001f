"""Freeverb as a kind of room: that of other programs, to the last digits of theirs, with knobs that have gradients."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
import pedalboard
import pytest
import soundfile
import torch
from decay_time import Response, rt60_seconds

from instructfx.effects import EFFECTS
from instructfx.effects.freeverb import MEAN_SECONDS, freeverb
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.reverb import apply_reverb, impulse_response

REVERB = EFFECTS["reverb"]
RATE = 44_100
CPU = torch.device("cpu")
PLAIN = {"kind": "freeverb", "decay_seconds": 1.0, "damping": 0.0, "pre_delay_ms": 0.0, "low_cut_hz": 20.0,
         "high_cut_hz": 20_000.0, "mix": 1.0}  # fmt: skip


def settings(**changed: float) -> dict[str, float]:
    return REVERB.complete({**PLAIN, **changed})


def room(channels: int = 2, sample_rate: int = RATE, **changed: float) -> Response:
    """The wet impulse response, (channels, taps)."""
    with torch.no_grad():
        return impulse_response(as_tensors(settings(**changed)), sample_rate, channels)[0].double().numpy()


def room_size(decay_seconds: float) -> float:
    """What Freeverb calls a room whose combs fall by 60 dB in that time, 0 to 1: 0.7 to 0.98 of each pass is left."""
    return (10 ** (-3 * MEAN_SECONDS / decay_seconds) - 0.7) / 0.28


@pytest.mark.parametrize(
    ("channels", "decay", "damping", "width"),
    [(1, 1.5, 0.5, 1.0), (2, 1.5, 0.5, 1.0), (2, 3.0, 0.0, 0.4), (2, 0.7, 1.0, 0.0)],
)
def test_it_is_the_freeverb_of_pedalboard(channels: int, decay: float, damping: float, width: float) -> None:
    """Without the cuts, which Freeverb has not, and within the decays that it has."""
    taps = 1 << 17
    values = {"decay_seconds": decay, "damping": damping, "width": width, "low_decay_ratio": 1.0}
    own = freeverb(as_tensors({**values, "low_cut_hz": 1e-6, "high_cut_hz": RATE / 2 - 1e-6}), taps, channels, CPU)[0]
    theirs = pedalboard.Reverb(room_size(decay), damping, wet_level=1 / 3, dry_level=0, width=width)
    theirs(np.zeros((channels, RATE), np.float32), RATE, 8192, reset=False)  # its knobs glide to where they are set
    impulse = np.zeros((channels, taps), np.float32)
    impulse[:, 0] = 1
    expected = theirs(impulse, RATE, 8192, reset=False) / (0.015 * channels)  # it sums, and turns down
    error = np.square(own.numpy() - expected).sum() / np.square(expected).sum()
    assert 10 * np.log10(error) < -80


def test_all_channels_are_heard_on_both_sides_and_mono_stays_mono() -> None:
    dry = torch.zeros(1, 2, RATE)
    dry[0, 0, 0] = 1
    left, right = REVERB.render(dry, RATE, as_tensors(settings()))[0].square().sum(-1)
    assert left == pytest.approx(0.25, abs=0.01)  # half of the sound, in a room of unit energy
    assert right == pytest.approx(0.25, abs=0.01)
    assert room(channels=1).shape[0] == 1
    narrow = room(width=0.0)
    np.testing.assert_allclose(narrow[0], narrow[1], atol=1e-7)


@pytest.mark.parametrize(("sample_rate", "mix"), [(44_100, 0.4), (48_000, 1.0)])
def test_block_by_block_it_is_the_same(sample_rate: int, mix: float) -> None:
    dry = torch.from_numpy(np.float32(np.random.default_rng(3).standard_normal((2, sample_rate))))
    values = settings(mix=mix, pre_delay_ms=12.3)
    whole = REVERB.render(dry[None], sample_rate, as_tensors(values))[0]
    stream = REVERB.render.stream(sample_rate, 2, values)
    parts = [stream.push(block) for block in dry.split([1, 1000, 30_000, sample_rate - 31_001], dim=-1)]
    np.testing.assert_allclose(torch.cat(parts, -1).numpy(), whole.numpy(), atol=1e-4)


def test_a_batch_may_hold_both_kinds() -> None:
    dry = torch.from_numpy(np.float32(np.random.default_rng(4).standard_normal((1, 2, 8_000))))
    combs, noise = settings(), settings(kind="diffuse")
    both = {name: torch.tensor([combs[name], noise[name]], dtype=torch.float64) for name in combs}
    found = REVERB.render(dry, RATE, both)
    for row, values in zip(found, (combs, noise), strict=True):
        np.testing.assert_allclose(row, REVERB.render(dry, RATE, as_tensors(values))[0], atol=1e-4)


def test_its_knobs_do_what_they_say() -> None:
    for seconds in (0.7, 1.5, 4.0):  # what is shorter drowns in its allpasses
        assert rt60_seconds(room(decay_seconds=seconds), 700, 1400) == pytest.approx(seconds, rel=0.2)
    damped = room(damping=1.0)
    assert rt60_seconds(damped, 6_000, 12_000) < 0.6
    for ratio in (0.5, 2.0):
        deep = room(low_decay_ratio=ratio)
        assert rt60_seconds(deep, 40, 120) == pytest.approx(ratio, rel=0.35)  # few modes
        assert rt60_seconds(deep, 2_000, 4_000) == pytest.approx(1.0, rel=0.2)
    late = np.abs(room(pre_delay_ms=100.0)).max(axis=0)
    assert late[: round(0.1 * RATE) + 1000].max() < 1e-3 * late.max()  # the shortest comb answers 25 ms later


def test_the_cuts_are_butterworths_of_second_order() -> None:
    def level_db(hz: float, **changed: float) -> float:
        power = np.square(np.abs(np.fft.rfft(room(**changed)))).sum(axis=0)
        octave = np.log2(np.fft.rfftfreq(2 * (len(power) - 1), 1 / RATE).clip(min=1) / hz)
        return float(10 * np.log10(power[np.abs(octave) < 0.04].mean()))

    for changed, hz in (({"low_cut_hz": 500.0}, 250.0), ({"high_cut_hz": 2_000.0}, 4_000.0)):
        fallen_db = [level_db(at, **changed) - level_db(at) for at in (hz, 1_000.0)]
        assert fallen_db[0] - fallen_db[1] == pytest.approx(-10 * np.log10(17), abs=1)


def thirds_db(response: Response, sample_rate: int) -> npt.NDArray[np.float64]:
    size = 4 * sample_rate
    power = np.square(np.abs(np.fft.rfft(response, size))).sum(axis=0)
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    centres_hz = 1000 * 2 ** (np.arange(-12, 10) / 3)
    bands = [power[(hz >= each / 2 ** (1 / 6)) & (hz < each * 2 ** (1 / 6))].mean() for each in centres_hz]
    return np.asarray(10 * np.log10(bands))


@pytest.mark.parametrize("sample_rate", [22_050, 48_000, 96_000])
def test_it_is_the_same_room_at_every_rate(sample_rate: int) -> None:
    found, expected = (thirds_db(room(sample_rate=rate), rate) for rate in (sample_rate, RATE))
    np.testing.assert_allclose(found, expected, atol=0.5)


@pytest.mark.parametrize(
    "name", ["decay_seconds", "damping", "low_decay_ratio", "high_cut_hz", "width", "pre_delay_ms"]
)
def test_a_search_can_follow_its_knobs(name: str) -> None:
    """The slope of what comes out along a fixed direction is what a small step finds."""
    values = as_tensors(settings(damping=0.4, width=0.6, high_cut_hz=4_000.0, pre_delay_ms=5.0))
    direction = torch.from_numpy(np.random.default_rng(5).standard_normal((1, 2, 20_000))) * torch.linspace(
        1, 0, 20_000
    )

    def along(value: torch.Tensor) -> torch.Tensor:
        response = impulse_response({**values, name: value}, RATE, 2)[..., :20_000]
        return (response.double() * direction).sum()

    at = values[name].clone().requires_grad_()
    (slope,) = torch.autograd.grad(along(at), at)
    step = 0.001 * values[name]
    with torch.no_grad():
        measured = (along(values[name] + step) - along(values[name] - step)) / (2 * step)
    assert float(slope) == pytest.approx(float(measured), rel=0.05)


def test_the_exported_function_makes_the_same_sound() -> None:
    values = settings(mix=0.3, decay_seconds=0.5)
    dry = np.float32(np.random.default_rng(6).standard_normal((2, RATE)))
    taps = room(decay_seconds=0.5)
    packed, peak = io.BytesIO(), float(np.abs(taps).max())
    soundfile.write(packed, (taps / peak).T, RATE, "PCM_24", format="FLAC")
    found = apply_reverb(dry, RATE, room=base64.b85encode(packed.getvalue()).decode(), room_peak=peak, kind=1, mix=0.3)
    expected = REVERB.render(torch.from_numpy(dry)[None], RATE, as_tensors(values))[0].numpy()
    np.testing.assert_allclose(found, expected, atol=2e-4)
