"""A chain as a Python program of its own: `standalone.py`'s functions, with the settings as named constants."""

from __future__ import annotations

import base64
import inspect
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten

import numpy as np
import numpy.typing as npt
import soundfile

from instructfx import __version__
from instructfx.chain import Chain, Slot
from instructfx.chain.format import value_text
from instructfx.effects import Param
from instructfx.exports.placing import appearing
from instructfx.exports.program_parts import imports, needed
from instructfx.exports.room import room_of, save_room
from instructfx.exports.wanted import Wanted, one_line
from instructfx.rendering.level import Level
from instructfx.rendering.track import rendering

MOST_EMBEDDED = 1_000_000  # characters; a longer room lies beside the file
LINE = 100  # characters
ROOM_SETTINGS = ("room", "room_peak")
NEEDS_NO_MEASURE_DB = 0.05  # deeper limiting than this is worth a word


@dataclass(frozen=True)
class Room:
    """The reverb's impulse response as the program holds it: text, or the name of a file beside it."""

    text: str
    peak: float


def write_script(wanted: Wanted, path: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the program, and the room beside it where that is large: what lies beside it, and notes.

    The track is rendered once, for its level.
    """
    chain, track = _named(wanted.session.chain), wanted.track
    with rendering(chain, track, None, wanted.go_on, wanted.cancelled) as rendered:
        level = rendered.level
    heard = [slot for slot in chain.slots if slot.heard]
    notes = tuple(
        f"{chain.labels[slot.id]} cannot be rebuilt on pedalboard and is left out of the program"
        for slot in heard
        if not rebuilt(slot)
    )
    if level.limited_db > NEEDS_NO_MEASURE_DB:
        notes += (f"the program does not limit peaks, as the studio did by {level.limited_db:.1f} dB at most",)
    rooms, beside = {}, {}
    for slot in heard:
        if slot.effect.impulse_response and rebuilt(slot):
            taps = room_of(slot, track.sample_rate, track.channels)
            rooms[slot.id] = embedded(taps, track.sample_rate)
            if len(rooms[slot.id].text) > MOST_EMBEDDED:
                target = wanted.target.with_name(f"{wanted.target.stem}-{_room_name(slot).replace('_', '-')}.wav")
                beside[target] = taps
                rooms[slot.id] = Room(target.name, 1.0)
                notes += (f"keep {one_line(target.name)} beside the program: it is the room",)
    path.write_text(program(wanted, level, rooms, notes), encoding="utf-8")
    for target, taps in beside.items():
        with appearing(target) as temporary:
            save_room(taps, track.sample_rate, temporary)
    return tuple(beside), notes


def _named(chain: Chain) -> Chain:
    """The chain with its slots under their short names, which the program's constants begin with."""
    return Chain(tuple(replace(slot, id=chain.short_names[slot.id]) for slot in chain.slots))


def rebuilt(slot: Slot) -> bool:
    """Whether a program can do what this effect does."""
    return slot.effect.standalone is not None


def embedded(taps: npt.NDArray[np.float32], sample_rate: int) -> Room:
    """An impulse response (channels, taps) as FLAC of 24 bits in base 85."""
    packed, peak = io.BytesIO(), float(np.abs(taps).max())
    soundfile.write(packed, (taps / peak).T, sample_rate, "PCM_24", format="FLAC")
    return Room(base64.b85encode(packed.getvalue()).decode(), peak)


def program(wanted: Wanted, level: Level, rooms: Mapping[str, Room], notes: Sequence[str]) -> str:
    """The text of the program; rooms are those of the reverbs by short name."""
    chain = _named(wanted.session.chain)
    used = [slot for slot in chain.slots if slot.heard and rebuilt(slot)]
    functions = needed([slot.effect for slot in used])
    unlimited_db = level.gain_db - level.made_up_db
    parts = [
        f'"""{_docstring(wanted, notes)}"""',
        imports(functions),
        "Samples = npt.NDArray[np.float32]  # (channels, frames)",
        *(_constants(slot, chain.labels[slot.id]) for slot in used),
        f"LEVEL_DB = {unlimited_db:.9g}  # dB: makes the result as loud as the original was; 0 leaves it as it comes\n"
        f"TAIL_SECONDS = {chain.tail_seconds:.9g}  # s: how long the chain rings on when the track is over",
        _process(chain, used),
        *(inspect.getsource(each).rstrip() for each in functions),
    ]
    parts += [_room(rooms[slot.id], _room_name(slot).upper()) for slot in used if slot.id in rooms]
    given = f"process, {tuple(notes)!r}" if notes else "process"
    parts.append(f'if __name__ == "__main__":\n    main({given})\n')
    return "\n\n\n".join(parts)


def _docstring(wanted: Wanted, notes: Sequence[str]) -> str:
    name = one_line(wanted.session.dry.name)
    said = [f"  {turn.index}. {shorten(one_line(turn.instruction), LINE, placeholder=' …')}" for turn in wanted.said]
    lines = [
        f"The sound of {name}, made with InstructFX {__version__}{' by saying:' if said else '.'}",
        *said,
        "",
        "It needs Python 3.11 or newer, and:  pip install numpy pedalboard soundfile",
        "Run it:  python this-file.py in.wav out.wav",
        "Or use it:  process(samples, sample_rate), with samples (channels, frames) of 32-bit floats",
        *(["", *(f"Note: {note}." for note in notes)] if notes else []),
    ]
    return "\n".join(lines).replace("\\", "/").replace('"', "'") + "\n"


def _taken_by(slot: Slot) -> list[str]:
    """The settings that an effect's function takes, and "room" and "room_peak" where it does."""
    if slot.effect.standalone is None:
        return []
    taken = inspect.signature(slot.effect.standalone).parameters.values()
    return [each.name for each in taken if each.kind is each.KEYWORD_ONLY]


def _constants(slot: Slot, label: str) -> str:
    taken = _taken_by(slot)
    lines = [f"# {label}: {slot.effect.summary}"]
    within = [param for param in slot.effect.params if param.name not in taken]
    if within:
        told = ", ".join(f"{param.name} {slot.settings[param.name]:.4g}{_unit(param)}" for param in within)
        lines += [f"# In {_room_name(slot).upper()}, below, and not to be changed here: {told}."]
    for param in slot.effect.params:
        if param.name in taken:
            lines.append(f"{_constant(slot, param.name)} = {slot.settings[param.name]:.9g}  # {_about(param)}")
    return "\n".join(lines)


def _about(param: Param) -> str:
    choices = ", ".join(f"{place} {each}" for place, each in enumerate(param.choices))
    return f"{choices or param.range_text()}{': ' if param.help else ''}{param.help}"


def _unit(param: Param) -> str:
    return f" {param.unit}" if param.unit else ""


def _constant(slot: Slot, setting: str) -> str:
    named = setting.replace("room", _room_name(slot), 1) if setting in ROOM_SETTINGS else f"{slot.id}_{setting}"
    return named.upper()


def _room_name(slot: Slot) -> str:
    """ "room" of a reverb, "room_2" of the slot reverb_2."""
    return f"room{slot.id.removeprefix(slot.effect.name)}"


def _process(chain: Chain, used: Sequence[Slot]) -> str:
    lines = [
        "def process(samples: Samples, sample_rate: int) -> Samples:",
        '    """The chain, in the order of the sound: (channels, frames) in, the same and its tail out."""',
        "    samples = np.pad(samples, ((0, 0), (0, round(TAIL_SECONDS * sample_rate))))",
    ]
    for slot in chain.slots:
        label = chain.labels[slot.id]
        if not slot.heard:
            lines.append(f"    # {label} is {'not here, so it is off' if slot.effect.absent else 'bypassed'}.")
        elif slot not in used:
            lines.append(f"    # {label} cannot be rebuilt on pedalboard: {', '.join(_setting_texts(slot))}.")
        else:
            given = [f"        {name}={_constant(slot, name)}," for name in _taken_by(slot)]
            lines += [f"    samples = {_function(slot)}(", "        samples,", "        sample_rate,", *given]
            lines.append("    )")
    lines.append("    return samples * np.float32(10 ** (LEVEL_DB / 20))")
    return "\n".join(lines)


def _function(slot: Slot) -> str:
    return slot.effect.standalone.__name__ if slot.effect.standalone else ""


def _setting_texts(slot: Slot) -> Iterator[str]:
    for param in slot.effect.params:
        yield f"{param.name} {value_text(param, slot.settings[param.name])}"


def _room(room: Room, name: str) -> str:
    peak = f"{name}_PEAK = {room.peak:.9g}  # the largest sample of the room"
    if room.text.endswith(".wav"):
        return f"# The room's impulse response is in a file beside this one.\n{name} = {room.text!r}\n{peak}"
    rows = "\n".join(f'    "{room.text[start : start + LINE]}"' for start in range(0, len(room.text), LINE))
    return f"# The room's impulse response: a FLAC file of 24 bits, in base 85.\n{peak}\n{name} = (\n{rows}\n)"
