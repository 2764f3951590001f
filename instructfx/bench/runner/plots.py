"""Plots as SVG, the same bytes for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

COLOURS = ("#1f6f8b", "#c2571a", "#5b7f3a", "#7a4e8a", "#8a8a8a", "#b0891c", "#3b3b3b", "#a33b4e")


@dataclass
class Plot:
    """A figure to draw on with matplotlib's axes; svg holds the picture once the block ends."""

    axes: Any
    svg: bytes = b""


@contextmanager
def plot(rows: int = 1, columns: int = 1, size: tuple[float, float] = (7, 4)) -> Iterator[Plot]:
    """A figure with one set of axes, or an array of them."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "instructfx", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        drawn = Plot(figure.subplots(rows, columns))
        yield drawn
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "InstructFX"})
        drawn.svg = buffer.getvalue()
