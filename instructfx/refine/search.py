"""What every search needs: the sound, the loss on it, and a record of the best chain truly measured."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob
from instructfx.ears import Objective
from instructfx.effects.device import CPU
from instructfx.refine.prior import NO_PRIOR, Prior
from instructfx.refine.records import Refined, Step, Stopped, Watching
from instructfx.rendering.excerpt import Excerpt

log = logging.getLogger(__name__)
Result = TypeVar("Result")
UNWATCHED = Watching()


@runtime_checkable
class Movable(Protocol):
    """A loss that holds something on a device."""

    @property
    def device(self) -> torch.device:
        """Where that is."""

    def to(self, device: torch.device) -> Objective:
        """The same loss, computed on another device."""


class Search:
    """Measures chains, remembers the best one and reports each step.

    `consider` never lets a worse chain replace a better one, so whatever a refiner tries, what comes out is at
    least as good as what went in. Of chains that are no worse than that, the best is the one whose loss and whose
    settings together cost least.
    """

    def __init__(
        self,
        chain: Chain,
        excerpt: Excerpt,
        objective: Objective,
        watching: Watching = UNWATCHED,
        prior: Prior = NO_PRIOR,
    ) -> None:
        self.excerpt = excerpt
        self.objective = objective
        self.prior = prior
        self._watching = watching
        self._ended: Stopped | None = None
        self._steps: list[Step] = []
        self._home = chain
        self.best = chain
        self.best_loss = self.loss_before = self.where_it_fits(lambda: self.measure(chain))
        self.report(chain, self.best_loss)

    def where_it_fits(self, work: Callable[[], Result]) -> Result:
        """work(); where a device's memory is full, forwards or backwards, once more with everything on the processor.

        A search looks at one sound at a time, so there are no smaller batches to try first; what it found so far
        stays. torch.OutOfMemoryError where everything is on the processor already.
        """
        try:
            return work()
        except torch.OutOfMemoryError:
            movable = isinstance(self.objective, Movable) and self.objective.device != CPU
            if self.excerpt.samples.device == CPU and not movable:
                raise
        # Only here, behind the error and its frames, is the memory free again.
        log.warning("the device's memory does not hold one look at the sound; the search goes on on the processor")
        self.excerpt = self.excerpt.on(CPU)
        if isinstance(self.objective, Movable):
            self.objective = self.objective.to(CPU)
        return work()

    def measure(self, chain: Chain) -> float:
        """The true loss: on the waveform, through the real effects. Infinite where it is no number."""
        with torch.no_grad():
            moved = self.moved(chain, (), torch.zeros(1, 0))
            loss = float(self.objective(self.excerpt.heard(chain), moved)[0])
        return loss if math.isfinite(loss) else math.inf

    def losses(self, chain: Chain, knobs: Sequence[Knob], unit: Tensor) -> Tensor:
        """True losses of a batch of knob positions (batch, knobs) -> (batch,), differentiable."""
        heard = self.excerpt.heard(chain, chain.tensors(knobs, unit))
        return self.objective(heard, self.moved(chain, knobs, unit))

    def moved(self, chain: Chain, knobs: Sequence[Knob], unit: Tensor) -> Tensor:
        """How far settings are from those that came in: squared distance in the unit cube, (batch,).

        Of the chain with these knobs at unit (batch, knobs); differentiable.
        """
        return self.movement(chain, knobs)(unit)

    def movement(self, chain: Chain, knobs: Sequence[Knob]) -> Callable[[Tensor], Tensor]:
        """`moved` of one chain and its knobs, for many positions of them."""
        every = self._home.knobs(self._home.ids)
        home, there = self._home.to_unit(every), chain.to_unit(every)
        resting = sum((a - b) ** 2 for a, b, knob in zip(home, there, every, strict=True) if knob not in knobs)
        knobs_home = torch.tensor(self._home.to_unit(knobs), dtype=torch.float64)
        return lambda unit: (unit.double() - knobs_home).square().sum(dim=1) + resting

    def consider(self, chain: Chain) -> float:
        """Measure a chain and keep it where it is the best so far."""
        loss = self.measure(chain)
        self.keep(chain, loss)
        return loss

    def keep(self, chain: Chain, loss: float) -> None:
        """Keep a chain whose true loss is known where it is the best so far."""
        cost = loss + self.prior.of_chain(chain)
        if loss < self.loss_before and cost < self.best_loss + self.prior.of_chain(self.best):
            self.best, self.best_loss = chain, loss

    @property
    def steps(self) -> int:
        """How many steps have been reported."""
        return len(self._steps)

    def report(self, chain: Chain, loss: float) -> None:
        """Add a step to the trajectory and tell whoever watches."""
        step = Step(len(self._steps), chain, loss)
        self._steps.append(step)
        self._watching.on_step(step)

    def over(self) -> bool:
        """Whether to end here, with the best so far; asked before every step."""
        if self._ended is None and self._watching.cancelled():
            self._ended = "cancelled"
        if self._ended is None and self._watching.used_up():
            self._ended = "budget"
        return self._ended is not None

    def refined(self, stopped: Stopped) -> Refined:
        """The outcome; stopped is how the search ended where nobody ended it."""
        return Refined(self.best, self.loss_before, self.best_loss, tuple(self._steps), self._ended or stopped)
