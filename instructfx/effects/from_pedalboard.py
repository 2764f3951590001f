"""Renderers of effects that pedalboard computes: exact forward, straight-through backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pedalboard
import torch
from torch import Tensor

from instructfx.effects.spec import Settings, Stream

Build = Callable[[Mapping[str, float], int], list[pedalboard.Plugin]]
"""(settings, sample_rate) -> the plugins that make the wet signal alone."""


@dataclass(frozen=True)
class FromPedalboard:
    """Renders the plugins that `build` makes and mixes dry and wet where the effect has a `mix`.

    Backward is the identity, x + (f(x) - x).detach(), so that effects before this one still learn
    (Bengio, Leonard and Courville 2013); `passes_gradient=False` is for effects where that misleads.
    """

    build: Build
    passes_gradient: bool = True

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings) -> Tensor:
        dry = samples.detach().cpu()
        batch = max([dry.shape[0], *(len(values) for values in settings.values())])
        dry = dry.expand(batch, -1, -1)
        rows = []
        for index, sound in enumerate(dry):
            values = {name: float(v.detach()[index % len(v)]) for name, v in settings.items()}
            rows.append(self.stream(sample_rate, sound.shape[0], values).push(sound))
        rendered = torch.stack(rows).to(samples)
        if not self.passes_gradient:
            return rendered
        return samples + (rendered - samples).detach()

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        board = pedalboard.Pedalboard(self.build(settings, sample_rate))
        return _PedalboardStream(board, sample_rate, settings.get("mix", 1.0))


@dataclass(frozen=True)
class _PedalboardStream:
    board: pedalboard.Pedalboard
    sample_rate: int
    mix: float

    def push(self, block: Tensor) -> Tensor:
        dry = np.ascontiguousarray(block.numpy(), dtype=np.float32)
        wet = self.board.process(dry, self.sample_rate, reset=False)
        return torch.from_numpy(np.float32(1 - self.mix) * dry + np.float32(self.mix) * wet)

    def finish(self) -> Tensor:
        return torch.zeros(0)


def below_nyquist(frequency_hz: float, sample_rate: int) -> float:
    """pedalboard's filters blow up at the Nyquist frequency and beyond: stay at 49 % of the rate."""
    return min(frequency_hz, 0.49 * sample_rate)
