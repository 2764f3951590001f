"""CLAP hears what the library hears, the same every time, and the gradient of it is true."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from clap_checkpoint import write_checkpoint
from torch import Tensor
from torch.nn.functional import pad

from instructfx.audio import resample
from instructfx.ears import clap
from instructfx.ears.clap import CLIP_FRAMES, SAMPLE_RATE, WINDOW, Clap, clip
from instructfx.effects.device import CPU

BIN_HZ = SAMPLE_RATE / WINDOW

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def sound(music: Tensor) -> Tensor:
    """(1, 2, 480000): ten seconds of stereo at 48 kHz, its channels unlike each other."""
    stereo = torch.from_numpy(resample(music[0].numpy(), 44_100, SAMPLE_RATE))
    return stereo[None, :, :CLIP_FRAMES]


@pytest.fixture(scope="module")
def embedding(model: Clap, sound: Tensor) -> Tensor:
    """(1, 512): of the whole sound."""
    return model.hear(clip(sound))


def sine(frequency_hz: float, amplitude: float = 0.5) -> Tensor:
    """(1, 480000) at 48 kHz."""
    time = torch.arange(CLIP_FRAMES, dtype=torch.float64) / SAMPLE_RATE
    return (amplitude * torch.sin(2 * torch.pi * frequency_hz * time)).float()[None]


def heard_by_the_library(both: tuple[Clap, Any], mono: Tensor) -> Tensor:
    with torch.no_grad():
        return both[1].get_audio_embedding_from_data(mono, use_tensor=True)


@pytest.mark.parametrize("seconds", [0.01, 3.0, 3.7, 9.99, 10.0])
def test_a_sound_of_any_length_is_heard_as_the_library_hears_it(
    both: tuple[Clap, Any], sound: Tensor, seconds: float
) -> None:
    part = sound[:, :1, : round(seconds * SAMPLE_RATE)]
    heard = both[0].hear(clip(part))
    assert torch.allclose(heard, heard_by_the_library(both, part[0]), atol=1e-4)


def test_stereo_is_heard_as_the_mean_of_its_channels(both: tuple[Clap, Any], sound: Tensor, embedding: Tensor) -> None:
    mean = (sound[:, 0] + sound[:, 1]) / 2
    assert torch.allclose(embedding, heard_by_the_library(both, mean), atol=1e-4)
    assert not torch.allclose(embedding, both[0].hear(clip(sound[:, :1])), atol=1e-4)


def test_the_same_sound_is_heard_the_same_bit_for_bit(model: Clap, sound: Tensor, embedding: Tensor) -> None:
    assert torch.equal(model.hear(clip(sound)), embedding)


def test_of_a_longer_sound_the_first_ten_seconds_count(sound: Tensor) -> None:
    for more in (1, 4800, CLIP_FRAMES):
        longer = torch.cat([sound, torch.ones(1, 2, more)], dim=-1)
        assert torch.equal(clip(longer), clip(sound))
    assert torch.equal(clip(sound), sound.mean(dim=1))


@pytest.mark.parametrize(("frames", "times"), [(CLIP_FRAMES // 2, 2), (177_600, 2), (7, 68_571), (240_001, 1)])
def test_a_shorter_sound_is_repeated_while_it_fits_and_then_silent(frames: int, times: int) -> None:
    short = torch.linspace(0.1, 1, frames)
    expected = pad(torch.cat([short] * times), (0, CLIP_FRAMES - times * frames))
    assert torch.equal(clip(short[None, None]), expected[None])


def test_a_batch_is_heard_as_its_sounds_one_by_one(model: Clap, sound: Tensor, embedding: Tensor) -> None:
    others = torch.cat([clip(sound), 0.2 * clip(sound).flip(-1), sine(440)])
    together = model.hear(others)
    assert together.shape == (3, 512)
    assert torch.allclose(together[:1], embedding, atol=1e-5)
    assert torch.allclose(together[2:], model.hear(others[2:]), atol=1e-5)
    assert not torch.allclose(together[0], together[1], atol=1e-3)


@pytest.mark.parametrize("kind", ["music", "silence", "click", "full scale"])
def test_embeddings_and_their_gradients_are_finite_and_of_unit_length(model: Clap, sound: Tensor, kind: str) -> None:
    samples = {
        "music": clip(sound),
        "silence": torch.zeros(1, CLIP_FRAMES),
        "click": pad(torch.ones(1, 1), (1000, CLIP_FRAMES - 1001)),
        "full scale": sine(1000, 1.0).sign(),
    }[kind].requires_grad_(True)
    heard = model.hear(samples)
    assert float(heard.detach().norm()) == pytest.approx(1, abs=1e-5)
    heard[0, 0].backward()
    assert samples.grad is not None
    assert torch.isfinite(samples.grad).all()
    assert bool(samples.grad.abs().max() > 0) == (kind != "silence")


def test_the_gradient_to_the_waveform_is_that_of_finite_differences(model: Clap, sound: Tensor) -> None:
    exact = Clap(copy.deepcopy(model.model).double(), model.tokenizer, CPU)
    generator = torch.Generator().manual_seed(11)
    weights = torch.randn(512, generator=generator, dtype=torch.float64)
    samples = clip(sound).double().requires_grad_(True)
    exact.hear(samples)[0].dot(weights).backward()
    assert samples.grad is not None
    for _ in range(2):
        direction = torch.randn(samples.shape, generator=generator, dtype=torch.float64)
        step = 1e-8  # where the music is silent the logarithm of its power bends sharply
        with torch.no_grad():
            ahead, behind = (exact.hear(samples + side * direction)[0].dot(weights) for side in (step, -step))
        expected = float((samples.grad * direction).sum())
        assert float(ahead - behind) / (2 * step) == pytest.approx(expected, rel=1e-4)


def test_the_power_of_a_sine_lies_in_its_bin(model: Clap) -> None:
    power = model.power(sine(32 * BIN_HZ, 0.5))
    assert power.shape == (1, 1001, 513)
    inner = power[0, 2:-2]  # the frames at the ends hear the sound reflected
    assert (inner.argmax(dim=-1) == 32).all()
    assert torch.allclose(inner[:, 32], torch.tensor((0.5 / 2 * WINDOW / 2) ** 2), rtol=1e-4)
    assert (inner[:, 31:34].sum(dim=-1) / inner.sum(dim=-1) > 0.9999).all()


def test_the_power_is_that_of_the_library(model: Clap, sound: Tensor) -> None:
    power = model.power(clip(sound))
    library = model.model.audio_branch.spectrogram_extractor(clip(sound))[:, 0]
    assert power.shape == library.shape
    assert float((power - library).norm() / library.norm()) < 1e-5


def test_power_is_square_so_that_a_filter_may_multiply_it(model: Clap, sound: Tensor) -> None:
    samples = clip(sound)
    with torch.no_grad():
        assert torch.allclose(model.power(2 * samples), 4 * model.power(samples), rtol=1e-4)
        quieter = model.hear(samples * 10 ** (-6 / 20))
        assert torch.allclose(model.hear_power(model.power(samples) * 10 ** (-6 / 10)), quieter, atol=1e-4)


@pytest.mark.parametrize("band", [5, 20, 40, 60])
def test_a_sine_at_the_centre_of_a_band_is_heard_in_it(model: Clap, band: int) -> None:
    assert model.bands_hz.shape == (64,)
    assert (model.bands_hz.diff() > 0).all()
    assert 50 < float(model.bands_hz[0]) < float(model.bands_hz[-1]) < 14_000
    mel = model.model.audio_branch.logmel_extractor(model.power(sine(float(model.bands_hz[band])))[:, None])
    assert int(mel.mean(dim=(0, 1, 2)).argmax()) == band


# Memory, which on the processor nobody can fill on purpose


def forgetful(patch: pytest.MonkeyPatch, holds: int, failures: int = 99) -> list[int]:
    """Let hearing fail, so many times, for more sounds than memory holds. How many it was given each time."""
    asked: list[int] = []
    hear = Clap._hear

    def hearing(self: Clap, power: Tensor) -> Tensor:
        asked.append(len(power))
        if len(power) > holds and len(asked) <= failures:
            raise torch.OutOfMemoryError("no more memory")
        return hear(self, power)

    patch.setattr(Clap, "_hear", hearing)
    return asked


@pytest.fixture(scope="module")
def three(model: Clap) -> tuple[Tensor, Tensor]:
    """The power of three sounds and their embeddings."""
    power = model.power(torch.cat([sine(200), sine(900), sine(4000)]))
    return power, model.hear_power(power)


def test_sounds_that_do_not_fit_together_are_heard_in_parts(
    model: Clap, three: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = forgetful(monkeypatch, holds=1)
    assert torch.allclose(model.hear_power(three[0]), three[1], atol=1e-5)
    assert asked == [3, 2, 1, 1, 1]
    assert "3 sounds do not fit" in caplog.text


def test_where_a_gpu_does_not_hold_one_sound_the_processor_goes_on(
    model: Clap, three: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = forgetful(monkeypatch, holds=0, failures=3)
    on_gpu = Clap(model.model, model.tokenizer, torch.device("cuda"))
    assert torch.allclose(on_gpu.hear_power(three[0]), three[1], atol=1e-5)
    assert asked == [3, 2, 1, 3]
    assert "goes on on the processor" in caplog.text


def test_where_the_processor_does_not_hold_one_sound_it_ends(
    model: Clap, three: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful(monkeypatch, holds=0)
    with pytest.raises(torch.OutOfMemoryError):
        model.hear_power(three[0])


@pytest.mark.slow
def test_the_larger_architecture_loads_hears_and_has_a_gradient(
    tmp_path_factory: pytest.TempPathFactory, sound: Tensor
) -> None:
    model = clap.load(write_checkpoint(tmp_path_factory.mktemp("base"), "HTSAT-base"), CPU)
    samples = clip(sound).requires_grad_(True)
    heard = model.hear(samples)
    heard[0, 0].backward()
    assert float(heard.detach().norm()) == pytest.approx(1, abs=1e-5)
    assert samples.grad is not None
    assert torch.isfinite(samples.grad).all()
    assert samples.grad.abs().max() > 0
    assert not torch.allclose(*model.read(["this sound is warm", "this sound is not warm"]), atol=1e-4)
