"""Pictures of spectra: before and after with the equaliser's curve, and two versions over each other."""

from __future__ import annotations

import numpy as np

from instructfx.studio.workers.pictures.spectra import FLOOR_DB, Curve
from instructfx.studio.workers.pictures.svg import (
    ACCENT,
    OTHER,
    SOFT,
    WIDE,
    Picture,
    frequency_axis,
    legend,
    minus,
    picture,
    plain,
    svg,
)

RANGE_DB = 60.0  # below the highest level, nothing is drawn
NARROW = 500  # px
LONGEST, LONGEST_NARROW = 36, 17  # characters of a name
REGIONS_HZ = {"lows": (20.0, 250.0), "mids": (250.0, 4000.0), "highs": (4000.0, 20_000.0)}


def spectrum_picture(before: Curve, after: Curve, equaliser: Curve | None = None, width: int = WIDE) -> str:
    """Levels before and after a turn, in dB over frequency, with the equaliser's curve in dB on the right."""
    narrow = width < NARROW
    drawn = picture(width, 240 if narrow else 300, (50, 50 if equaliser else 14, 42, 32))
    _levels(drawn, (before, after), (SOFT, ACCENT))
    if equaliser:
        _equaliser(drawn, equaliser)
    legend(drawn.axes, ("Before", "After", "Equaliser (right)"))
    about = f"From before to after, {_moves(before, after)}."
    if equaliser:
        gain_db, hz = max(
            zip(equaliser.levels_db, equaliser.frequencies_hz, strict=True), key=lambda each: abs(each[0])
        )
        about += f" The equaliser does most at {hz:.0f} Hz: {minus(gain_db, 1)} dB."
    return svg(drawn, "Spectrum before and after", about)


def comparison_picture(a: Curve, b: Curve, names: tuple[str, str], width: int = WIDE) -> str:
    """The spectra of two versions over each other, in dB over frequency."""
    drawn = picture(width, 240 if width < NARROW else 300, (50, 14, 42, 32))
    _levels(drawn, (a, b), (OTHER, ACCENT))
    longest = LONGEST_NARROW if width < NARROW else LONGEST
    legend(drawn.axes, [name if len(name) <= longest else f"{name[: longest - 1]}…" for name in names])
    return svg(drawn, f"Spectra of {names[0]} and {names[1]}", f"From {names[0]} to {names[1]}, {_moves(a, b)}.")


def _levels(drawn: Picture, curves: tuple[Curve, Curve], colours: tuple[str, str]) -> None:
    axes = drawn.axes
    for curve, colour, dashes in zip(curves, colours, ((0, (4, 2)), "-"), strict=True):
        axes.plot(curve.frequencies_hz, curve.levels_db, color=colour, linewidth=2, linestyle=dashes, label="curve")
    highest = max(max(curve.levels_db) for curve in curves)
    lowest = min(level for curve in curves for level in curve.levels_db)
    top = 10 * np.ceil((max(highest, FLOOR_DB + 20) + 2) / 10)
    bottom = 10 * np.floor((max(lowest, top - RANGE_DB) - 1) / 10)
    axes.set_ylim(bottom, top)
    ticks = np.arange(bottom, top + 1, 10 if top - bottom <= 50 else 20)
    axes.set_yticks(ticks, [minus(float(tick)) for tick in ticks])
    axes.set_ylabel("Level (dB)")
    frequency_axis(axes, drawn.width < NARROW)


def _equaliser(drawn: Picture, curve: Curve) -> None:
    right = drawn.axes.twinx()
    plain(right)
    right.plot(curve.frequencies_hz, curve.levels_db, color=OTHER, linewidth=1.5, linestyle=(0, (1, 1.5)))
    drawn.axes.plot([], [], color=OTHER, linewidth=1.5, linestyle=(0, (1, 1.5)), label="curve")
    most = max(6.0, 3 * np.ceil(max(map(abs, curve.levels_db)) / 3))
    right.set_ylim(-2 * most, 2 * most)  # so that it stays in the middle
    right.set_yticks([-most, 0, most], [minus(-most), "0", f"+{most:.0f}"])
    right.set_ylabel("Equaliser (dB)")


def _moves(before: Curve, after: Curve) -> str:
    """In words, for those who do not see the picture: how the lows, mids and highs move."""
    hz = np.array(before.frequencies_hz)
    count = min(len(hz), len(after.frequencies_hz))
    change = np.array(after.levels_db)[:count] - np.array(before.levels_db)[:count]
    moves = []
    for name, (low, high) in REGIONS_HZ.items():
        inside = (hz[:count] >= low) & (hz[:count] < high)
        if inside.any():
            moves.append(f"the {name} change by {minus(float(change[inside].mean()), 1)} dB")
    return ", ".join(moves)
