"""Renderers of linear effects by FFT convolution with an impulse response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from instructfx.device import CPU
from instructfx.effects.memoryless import as_tensors, per_sound
from instructfx.effects.spec import Settings, Stream

ImpulseResponse = Callable[[Settings, int, int, torch.device], Tensor]
"""(settings, sample_rate, channels, device) -> (batch, channels or 1, taps), float32, on that device."""

FEW = 16  # taps are few when the sound is so many times as long
STREAM_FRAMES = 1 << 17  # how much of a long sound is transformed at once
KEPT = 4  # impulse responses that are remembered, a few megabytes each


@dataclass(frozen=True)
class Convolution:
    """Convolves with `impulse_response`, then mixes dry and wet where the effect has a `mix`."""

    impulse_response: ImpulseResponse

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings) -> Tensor:
        taps = self._taps(settings, sample_rate, samples.shape[1], samples.device).to(samples)
        wet = convolve(samples, taps)[..., : samples.shape[-1]]
        if "mix" not in settings:
            return wet
        mix = per_sound(settings["mix"], samples)
        return (1 - mix) * samples + mix * wet

    def _taps(self, settings: Settings, sample_rate: int, channels: int, device: torch.device) -> Tensor:
        """The impulse response; kept for a while where it is that of one set of settings that nobody learns from."""
        if any(values.requires_grad or len(values) > 1 for values in settings.values()):
            return self.impulse_response(settings, sample_rate, channels, device)
        resting = tuple((name, float(values)) for name, values in settings.items())
        return _kept(self.impulse_response, resting, sample_rate, channels, device)

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        with torch.no_grad():
            taps = self.impulse_response(as_tensors(settings), sample_rate, channels, CPU)[0]
            if "mix" in settings:
                taps = settings["mix"] * taps
                taps[:, 0] += 1 - settings["mix"]
        return _ConvolutionStream(taps)


@lru_cache(maxsize=KEPT)
def _kept(
    impulse_response: ImpulseResponse,
    settings: tuple[tuple[str, float], ...],
    sample_rate: int,
    channels: int,
    device: torch.device,
) -> Tensor:
    """The same taps for the same settings: a search, or a hand on one knob, leaves most effects as they are."""
    with torch.no_grad():
        return impulse_response(as_tensors(dict(settings)), sample_rate, channels, device)


def convolve(samples: Tensor, taps: Tensor) -> Tensor:
    """Full linear convolution along the last axis, (..., frames) and (..., taps) -> (..., frames + taps - 1).

    Few taps go block by block, which is quicker: overlap-add (Stockham 1966).
    """
    frames = samples.shape[-1] + taps.shape[-1] - 1
    if taps.shape[-1] * FEW > samples.shape[-1]:
        return _filtered(samples, taps, fast_length(frames))[..., :frames]
    size = fast_length(4 * taps.shape[-1])
    length = size - taps.shape[-1] + 1
    count = -(-frames // length)
    blocks = pad(samples, (0, count * length - samples.shape[-1])).unflatten(-1, (count, length))
    sounds, rings = _filtered(blocks, taps[..., None, :], size).split((length, taps.shape[-1] - 1), dim=-1)
    joined = sounds + pad(rings[..., :-1, :], (0, length - rings.shape[-1], 1, 0))
    return joined.flatten(-2)[..., :frames]


def _filtered(samples: Tensor, taps: Tensor, size: int) -> Tensor:
    return torch.fft.irfft(torch.fft.rfft(samples, size) * torch.fft.rfft(taps, size), size)


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
