"""Renderers of linear effects by FFT convolution with an impulse response."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from instructfx.effects.device import CPU
from instructfx.effects.memoryless import as_tensors, per_sound
from instructfx.effects.spec import ImpulseResponse, Settings, Stream

REFERENCE_RATE = 44_100
"""What an effect is at this rate, at which the built-in ear listens, it is at every other."""
FAINTEST = 1e-6  # of a magnitude: a response that is zero has no logarithm
GUARD_FRAMES = 1024  # behind a response that is carried over: room for what rings before it
FEW = 16  # taps are few when the sound is so many times as long
STREAM_FRAMES = 1 << 17  # how much of a long sound is transformed at once
REMEMBERED = 4  # kernels, of five megabytes or so for ten seconds at 44.1 kHz


def each_its_own(settings: Settings) -> Tensor:
    """Each channel goes through its own impulse response."""
    return torch.zeros(1, dtype=torch.bool)


@dataclass(frozen=True)
class Convolution:
    """Convolves with `impulse_response`, then mixes dry and wet where the effect has a `mix`.

    straight_through: the settings have no gradient, and backward is the identity. of_mean(settings), (batch,): whether
    all channels hear the mean of all, and not each its own.
    """

    impulse_response: ImpulseResponse
    straight_through: bool = False
    of_mean: Callable[[Settings], Tensor] = each_its_own

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        if not self.straight_through:
            return self._heard(samples, sample_rate, settings)
        with torch.no_grad():
            held = {name: values.detach() for name, values in settings.items()}
            heard = self._heard(samples.detach(), sample_rate, held)
        return heard + (samples - samples.detach())

    def _heard(self, samples: Tensor, sample_rate: int, settings: Settings) -> Tensor:
        kernel = self._kernel(settings, sample_rate, samples)
        wet = convolved(self._entering(samples, settings), kernel)[..., : samples.shape[-1]]
        if "mix" not in settings:
            return wet
        mix = per_sound(settings["mix"], samples)
        return (1 - mix) * samples + mix * wet

    def _entering(self, samples: Tensor, settings: Settings) -> Tensor:
        of_mean = self.of_mean(settings)
        if not of_mean.any():
            return samples
        return torch.where(of_mean[:, None, None].to(samples.device), samples.mean(1, keepdim=True), samples)

    def _kernel(self, settings: Settings, sample_rate: int, samples: Tensor) -> Kernel:
        """The impulse response; remembered where it is that of one set of settings that nobody learns from."""
        channels, frames, device = samples.shape[1], samples.shape[2], samples.device
        if samples.dtype != torch.float32 or any(v.requires_grad or len(v) > 1 for v in settings.values()):
            return Kernel.of(self.impulse_response(settings, sample_rate, channels, device).to(samples), frames)
        resting = tuple((name, float(values)) for name, values in settings.items() if name != "mix")
        return _remembered(self.impulse_response, resting, sample_rate, channels, device, frames)

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        values, mix = as_tensors(settings), settings.get("mix", 1.0)
        with torch.no_grad():
            taps = mix * self.impulse_response(values, sample_rate, channels, CPU)[0]
        if self.of_mean(values).any():
            return _MeanStream(_ConvolutionStream(taps), 1 - mix)
        taps[:, 0] += 1 - mix
        return _ConvolutionStream(taps)


@dataclass(frozen=True)
class Kernel:
    """Taps (..., taps) as a spectrum, ready for sounds of so many frames.

    Few taps go block by block, which is quicker: overlap-add (Stockham 1966). block is how many frames of the sound
    are transformed at once, 0 for all of them.
    """

    spectrum: Tensor
    taps: int
    size: int
    block: int

    @classmethod
    def of(cls, taps: Tensor, frames: int) -> Kernel:
        """The kernel of an impulse response."""
        count = taps.shape[-1]
        if count * FEW > frames:
            size = fast_length(frames + count - 1)
            return cls(torch.fft.rfft(taps, size), count, size, 0)
        size = fast_length(4 * count)
        return cls(torch.fft.rfft(taps[..., None, :], size), count, size, size - count + 1)


@lru_cache(maxsize=REMEMBERED)
def _remembered(
    impulse_response: ImpulseResponse,
    settings: tuple[tuple[str, float], ...],
    sample_rate: int,
    channels: int,
    device: torch.device,
    frames: int,
) -> Kernel:
    """The same for the same settings: a search, or a hand on one knob, leaves most effects as they are."""
    with torch.no_grad():
        return Kernel.of(impulse_response(as_tensors(dict(settings)), sample_rate, channels, device).float(), frames)


def matched(own: Tensor, reference: Tensor, sample_rate: int) -> Tensor:
    """The complex response `own` of a filter at a sample rate, brought to the magnitude that it has at REFERENCE_RATE.

    Both (batch, bins), of an even Fourier transform. Filters of biquads bend towards the Nyquist frequency, wherever
    that is. The correction has the least phase that its magnitude allows, by the folded cepstrum (Oppenheim and Schafer
    1989, 12.3), so that nothing sounds before the sound.
    """
    if sample_rate == REFERENCE_RATE:
        return own
    size = 2 * (own.shape[-1] - 1)
    inner = reference[..., 1:-1] / own[..., 1:-1].abs()
    ratio = torch.cat([inner[..., :1], inner, inner[..., -1:]], dim=-1).clamp(
        FAINTEST, 1 / FAINTEST
    )  # 0 / 0 at the ends
    once, twice, never = torch.ones(1), torch.full((size // 2 - 1,), 2.0), torch.zeros(size // 2 - 1)
    folding = torch.cat([once, twice, once, never]).to(ratio)
    return own * torch.fft.rfft(torch.fft.irfft(ratio.log(), size) * folding).exp()


def carried(taps: Tensor, sample_rate: int) -> Tensor:
    """An impulse response (..., taps) at REFERENCE_RATE as one at another rate that sounds the same.

    Where both rates have a frequency, the response to it is the same; what rings before the first frame is cut.
    """
    if sample_rate == REFERENCE_RATE:
        return taps
    common = math.gcd(REFERENCE_RATE, sample_rate)
    count = fast_length(-(-(taps.shape[-1] + GUARD_FRAMES) * common // REFERENCE_RATE))
    spectrum = torch.fft.rfft(taps, count * REFERENCE_RATE // common)
    size = count * sample_rate // common
    spectrum = pad(spectrum[..., : size // 2 + 1], (0, max(size // 2 + 1 - spectrum.shape[-1], 0)))
    return torch.fft.irfft(spectrum, size)[..., : -(-taps.shape[-1] * sample_rate // REFERENCE_RATE)]


def convolve(samples: Tensor, taps: Tensor) -> Tensor:
    """Full linear convolution along the last axis, (..., frames) and (..., taps) -> (..., frames + taps - 1)."""
    return convolved(samples, Kernel.of(taps, samples.shape[-1]))


def convolved(samples: Tensor, kernel: Kernel) -> Tensor:
    """`convolve` with a kernel that was made for sounds of that length."""
    frames = samples.shape[-1] + kernel.taps - 1
    if not kernel.block:
        return _filtered(samples, kernel)[..., :frames]
    count = -(-frames // kernel.block)
    blocks = pad(samples, (0, count * kernel.block - samples.shape[-1])).unflatten(-1, (count, kernel.block))
    sounds, rings = _filtered(blocks, kernel).split((kernel.block, kernel.taps - 1), dim=-1)
    joined = sounds + pad(rings[..., :-1, :], (0, kernel.block - rings.shape[-1], 1, 0))
    return joined.flatten(-2)[..., :frames]


def _filtered(samples: Tensor, kernel: Kernel) -> Tensor:
    return torch.fft.irfft(torch.fft.rfft(samples, kernel.size) * kernel.spectrum, kernel.size)


def fast_length(frames: int) -> int:
    """The smallest 2^a, 3 * 2^a or 5 * 2^a that is no less than frames: quick for an FFT."""
    power = 1 << max(frames - 1, 1).bit_length()
    candidates = (power, power * 3 // 4, power * 5 // 8)
    return min(size for size in candidates if size >= frames)


class _ConvolutionStream:
    """Overlap-add: each block is convolved whole and its tail is added to the next (Stockham 1966)."""

    def __init__(self, taps: Tensor) -> None:
        self._taps = taps
        self._carry = torch.zeros(taps.shape[0], taps.shape[1] - 1)
        self._size = fast_length(STREAM_FRAMES + taps.shape[1] - 1)
        self._response = torch.fft.rfft(taps, self._size)

    def push(self, block: Tensor) -> Tensor:
        return torch.cat([self._push(part) for part in block.split(STREAM_FRAMES, dim=-1)], dim=-1)

    def _push(self, block: Tensor) -> Tensor:
        frames = block.shape[-1]
        sound = torch.fft.irfft(torch.fft.rfft(block, self._size) * self._response, self._size)
        sound = sound[..., : frames + self._taps.shape[1] - 1]
        carried = self._carry.shape[-1]
        sound[..., :carried] += self._carry
        self._carry = sound[..., frames:].clone()
        return sound[..., :frames]

    def finish(self) -> Tensor:
        return torch.zeros(0)


@dataclass(frozen=True)
class _MeanStream:
    """The mean of all channels through what is wet, and each channel beside it."""

    wet: _ConvolutionStream
    dry: float

    def push(self, block: Tensor) -> Tensor:
        return self.dry * block + self.wet.push(block.mean(0, keepdim=True).expand_as(block))

    def finish(self) -> Tensor:
        return self.wet.finish()
