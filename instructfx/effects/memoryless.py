"""Renderers of effects without memory: each output frame depends on that input frame alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from instructfx.effects.device import brought
from instructfx.effects.spec import Settings, Stream


@dataclass(frozen=True)
class Memoryless:
    """Renders `function(samples (batch, channels, frames), settings) -> same shape`."""

    function: Callable[[Tensor, Settings], Tensor]

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        return self.function(samples, settings)

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        return _MemorylessStream(self.function, as_tensors(settings))


@dataclass(frozen=True)
class _MemorylessStream:
    function: Callable[[Tensor, Settings], Tensor]
    settings: Settings

    def push(self, block: Tensor) -> Tensor:
        return self.function(block[None], self.settings)[0]

    def finish(self) -> Tensor:
        return torch.zeros(0)


def as_tensors(settings: Mapping[str, float]) -> dict[str, Tensor]:
    """One set of settings as a batch of one."""
    return {name: torch.tensor([value], dtype=torch.float64) for name, value in settings.items()}


def per_sound(values: Tensor, samples: Tensor) -> Tensor:
    """Settings (batch,) as they multiply samples (batch, channels, frames): their shape, type and device."""
    return brought(values, samples)[:, None, None]
