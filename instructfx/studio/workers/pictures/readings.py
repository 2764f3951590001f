"""The ear's readings as bars around no change, with what was wished marked on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from instructfx.chain.format import label_text
from instructfx.sessions import Turn
from instructfx.studio.workers.pictures.svg import (
    ACCENT,
    INK,
    OTHER,
    PANEL,
    SMALL_PX,
    SOFT,
    WIDE,
    legend,
    minus,
    picture,
    svg,
)

LEAST = 0.05
MOST = 8
ROW_PX = 26


@dataclass(frozen=True)
class AxisChange:
    """How far one axis moved, and how far it was wished to; None where nothing was wished. In audible steps."""

    name: str
    change: float
    wish: float | None = None


def readings_of(turn: Turn) -> tuple[AxisChange, ...]:
    """What a turn moved and what it was to move: wishes first, then the largest moves, at most eight in all."""
    wishes = turn.goal.axes
    every = [
        AxisChange(name, turn.readings_after[name] - before, wishes.get(name))
        for name, before in turn.readings_before.items()
        if name in turn.readings_after
    ]
    telling = [each for each in every if each.wish or abs(each.change) >= LEAST]
    ordered = sorted(telling, key=lambda each: (not each.wish, -abs(each.wish or each.change)))
    return tuple(ordered[:MOST])


def readings_picture(readings: Sequence[AxisChange], width: int = WIDE) -> str:
    """A bar for each reading around no change, a tick where it was wished to be; 1.0 is one clearly audible step."""
    drawn = picture(width, 84 + ROW_PX * max(len(readings), 1), (96, 44, 44, 30))
    axes = drawn.axes
    places = range(len(readings))
    changes = [each.change for each in readings]
    colours = [ACCENT if change >= 0 else OTHER for change in changes]
    axes.barh(places, changes, height=0.55, color=colours, zorder=2)
    wished = [(place, each.wish) for place, each in zip(places, readings, strict=True) if each.wish]
    if wished:
        wishes, rows = [wish for _, wish in wished], [place for place, _ in wished]
        mark: dict[str, Any] = {"linestyle": "none", "marker": "|", "markersize": 19, "zorder": 3}
        axes.plot(wishes, rows, markeredgewidth=6, color=PANEL, **mark)
        axes.plot(wishes, rows, markeredgewidth=3, color=INK, label="Wished", **mark)
        legend(axes)
    widest = max([1.0, *map(abs, changes), *(abs(wish) for _, wish in wished)]) * 1.1
    for place, change in zip(places, changes, strict=True):
        text = f"{'+' if change > 0 else ''}{minus(change, 1)}"
        axes.text(widest * 1.02, place, text, va="center", ha="left", fontsize=SMALL_PX, color=INK)
    axes.axvline(0, color=SOFT, linewidth=1.5, zorder=1)
    axes.set_xlim(-widest, widest)
    axes.set_ylim(max(len(readings), 1) - 0.4, -0.6)
    axes.set_yticks(list(places), [label_text(each.name) for each in readings])
    axes.tick_params(axis="y", colors=INK, labelsize=SMALL_PX + 1)
    axes.grid(visible=False, axis="y")
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{'+' if value > 0 else ''}{minus(value, 1)}")
    axes.set_xlabel("Change (1.0 = one clearly audible step)")
    return svg(drawn, "What the ear reads", _description(readings))


def _description(readings: Sequence[AxisChange]) -> str:
    if not readings:
        return "Nothing moved."
    parts = []
    for each in readings:
        wished = f" (wished {minus(each.wish, 1)})" if each.wish else ""
        parts.append(f"{label_text(each.name).lower()} {minus(each.change, 1)}{wished}")
    return f"Changes in audible steps: {', '.join(parts)}."
