"""Gradient descent on the settings of differentiable effects.

Equalisers are searched on the spectrum: the excerpt's long-term power times the change of |H|^2, a thousand
times cheaper than filtering the waveform, then measured on the waveform, and again from there until the
measured loss stops falling. What comes after an equaliser may be anything: the estimate then is off by what
the other effects make of the change, and the measuring decides. Other differentiable effects are searched on
the waveform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob
from instructfx.refine.adam import Adam
from instructfx.refine.responses import EDGE, responses, searched
from instructfx.refine.search import Search

BOLD_RATE, BOLD_BETAS = 0.6, (0.5, 0.9)
GROWTH, SHRINKAGE = 1.3, 0.35  # of the rate, after a look that helped and after one that did not
WORTH, IDLE = 0.002, 3  # a search ends after so many looks in a row that gain less than this share of its first loss


@runtime_checkable
class SpectralObjective(Protocol):
    """A loss that can also be told from a power spectrum, which a linear effect multiplies."""

    sample_rate: int
    frequencies_hz: Tensor

    def spectrum(self, samples: Tensor) -> Tensor:
        """(batch, channels, frames) -> power (batch, bins, ...) on the processor."""

    def loss_of_spectrum(self, spectrum: Tensor) -> Tensor:
        """The part of the loss that a linear effect changes, (batch,)."""


@dataclass(frozen=True)
class GradientOptions:
    """rate is Adam's on the spectrum, on logits; restraint is what moving a knob across all of its plausible
    range costs, so that knobs which matter little stay where they are."""

    spectral_steps: int = 60
    spectral_rounds: int = 3
    waveform_steps: int = 16
    rate: float = 0.2
    restraint: float = 1.0
    patience: int = 12
    tolerance: float = 0.01  # of the loss: less improvement than this ends the search


def descend(search: Search, ids: Sequence[str], options: GradientOptions) -> None:
    """Improve the best chain of the search by moving the knobs of these differentiable slots."""
    spectral = isinstance(search.objective, SpectralObjective)
    linear = [each for each in ids if search.best.slot(each).effect.response is not None and spectral]
    others = [each for each in ids if each not in linear]
    if linear:
        _descend_on_spectrum(search, search.best.knobs(linear), options)
    if others:
        _descend_on_waveform(search, search.best.knobs(others), options)


def _descend_on_spectrum(search: Search, knobs: Sequence[Knob], options: GradientOptions) -> None:
    if not isinstance(search.objective, SpectralObjective):
        raise TypeError(f"{search.objective!r} cannot judge a spectrum")
    objective = search.objective
    for _ in range(options.spectral_rounds):
        start, start_loss = search.best, search.best_loss
        with torch.no_grad():
            power = objective.spectrum(search.excerpt.heard(start))
            response = responses(start, knobs, start.tensors(), objective.sample_rate, objective.frequencies_hz)
            rest = start_loss - float(objective.loss_of_spectrum(power)[0])

        def loss(unit: Tensor, start: Chain = start, power: Tensor = power, response: Tensor = response) -> Tensor:
            settings = start.tensors(knobs, unit)
            changed = responses(start, knobs, settings, objective.sample_rate, objective.frequencies_hz)
            return objective.loss_of_spectrum(power * (changed / response).square().to(power))

        unit = _descend_in_estimates(search, start, knobs, loss, options, rest)
        search.consider(start.with_unit(knobs, unit.tolist()))
        if search.over() or start_loss - search.best_loss < options.tolerance * start_loss:
            break


def _descend_on_waveform(search: Search, knobs: Sequence[Knob], options: GradientOptions) -> None:
    """Adam by a bold driver (Battiti 1989), for losses whose every look takes a render: the rate grows as long as the
    loss falls, and where it does not the search goes back to the best place and tries a smaller step from there, which
    takes no way backwards."""
    start, began = search.best, search.best_loss
    span = _Span.of(search, start, knobs, options.restraint)
    logits = span.logits()
    adam, best, gradient = Adam(logits, BOLD_RATE, BOLD_BETAS), logits.detach().clone(), torch.zeros_like(logits)
    least, idle, found = math.inf, 0, (start, began)
    for _ in range(options.waveform_steps):
        if search.over() or idle >= IDLE:
            break
        unit = span.unit(logits)
        seen = search.losses(start, knobs, unit)[0].cpu()
        held = seen + span.costs(unit)
        step = start.with_unit(knobs, unit.detach()[0].tolist()), seen.item() if torch.isfinite(seen) else math.inf
        search.report(*step)
        idle = 0 if least - held.item() > WORTH * began else idle + 1
        if held.item() < least:
            adam.rate *= GROWTH if math.isfinite(least) else 1.0
            least, best, found = held.item(), logits.detach().clone(), step
            (gradient,) = torch.autograd.grad(held, logits)
        else:
            adam = Adam(logits, SHRINKAGE * adam.rate, BOLD_BETAS)
            with torch.no_grad():
                logits.copy_(best)
        adam.move(gradient)
    search.keep(*found)


def _descend_in_estimates(
    search: Search,
    start: Chain,
    knobs: Sequence[Knob],
    loss: Callable[[Tensor], Tensor],
    options: GradientOptions,
    rest: float,
) -> Tensor:
    """Adam on a loss that costs next to nothing; the best position that it saw, (knobs,).

    rest is the part of the loss that this search cannot see, added to what it reports.
    """
    span = _Span.of(search, start, knobs, options.restraint)
    logits = span.logits()
    adam = Adam(logits, options.rate)
    best, best_loss, since_best = span.home[0], math.inf, 0
    for _ in range(options.spectral_steps):
        if search.over() or since_best >= options.patience:
            break
        unit = span.unit(logits)
        seen = loss(unit)[0].cpu()
        held = seen + span.costs(unit)
        if not torch.isfinite(held):
            break
        if held.item() < best_loss * (1 - options.tolerance / 10):
            best, best_loss, since_best = unit.detach()[0], held.item(), 0
        else:
            since_best += 1
        search.report(start.with_unit(knobs, unit.detach()[0].tolist()), seen.item() + rest)
        adam.step(held)
    return best


@dataclass(frozen=True)
class _Span:
    """Where knobs stand, (1, knobs), between their plausible ends, (knobs,), and what it costs to move them."""

    home: Tensor
    low: Tensor
    high: Tensor
    restraint: float
    prior: Callable[[Tensor], Tensor]

    @classmethod
    def of(cls, search: Search, chain: Chain, knobs: Sequence[Knob], restraint: float) -> _Span:
        home = chain.to_unit(knobs)
        low, high = searched(knobs, home)
        return cls(
            torch.tensor([home], dtype=torch.float64), low, high, restraint, lambda unit: search.prior(knobs, unit)
        )

    def logits(self) -> Tensor:
        """Where the knobs stand, as what a descent moves."""
        share = (self.home - self.low) / (self.high - self.low)
        return torch.logit(share.clamp(EDGE, 1 - EDGE)).requires_grad_(True)

    def unit(self, logits: Tensor) -> Tensor:
        """The same in the unit cube, (1, knobs)."""
        return self.low + (self.high - self.low) * torch.sigmoid(logits)

    def costs(self, unit: Tensor) -> Tensor:
        """What it costs to stand there beside the loss: the way from home, and what no preset has."""
        away = (unit - self.home) / (self.high - self.low)
        return self.restraint * away.square().sum() + self.prior(unit)[0]
