"""What leaves the studio: several exports at once, and names with escape codes in a terminal."""

from __future__ import annotations

import io
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from instructfx.audio.naming import TURNS
from instructfx.bench.robustness.bad_audio import good
from instructfx.bench.robustness.outcomes import FaultOutcome, outcome
from instructfx.bench.serving.serving import Served
from instructfx.bench.serving.visitor import Visitor
from instructfx.engine.live import open_session
from instructfx.errors import InstructFXError
from instructfx.exports import export
from instructfx.store import Store
from instructfx.store.sessions import DATABASE

AT_ONCE, TERMINAL = "exports at once", "names in a terminal"
TOGETHER = 6
FORMATS = ("preset", "python", "sheet", "wav16", "flac", "session")
FORGED_ROW = "0" * 48 + "  2030-01-01 00:00  9 turns   forged"
NAMES = {
    "colours": "\x1b[31mred\x1b[0m.wav",
    "a screen that is cleared": "\x1b[2J\x1b[Hclear.wav",
    "a title of the window": "\x1b]0;forged\x07.wav",
    "a row that is forged": f"a\n{FORGED_ROW}.wav",
    "a line that is overwritten": "a\rforged.wav",
    "one-byte codes": "a\x9b31mred.wav",
    "the other direction": "a\u202egpj.wav",
    "half an emoji": "a\ud83d.wav",
}


def exports_at_once() -> Iterator[FaultOutcome]:
    """Of each format, into one folder: each gets a whole file of its own, and nothing else is there."""
    with tempfile.TemporaryDirectory() as folder:
        track = Path(folder) / "track.wav"
        track.write_bytes(good(".wav"))
        live = open_session(track, "builtin", "perceptual", 0, store=None)
        live.say("cut 3 dB at 400 Hz")
        for name in FORMATS:
            began, target = time.monotonic(), Path(folder) / name
            target.mkdir()

            def made(number: int, name: str = name, target: Path = target) -> tuple[Path, ...]:
                return tuple(export(live.session, live.track, target, name))

            try:
                with ThreadPoolExecutor(TOGETHER) as pool:
                    paths = [path for paths in pool.map(made, range(TOGETHER)) for path in paths]
            except InstructFXError as error:
                yield outcome(AT_ONCE, name, began, wrong=str(error), bad="crashed")
                continue
            there = sorted(target.iterdir())
            sizes = {path.stat().st_size for path in there}
            wrong = "" if sorted(paths) == there else f"{len(set(paths))} names, {len(there)} files"
            wrong = wrong or ("" if min(sizes) > 0.9 * max(sizes) else f"files of {sorted(sizes)} bytes")
            yield outcome(AT_ONCE, name, began, wrong=wrong)


def names_in_a_terminal(served: Served) -> Iterator[FaultOutcome]:
    """Files with such names are opened; then what the command line tells of their sessions is read."""
    with Visitor(served.url) as visitor:
        for name in NAMES.values():
            visitor.upload(name, io.BytesIO(good(".wav")))
            visitor.leave()
    store = Store(served.sessions, f"sqlite:///{served.sessions / DATABASE}")
    listed = store.listed()
    store.close()
    began, told = time.monotonic(), served.command("sessions", "list").decode(errors="surrogateescape")
    rows = told.splitlines()
    wrong = _harm(told)
    if not wrong and [row.split()[0] for row in rows] != [each.id for each in listed]:
        wrong = f"{len(rows)} rows for {len(listed)} sessions"
    yield outcome(TERMINAL, f"all {len(listed)} as a list", began, wrong=wrong, bad="leaked")
    for what, each in zip(reversed(NAMES), listed, strict=False):  # the last used is the first
        began, told = time.monotonic(), served.command("sessions", "show", each.id).decode(errors="surrogateescape")
        wrong = _harm(told) or ("" if each.id in told or each.name in told else "it is not told of")
        yield outcome(TERMINAL, what, began, wrong=wrong, bad="leaked")


def _harm(told: str) -> str:
    """What in it a terminal would do something with."""
    found = {
        ascii(char)
        for char in told
        if char != "\n" and (unicodedata.category(char) in ("Cc", "Cs") or unicodedata.bidirectional(char) in TURNS)
    }
    return f"holds {', '.join(sorted(found))}" if found else "" if told.strip() else "nothing is told"
