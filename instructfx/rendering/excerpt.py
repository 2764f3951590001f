"""What a person hears of a chain: the excerpt through it, at the level law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.effects.spec import Settings
from instructfx.rendering.level import asked_gain_db, k_energy, levelled
from instructfx.rendering.stages import Stages


@dataclass(frozen=True)
class Excerpt:
    """The dry sound that is listened to: samples (1, channels, frames) at sample_rate, from a frame of the track on.

    What the last chain made of it is remembered, effect by effect: see `Stages`.
    """

    samples: Tensor
    sample_rate: int
    first_frame: int = 0

    @cached_property
    def _energy(self) -> Tensor:
        return k_energy(self.samples, self.sample_rate)

    @cached_property
    def _stages(self) -> Stages:
        return Stages(self.samples, self.sample_rate, self.first_frame)

    def on(self, device: torch.device) -> Excerpt:
        """The same sound on a device."""
        return self if self.samples.device == device else replace(self, samples=self.samples.to(device))

    def heard(self, chain: Chain, settings: Sequence[Settings] | None = None) -> Tensor:
        """The excerpt through the chain, loudness-matched: (batch, channels, frames)."""
        settings = settings or chain.tensors()
        rendered = self._stages.through(chain, settings)
        return levelled(rendered, self._energy, asked_gain_db(chain, settings), self.sample_rate)
