"""The settings sheet as one A4 page, drawn by matplotlib."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, takewhile
from pathlib import Path

import matplotlib
import torch
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from instructfx.chain import Slot
from instructfx.chain.format import bands_of
from instructfx.effects.memoryless import as_tensors
from instructfx.exports.sheet import CHAIN_TITLE, SAID_TITLE, about, heading, said, setting_lines
from instructfx.exports.wanted import Wanted, one_line
from instructfx.sessions import Exchange, Turn

A4_INCHES = (8.27, 11.69)
POINTS = 72
TITLE_PT = 15.0
LARGEST_PT, SMALLEST_PT = 9.0, 6.0
MEASURED_PT = 100.0  # letters are measured large, where they are not rounded
LEADING = 1.4  # of the size of the letters
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
BOX = "\N{WHITE SQUARE}"  # stands for a letter that there is none of
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
BLUE, GREY = "#1f5f8b", "#555555"


@dataclass(frozen=True)
class ColumnLine:
    """A line of a column: its text, what stands in the second place, and whether it is a heading."""

    text: str
    value: str = ""
    bold: bool = False


def write_page(wanted: Wanted, path: Path) -> tuple[str, ...]:
    """The sheet as PDF; letters that no font of this machine has are shown as boxes."""
    with matplotlib.rc_context({"pdf.fonttype": 42, "font.family": list(_families())}):
        figure = Figure(figsize=A4_INCHES)
        name = one_line(wanted.session.dry.name)
        _text(figure, LEFT, 0.95, _title(name), TITLE_PT, bold=True)
        _text(figure, LEFT, 0.925, about(wanted), 8.5, GREY)
        _column(figure, LEFT, TOP, list(_chain_rows(wanted)))
        top = TOP
        for slot in wanted.session.chain.slots:
            if slot.effect.response and slot.heard:
                _curve(figure, slot, wanted.track.sample_rate)
                top -= CURVE_HEIGHT + 0.05
        _turns(figure, wanted, top)
        facts = {"Title": name, "Creator": "InstructFX", "CreationDate": wanted.begun_at}
        drawn = io.BytesIO()  # because matplotlib does not see a full disk
        FigureCanvasPdf(figure).print_pdf(drawn, metadata=facts)
    path.write_bytes(drawn.getvalue())
    return ()


def _title(name: str) -> str:
    lines = _wrapped(name, RIGHT - LEFT - 0.02, TITLE_PT, bold=True)
    return lines[0] + (" …" if len(lines) > 1 else "")


def _chain_rows(wanted: Wanted) -> Iterator[ColumnLine]:
    yield ColumnLine(CHAIN_TITLE, bold=True)
    slots = wanted.session.chain.slots
    if not slots:
        yield ColumnLine("No effects: the track as it came.")
    for number, slot in enumerate(slots, start=1):
        yield ColumnLine("")
        yield ColumnLine(heading(number, slot, wanted.session.chain.labels[slot.id]), bold=True)
        yield from (ColumnLine(f"    {line.label}", line.text) for line in setting_lines(slot))


def _turns(figure: Figure, wanted: Wanted, top: float) -> None:
    """What was said, in letters as small as need be; where that is not enough, the last turns of it."""
    left, width = MIDDLE + 0.03, RIGHT - MIDDLE - 0.03
    rows = [ColumnLine(SAID_TITLE, bold=True)]
    for size in _sizes():
        told = [_turn_lines(turn, width, size) for turn in wanted.told]
        if len(rows) + sum(map(len, told)) <= _room(top, size):
            break
    else:
        room, count = _room(top, size) - 3, 0
        while count < len(told) and len(told[-count - 1]) <= room:
            room -= len(told[-count - 1])
            count += 1
        rows += [ColumnLine(""), ColumnLine(f"The first {len(told) - count} turns are in the sheet as text.")]
        told = told[len(told) - count :]
    if not wanted.told:
        rows.append(ColumnLine("Nothing yet."))
    _column(figure, left, top, rows + [row for each in told for row in each], size)


def _turn_lines(turn: Turn | Exchange, width: float, size: float) -> list[ColumnLine]:
    words = [ColumnLine(line, bold=True) for line in _wrapped(said(turn), width, size, bold=True)]
    return [ColumnLine(""), *words, *(ColumnLine(line) for line in _wrapped(one_line(turn.reply), width, size))]


def _sizes() -> list[float]:
    return [LARGEST_PT - 0.5 * step for step in range(round(2 * (LARGEST_PT - SMALLEST_PT)) + 1)]


def _room(top: float, size: float) -> int:
    """How many lines fit between there and the bottom."""
    return int((top - BOTTOM) * A4_INCHES[1] * POINTS / (LEADING * size))


def _wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines that are no wider than a share of the page; a word that is wider is cut."""
    most = width * A4_INCHES[0] * POINTS / size
    lines, line, used = [], "", 0.0
    for word in text.split():
        wide = _ems(word, bold)
        if line and used + _ems(" ", bold) + wide > most:
            lines.append(line)
            line, used = "", 0.0
        line, used = (f"{line} {word}", used + _ems(" ", bold) + wide) if line else (word, wide)
        while used > most:
            ends = accumulate(_advance(char, bold) for char in line)
            fits = max(1, sum(1 for _ in takewhile(lambda end: end <= most, ends)))
            lines.append(line[:fits])
            line = line[fits:]
            used = _ems(line, bold)
    return [*lines, line] if line else lines


def _ems(text: str, bold: bool) -> float:
    """How wide a text is, in multiples of its size."""
    return sum(_advance(char, bold) for char in text)


@lru_cache(maxsize=4096)
def _advance(char: str, bold: bool) -> float:
    glyph = _face(bold).load_char(ord(char if ord(char) in _letters() else BOX))
    return float(glyph.linearHoriAdvance) / 65536 / MEASURED_PT


@lru_cache(maxsize=2)
def _face(bold: bool) -> FT2Font:
    weight = "bold" if bold else "normal"
    face = FT2Font(font_manager.findfont(font_manager.FontProperties(family=FONTS[0], weight=weight)))
    face.set_size(MEASURED_PT, POINTS)
    return face


def _column(figure: Figure, left: float, top: float, rows: list[ColumnLine], size: float = 0.0) -> None:
    size = size or next((each for each in _sizes() if len(rows) <= _room(top, each)), SMALLEST_PT)
    step = LEADING * size / POINTS / A4_INCHES[1]
    for place, row in enumerate(rows):
        y = top - place * step
        _text(figure, left, y, row.text, size, bold=row.bold)
        if row.value:
            _text(figure, left + VALUES, y, row.value, size)


def _text(figure: Figure, x: float, y: float, text: str, size: float, color: str = "black", bold: bool = False) -> None:
    shown = "".join(char if ord(char) in _letters() else BOX for char in text)
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
    settings, magnitude = as_tensors(slot.settings), slot.effect.response
    assert magnitude is not None
    levels_db = 20 * torch.log10(magnitude(settings, sample_rate, frequencies_hz)[0])
    axes.axhline(0, color=GREY, linewidth=0.6)
    axes.semilogx(frequencies_hz.numpy(), levels_db.numpy(), color=BLUE, linewidth=1.6)
    cutoffs = [slot.settings[params[1].name] for _, params in bands_of(slot.effect)]
    cutoffs_hz = torch.tensor(cutoffs).clamp(max=highest_hz)
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
