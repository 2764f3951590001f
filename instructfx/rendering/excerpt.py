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


@dataclass(frozen=True)
class Excerpt:
    """The dry sound that is listened to: samples (1, channels, frames) at sample_rate, from a frame of the track on."""

    samples: Tensor
    sample_rate: int
    first_frame: int = 0

    @cached_property
    def _energy(self) -> Tensor:
        return k_energy(self.samples, self.sample_rate)

    def on(self, device: torch.device) -> Excerpt:
        """The same sound on a device."""
        return self if self.samples.device == device else replace(self, samples=self.samples.to(device))

    def heard(self, chain: Chain, settings: Sequence[Settings] | None = None) -> Tensor:
        """The excerpt through the chain, loudness-matched: (batch, channels, frames)."""
        settings = settings or chain.tensors()
        rendered = chain.apply(self.samples, self.sample_rate, settings, self.first_frame)
        return self.at_its_level(rendered, chain, settings)

    def at_its_level(self, rendered: Tensor, chain: Chain, settings: Sequence[Settings]) -> Tensor:
        """What the chain with these settings made of the excerpt, loudness-matched; (batch, channels, frames)."""
        return levelled(rendered, self._energy, asked_gain_db(chain, settings), self.sample_rate)
