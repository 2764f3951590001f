"""What each part earns: the same scripted sessions with one part left out or replaced at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from instructfx.bench.quality.dialogue import OURS, Groups, grouped, percent, share_met
from instructfx.bench.quality.dialogues import DIALOGUES, read_dialogues
from instructfx.bench.quality.playing import Play, measure
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport, spread
from instructfx.bench.runner.intervals import Interval, interval
from instructfx.bench.runner.report import table
from instructfx.bench.runner.systems import System
from instructfx.bench.runner.tracks import tracks

SESSIONS = 11  # evenly from the dialogues, each on one track
SYSTEMS = (
    System(OURS),
    System("planner: nobody, nothing is done", planner="nothing"),
    System("planner: every new effect is the equaliser", planner="equaliser"),
    System("planner: new effects at random", planner="random"),
    System("planner: new effects at their defaults", planner="unset"),
    System("ear: none, no search", steps=0),
    System("loss: asked readings alone, other axes are free", harm=0),
    System("loss: readings without the wished curve", shape=0),
    System("search: 10 steps", steps=10),
    System("search: 30 steps", steps=30),
    System("search: 60 steps", steps=60),
    System("acquisition: lower confidence bound", acquisition="lcb"),
    System("acquisition: probability of improvement", acquisition="pi"),
    System("anchor: the dry track", anchor="dry"),
    System("first turn: initialise only", first_turn="initialize"),
    System("seed 1", seed=1),
    System("seed 2", seed=2),
)

EXPLANATION = """\
{count} of the scripted sessions, each on one track; one part is left out or replaced at a time. *Met* is the share of
expectations met, *against ours* its difference from the first row in points, drawn in pairs; *loss* is the perceptual
ear's for what the words ask of it, the same for all rows, mean over turns. 95 % intervals by drawing sessions anew.
Usual searches: 60 steps on the spectrum of an equaliser, 16 on the waveform, 20 tries where there is no gradient.
"""


def cases(options: BenchOptions) -> list[Play]:
    """Every system on the same few sessions."""
    paths = tracks(options.data)
    sessions = spread(read_dialogues(), SESSIONS)
    return [
        Play(system, dialogue, paths[index % len(paths)])
        for system in SYSTEMS
        for index, dialogue in enumerate(sessions)
    ]


def difference(dialogues: Groups, ours: Groups, seed: int) -> Interval:
    """Points by which more expectations are met than by ours, on the sessions that both have played."""
    rows = [[*_met(dialogues[name]), *_met(ours[name])] for name in dialogues if name in ours]

    def points(drawn: np.ndarray[Any, np.dtype[np.float64]]) -> float:
        met, total, met_by_ours, total_of_ours = drawn.sum(axis=0)
        return float(100 * (met / max(total, 1) - met_by_ours / max(total_of_ours, 1)))

    return interval(np.array(rows), seed, points)


def _met(sessions: Sequence[Sequence[Any]]) -> tuple[int, int]:
    verdicts = [verdict for session in sessions for turn in session for verdict in turn.verdicts]
    return sum(verdict.met for verdict in verdicts), len(verdicts)


def mean_loss(dialogues: Groups, seed: int) -> Interval:
    """Over the turns whose words ask something of the ear; dialogues are drawn."""
    rows = []
    for sessions in dialogues.values():
        losses = [turn.loss for session in sessions for turn in session if turn.loss is not None]
        rows.append([sum(losses), len(losses)])
    return interval(np.array(rows), seed, lambda drawn: float(drawn[:, 0].sum() / max(drawn[:, 1].sum(), 1)))


def tell(options: BenchOptions, results: Sequence[tuple[Play, Mapping[str, Any]]]) -> CaseReport:
    """One row a system."""
    groups = grouped(results)
    ours = groups.get(OURS, {})
    rows, numbers = [], {}
    for name, dialogues in groups.items():
        met, loss = share_met(dialogues, options.seed), mean_loss(dialogues, options.seed)
        against = difference(dialogues, ours, options.seed) if ours and set(ours) & set(dialogues) else None
        seconds = [turn.seconds for sessions in dialogues.values() for session in sessions for turn in session]
        shown = (
            ""
            if against is None or name == OURS
            else f"{against.value:+.1f} ({against.low:+.1f} to {against.high:+.1f})"
        )
        rows.append([name, percent(met), shown, str(loss), f"{np.median(seconds):.1f} s"])
        numbers[name] = {"met": met.to_json(), "loss": loss.to_json()}
    head = ["what", "met", "against ours", "loss", "median turn"]
    count = len({play.dialogue.name for play, _ in results})
    return CaseReport(summary=f"{EXPLANATION.format(count=count)}\n{table(head, rows)}", numbers={"rows": numbers})


BENCH: Bench[Play] = Bench(
    name="ablation",
    title="What each part earns",
    cases=cases,
    measure=measure,
    tell=tell,
    files=lambda options: (DIALOGUES, *tracks(options.data)),
)
