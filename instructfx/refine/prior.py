"""What settings are plausible: a Gaussian over the unit cube, estimated from presets by tools/make_prior.py."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob

PRIOR = 0.01
FAR = 4.0  # deviations: 6 dB of an equaliser's band, and further than any preset goes
STEEP = 12.0  # how much more each deviation costs beyond that
NUMBER = re.compile(r"_[0-9]+$")  # behind the effect, in the id of a slot


@dataclass(frozen=True)
class Prior:
    """weight * sum over knobs of z^2 / 2 + STEEP * max(|z| - FAR, 0)^2, z = (unit - mean) / deviation: what a search
    pays for settings that no preset has.

    Knobs of which no preset says anything cost nothing.
    """

    weight: float = PRIOR

    def of_chain(self, chain: Chain) -> float:
        """What the settings of a chain cost that a search may move."""
        knobs = chain.knobs(chain.ids)
        return float(self(knobs, torch.tensor([chain.to_unit(knobs)], dtype=torch.float64))[0])

    def __call__(self, knobs: Sequence[Knob], unit: Tensor) -> Tensor:
        """What knobs cost at unit (batch, knobs), (batch,), differentiable."""
        known = [_table().get(NUMBER.sub("", knob.slot), {}).get(knob.param.name) for knob in knobs]
        mean = torch.tensor([each[0] if each else 0.0 for each in known], dtype=torch.float64)
        precision = torch.tensor([1 / each[1] if each else 0.0 for each in known], dtype=torch.float64)
        away = precision * (unit.double() - mean).abs()
        return self.weight * (away.square() / 2 + STEEP * (away - FAR).clamp(min=0).square()).sum(dim=1)


NO_PRIOR = Prior(0.0)


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, tuple[float, float]]]:
    text = (resources.files("instructfx.refine") / "prior.toml").read_text(encoding="utf-8")
    return {
        effect: {setting: (float(mean), float(deviation)) for setting, (mean, deviation) in settings.items()}
        for effect, settings in tomllib.loads(text).items()
    }
