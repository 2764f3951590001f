"""`instructfx sessions`: what is stored here, told, checked and removed."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from instructfx.cli import bundles


def add_commands(commands: Any) -> None:
    """Add `sessions` to the subparsers of the command line."""
    sessions = commands.add_parser("sessions", help="list, show, check and delete stored sessions")
    actions = sessions.add_subparsers(required=True, metavar="ACTION")

    listed = actions.add_parser("list", help="every session of this installation, the last used first")
    listed.add_argument("--json", action="store_true", help="print one JSON object a session, one a line")
    listed.set_defaults(run=_list)

    show = actions.add_parser("show", help="tell a session from the first turn to the last")
    show.add_argument("session", metavar="SESSION", help="the id that `refine` or `sessions list` printed")
    show.add_argument(
        "--json", action="store_true", help="print one JSON object a turn or answer, one a line, all of it"
    )
    show.set_defaults(run=_show)

    name = actions.add_parser("name", help="call a version something")
    name.add_argument("session", metavar="SESSION", help="the id that `sessions list` printed")
    name.add_argument("turn", metavar="TURN", help="its number, as `sessions show` tells it, or its id")
    name.add_argument("name", metavar="NAME", help="up to 80 characters; an empty one takes the name away")
    name.set_defaults(run=_name)

    compare = actions.add_parser("compare", help="two versions side by side")
    compare.add_argument("session", metavar="SESSION", help="the id that `sessions list` printed")
    compare.add_argument("turn", metavar="TURN", help="its number or its id")
    compare.add_argument("other", metavar="OTHER", help="another one's, or `dry` for the dry track")
    compare.add_argument("--all", action="store_true", help="also what is the same in both")
    compare.add_argument("--json", action="store_true", help="print one JSON object")
    compare.set_defaults(run=_compare)

    delete = actions.add_parser("delete", help="remove sessions, and audio that no other session uses")
    delete.add_argument("sessions", metavar="SESSION", nargs="+", help="the id that `sessions list` printed")
    delete.set_defaults(run=_delete)

    doctor = actions.add_parser("doctor", help="check the store from end to end")
    doctor.add_argument("--mend", action="store_true", help="remove leftovers and put right what can be")
    doctor.set_defaults(run=_doctor)

    bundles.add_commands(actions)


def _list(options: argparse.Namespace) -> int:
    from instructfx.store import Store

    for each in Store().listed():
        if options.json:
            sys.stdout.write(json.dumps(asdict(each), default=str, ensure_ascii=False) + "\n")
        else:
            turns = "1 turn" if each.turns == 1 else f"{each.turns} turns"
            origin = f"  ({each.origin})" if each.origin else ""
            row = f"{each.id}  {each.used_at:%Y-%m-%d %H:%M}  {turns:9} {each.name}{origin}"
            _tell(row)
    return 0


def _tell(line: str) -> None:
    """A line that may hold what anybody has called something."""
    from instructfx.audio.naming import printable

    sys.stdout.write(f"{printable(line)}\n")


def _show(options: argparse.Namespace) -> int:
    from instructfx.exports.story import story
    from instructfx.store import Store

    store = Store()
    session, _ = store.load(options.session)
    if options.json:
        for each in session.conversation:
            sys.stdout.write(each.to_json() + "\n")
        return 0
    remarks = store.remarks(session.id)
    for line in story(session, remarks.judgements, remarks.answers, remarks.signatures, remarks.names):
        _tell(line)
    return 0


def _name(options: argparse.Namespace) -> int:
    from instructfx.engine.edits import named
    from instructfx.store import Store

    store = Store()
    session = store.without_audio(options.session)
    store.name_turn(session.numbered(options.turn).id, named(options.name))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from instructfx.engine.compare import compared, to_lines
    from instructfx.store import Store

    session = Store().without_audio(options.session)
    other = None if options.other == "dry" else session.numbered(options.other).id
    comparison = compared(session, session.numbered(options.turn).id, other)
    if options.json:
        sys.stdout.write(json.dumps(comparison.to_json(), ensure_ascii=False) + "\n")
        return 0
    for line in to_lines(comparison, options.all):
        _tell(line)
    return 0


def _delete(options: argparse.Namespace) -> int:
    from instructfx.store import Store

    store = Store()
    for session_id in options.sessions:
        store.delete(session_id)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from instructfx.store import Store
    from instructfx.store.doctor import examine

    findings = examine(Store(), options.mend)
    for finding in findings:
        line = f"{f'mended ({finding.mended})' if finding.mended else 'BAD'}: {finding.what}"
        _tell(line)
    if not findings:
        sys.stdout.write("ok: every session and every file is as it should be\n")
    return 1 if any(not finding.mended for finding in findings) else 0
