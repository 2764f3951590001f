"""The built-in ear: named axes, differentiable, with nothing to download."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from instructfx.ears.analysis import (
    SAMPLE_RATE,
    SILENCE,
    Analysis,
    analyse,
    band_centres_hz,
    band_weights,
    frequencies_hz,
)
from instructfx.ears.axes import AXES, STEP_DB, TONE_CURVES
from instructfx.ears.goal import NOTHING_STANDS, Goal, Limit, Standing
from instructfx.ears.measures import MEASURES
from instructfx.ears.regions import free_of
from instructfx.effects.device import CPU
from instructfx.errors import InstructionError

AUDIBLE_DB = -65.0  # a band further below the whole has no tone to change
HARM = 0.08  # what an unasked step on another axis costs against a missing step on an asked one
SHAPE = 0.5  # what straying from the asked tonal curve costs
FAINT = 0.3  # of a band's share in that, where the band hardly sounds: what is drawn there should still be smooth
DEPTH_DB = -95.0  # how far below the whole the change of a band's level is followed
HELD = 6.0  # what it costs beside that to move the bands of a held region by BAND_DB against the whole
HOLD = 3.0  # what falling short of a limit of weight 1 costs against a missing step on an asked axis
MAIN = 0.75  # of a wish's strongest axis: one this strong is what the wish is mainly about
STILL = 1e-3  # steps
UNGUARDED = {"pitch"}  # no knob that a refiner moves changes it, and other changes disturb its reading
CURVE_STEPS = 2.5  # asked tonal changes are drawn up to this many steps
MOST_GROWTH = 2.0  # wishes that all but cancel each other are not drawn larger than this
BAND_DB = 2.0  # straying from a curve by this much costs as much as missing a wish by a step
TONE_AXES = tuple(TONE_CURVES)


@lru_cache(maxsize=1)
def tone_curves() -> Tensor:
    """Each tone axis as weights over the bands, (axes, bands), without the part that is only louder."""
    logs = np.log(band_centres_hz().numpy())
    rows = []
    for curve in TONE_CURVES.values():
        weights = np.interp(logs, np.log(list(curve)), list(curve.values()))
        rows.append(weights - weights.mean())
    return torch.tensor(np.array(rows), dtype=torch.float32)


def tone_levels(spectrum: Tensor, floor_db: float = AUDIBLE_DB) -> Tensor:
    """Long-term power (batch, bins) -> level of each band against the whole in dB, (batch, bands)."""
    power = spectrum @ band_weights().to(spectrum).T
    whole = power.sum(dim=1, keepdim=True) + SILENCE
    return 10 * torch.log10(power / whole + 10 ** (floor_db / 10))


def tone_readings(levels: Tensor) -> Tensor:
    """Band levels (batch, bands) -> readings on the tone axes (batch, axes), in steps.

    reading = levels . curve / (STEP_DB * |curve|^2): the least equalisation that changes a reading is the
    axis's own curve, and drawn with STEP_DB at its peak it changes it by 1.0.
    """
    curves = tone_curves().to(levels)
    peak = curves.abs().amax(dim=1)
    return levels @ curves.T / (STEP_DB / peak * curves.square().sum(dim=1))


def wished_curve(
    axes: Mapping[str, float], centres_hz: Sequence[float] | None = None, standing: Standing = NOTHING_STANDS
) -> Tensor:
    """The change of band levels in dB that wishes on tone ask for, (bands,); at the ear's bands or those named, in Hz.

    The sum of the axes' own curves, each as large as its wish, so that the whole keeps the breadth of its parts; then
    altogether as large at its peak as the strongest wish, because curves overlap. Where that would take away what
    stands, as much of the axes' curves is added as keeps it at the least cost: `_beside`. Nothing is drawn in regions
    that are held.
    """
    bands_hz = band_centres_hz().tolist()
    free = free_of(standing.held_hz, bands_hz)
    asked = {name: max(min(value, CURVE_STEPS), -CURVE_STEPS) for name, value in axes.items() if name in TONE_CURVES}
    strongest = max(map(abs, asked.values()), default=0.0)
    curve = _summed(asked, bands_hz) * torch.from_numpy(free).float()
    peak = float((curve - curve.mean()).abs().max())
    growth = min(STEP_DB * strongest / max(peak, 1e-9), MOST_GROWTH)
    drawn = {name: growth * value for name, value in asked.items()}
    for name, value in _beside(drawn, _mainly(asked), standing.of(TONE_AXES), free).items():
        drawn[name] = drawn.get(name, 0.0) + value
    points_hz = bands_hz if centres_hz is None else centres_hz
    return _summed(drawn, points_hz) * torch.from_numpy(free_of(standing.held_hz, points_hz)).float()


def _mainly(asked: Mapping[str, float]) -> tuple[int, ...]:
    """The places of the axes that wishes are mainly about."""
    strongest = max(map(abs, asked.values()), default=0.0)
    return tuple(at for at, name in enumerate(TONE_AXES) if abs(asked.get(name, 0.0)) >= MAIN * strongest > 0)


def _beside(
    drawn: Mapping[str, float], main: Sequence[int], limits: Sequence[Limit], free: NDArray[np.float64]
) -> dict[str, float]:
    """How much of each axis's curve to draw beside a wish, so that what stands is kept; free, (bands,), is the share of
    it that is drawn at all.

    Least squares over a: the mean square of what is drawn beside, in units of BAND_DB, times SHAPE, plus (change of
    reading)^2 on the axes that are mainly asked for, plus weight * (what is missing)^2 on each limit that would
    otherwise be fallen short of; limits come in one after the other.
    """
    curves = np.array([_summed({name: 1.0}, band_centres_hz().tolist()).double().numpy() for name in TONE_AXES]) * free
    curves = curves - curves.mean(axis=1, keepdims=True)
    moves = tone_readings(torch.from_numpy(curves)).numpy()  # drawn curve, reading
    wish = np.array([drawn.get(name, 0.0) for name in TONE_AXES]) @ moves
    gram = SHAPE / BAND_DB**2 * curves @ curves.T / curves.shape[1]
    for at in main:
        gram = gram + np.outer(moves[:, at], moves[:, at])
    beside, short = np.zeros(len(TONE_AXES)), list[Limit]()
    for _ in range(len(limits)):
        found = wish + beside @ moves
        missed = [each for each in limits if each not in short and _missing(each, found) > STILL]
        if not missed:
            break
        short.append(max(missed, key=lambda each: _missing(each, found)))
        normal, right = gram.copy(), np.zeros(len(TONE_AXES))
        for limit in short:
            row = moves[:, TONE_AXES.index(limit.axis)]
            cost = HOLD * limit.weight
            normal += cost * np.outer(row, row)
            right += cost * row * (limit.sign * limit.least - wish[TONE_AXES.index(limit.axis)])
        beside = np.linalg.lstsq(normal, right, rcond=None)[0]  # a curve that lies in held regions draws nothing
    return {name: float(value) for name, value in zip(TONE_AXES, beside, strict=True) if value}


def _missing(limit: Limit, change: NDArray[np.float64]) -> float:
    return limit.least - limit.sign * float(change[TONE_AXES.index(limit.axis)])


def _summed(asked: Mapping[str, float], centres_hz: Sequence[float]) -> Tensor:
    """Each axis's curve with STEP_DB at its peak, times its wish, added up, (bands,)."""
    peaks = dict(zip(TONE_CURVES, tone_curves().abs().amax(dim=1).tolist(), strict=True))
    total = np.zeros(len(centres_hz))
    for name, value in asked.items():
        points = TONE_CURVES[name]
        weights = np.interp(np.log(centres_hz), np.log(list(points)), list(points.values()))
        total += STEP_DB * value / peaks[name] * weights
    return torch.from_numpy(total).float()


