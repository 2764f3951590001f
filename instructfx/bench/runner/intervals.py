"""How sure a number is: bootstrap intervals (Efron 1979)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
COVERAGE = 0.95

Statistic = Callable[[NDArray[np.float64]], float]


@dataclass(frozen=True)
class Interval:
    """A statistic and the ends of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"

    def to_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high, "count": self.count}


def interval(
    values: Sequence[float] | NDArray[np.float64], seed: int, statistic: Statistic = lambda drawn: float(drawn.mean())
) -> Interval:
    """Of values (n,) or rows (n, ...), by drawing that many of them again and again.

    Draws on which the statistic is not finite are left out. Raises ValueError for no values.
    """
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        raise ValueError("there is nothing to draw from")
    generator = np.random.default_rng(seed)
    drawn = [statistic(array[generator.integers(0, len(array), len(array))]) for _ in range(DRAWS)]
    finite = [value for value in drawn if np.isfinite(value)] or [statistic(array)]
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(finite, [tail, 1 - tail])
    return Interval(statistic(array), float(low), float(high), len(array))
