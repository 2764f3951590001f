"""`instructfx replay`: a stored session made again and compared, turn by turn."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instructfx.cli.interrupts import interrupts

if TYPE_CHECKING:
    from instructfx.engine.replay import Replayed

SHOWN = 6  # differences of a turn in the table; JSON has all


def add_commands(commands: Any) -> None:
    """Add `replay` to the subparsers of the command line."""
    replay = commands.add_parser("replay", help="make a stored session again, and say what differs")
    replay.add_argument("session", metavar="SESSION", help="its id, or a bundle that `sessions export` wrote")
    replay.add_argument(
        "--mode", choices=("render", "rerun", "replan"), default="render",
        help="render: settings to audio; rerun: recorded plans, searched again; replan: the planner is asked again "
        "(default: %(default)s)",
    )  # fmt: skip
    replay.add_argument("--ear", default="", help="who listens instead: perceptual or clap")
    replay.add_argument("--loss", default="", help="what the ear clap listens for instead, such as contrast")
    replay.add_argument(
        "--planner", default="", help="who plans instead (replan): as in refine, or `recorded` for the stored answers"
    )
    replay.add_argument(
        "--keep", action="store_true", help="store the result as a session of its own also without swaps"
    )
    replay.add_argument("--json", action="store_true", help="print one JSON object a turn, one a line")
    replay.set_defaults(run=_replay, decodes=True)


def _replay(options: argparse.Namespace) -> int:
    from instructfx.errors import InstructionError

    swapped = bool(options.ear or options.loss or options.planner)
    if options.mode == "render" and (swapped or options.keep):
        raise InstructionError("render makes audio of the stored settings; --ear, --loss, --planner and --keep need "
                               "--mode rerun or replan")  # fmt: skip
    differs, kept_id = False, ""
    with ExitStack() as stack:
        for replayed, new_id in _turns(options, swapped or options.keep, stack):
            kept_id = new_id
            differs |= not replayed.same
            if options.json:
                record = {**asdict(replayed), "same": replayed.same, "largest": replayed.largest}
                sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            else:
                sys.stdout.write(_turn_text(replayed))
            sys.stdout.flush()
    if kept_id:
        sys.stderr.write(f"session {kept_id}\n")
    return 1 if differs else 0


def _turns(options: argparse.Namespace, keep: bool, stack: ExitStack) -> Iterator[tuple[Replayed, str]]:
    """What came of each turn, and the id of the new session where that is kept."""
    from instructfx.audio.scratch import scratch_folder
    from instructfx.engine.replay import Replay, Swaps, rendered_again
    from instructfx.sessions import new_session_id
    from instructfx.store import Store

    store = source = Store()
    session_id = options.session
    aside = stack.enter_context(scratch_folder())
    if Path(session_id).is_file():
        from instructfx.bundles import import_bundle

        source = Store(aside / "bundle", url=f"sqlite:///{aside / 'bundle.sqlite'}")
        session_id = import_bundle(Path(session_id), source).session.id
    session, track = source.load(session_id)
    stop = stack.enter_context(interrupts())
    if options.mode == "render":
        for replayed in rendered_again(session, track, source.signatures(session.id), stop.is_set):
            yield replayed, ""
        return
    target = store if keep else Store(aside / "replay", url=f"sqlite:///{aside / 'replay.sqlite'}")
    swaps = Swaps(options.ear, options.loss, options.planner)
    replay = Replay(session, track, options.mode, swaps, target, new_session_id())
    for replayed in replay.turns(stop.is_set):
        yield replayed, replay.session.id if keep else ""


def _turn_text(replayed: Replayed) -> str:
    if not replayed.compared:
        verdict = "nothing to compare with: the track was not rendered after this turn"
    elif replayed.same:
        verdict = "the same"
    elif replayed.level_db is not None:
        verdict = f"differs: at most {replayed.level_db:.3f} dB in level"
    else:
        verdict = f"differs: at most {100 * replayed.largest:.3g} % of a setting's range"
    lines = [f'{replayed.index:3}. {verdict}  "{replayed.instruction}"']
    for each in replayed.differences[:SHOWN]:
        lines.append(f"       {each.what}: {each.stored} became {each.found}")
    if len(replayed.differences) > SHOWN:
        lines.append(f"       and {len(replayed.differences) - SHOWN} more")
    lines += [f"       {cause}" for cause in replayed.causes]
    if replayed.differences and replayed.loss_stored is not None:
        lines.append(f"       loss: {replayed.loss_stored:.6g} became {replayed.loss_found:.6g}")
    return "\n".join(lines) + "\n"
