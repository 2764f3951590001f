"""The built-in ear: named axes, differentiable, with nothing to download."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from instructfx.device import CPU
from instructfx.ears.analysis import (
    BANDS,
    SAMPLE_RATE,
    SILENCE,
    Analysis,
    analyse,
    band_centres_hz,
    band_weights,
    frequencies_hz,
)
from instructfx.ears.axes import AXES, STEP_DB, TONE_CURVES
from instructfx.ears.goal import Goal
from instructfx.ears.measures import MEASURES

AUDIBLE_DB = -65.0  # a band further below the whole has no tone to change
HARM = 0.08  # what an unasked step on another axis costs against a missing step on an asked one
SHAPE = 0.5  # what straying from the asked tonal curve costs
UNGUARDED = {"pitch"}  # no knob that a refiner moves changes it, and other changes disturb its reading
RIDGE = 0.1  # smooths the wished curve where wishes overlap; with less, bands fight each other
CURVE_STEPS = 2.5  # asked tonal changes are drawn up to this many steps


@lru_cache(maxsize=1)
def tone_curves() -> Tensor:
    """Each tone axis as weights over the bands, (axes, bands), without the part that is only louder."""
    logs = np.log(band_centres_hz().numpy())
    rows = []
    for curve in TONE_CURVES.values():
        weights = np.interp(logs, np.log(list(curve)), list(curve.values()))
        rows.append(weights - weights.mean())
    return torch.tensor(np.array(rows), dtype=torch.float32)


def tone_levels(spectrum: Tensor) -> Tensor:
    """Long-term power (batch, bins) -> level of each band against the whole in dB, (batch, bands)."""
    power = spectrum @ band_weights().to(spectrum).T
    whole = power.sum(dim=1, keepdim=True) + SILENCE
    return 10 * torch.log10(power / whole + 10 ** (AUDIBLE_DB / 10))


def tone_readings(levels: Tensor) -> Tensor:
    """Band levels (batch, bands) -> readings on the tone axes (batch, axes), in steps.

    reading = levels . curve / (STEP_DB * |curve|^2): the least equalisation that changes a reading is the
    axis's own curve, and drawn with STEP_DB at its peak it changes it by 1.0.
    """
    curves = tone_curves().to(levels)
    peak = curves.abs().amax(dim=1)
    return levels @ curves.T / (STEP_DB / peak * curves.square().sum(dim=1))


def wished_curve(axes: Mapping[str, float]) -> Tensor:
    """The smallest change of band levels in dB, (bands,), that meets all the wishes on tone at once.

    Least squares with a little ridge, so that wishes which contradict each other give a compromise.
    """
    curves = tone_curves()
    units = curves / (STEP_DB / curves.abs().amax(dim=1) * curves.square().sum(dim=1))[:, None]
    names = list(TONE_CURVES)
    asked = [name for name in names if axes.get(name, 0.0) != 0.0]
    if not asked:
        return torch.zeros(BANDS)
    rows = units[[names.index(name) for name in asked]]
    wishes = torch.tensor([max(min(axes[name], CURVE_STEPS), -CURVE_STEPS) for name in asked], dtype=rows.dtype)
    gram = rows @ rows.T
    ridge = RIDGE * torch.diag(gram.diagonal())
    curve: Tensor = rows.T @ torch.linalg.solve(gram + ridge, wishes)
    return curve


@dataclass(frozen=True)
class PerceptualObjective:
    """The loss on sound that a goal means, after the sound `before`; (batch, channels, frames) -> (batch,).

    Sum over asked axes of (reading - before - wish)^2, plus SHAPE times the mean square distance of the change
    in audible band levels from the wished curve, plus HARM times the unasked changes on the other axes,
    squared where they are small and linear beyond a step (pseudo-Huber).
    Its minimum lies at the wished distance: nothing overshoots. Sounds are measured where they are; spectra, readings
    and losses are few numbers and on the processor.
    """

    goal: Goal
    curve: Tensor
    levels_before: Tensor
    audible: Tensor
    readings_before: Mapping[str, Tensor]

    @property
    def frequencies_hz(self) -> Tensor:
        """Of the bins of `spectrum`."""
        return frequencies_hz()

    @property
    def sample_rate(self) -> int:
        return SAMPLE_RATE

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        analysis = analyse(samples)
        return self.loss_of_spectrum(analysis.spectrum.cpu()) + self._rest(analysis)

    def spectrum(self, samples: Tensor) -> Tensor:
        """What of a sound a linear effect multiplies: long-term power, (batch, bins)."""
        return analyse(samples).spectrum.cpu()

    def loss_of_spectrum(self, spectrum: Tensor) -> Tensor:
        """The part of the loss that an equaliser can change, (batch,)."""
        levels = tone_levels(spectrum)
        # Bands that hardly sound count for little, and what is only overall level for nothing.
        audible = self.audible / self.audible.sum()
        off = levels - self.levels_before - self.curve
        stray = (audible * (off - (audible * off).sum(dim=1, keepdim=True)).square()).sum(dim=1)
        loss = SHAPE * stray / (STEP_DB**2 / 4)
        readings = tone_readings(levels)
        for index, name in enumerate(TONE_CURVES):
            wish = self.goal.axes.get(name, 0.0)
            if wish:
                loss = loss + (readings[:, index] - self.readings_before[name] - wish).square()
        return loss

    def _rest(self, analysis: Analysis) -> Tensor:
        loss = torch.zeros(analysis.left.shape[0])
        for name, measure in MEASURES.items():
            wish = self.goal.axes.get(name, 0.0)
            if wish:
                change = measure(analysis).cpu() - self.readings_before[name]
                loss = loss + (change - wish).square()
            elif name not in UNGUARDED:
                change = measure(analysis).cpu() - self.readings_before[name]
                loss = loss + HARM * 2 * ((1 + change.square()).sqrt() - 1)
        return loss


def tone_objective(goal: Goal, spectrum: Tensor) -> PerceptualObjective:
    """The loss of a goal after a sound of which only the long-term power (1, bins) is known: `loss_of_spectrum`."""
    levels = tone_levels(spectrum)
    readings = dict(zip(TONE_CURVES, tone_readings(levels).T, strict=True))
    audible = 1 - 10 ** ((AUDIBLE_DB - levels) / 10)
    return PerceptualObjective(goal, wished_curve(goal.axes), levels, audible, readings)


@dataclass(frozen=True)
class PerceptualEar:
    """Hears a sound as readings on the axes of `axes.py`, and a goal as a loss on them."""

    device: torch.device = CPU

    name = "perceptual"
    sample_rate = SAMPLE_RATE
    reads = False
    fingerprint = ""

    def objective(self, goal: Goal, before: Tensor) -> PerceptualObjective:
        """The loss of a goal after the sound `before`, (1, channels, frames) at 44.1 kHz."""
        with torch.no_grad():
            analysis = analyse(before.to(self.device))
            tone = tone_objective(goal, analysis.spectrum.cpu())
            measured = {name: measure(analysis).cpu() for name, measure in MEASURES.items()}
        return replace(tone, readings_before={**tone.readings_before, **measured})

    def describe(self, audio: Tensor) -> dict[str, float]:
        """Axis -> reading in steps, of one sound (1, channels, frames) at 44.1 kHz."""
        with torch.no_grad():
            analysis = analyse(audio)
            tone = tone_readings(tone_levels(analysis.spectrum.cpu()))[0]
            readings = dict(zip(TONE_CURVES, tone.tolist(), strict=True))
            readings |= {name: float(measure(analysis)[0]) for name, measure in MEASURES.items()}
        return {name: readings[name] if math.isfinite(readings[name]) else 0.0 for name in AXES}
