"""`instructfx judge`: a language model rates the turns of a stored session."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `judge` to the subparsers of the command line."""
    judge = commands.add_parser("judge", help="let a language model rate the turns of a session, from 1 to 4")
    judge.add_argument("session", metavar="SESSION", help="the id that `refine` printed")
    judge.add_argument("--model", required=True, help="as litellm names it, or recorded:FILE")
    judge.add_argument("--json", action="store_true", help="print one JSON object a turn, one a line")
    judge.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> int:
    from instructfx.engine.judge import judged, mean_marks
    from instructfx.planners import model_named
    from instructfx.sessions import Judgement
    from instructfx.store import Store

    store = Store()
    session, _ = store.load(options.session)
    model = model_named(options.model)
    marks: list[Judgement] = []
    unmarked = 0
    if not options.json:
        sys.stdout.write("turn  following  thought  instruction\n")
    for turn, result in judged(session, model, lambda: False):
        if isinstance(result, Judgement):
            store.add_judgement(result)
            marks.append(result)
        else:
            unmarked += 1
            sys.stderr.write(f"turn {turn.index} has no marks: {result}\n")
            continue
        if options.json:
            record = {"index": turn.index, "instruction": turn.instruction, **asdict(result)}
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(
                f"{turn.index:4}  {result.instruction_following:9}  {result.chain_of_thought:7}  {turn.instruction}\n"
                f"{'':6}{result.why_following or '(no reason)'}\n{'':6}{result.why_thought or '(no reason)'}\n"
            )
        sys.stdout.flush()
    if marks and not options.json:
        following, thought = mean_marks(marks)
        sys.stdout.write(f"mean  {following:9.2f}  {thought:7.2f}  {len(marks)} turns by {model.name}\n")
    return 1 if unmarked else 0
