"""The outline of a file for drawing, read block by block."""

from __future__ import annotations

from pathlib import Path

COLUMNS = 180


def outline(path: Path, columns: int = COLUMNS) -> list[float]:
    """The peak of each of so many equal stretches, the loudest of them 1."""
    import numpy as np

    from instructfx.audio import blocks
    from instructfx.containers import opened

    with opened(path) as file:
        edges = np.linspace(0, file.frames, columns + 1).round().astype(int)
        peaks = np.zeros(columns)
        position = 0
        for block in blocks(file, path.name):
            level = np.abs(block).max(axis=0)
            inside = np.flatnonzero((edges[1:] > position) & (edges[:-1] < position + len(level)))
            heights = np.maximum.reduceat(level, (edges[inside] - position).clip(0))
            peaks[inside] = np.maximum(peaks[inside], heights)
            position += len(level)
    return [float(peak) for peak in peaks / max(float(peaks.max()), 1e-9)]
