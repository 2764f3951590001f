"""What holds for every effect, whatever it does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio, resample
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.spec import Settings

RATES = (8_000, 22_050, 44_100, 96_000, 192_000)
RATE = 44_100

by_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
by_setting = pytest.mark.parametrize(
    ("effect", "name"), [pytest.param(e, p.name, id=f"{e.name}-{p.name}") for e in EFFECTS.values() for p in e.params]
)


@pytest.fixture(scope="module")
def sound(music: Audio) -> Tensor:
    """One second of stereo music, (1, 2, frames)."""
    return torch.from_numpy(music.samples[:, 4 * RATE : 5 * RATE].copy())[None]


def telling(effect: Effect, **changed: float) -> Settings:
    return as_tensors(effect.complete({**effect.telling, **changed}))


def relative_difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).square().mean().sqrt() / other.square().mean().sqrt().clamp(min=1e-9))


@by_effect
def test_the_declaration_is_complete(effect: Effect) -> None:
    """A role, what it is good for and how it is called; and settings, none at an end, at which the others are heard."""
    assert effect.role != "other"
    assert effect.heuristics.reach
    assert effect.words.nicknames
    assert effect.standalone is not None
    for name, value in effect.telling.items():
        param = effect.param(name)
        assert param.stepped or param.low < param.clamp(value) < param.high


@pytest.mark.parametrize("channels", [1, 2], ids=["mono", "stereo"])
@pytest.mark.parametrize("sample_rate", RATES)
@by_effect
def test_shape_is_kept_and_samples_stay_finite(effect: Effect, sample_rate: int, channels: int, music: Audio) -> None:
    samples = resample(music.samples[:channels, :RATE], RATE, sample_rate)[:, : sample_rate // 4]
    dry = torch.from_numpy(samples)[None]
    for settings in (as_tensors(effect.defaults()), telling(effect)):
        rendered = effect.render(dry, sample_rate, settings)
        assert rendered.shape == dry.shape
        assert rendered.dtype == torch.float32
        assert torch.isfinite(rendered).all()
        assert rendered.abs().max() < 20


@by_effect
def test_rendering_twice_gives_the_same_samples(effect: Effect, sound: Tensor) -> None:
    first, second = (effect.render(sound, RATE, telling(effect)) for _ in range(2))
    assert torch.equal(first, second)


@by_effect
def test_the_global_random_generators_are_left_alone(effect: Effect, sound: Tensor) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    effect.render(sound[..., :2000], RATE, telling(effect))
    assert torch.equal(torch.rand(3), expected)


@by_effect
def test_the_input_is_left_untouched(effect: Effect, sound: Tensor) -> None:
    dry = sound.clone()
    rendered = effect.render(dry, RATE, telling(effect))
    rendered.mul_(2)
    assert torch.equal(dry, sound)


@by_effect
def test_silence_stays_silence(effect: Effect) -> None:
    rendered = effect.render(torch.zeros(1, 2, 4_000), RATE, telling(effect))
    assert rendered.abs().max() < 1e-6


@by_effect
def test_one_frame_is_enough(effect: Effect) -> None:
    rendered = effect.render(torch.full((1, 2, 1), 0.1), RATE, telling(effect))
    assert rendered.shape == (1, 2, 1)
    assert torch.isfinite(rendered).all()


def random_settings(effect: Effect, count: int, seed: int) -> list[dict[str, float]]:
    rng = np.random.default_rng(seed)
    return [
        {param.name: param.from_unit(float(rng.uniform(0.1, 0.7))) for param in effect.params} for _ in range(count)
    ]


def batched(rows: list[dict[str, float]]) -> Settings:
    return {name: torch.tensor([row[name] for row in rows], dtype=torch.float64) for name in rows[0]}


@by_effect
def test_a_batch_of_settings_equals_one_by_one(effect: Effect, sound: Tensor) -> None:
    dry = sound[..., : RATE // 2]
    rows = random_settings(effect, 3, seed=1)
    batch = effect.render(dry, RATE, batched(rows))
    assert batch.shape == (3, 2, dry.shape[-1])
    for rendered, settings in zip(batch, rows, strict=True):
        alone = effect.render(dry, RATE, as_tensors(settings))[0]
        assert relative_difference(rendered, alone) < 1e-5  # FFTs of other lengths round otherwise


@by_effect
def test_a_batch_of_sounds_equals_one_by_one(effect: Effect, sound: Tensor) -> None:
    dry = torch.cat([sound[..., :8_000], 0.3 * sound[..., 8_000:16_000]])
    for settings in (telling(effect), batched(random_settings(effect, 2, seed=2))):
        batch = effect.render(dry, RATE, settings)
        for index, rendered in enumerate(batch):
            own = {name: values[index % len(values)][None] for name, values in settings.items()}
            alone = effect.render(dry[index : index + 1], RATE, own)[0]
            assert relative_difference(rendered, alone) < 1e-5


@pytest.mark.parametrize("channels", [1, 2], ids=["mono", "stereo"])
@pytest.mark.parametrize(
    "sizes", [(1, 2, 3, 700, 11_111), (4_096,), (44_100,), (513, 0, 20_000)], ids=["odd", "4096", "whole", "empty too"]
)
@by_effect
def test_streaming_equals_whole(effect: Effect, sizes: tuple[int, ...], channels: int, sound: Tensor) -> None:
    dry = sound[:, :channels]
    settings = effect.complete(effect.telling)
    whole = effect.render(dry, RATE, as_tensors(settings))[0]
    stream = effect.render.stream(RATE, channels, settings)
    parts, position = [], 0
    for size in itertools.cycle(sizes):
        parts.append(stream.push(dry[0, :, position : position + size]))
        position += size
        if position >= dry.shape[-1]:
            break
    rest = stream.finish()
    streamed = torch.cat([*parts, rest] if rest.shape[-1] else parts, dim=-1)
    assert streamed.shape == whole.shape
    assert relative_difference(streamed, whole) < 1e-5


@by_setting
def test_every_setting_is_audible(effect: Effect, name: str, sound: Tensor) -> None:
    """From one end of its range to the other, the sound changes by more than -40 dB."""
    param = effect.param(name)
    low, high = (effect.render(sound, RATE, telling(effect, **{name: end})) for end in (param.low, param.high))
    assert relative_difference(low, high) > 0.01


@by_setting
def test_gradients_reach_the_settings_of_differentiable_effects_and_no_others(
    effect: Effect, name: str, sound: Tensor
) -> None:
    settings = {key: values.requires_grad_(key == name) for key, values in telling(effect).items()}
    rendered = effect.render(sound, RATE, settings)
    if not effect.differentiable or effect.param(name).stepped:
        assert not rendered.requires_grad
        return
    weights = torch.randn(rendered.shape, generator=torch.Generator().manual_seed(1))
    (gradient,) = torch.autograd.grad((rendered * weights).sum(), settings[name])
    assert torch.isfinite(gradient).all()
    assert gradient.abs().item() > 0


@pytest.mark.parametrize(
    ("effect", "name"),
    [
        pytest.param(effect, param.name, id=f"{effect.name}-{param.name}")
        for effect in EFFECTS.values()
        for param in effect.params
        if effect.differentiable and not param.stepped
    ],
)
def test_gradients_are_the_slope_of_the_loss(effect: Effect, name: str, sound: Tensor) -> None:
    def loss(value: Tensor) -> Tensor:
        rendered = effect.render(sound, RATE, {**telling(effect), name: value}).double()
        return (rendered[:, 0].square().sum() + 0.5 * (rendered[:, 1] * sound[:, 1]).sum()) / sound.square().sum()

    centre = telling(effect)[name].requires_grad_()
    (gradient,) = torch.autograd.grad(loss(centre), centre)
    step = 1e-3 * (effect.param(name).high - effect.param(name).low)
    with torch.no_grad():
        slope = (loss(centre + step) - loss(centre - step)) / (2 * step)
    assert gradient.item() == pytest.approx(slope.item(), rel=0.05, abs=2e-4)  # float32 audio, a finite step


@by_effect
def test_the_gradient_to_the_input(effect: Effect, sound: Tensor) -> None:
    """Exact where an effect is differentiable, the identity where it is straight through, none elsewhere."""
    dry = sound[..., :8_000].clone().requires_grad_()
    rendered = effect.render(dry, RATE, telling(effect))
    weights = torch.randn(rendered.shape, generator=torch.Generator().manual_seed(1))
    if effect.straight_through:
        (gradient,) = torch.autograd.grad((rendered * weights).sum(), dry)
        assert torch.equal(gradient, weights)
    elif effect.differentiable:
        (gradient,) = torch.autograd.grad((rendered * weights).sum(), dry)
        assert torch.isfinite(gradient).all()
        linear = (gradient * dry).sum()  # every differentiable effect is linear: its slope is its value
        assert linear.item() == pytest.approx((rendered * weights).sum().item(), rel=1e-3, abs=1e-2)
    else:
        assert not rendered.requires_grad


def test_which_effects_are_differentiable_and_straight_through() -> None:
    differentiable = {name for name, effect in EFFECTS.items() if effect.differentiable}
    assert {"eq", "reverb", "stereo_width", "panner", "gain"} <= differentiable
    opaque = {name for name, effect in EFFECTS.items() if not effect.differentiable and not effect.straight_through}
    assert opaque <= {"pitch_shift"}
    assert not any(effect.differentiable and effect.straight_through for effect in EFFECTS.values())


@by_effect
def test_straight_through_is_exact_forward(effect: Effect, sound: Tensor) -> None:
    """With and without a gradient the samples are the same, to the last bit."""
    with_gradient = effect.render(sound[..., :8_000].clone().requires_grad_(), RATE, telling(effect))
    assert torch.equal(with_gradient.detach(), effect.render(sound[..., :8_000], RATE, telling(effect)))


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 192_000])
@by_effect
def test_extremes_stay_finite(effect: Effect, sample_rate: int) -> None:
    """Every setting alone at each end, all of them at each end, and four random corners."""
    rng = np.random.default_rng(8)
    dry = torch.from_numpy(np.float32(rng.uniform(-1, 1, (1, 2, 2_000))))
    ends = {param.name: (param.low, param.high) for param in effect.params}
    corners = [{name: end} for name, both in ends.items() for end in both]
    corners += [{name: both[side] for name, both in ends.items()} for side in (0, 1)]
    random = [{name: both[rng.integers(2)] for name, both in ends.items()} for _ in range(4)]
    if effect.name == "reverb" and sample_rate > 8_000:  # whose ten seconds cost a second each
        random = [{**corner, "decay_seconds": 0.1} for corner in random]
        corners = [{**corner, "decay_seconds": 0.1} for corner in corners] if sample_rate > 44_100 else corners
    corners += random
    for corner in {tuple(sorted(corner.items())): corner for corner in corners}.values():
        rendered = effect.render(dry, sample_rate, as_tensors(effect.complete(corner)))
        assert torch.isfinite(rendered).all(), corner


@by_effect
def test_tails_are_finite_and_not_negative(effect: Effect) -> None:
    for end in ("low", "high", "default"):
        tail = effect.tail_seconds({param.name: float(getattr(param, end)) for param in effect.params})
        assert 0 <= tail <= 12


@pytest.mark.parametrize(
    "name", [e.name for e in EFFECTS.values() if e.tail_seconds({**e.defaults(), **e.telling}) > 0]
)
def test_after_the_tail_it_is_quiet(name: str) -> None:
    """What rings on after the tail is 50 dB below the whole."""
    effect = EFFECTS[name]
    for settings in (effect.defaults(), effect.complete(effect.telling)):
        tail = round(effect.tail_seconds(settings) * RATE)
        dry = torch.zeros(1, 2, tail + RATE)
        dry[..., :100] = torch.randn(100, generator=torch.Generator().manual_seed(1))
        wet = effect.render(dry, RATE, as_tensors({**settings, "mix": 1.0}))
        after = wet[..., tail + 200 :].square().sum() / wet.square().sum()
        assert 10 * np.log10(float(after) + 1e-12) < -50


@pytest.mark.parametrize("mix", [0.0, 0.3, 0.75, 1.0])
@pytest.mark.parametrize("name", [name for name, effect in EFFECTS.items() if "mix" in effect.defaults()])
def test_the_mix_law(name: str, mix: float, sound: Tensor) -> None:
    """(1 - mix) * dry + mix * wet, for every effect that has a mix."""
    effect = EFFECTS[name]
    wet = effect.render(sound, RATE, telling(effect, mix=1.0))
    mixed = effect.render(sound, RATE, telling(effect, mix=mix))
    torch.testing.assert_close(mixed, (1 - mix) * sound + mix * wet, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", [name for name, effect in EFFECTS.items() if effect.response is not None])
@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 96_000])
def test_a_declared_response_is_the_spectrum_of_the_rendered_impulse(name: str, sample_rate: int) -> None:
    effect = EFFECTS[name]
    assert effect.response is not None
    impulse = torch.zeros(1, 1, 1 << 17)
    impulse[..., 0] = 1
    frequencies_hz = torch.fft.rfftfreq(impulse.shape[-1], 1 / sample_rate)
    rows = [effect.complete(effect.telling), *random_settings(effect, 3, seed=3)]
    for settings in map(as_tensors, rows):
        measured = torch.fft.rfft(effect.render(impulse, sample_rate, settings)[0, 0].double()).abs()
        declared = effect.response(settings, sample_rate, frequencies_hz)[0]
        difference_db = 20 * (measured.clamp(min=1e-6) / declared.clamp(min=1e-6)).log10()
        assert difference_db.abs().max() < 0.1
