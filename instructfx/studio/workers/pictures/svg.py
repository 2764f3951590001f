"""Axes to draw on, and from matplotlib's figures to SVG that takes its colours and fonts from the page."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, ACCENT, OTHER, PANEL = "#24282c", "#5d6369", "#dfdad0", "#0d6a62", "#b0622b", "#ffffff"
VARIABLES: Mapping[str, str] = {
    INK: "--ink",
    SOFT: "--soft",
    LINE: "--line",
    ACCENT: "--accent",
    OTHER: "--down",
    PANEL: "--panel",
}
"""Colours as they are drawn -> the page's variables that they become; what is drawn is the fallback."""
TEXT_PX, SMALL_PX = 12, 11
WIDE = 700  # px
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "instructfx", "path.simplify": True}

NUMBER = re.compile(r"-?\d+\.\d{2,}")
TAG = re.compile(r"<[^>]*>")
FONT = re.compile(r" ?font-family: [^;\"]*;")
IDS = re.compile(r'(id="|#)([\w.-]+)(?=["\)])')
UNUSED = re.compile(r'<g id="[^"]*"')


@dataclass(frozen=True)
class Picture:
    """A figure being drawn. width and height are px on the page; margins are left, right, bottom and top in px."""

    figure: Figure
    axes: Axes
    width: int
    height: int


def picture(width: int, height: int, margins: tuple[int, int, int, int] = (48, 16, 42, 34)) -> Picture:
    """An empty picture of that size with one pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure((width / 72, height / 72), dpi=72)  # an SVG has 72 units to the inch
    figure.patch.set_visible(False)
    left, right, bottom, top = margins
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(box)
    axes.set_facecolor("none")
    plain(axes)
    axes.grid(color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    return Picture(figure, axes, width, height)


def plain(axes: Axes) -> None:
    """Thin lines and soft labels."""
    for spine in axes.spines.values():
        spine.set_color(LINE)
    axes.minorticks_off()
    axes.tick_params(colors=SOFT, labelsize=SMALL_PX, length=0, pad=6)
    axes.xaxis.label.set(color=SOFT, fontsize=TEXT_PX)
    axes.yaxis.label.set(color=SOFT, fontsize=TEXT_PX)


def legend(axes: Axes, names: Sequence[str] = ()) -> None:
    """What the lines are, above the axes. names, a person's own words perhaps, stand for the lines' labels."""
    drawn = axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.99),
        ncols=3,
        markerscale=0.6,
        frameon=False,
        fontsize=TEXT_PX,
        labelcolor=INK,
        handlelength=1.8,
        columnspacing=1.4,
        borderaxespad=0.2,
    )
    for text, name in zip(drawn.get_texts(), names, strict=False):
        text.set_parse_math(False)
        text.set_text("".join(letter if letter.isprintable() else " " for letter in name))


def svg(drawn: Picture, title: str, description: str) -> str:
    """The picture as one SVG element: scalable, with a title and a description, ids of its own, no script."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    file = io.StringIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the page's fonts draw the text
        FigureCanvasSVG(drawn.figure).print_svg(file, metadata={"Date": None})
    text = file.getvalue()
    body = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r"\n\s*", "\n", UNUSED.sub("<g", body)).strip()
    body = TAG.sub(lambda found: FONT.sub("", NUMBER.sub(_rounded, found.group())), body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var({variable}, {colour})")
    body = body.replace("xlink:href", "href")
    prefix = "p" + hashlib.sha256((title + body).encode()).hexdigest()[:10]
    body = IDS.sub(lambda found: _own(found, prefix), body)
    return (
        f'<svg class="picture" viewBox="0 0 {drawn.width} {drawn.height}" role="img" '
        f'aria-labelledby="{prefix}-title {prefix}-about" xmlns="http://www.w3.org/2000/svg" '
        f'style="width:100%;height:auto;max-width:{drawn.width}px;font-family:inherit">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-about">{escape(description)}</desc>{body}</svg>'
    )


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")


def _own(found: re.Match[str], prefix: str) -> str:
    """An id, or what refers to one; colours that look like references are left alone."""
    if found[1] == "#" and re.fullmatch(r"[0-9a-f]{6}", found[2]):
        return found.group()
    return f"{found[1]}{prefix}-{found[2]}"


def frequency_axis(axes: Axes, narrow: bool) -> None:
    """20 Hz to 20 kHz, logarithmic, with a few names."""
    axes.set_xscale("log")
    axes.set_xlim(20, 20_000)
    ticks = (100, 1000, 10_000) if narrow else (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
    axes.set_xticks(ticks, [f"{hz // 1000}k" if hz >= 1000 else f"{hz}" for hz in ticks])
    axes.minorticks_off()
    axes.set_xlabel("Frequency (Hz)")


def minus(value: float, digits: int = 0) -> str:
    """A number for an axis, with a real minus sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")
