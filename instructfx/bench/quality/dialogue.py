"""Scripted sessions of three to six turns: does each turn do what its words say, and nothing else?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from instructfx.bench.quality.dialogues import DIALOGUES, read_dialogues
from instructfx.bench.quality.expectations import LOUDNESS, OTHERS
from instructfx.bench.quality.playing import Judged, Play, measure, read
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport
from instructfx.bench.runner.intervals import Interval, interval
from instructfx.bench.runner.report import table
from instructfx.bench.runner.systems import System
from instructfx.bench.runner.tracks import tracks

OURS = "built-in planner and ear"
SYSTEMS = (System(OURS), System("planner only, no search", steps=0), System("doing nothing", planner="nothing"))

EXPLANATION = """\
{count} sessions of three to six turns on {tracks}. *Said* are expectations of the words ("warmth rises 0.4", "reverb
untouched"); *others stay*: in every turn each axis of a family that the words do not speak of moves by less than one
step, but for grit, movement and pitch where no effect of the chain is for them: rooms and filters only disturb these
readings; *loudness*: what is rendered, without what rings on behind the track, stays within 0.5 LU unless level was
asked for. Share met, with 95 % intervals by drawing sessions anew; *louder* is the largest change of loudness that was
not asked for.
"""

Groups = Mapping[str, Sequence[Sequence[Judged]]]
"""Dialogue -> its sessions, one a track."""


def cases(options: BenchOptions) -> list[Play]:
    """Every session on every track with every system, ours first."""
    paths = tracks(options.data)
    return [
        Play(system, dialogue, path)
        for system in (_seeded(system, options.seed) for system in SYSTEMS)
        for dialogue in read_dialogues()
        for path in paths
    ]


def _seeded(system: System, seed: int) -> System:
    return System(system.name, system.planner, system.steps, seed=seed)


def grouped(results: Sequence[tuple[Play, Mapping[str, Any]]]) -> dict[str, dict[str, list[tuple[Judged, ...]]]]:
    """System -> dialogue -> sessions."""
    groups: dict[str, dict[str, list[tuple[Judged, ...]]]] = defaultdict(lambda: defaultdict(list))
    for play, result in results:
        groups[play.system.name][play.dialogue.name].append(read(result))
    return groups


def share_met(dialogues: Groups, seed: int, which: Callable[[str], bool] = lambda expected: True) -> Interval:
    """The share of expectations met; dialogues are drawn, with all their tracks."""
    rows = []
    for sessions in dialogues.values():
        verdicts = [v for session in sessions for turn in session for v in turn.verdicts if which(v.expected)]
        rows.append([sum(verdict.met for verdict in verdicts), len(verdicts)])
    return interval(np.array(rows), seed, lambda drawn: float(drawn[:, 0].sum() / max(drawn[:, 1].sum(), 1)))


def loudest(dialogues: Groups) -> float:
    """The largest change of loudness that was not asked for, in LU."""
    turns = [turn for sessions in dialogues.values() for session in sessions for turn in session]
    return max((abs(turn.louder_lu) for turn in turns if not turn.level_asked), default=0.0)


def tell(options: BenchOptions, results: Sequence[tuple[Play, Mapping[str, Any]]]) -> CaseReport:
    """A row a system, and each expectation that ours did not meet."""
    rows, numbers = [], {}
    groups = grouped(results)
    for name, dialogues in groups.items():
        shares = {
            "all": share_met(dialogues, options.seed),
            "said": share_met(dialogues, options.seed, lambda expected: expected not in (OTHERS, LOUDNESS)),
            "others": share_met(dialogues, options.seed, lambda expected: expected == OTHERS),
            "loudness": share_met(dialogues, options.seed, lambda expected: expected == LOUDNESS),
        }
        seconds = [turn.seconds for sessions in dialogues.values() for session in sessions for turn in session]
        louder = loudest(dialogues)
        rows.append([name, *map(percent, shares.values()), f"{louder:.2f} LU", f"{np.median(seconds):.1f} s"])
        numbers[name] = {**{what: share.to_json() for what, share in shares.items()}, "louder_lu": louder}
    head = ["who", "all", "said", "others stay", "loudness stays", "louder", "median turn"]
    played = sorted({play.track.stem for play, _ in results})
    count = len({play.dialogue.name for play, _ in results})
    failed = _failed([(play, result) for play, result in results if play.system.name == OURS])
    return CaseReport(
        summary=f"{EXPLANATION.format(count=count, tracks=', '.join(played))}\n{table(head, rows)}",
        details=f"### What was not met\n\n{failed}",
        numbers={"rows": numbers},
    )


def percent(share: Interval) -> str:
    """A share as people read it."""
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _failed(results: Sequence[tuple[Play, Mapping[str, Any]]]) -> str:
    rows = [
        [play.dialogue.name, play.track.stem, f"{index}. {turn.say}", verdict.expected, verdict.measured]
        for play, result in results
        for index, turn in enumerate(read(result), start=1)
        for verdict in turn.verdicts
        if not verdict.met
    ]
    return table(["session", "track", "turn", "expected", "measured"], rows) if rows else "Nothing.\n"


BENCH: Bench[Play] = Bench(
    name="dialogue",
    title="Scripted sessions",
    cases=cases,
    measure=measure,
    tell=tell,
    files=lambda options: (DIALOGUES, *tracks(options.data)),
)
