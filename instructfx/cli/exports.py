"""`instructfx export`: the track, the preset, a sheet or all of a session as one file."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import Any

from instructfx.cli.interrupts import interrupts
from instructfx.errors import ExportError


def add_commands(commands: Any) -> None:
    """Add `export` to the subparsers of the command line."""
    export = commands.add_parser("export", help="take a stored session away: sound, preset, program, sheet, bundle")
    export.add_argument("session", metavar="ID", nargs="?", help="the id that `refine` or `sessions list` printed")
    export.add_argument("--list", action="store_true", help="list the formats and end")
    export.add_argument("--format", metavar="NAME", help="one of those that --list names")
    export.add_argument("--turn", type=int, metavar="N", help="as it was after that turn (default: what plays now)")
    export.add_argument("--out", type=Path, metavar="PATH", help="the file, or a folder in which it gets a name")
    export.set_defaults(run=_export, decodes=True)


def _export(options: argparse.Namespace) -> int:
    from instructfx.exports.formats import FORMATS, format_named

    if options.list:
        for each in FORMATS.values():
            sys.stdout.write(f"{each.name:8} {each.label:17} {each.suffix:9} {each.help}\n")
        return 0
    if options.session is None or options.format is None or options.out is None:
        raise ExportError("say which session (its id), --format NAME and --out PATH; `export --list` names the formats")
    chosen = format_named(options.format)

    from instructfx.exports import at_turn, export
    from instructfx.store import Store

    store = Store()
    session, track = store.load(options.session)
    if options.turn is not None:
        session = at_turn(session, options.turn)
    begun_at = next((each.created_at for each in store.listed() if each.id == session.id), None)
    with interrupts() as interrupted:
        done = export(
            session,
            track,
            options.out,
            chosen,
            _progress if sys.stderr.isatty() else _no_progress,
            interrupted.is_set,
            store.remarks(session.id),
            begun_at,
            functools.partial(store.reference, session.id),
        )
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    for path in done:
        sys.stdout.write(f"{path}\n")
    for note in done.notes:
        sys.stdout.write(f"note: {note}\n")
    return 0


def _progress(share: float) -> None:
    sys.stderr.write(f"\r\033[Kexporting: {share:4.0%}")
    sys.stderr.flush()


def _no_progress(share: float) -> None:
    """For scripts, whose logs need no progress."""
