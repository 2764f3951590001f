"""The settings sheet: what a chain is, in words and units, for people who turn knobs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from instructfx import __version__
from instructfx.chain import Slot
from instructfx.chain.format import minus, settings_of
from instructfx.exports.wanted import Wanted, one_line
from instructfx.sessions import Exchange, Turn

WIDTH = 20  # characters of a setting's name
CHANNELS = {1: "mono", 2: "stereo"}
CHAIN_TITLE = "The chain, in the order of the sound"
SAID_TITLE = "What was said, turn by turn"


@dataclass(frozen=True)
class Line:
    """A setting of an effect: its name and its value with the unit."""

    label: str
    text: str


def write_sheet(wanted: Wanted, path: Path) -> tuple[str, ...]:
    """The sheet as plain text in UTF-8."""
    path.write_text("\n".join(text_lines(wanted)) + "\n", encoding="utf-8")
    return ()


def text_lines(wanted: Wanted) -> Iterator[str]:
    """The whole sheet, line by line."""
    yield one_line(wanted.session.dry.name)
    yield about(wanted)
    yield ""
    yield CHAIN_TITLE
    slots = wanted.session.chain.slots
    if not slots:
        yield ""
        yield "No effects: the track as it came."
    for number, slot in enumerate(slots, start=1):
        yield ""
        yield heading(number, slot, wanted.session.chain.labels[slot.id])
        yield from (f"   {line.label:{WIDTH}} {line.text}" for line in setting_lines(slot))
    yield ""
    yield SAID_TITLE
    if not wanted.told:
        yield ""
        yield "Nothing yet."
    for each in wanted.told:
        yield ""
        yield said(each)
        if each.reply:
            yield f"   {one_line(each.reply)}"
        yield from (f"   {one_line(note)}" for note in each.notes)


def about(wanted: Wanted) -> str:
    """The track's format, and which turn of what session it is."""
    dry = wanted.session.dry
    minutes, seconds = divmod(round(dry.frames / dry.sample_rate), 60)
    loudness = minus(f"{dry.loudness_lufs:.1f} LUFS")
    track = f"{minutes}:{seconds:02d}, {dry.sample_rate} Hz, {CHANNELS[dry.channels]}, {loudness}"
    turn = f", turn {wanted.session.current.index}" if wanted.session.current else ""
    when = f", session of {wanted.begun_at:%Y-%m-%d %H:%M} UTC" if wanted.begun_at else ""
    return f"{track} · InstructFX {__version__}{turn}{when}"


def heading(number: int, slot: Slot, label: str) -> str:
    """A slot at its place: "2. Reverb (bypassed)"."""
    rests = " (not here, so it is off)" if slot.effect.absent else " (bypassed)" if slot.bypassed else ""
    return f"{number}. {label}{rests}"


def setting_lines(slot: Slot) -> list[Line]:
    """Every setting of an effect in its unit; an equaliser's band is one line."""
    return [Line(each.label, f"{each.text}{' (flat)' if each.idle else ''}") for each in settings_of(slot)]


def said(each: Turn | Exchange) -> str:
    """The words: 3. "too dark"; those that changed nothing have no number."""
    number = "-" if isinstance(each, Exchange) else f"{each.index}."
    return f'{number} "{one_line(each.instruction)}"'
