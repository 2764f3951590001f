"""Drawing the curve that stands, and what wishes on tone add to it, with an equaliser's bands.

Any effect draws so that declares its response.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from instructfx.ears.goal import NOTHING_STANDS, Standing
from instructfx.ears.perceptual import wished_curve
from instructfx.ears.regions import free_of
from instructfx.effects import Effect

Array = NDArray[np.float64]

SAMPLE_RATE = 44_100
POINTS = 48
LOW_HZ, HIGH_HZ = 20.0, 20_000.0
ROUNDS = 10
SHARE = 0.8  # of the wish: a first move stays short of the mark, and the ear finishes it on the sound
DIFFERENCE = 1e-4
STILL = 1e-3  # of the loss: a round that gains less is the last
EDGE = 1e-3
UNDONE = 1.5  # of what was done against a wish; with less, the old word is still nearer in some pairs
PULL = 0.02  # dB of misfit that moving a knob across its plausible range counts for: idle bands stay at home
GAIN_PULL = 0.25  # the same for gains: few and small ones before many that undo each other
NARROWEST_Q = 2.0  # what words ask for is broad
MOST_DB = 9.0  # of the whole curve beside its mean: more than that no engineer draws
HALF = 0.5
STILLER = 3.0
HIDDEN_DB = -6.0  # where a filter behind takes more than this away, nothing is boosted


@dataclass(frozen=True)
class Canvas:
    """What is drawn on: settings that stand, those of them that are fixed, and what of earlier wishes is to be kept.

    passed_db is what filters leave, there_db the curve that is to stand instead of that of the settings; both are
    at `centres_hz`, (points,).
    """

    effect: Effect
    settings: Mapping[str, float]
    fixed: frozenset[str] = frozenset()
    standing: Standing = NOTHING_STANDS
    passed_db: Array | None = None
    there_db: Array | None = None

    @property
    def heard(self) -> Array:
        """1 where filters leave enough that a boost can be heard, else 0, (points,)."""
        passed_db = np.zeros(POINTS) if self.passed_db is None else self.passed_db
        return np.where(passed_db < HIDDEN_DB, 0.0, 1.0)

    @property
    def stands_db(self) -> Array:
        """The curve that stands, (points,)."""
        there = self.there_db
        return _response_db(self.effect, self._units(self.settings)[None])[0] if there is None else there

    @property
    def curve_db(self) -> Array:
        """The curve that stands, (points,), without its mean where it is heard."""
        return np.asarray(self.stands_db - (self.heard * self.stands_db).sum() / max(self.heard.sum(), 1.0))

    @property
    def held(self) -> Array:
        """1 in regions in which nothing is to be drawn, else 0, (points,)."""
        return np.asarray(1.0 - free_of(self.standing.held_hz, centres_hz().tolist()))

    def _units(self, settings: Mapping[str, float]) -> Array:
        return np.array([param.to_unit(settings[param.name]) for param in self.effect.params])

    def _rest(self) -> Array:
        """The knobs at rest, but for those that are fixed."""
        fixed = {name: self.settings[name] for name in self.fixed}
        return self._units({**self.effect.defaults(), **self.effect.neutral, **fixed})


def begun(effect: Effect, axes: Mapping[str, float], readings: Mapping[str, float]) -> dict[str, float]:
    """The settings of a new effect for the wished axes: drawn, where it has a response, else as its heuristics say."""
    if effect.response:
        return drawn(Canvas(effect, effect.defaults()), axes)
    return dict(effect.heuristics.begin(axes, readings))


def drawn(canvas: Canvas, axes: Mapping[str, float]) -> dict[str, float]:
    """The settings of an equaliser that draws the curve that stands and most of what wishes on tone ask beside it.

    It is drawn from rest, with the fewest and smallest moves, or from where the bands stand where that comes closer.
    Fixed settings stay. Where nothing is wished of tone, nothing moves. In regions that are held, the curve stays at
    its level; without any its level is free.
    """
    wish = SHARE * _wish(canvas, axes)
    stands = canvas.stands_db if canvas.held.any() else canvas.curve_db
    return _fitted(canvas, stands + (wish if canvas.held.any() else _centred(wish))) if wish.any() else {}


def redrawn(canvas: Canvas) -> dict[str, float]:
    """The settings of an equaliser that draws the curve that stands and no more."""
    return _fitted(canvas, canvas.curve_db)


def _fitted(canvas: Canvas, target: Array) -> dict[str, float]:
    heard = canvas.heard
    if not heard.any():
        return {}
    target = np.where(heard > 0, target, np.minimum(target, 0.0))
    fit = Fit(canvas.effect, target, canvas._rest(), heard, canvas.held)
    low, high = _limits(canvas)
    starts = {tuple(start): start for start in (canvas._rest(), canvas._units(canvas.settings))}
    unit = min((fit.nearest(start, low, high) for start in starts.values()), key=fit.cost)
    moved = {p.name: p.from_unit(float(value)) for p, value in zip(canvas.effect.params, unit, strict=True)}
    return {name: value for name, value in moved.items() if name not in canvas.fixed}


def turning(canvas: Canvas, axes: Mapping[str, float]) -> float:
    """By how many times a wish on tone must be larger so that the sound becomes what the words say it is.

    "Make it bright" where "make it warm" was said before: what the equaliser does against the wish is undone first.
    What it does beside the wish does not count.
    """
    wish, there = _centred(_wish(replace(canvas, standing=NOTHING_STANDS), axes)), canvas.curve_db
    against = -float(wish @ there) / max(float(wish @ wish), 1e-9)
    return min(max(UNDONE * against, 0.0), UNDONE)


def fitting(canvas: Canvas, axes: Mapping[str, float]) -> float:
    """The share of a wish on tone, 0 to 1, with which the whole curve stays within MOST_DB of its mean wherever it can
    be heard and the wish is at least half of its peak; 1 where nothing is wished of tone.
    """
    wish, there = _centred(_wish(canvas, axes)), canvas.curve_db
    most = np.abs(wish).max()
    mainly = (np.abs(wish) >= HALF * most) & (canvas.heard > 0)
    if not most or not mainly.any():
        return 1.0
    size, stands = np.abs(wish[mainly]), np.sign(wish[mainly]) * there[mainly]
    return float(np.clip((np.maximum(MOST_DB - stands, 0.0) / size).min(), 0.0, 1.0))


@lru_cache(maxsize=1)
def centres_hz() -> Array:
    """Where the curve is compared: equally spaced in ERB rate over the range of hearing (Glasberg and Moore 1990)."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOW_HZ, HIGH_HZ))
    return np.asarray((10 ** (np.linspace(low, high, POINTS) / 21.4) - 1) / 0.00437)