@dataclass(frozen=True)
class PerceptualObjective:
    """The loss on sound that a goal means, after the sound `before`; (batch, channels, frames) -> (batch,).

    Tone: sum over asked axes of (reading - before - what the wished curve makes of it)^2, plus `shape` times the mean
    square distance of the change in band levels from the wished curve. The rest: (reading - before - wish)^2 where
    asked, and `harm` times the changes on the other axes, squared where they are small and linear beyond a step
    (pseudo-Huber). What stands costs HOLD * weight * (what is missing)^2 on each limit that is fallen short of.
    Its minimum lies at the wished distance: nothing overshoots. Sounds are measured where they are; spectra, readings
    and losses are few numbers and on the processor.
    """

    goal: Goal
    curve: Tensor
    levels_before: Tensor
    audible: Tensor
    readings_before: Mapping[str, Tensor]
    standing: Standing = NOTHING_STANDS
    shape: float = SHAPE
    harm: float = HARM

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
        levels = tone_levels(spectrum, DEPTH_DB)
        # Bands that hardly sound count for less, and what is only overall level for nothing.
        weights = FAINT + (1 - FAINT) * self.audible
        weights = weights / weights.sum()
        off = levels - self.levels_before - self.curve
        off_shape = (off - (weights * off).sum(dim=1, keepdim=True)).square() / BAND_DB**2
        loss = self.shape * (weights * off_shape).sum(dim=1)
        held = weights * (1 - torch.from_numpy(free_of(self.standing.held_hz, band_centres_hz().tolist())).float())
        loss = loss + HELD * (held * off_shape).sum(dim=1) / held.sum().clamp(min=SILENCE)
        asked = [bool(self.goal.axes.get(name, 0.0)) for name in TONE_AXES]
        loss = loss + tone_readings(off)[:, asked].square().sum(dim=1)
        changes = tone_readings(levels - self.levels_before)
        for limit in self.standing.of(TONE_AXES):
            loss = loss + _shortfall(limit, changes[:, TONE_AXES.index(limit.axis)])
        return loss

    def _rest(self, analysis: Analysis) -> Tensor:
        loss = torch.zeros(analysis.left.shape[0])
        for name, measure in MEASURES.items():
            wish = self.goal.axes.get(name, 0.0)
            if not wish and name in UNGUARDED | self.standing.unmoved:
                continue
            change = measure(analysis).cpu() - self.readings_before[name]
            if wish:
                loss = loss + (change - wish).square()
            else:
                loss = loss + self.harm * 2 * ((1 + change.square()).sqrt() - 1)
            for limit in self.standing.of((name,)):
                loss = loss + _shortfall(limit, change)
        return loss


