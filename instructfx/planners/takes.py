"""Other takes of the same words: larger or smaller, and as another person might mean them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from instructfx.ears.axes import TONE_CURVES
from instructfx.ears.perceptual import tone_curves

STEPS = (1.0, 0.6, 1.5)
LEAN = 1.0  # size of what a take adds beside the wish: its curve and the wish's then correlate by (1 + 1)^-1/2 = 0.71,
# where one person's curve agrees with the others' by 0.62


def another(axes: Mapping[str, float], take: int, seed: int, more: float = 0.0) -> dict[str, float]:
    """The wishes of one take: take 0 is the words as they are read, 1 and 2 lean to opposite sides of it, and so on.

    How they lean is drawn by the seed, never for or against the wish. Wishes that ask nothing of tone change only in
    size. more is by how many times the tone of every take is larger still, which its step does not scale.
    """
    step = STEPS[take % len(STEPS)]
    wished = {axis: (step + more * (axis in TONE_CURVES)) * value for axis, value in axes.items()}
    asked = np.array([axes.get(axis, 0.0) for axis in TONE_CURVES])
    if take == 0 or not asked.any():
        return wished
    curves = tone_curves().double().numpy()
    curves = curves / np.abs(curves).max(axis=1, keepdims=True)
    lean = np.random.default_rng([seed, (take - 1) // 2]).normal(size=len(asked))
    wish, beside = asked @ curves, lean @ curves
    lean = lean - asked * (beside @ wish) / (wish @ wish)
    beside = lean @ curves
    sign = 1 if take % 2 else -1
    total = asked + sign * LEAN * lean * np.sqrt((wish @ wish) / (beside @ beside))
    total *= (step + more) * np.abs(asked).max() / np.abs(total).max()
    return wished | {axis: round(float(value), 4) for axis, value in zip(TONE_CURVES, total, strict=True)}
