"""Drawing the curve that wishes on tone ask for with an equaliser's bands, or any effect that declares its response."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from instructfx.ears.perceptual import wished_curve
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
PULL = 0.02  # of each knob towards where it was, in units of the cube: idle bands stay at home
NARROWEST_Q = 2.0  # what words ask for is broad
MOST_DB = 15.0


def begun(effect: Effect, axes: Mapping[str, float], readings: Mapping[str, float]) -> dict[str, float]:
    """The settings of a new effect for the wished axes: drawn, where it has a response, else as its heuristics say."""
    if effect.response:
        return drawn(effect, axes, effect.defaults())
    return dict(effect.heuristics.begin(axes, readings))


def drawn(
    effect: Effect, axes: Mapping[str, float], settings: Mapping[str, float], fixed: Collection[str] = ()
) -> dict[str, float]:
    """The settings of an equaliser that is set so, moved to draw most of what wishes on tone ask beside what it does.

    fixed settings stay. Where nothing is wished of tone, nothing moves.
    """
    target = SHARE * wished_curve(axes, centres_hz().tolist()).double().numpy()
    if not target.any():
        return {}
    home = np.array([param.to_unit(settings[param.name]) for param in effect.params])
    unit = _nearest(effect, target + _response_db(effect, home[None])[0], home, *_limits(effect, home, fixed))
    moved = {param.name: param.from_unit(float(value)) for param, value in zip(effect.params, unit, strict=True)}
    return {name: value for name, value in moved.items() if name not in fixed}


def turning(effect: Effect, axes: Mapping[str, float], settings: Mapping[str, float]) -> float:
    """By how many times a wish on tone must be larger so that the sound becomes what the words say it is.

    "Make it bright" where "make it warm" was said before: what the equaliser does against the wish is undone first.
    What it does beside the wish does not count.
    """
    wish = wished_curve(axes, centres_hz().tolist()).double().numpy()
    home = np.array([param.to_unit(settings[param.name]) for param in effect.params])
    there = _response_db(effect, home[None])[0]
    wish, there = wish - wish.mean(), there - there.mean()
    against = -float(wish @ there) / max(float(wish @ wish), 1e-9)
    return min(max(UNDONE * against, 0.0), UNDONE)


@lru_cache(maxsize=1)
def centres_hz() -> Array:
    """Where the curve is compared: equally spaced in ERB rate over the range of hearing (Glasberg and Moore 1990)."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOW_HZ, HIGH_HZ))
    return np.asarray((10 ** (np.linspace(low, high, POINTS) / 21.4) - 1) / 0.00437)


def _nearest(effect: Effect, target: Array, home: Array, low: Array, high: Array) -> Array:
    """Levenberg and Marquardt's least squares (1963) from where the knobs are, overall level left free."""
    unit, damping = np.clip(home, low, high), 1e-2
    off = _off(effect, unit[None], target, home)[0]
    for _ in range(ROUNDS):
        apart = DIFFERENCE * np.where(unit < 0.5, 1, -1)
        slopes = (_off(effect, unit[None] + np.diag(apart), target, home) - off).T / apart
        normal = slopes.T @ slopes
        braked = normal + damping * np.diag(np.diag(normal) + 1e-6)
        there = np.clip(unit - np.linalg.solve(braked, slopes.T @ off), low, high)
        found = _off(effect, there[None], target, home)[0]
        gained = off @ off - found @ found
        if gained > 0:
            unit, off, damping = there, found, damping / 4
            if gained < STILL * (off @ off):
                break
        else:
            damping *= 6
    return unit


def _off(effect: Effect, units: Array, target: Array, home: Array) -> Array:
    """(knob positions, points + knobs): what is missing at each point in dB, then how far each knob has gone."""
    missing = _response_db(effect, units) - target
    pull = PULL * POINTS**0.5 * (units - home)
    return np.concatenate([missing - missing.mean(axis=1, keepdims=True), pull], axis=1)


def _response_db(effect: Effect, units: Array) -> Array:
    assert effect.response is not None
    settings = {
        param.name: param.from_unit_tensor(torch.from_numpy(units[:, at])) for at, param in enumerate(effect.params)
    }
    with torch.no_grad():
        response = effect.response(settings, SAMPLE_RATE, torch.from_numpy(centres_hz()))
    return np.asarray(20 * torch.log10(response).numpy())


def _limits(effect: Effect, home: Array, fixed: Collection[str]) -> tuple[Array, Array]:
    """Where the search may go; a knob that is beyond already may stay."""
    low, high = np.full(len(home), EDGE), np.full(len(home), 1 - EDGE)
    for at, param in enumerate(effect.params):
        if param.name.endswith("_q"):
            high[at] = param.to_unit(NARROWEST_Q)
        elif param.name.endswith("_gain_db"):
            low[at], high[at] = param.to_unit(-MOST_DB), param.to_unit(MOST_DB)
        if param.name in fixed:
            low[at] = high[at] = home[at]
    return np.minimum(low, home), np.maximum(high, home)