def _shortfall(limit: Limit, change: Tensor) -> Tensor:
    """What falling short of a limit costs, of changes (batch,) -> (batch,)."""
    return HOLD * limit.weight * (limit.least - limit.sign * change).clamp(min=0).square()


def tone_objective(goal: Goal, spectrum: Tensor, standing: Standing = NOTHING_STANDS) -> PerceptualObjective:
    """The loss of a goal after a sound of which only the long-term power (1, bins) is known: `loss_of_spectrum`."""
    audible = 1 - 10 ** ((AUDIBLE_DB - tone_levels(spectrum)) / 10)
    curve = wished_curve(goal.axes, standing=standing)
    if standing.most_db:
        curve = torch.minimum(curve, torch.tensor(standing.most_db))
    return PerceptualObjective(goal, curve, tone_levels(spectrum, DEPTH_DB), audible, {}, standing)


@dataclass(frozen=True)
class PerceptualEar:
    """Hears a sound as readings on the axes of `axes.py`, and a goal as a loss on them."""

    device: torch.device = CPU

    name = "perceptual"
    sample_rate = SAMPLE_RATE
    reads = False
    fingerprint = ""
    threads = 1  # with two, transforms of ten seconds gain little, and lose much where another process works

    def objective(self, goal: Goal, before: Tensor, standing: Standing = NOTHING_STANDS) -> PerceptualObjective:
        """The loss of a goal after the sound `before`, (1, channels, frames) at 44.1 kHz, where that much stands."""
        with torch.no_grad():
            analysis = analyse(before.to(self.device))
            tone = tone_objective(goal, analysis.spectrum.cpu(), standing)
            measured = {name: measure(analysis).cpu() for name, measure in MEASURES.items()}
        return replace(tone, readings_before=measured)

    def with_loss(self, loss: str, avoid: str = "") -> PerceptualEar:
        """Raises InstructionError: there is one loss."""
        raise InstructionError(f"the ear {self.name} has one loss; leave the loss {loss!r} out, or listen with clap")

    def describe(self, audio: Tensor) -> dict[str, float]:
        """Axis -> reading in steps, of one sound (1, channels, frames) at 44.1 kHz."""
        with torch.no_grad():
            analysis = analyse(audio)
            tone = tone_readings(tone_levels(analysis.spectrum.cpu()))[0]
            readings = dict(zip(TONE_CURVES, tone.tolist(), strict=True))
            readings |= {name: float(measure(analysis)[0]) for name, measure in MEASURES.items()}
        return {name: readings[name] if math.isfinite(readings[name]) else 0.0 for name in AXES}
