"""Ears: what turns a goal into a loss on sound, and sound into readings for people."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from instructfx.ears.axes import AXES
from instructfx.ears.goal import NOTHING_STANDS, Goal, Limit, Standing
from instructfx.errors import InstructionError

if TYPE_CHECKING:  # importing torch takes a second, which naming the ears does not need
    import torch
    from torch import Tensor


class Objective(Protocol):
    """A loss on sound."""

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        """(batch, channels, frames) at the ear's sample rate -> losses (batch,), differentiable.

        moved (batch,) is the squared distance, in the unit cube, of the settings from those that came in; none
        is no distance.
        """


class Ear(Protocol):
    """Judges sound."""

    @property
    def name(self) -> str:
        """What the ear is called."""

    @property
    def sample_rate(self) -> int:
        """At what rate it hears, in Hz."""

    @property
    def device(self) -> torch.device:
        """Where it hears; a search takes its sound there."""

    @property
    def reads(self) -> bool:
        """Whether it understands any text, or only the named axes."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what it learned; empty where it learned nothing."""

    @property
    def threads(self) -> int:
        """With how many threads it is computed, on every machine: the last digits depend on that."""

    def objective(self, goal: Goal, before: Tensor, standing: Standing = NOTHING_STANDS) -> Objective:
        """The loss that a goal means after the sound `before`, (1, channels, frames) at sample_rate; what stands of
        earlier wishes is to stay."""

    def describe(self, audio: Tensor) -> dict[str, float]:
        """Named readings of one sound, (1, channels, frames) at sample_rate."""

    def with_loss(self, loss: str, avoid: str = "") -> Ear:
        """The same ear with another of its losses, and words to avoid beside it; InstructionError for an ear that has
        no choice of losses, for a loss that there is none of, and for one that reads no words to avoid."""


EARS = ("perceptual", "clap")


def usual_ear() -> str:
    """INSTRUCTFX_EAR, else clap where its checkpoint is present, else perceptual."""
    from instructfx.ears.checkpoints import is_present

    return os.environ.get("INSTRUCTFX_EAR") or ("clap" if is_present() else "perceptual")


def ear_named(name: str = "", device: str = "") -> Ear:
    """The ear of that name, or the usual one, on that device, or INSTRUCTFX_DEVICE.

    Where neither is given, clap hears on the fastest device and perceptual, whose steps are small, on the processor.

    Raises InstructionError for a name or device that there is none of, EarError where a checkpoint is missing.
    """
    name = name or usual_ear()
    if name == "perceptual":
        from instructfx.ears.perceptual import PerceptualEar
        from instructfx.effects.device import device_named

        return PerceptualEar(device_named(device or os.environ.get("INSTRUCTFX_DEVICE", "") or "cpu"))
    if name == "clap":
        return judging_as("usual", "", None, device)
    raise InstructionError(f"there is no ear {name!r}; there is {', '.join(EARS)}")


def judging_as(loss: str, negative: str, weight: float | None, device: str = "") -> Ear:
    """The ear clap with another loss than its usual one: see ClapEar. weight None is its usual one."""
    from instructfx.ears.clap_ear import HARM_WEIGHT, ClapEar, loss_named
    from instructfx.effects.device import device_named

    chosen = device_named(device or os.environ.get("INSTRUCTFX_DEVICE", ""))
    beside = HARM_WEIGHT if weight is None else weight
    return ClapEar(loss=loss_named(loss), negative=negative, weight=beside, device=chosen)


__all__ = [
    "AXES",
    "EARS",
    "NOTHING_STANDS",
    "Ear",
    "Goal",
    "Limit",
    "Objective",
    "Standing",
    "ear_named",
    "judging_as",
    "usual_ear",
]
