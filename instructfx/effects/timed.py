"""Renderers of effects that depend on time: where in the track a frame lies decides what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from instructfx.effects.memoryless import as_tensors
from instructfx.effects.spec import Settings, Stream


@dataclass(frozen=True)
class Place:
    """Where samples lie in their track: at which rate, and which frame of it is their first."""

    sample_rate: int
    first_frame: int = 0

    def seconds(self, frames: int) -> Tensor:
        """The time of each frame since the track began, (frames,), float64, on the processor."""
        return (self.first_frame + torch.arange(frames, dtype=torch.float64)) / self.sample_rate


Function = Callable[[Tensor, Settings, Place], Tensor]
"""(samples (batch, channels, frames), settings, their place) -> same shape; no frame may depend on another."""


@dataclass(frozen=True)
class Timed:
    """Renders a function of time: a whole track, its blocks and any part of it sound the same where they overlap."""

    function: Function

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        return self.function(samples, settings, Place(sample_rate, first_frame))

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        return _TimedStream(self.function, sample_rate, as_tensors(settings))


@dataclass
class _TimedStream:
    function: Function
    sample_rate: int
    settings: Settings
    position: int = field(default=0)

    def push(self, block: Tensor) -> Tensor:
        place = Place(self.sample_rate, self.position)
        self.position += block.shape[-1]
        return self.function(block[None], self.settings, place)[0]

    def finish(self) -> Tensor:
        return torch.zeros(0)
