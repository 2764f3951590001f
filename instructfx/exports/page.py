"""The settings sheet as one A4 page, drawn by matplotlib."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib
import torch
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from instructfx.chain import Slot
from instructfx.effects.eq import BANDS, magnitude
from instructfx.effects.memoryless import as_tensors
from instructfx.exports.asked import Asked, one_line
from instructfx.exports.sheet import CHAIN_TITLE, SAID_TITLE, about, heading, said, setting_lines

A4_INCHES = (8.27, 11.69)
POINTS = 72
LARGEST_PT, SMALLEST_PT = 9.0, 5.0
LEADING = 1.4  # of the size of the letters
LETTER = 0.54  # their usual width, of their size
LEFT, MIDDLE, RIGHT = 0.07, 0.49, 0.94  # of the page's width
TOP, BOTTOM = 0.895, 0.045  # of its height
VALUES = 0.155  # where the values of settings start, right of their names
CURVE_HEIGHT = 0.17
FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Arial Unicode MS",
    "Hiragino Sans",
    "Yu Gothic",
)
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
BLUE, GREY = "#1f5f8b", "#555555"


@dataclass(frozen=True)
class Row:
    """A line of a column: its text, what stands in the second place, and whether it is a heading."""

    text: str
    value: str = ""
    bold: bool = False


def write_page(asked: Asked, path: Path) -> tuple[str, ...]:
    """The sheet as PDF; letters that no font of this machine has are shown as boxes."""
    with matplotlib.rc_context({"pdf.fonttype": 42, "font.family": list(_families())}):
        figure = Figure(figsize=A4_INCHES)
        name = one_line(asked.session.dry.name)
        _text(figure, LEFT, 0.95, textwrap.shorten(name, 64, placeholder=" …") or name[:64], 15, bold=True)
        _text(figure, LEFT, 0.925, about(asked), 8.5, GREY)
        _column(figure, LEFT, TOP, MIDDLE - LEFT, list(_chain_rows(asked)))
        top = TOP
        for slot in asked.session.chain.slots:
            if slot.effect.name == "eq" and not slot.bypassed:
                _curve(figure, slot, asked.track.sample_rate)
                top -= CURVE_HEIGHT + 0.05
        _turns(figure, asked, top)
        facts = {"Title": name, "Creator": "InstructFX", "CreationDate": asked.begun_at}
        FigureCanvasPdf(figure).print_pdf(path, metadata=facts)
    return ()


def _chain_rows(asked: Asked) -> Iterator[Row]:
    yield Row(CHAIN_TITLE, bold=True)
    slots = asked.session.chain.slots
    if not slots:
        yield Row("No effects: the track as it came.")
    for number, slot in enumerate(slots, start=1):
        yield Row("")
        yield Row(heading(number, slot), bold=True)
        yield from (Row(f"    {line.label}", line.text) for line in setting_lines(slot))


def _turns(figure: Figure, asked: Asked, top: float) -> None:
    """What was said, in letters as small as need be; where that is not enough, the last turns of it."""
    left, width = MIDDLE + 0.03, RIGHT - MIDDLE - 0.03
    turns, dropped = list(asked.said), 0
    while True:
        rows = [Row(SAID_TITLE, bold=True)]
        if not turns:
            rows.append(Row("Nothing yet."))
        if dropped:
            rows += [Row(""), Row(f"The first {dropped} turns are in the sheet as text.")]
        for size in _sizes():
            told = list(rows)
            for turn in turns:
                told.append(Row(""))
                told += [Row(line, bold=True) for line in _wrapped(said(turn), width, size * 1.06)]
                told += [Row(line) for line in _wrapped(one_line(turn.reply), width, size)]
            if len(told) <= _room(top, size):
                _column(figure, left, top, width, told, size)
                return
        turns, dropped = turns[1:], dropped + 1


def _sizes() -> list[float]:
    return [LARGEST_PT - 0.5 * step for step in range(round(2 * (LARGEST_PT - SMALLEST_PT)) + 1)]


def _room(top: float, size: float) -> int:
    """How many lines fit between there and the bottom."""
    return int((top - BOTTOM) * A4_INCHES[1] * POINTS / (LEADING * size))


def _wrapped(text: str, width: float, size: float) -> list[str]:
    return textwrap.wrap(text, int(width * A4_INCHES[0] * POINTS / (LETTER * size)))


def _column(figure: Figure, left: float, top: float, width: float, rows: list[Row], size: float = 0.0) -> None:
    size = size or next((each for each in _sizes() if len(rows) <= _room(top, each)), SMALLEST_PT)
    step = LEADING * size / POINTS / A4_INCHES[1]
    for place, row in enumerate(rows):
        y = top - place * step
        _text(figure, left, y, row.text, size, bold=row.bold)
        if row.value:
            _text(figure, left + VALUES, y, row.value, size)


def _text(figure: Figure, x: float, y: float, text: str, size: float, color: str = "black", bold: bool = False) -> None:
    shown = "".join(char if ord(char) in _letters() else "\N{WHITE SQUARE}" for char in text)
    weight = "bold" if bold else "normal"
    figure.text(x, y, shown, fontsize=size, color=color, fontweight=weight, va="top", parse_math=False)


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    there = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in FONTS if name in there)


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """Every sign that one of the fonts has."""
    return frozenset(code for family in _families() for code in FT2Font(font_manager.findfont(family)).get_charmap())


def _curve(figure: Figure, slot: Slot, sample_rate: int) -> None:
    """What the equaliser does to each frequency, and where its bands are."""
    axes: Axes = figure.add_axes((MIDDLE + 0.075, TOP - CURVE_HEIGHT, RIGHT - MIDDLE - 0.075, CURVE_HEIGHT))
    highest_hz = min(HIGHEST_HZ, 0.499 * sample_rate)
    frequencies_hz = torch.logspace(math.log10(LOWEST_HZ), math.log10(highest_hz), 400)
    settings = as_tensors(slot.settings)
    levels_db = 20 * torch.log10(magnitude(settings, sample_rate, frequencies_hz)[0])
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.semilogx(frequencies_hz.numpy(), levels_db.numpy(), color=BLUE, linewidth=1.6)
    cutoffs_hz = torch.tensor([slot.settings[f"{band}_cutoff_frequency_hz"] for band in BANDS]).clamp(max=highest_hz)
    at_cutoffs_db = 20 * torch.log10(magnitude(settings, sample_rate, cutoffs_hz)[0])
    axes.plot(cutoffs_hz.numpy(), at_cutoffs_db.numpy(), "o", color=BLUE, markersize=3.5)
    most_db = max(6.0, float(levels_db.abs().max()) * 1.1)
    axes.set(xlim=(LOWEST_HZ, highest_hz), ylim=(-most_db, most_db))
    axes.set_xticks([hz for hz in (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000) if hz <= highest_hz])
    axes.set_xticklabels([f"{hz // 1000} k" if hz >= 1000 else str(hz) for hz in map(int, axes.get_xticks())])
    axes.minorticks_off()
    axes.tick_params(labelsize=7)
    axes.grid(True, color="#dddddd", linewidth=0.5)
    axes.set_xlabel("frequency, Hz", fontsize=7)
    axes.set_ylabel("equaliser, dB", fontsize=7)
