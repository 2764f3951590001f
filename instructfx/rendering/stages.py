"""What a chain makes of one sound, effect by effect: what stands before the first change is not rendered again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from torch import Tensor

from instructfx.chain import Chain
from instructfx.effects.spec import Effect, Settings


@dataclass(frozen=True)
class Stage:
    """An effect with its settings, and the sound (1, channels, frames) behind it."""

    effect: Effect
    settings: Mapping[str, float]
    sound: Tensor


class Stages:
    """One dry sound (1, channels, frames), from a frame of the track on, and what the last chain made of it.

    Whoever moves one effect again and again, a search or a hand on a knob, waits for that effect and those behind it.
    """

    def __init__(self, samples: Tensor, sample_rate: int, first_frame: int) -> None:
        self._samples = samples
        self._sample_rate = sample_rate
        self._first_frame = first_frame
        self._last: tuple[Stage, ...] = ()

    def through(self, chain: Chain, settings: Sequence[Settings]) -> Tensor:
        """The sound through the chain with these settings, one mapping a slot: (batch, channels, frames).

        Remembered up to the first effect whose settings are many or have a gradient.
        """
        heard = [(slot.effect, values) for slot, values in zip(chain.slots, settings, strict=True) if slot.heard]
        at_rest = [(effect, _plain(values)) for effect, values in takewhile(_rests, heard)]
        stages = [stage for stage, _ in takewhile(_alike, zip(self._last, at_rest, strict=False))]
        samples = stages[-1].sound if stages else self._samples
        for effect, values in heard[len(stages) :]:
            samples = effect.render(samples, self._sample_rate, values, self._first_frame)
            if len(stages) < len(at_rest):
                stages.append(Stage(*at_rest[len(stages)], samples))
        self._last = tuple(stages)
        return samples


def _rests(heard: tuple[Effect, Settings]) -> bool:
    """Whether there is one set of settings, from which nobody learns."""
    return all(len(values) == 1 and not values.requires_grad for values in heard[1].values())


def _alike(pair: tuple[Stage, tuple[Effect, Mapping[str, float]]]) -> bool:
    stage, now = pair
    return (stage.effect, stage.settings) == now


def _plain(settings: Settings) -> Mapping[str, float]:
    return {name: float(value) for name, value in settings.items()}
