"""What several linear effects together do to a spectrum."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob
from instructfx.effects.spec import Settings

EDGE = 1e-4  # knobs stay this far inside the unit cube, where logits are finite


def responses(
    chain: Chain, knobs: Sequence[Knob], settings: Sequence[Settings], sample_rate: int, frequencies_hz: Tensor
) -> Tensor:
    """Joint magnitude of the slots that the knobs belong to, (batch, bins), differentiable."""
    product = torch.ones(1, len(frequencies_hz), dtype=torch.float64)
    moving = {knob.slot for knob in knobs}
    for slot, values in zip(chain.slots, settings, strict=True):
        if slot.id in moving and slot.effect.response is not None:
            product = product * slot.effect.response(values, sample_rate, frequencies_hz)
    return product.clamp(min=1e-6)


def searched(knobs: Sequence[Knob], home: Sequence[float]) -> tuple[Tensor, Tensor]:
    """The ends between which a search from `home` may move knobs, (knobs,) each, in the unit cube."""
    spans = [knob.param.searched(value) for knob, value in zip(knobs, home, strict=True)]
    low, high = torch.tensor(spans, dtype=torch.float64).reshape(len(spans), 2).unbind(dim=1)
    return low, high