@dataclass(frozen=True)
class Fit:
    """Knobs of an effect against a curve in dB: what is missing, and how far from rest. The overall level is free, but
    where regions are held, (points,), in which what is missing counts STILLER times."""

    effect: Effect
    target: Array
    rest: Array
    heard: Array
    held: Array

    @cached_property
    def pull(self) -> Array:
        """What moving each knob across the cube counts for, in dB of misfit, (knobs,)."""
        spans = np.array([np.diff(param.searched(0.5))[0] for param in self.effect.params])
        gains = np.array([param.name.endswith("_gain_db") for param in self.effect.params])
        return np.asarray(np.where(gains, GAIN_PULL, PULL) / spans)

    def nearest(self, start: Array, low: Array, high: Array) -> Array:
        """Levenberg and Marquardt's least squares (1963) from a position of the knobs."""
        unit, damping = np.clip(start, low, high), 1e-2
        off = self.off(unit[None])[0]
        for _ in range(ROUNDS):
            apart = DIFFERENCE * np.where(unit < 0.5, 1, -1)
            slopes = (self.off(unit[None] + np.diag(apart)) - off).T / apart
            normal = slopes.T @ slopes
            braked = normal + damping * np.diag(np.diag(normal) + 1e-6)
            there = np.clip(unit - np.linalg.solve(braked, slopes.T @ off), low, high)
            found = self.off(there[None])[0]
            gained = off @ off - found @ found
            if gained > 0:
                unit, off, damping = there, found, damping / 4
                if gained < STILL * (off @ off):
                    break
            else:
                damping *= 6
        return unit

    def cost(self, unit: Array) -> float:
        """The sum of squares that `nearest` makes small."""
        off = self.off(unit[None])[0]
        return float(off @ off)

    def off(self, units: Array) -> Array:
        """(knob positions, points + knobs): what is missing at each point in dB, then how far each knob has gone."""
        missing = _response_db(self.effect, units) - self.target
        level = (self.heard * missing).sum(axis=1, keepdims=True) / self.heard.sum()
        if self.held.any():
            missing, level = missing * (1 + (STILLER - 1) * self.held), 0.0
        pull = self.pull * POINTS**0.5 * (units - self.rest)
        return np.concatenate([np.maximum(self.heard, 0.2) * (missing - level), pull], axis=1)


def _wish(canvas: Canvas, axes: Mapping[str, float]) -> Array:
    curve = wished_curve(axes, centres_hz().tolist(), canvas.standing) if any(axes.values()) else torch.zeros(POINTS)
    return np.asarray(curve.double().numpy())


def _centred(curve: Array) -> Array:
    return np.asarray(curve - curve.mean())


def _response_db(effect: Effect, units: Array) -> Array:
    assert effect.response is not None
    settings = {
        param.name: param.from_unit_tensor(torch.from_numpy(units[:, at])) for at, param in enumerate(effect.params)
    }
    with torch.no_grad():
        response = effect.response(settings, SAMPLE_RATE, torch.from_numpy(centres_hz()))
    return np.asarray(20 * torch.log10(response).numpy())


def _limits(canvas: Canvas) -> tuple[Array, Array]:
    """Where the knobs may go: what is plausible and broad."""
    rest = canvas._rest()
    low, high = np.full(len(rest), EDGE), np.full(len(rest), 1 - EDGE)
    for at, param in enumerate(canvas.effect.params):
        least, most = param.searched(rest[at])
        low[at], high[at] = max(low[at], least), min(high[at], most)
        if param.name.endswith("_q"):
            high[at] = min(high[at], param.to_unit(NARROWEST_Q))
        if param.name in canvas.fixed:
            low[at] = high[at] = rest[at]
    return low, high
