"""Gradient descent on the settings of differentiable effects.

Equalisers are searched on the spectrum: the excerpt's long-term power times the change of |H|^2, a thousand
times cheaper than filtering the waveform, then measured on the waveform, and again from there until the
measured loss stops falling. What comes after an equaliser may be anything: the estimate then is off by what
the other effects make of the change, and the measuring decides. Other differentiable effects are searched on
the waveform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from instructfx.chain import Chain, Knob
from instructfx.refine.adam import Adam
from instructfx.refine.responses import EDGE, responses, searched
from instructfx.refine.search import Search


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
    """rate is Adam's, on logits; restraint is what moving a knob across all of its plausible
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

        unit = _adam(search, start, knobs, loss, options, options.spectral_steps, rest)
        search.consider(start.with_unit(knobs, unit.tolist()))
        if search.cancelled() or start_loss - search.best_loss < options.tolerance * start_loss:
            break


def _descend_on_waveform(search: Search, knobs: Sequence[Knob], options: GradientOptions) -> None:
    start = search.best

    def loss(unit: Tensor) -> Tensor:
        return search.losses(start, knobs, unit)

    unit = _adam(search, start, knobs, loss, options, options.waveform_steps, 0.0)
    search.consider(start.with_unit(knobs, unit.tolist()))


def _adam(
    search: Search,
    start: Chain,
    knobs: Sequence[Knob],
    loss: Callable[[Tensor], Tensor],
    options: GradientOptions,
    steps: int,
    rest: float,
) -> Tensor:
    """Adam on the logits of the knobs between their plausible ends; the best position that it saw, (knobs,).

    rest is the part of the loss that this search cannot see, added to what it reports.
    """
    low, high = searched(knobs, start.to_unit(knobs))
    home = torch.tensor([start.to_unit(knobs)], dtype=torch.float64)
    logits = torch.logit(((home - low) / (high - low)).clamp(EDGE, 1 - EDGE)).requires_grad_(True)
    adam = Adam(logits, options.rate)
    best, best_loss, since_best = home[0], float("inf"), 0
    for _ in range(steps):
        if search.cancelled() or since_best >= options.patience:
            break
        unit = low + (high - low) * torch.sigmoid(logits)
        seen = loss(unit)[0].cpu()
        held = seen + options.restraint * ((unit - home) / (high - low)).square().sum() + search.prior(knobs, unit)[0]
        if not torch.isfinite(held):
            break
        if held.item() < best_loss * (1 - options.tolerance / 10):
            best, best_loss, since_best = unit.detach()[0], held.item(), 0
        else:
            since_best += 1
        search.report(start.with_unit(knobs, unit.detach()[0].tolist()), seen.item() + rest)
        adam.step(held)
    return best
