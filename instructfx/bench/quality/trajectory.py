"""On the way to a new word: distance to it and to the old one along the search, and what the search adds.

The second and third experiment of InstructFX2FX.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import numpy as np

from instructfx.bench.quality.features import distance
from instructfx.bench.quality.sequential import DRAWN, WordPair, cases
from instructfx.bench.quality.socialfx import crowd, files
from instructfx.bench.quality.sounds import MATCHINGS, curve_response, ground, heard, points_hz
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport, Json
from instructfx.bench.runner.intervals import interval
from instructfx.bench.runner.plots import COLOURS, plot
from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.engine.live import open_session
from instructfx.refine import Step
from instructfx.sessions import Turn

POINTS = 8  # places on the way that are listened to
MATCHING = MATCHINGS[1]  # chains are heard without their level law
SLACK = 1.05


def measure(case: WordPair) -> Json:
    """Distances to the new and the old word: before the turn, at the planner's start, and along the best so far."""
    drawn, dry = crowd(case.data), ground(case.track)
    generator = np.random.default_rng(case.seed)
    targets = {}
    for name, word in (("new", case.new), ("old", case.old)):
        people = drawn.curves[word][generator.integers(len(drawn.curves[word]), size=DRAWN)]
        sounds = [dry.through(curve_response(curve, drawn.bands_hz), points_hz()) for curve in people]
        targets[name] = dry.both_ways(sounds)[MATCHING]
    with tempfile.TemporaryDirectory() as folder:
        live = open_session(case.track, planner="builtin", ear="perceptual", seed=case.seed, store=folder)
        live.say(f"make it {case.old}")
        before = live.chain
        live.say(f"make it {case.new}")
    turn = live.turns[-1]
    chains = [before, *_on_the_way(turn)]
    on_the_way = dry.both_ways([heard(chain, case.track) for chain in chains])[MATCHING]
    return {name: [round(distance(sound[None], set_), 4) for sound in on_the_way] for name, set_ in targets.items()} | {
        "loss": [turn.refined.loss_before, turn.refined.loss_after]
    }


def _on_the_way(turn: Turn) -> list[Chain]:
    """The best chain so far at POINTS places of the search, the planner's start first and the result last."""
    steps = turn.refined.steps
    best: list[Step] = []
    for step in steps:
        best.append(step if not best or step.loss < best[-1].loss else best[-1])
    if not best:
        return [turn.chain] * (POINTS + 1)
    places = np.linspace(0, len(best) - 1, POINTS).round().astype(int)
    return [*(best[place].chain for place in places), turn.chain]


def tell(options: BenchOptions, results: Sequence[tuple[WordPair, Json]]) -> CaseReport:
    """By new word and over all: before, start, end, and whether the end is the best within 5 %."""
    words = list(dict.fromkeys(case.new for case, _ in results))
    rows, numbers = [], {}
    for word in (*words, ""):
        own = [result for case, result in results if word in ("", case.new)]
        new, old = (np.array([result[name] for result in own]) for name in ("new", "old"))
        gained = interval(new[:, 1] - new[:, -1], options.seed)
        ends = interval(new[:, -1], options.seed)
        held = int((new[:, -1] <= SLACK * new[:, 1:].min(axis=1)).sum())
        nearer = int((new[:, -1] < old[:, -1]).sum())
        rows.append(
            [
                word or "**all**", f"{new[:, 0].mean():.2f}", f"{new[:, 1].mean():.2f}", str(ends), str(gained),
                f"{old[:, 0].mean():.2f} → {old[:, -1].mean():.2f}", f"{held} of {len(own)}", f"{nearer} of {len(own)}",
            ]
        )  # fmt: skip
        numbers[word or "all"] = {
            "before": float(new[:, 0].mean()),
            "start": float(new[:, 1].mean()),
            "end": ends.to_json(),
            "search_adds": gained.to_json(),
            "no_overshoot": held,
            "cases": len(own),
        }
    head = [
        "new word", "before", "planner's start", "end", "the search adds", "from the old word", "no overshoot",
        "nearer the new",
    ]  # fmt: skip
    new, old = (np.array([result[name] for _, result in results]) for name in ("new", "old"))
    with plot() as picture:
        labels = ["before", *(f"{share:.0%}" for share in np.linspace(0, 1, POINTS)), "end"]
        picture.axes.plot(labels, new.mean(axis=0), color=COLOURS[0], label="to the new word")
        picture.axes.plot(labels, old.mean(axis=0), color=COLOURS[1], label="to the old word")
        picture.axes.set(ylabel="distance", xlabel="share of the search")
        picture.axes.legend(frameon=False)
    return CaseReport(f"{EXPLANATION}\n{table(head, rows)}", "", numbers, {"trajectory.svg": picture.svg})


EXPLANATION = f"""\
The second turn of the same sessions: distance (as in *Two wishes in a row*, a single sound at equal loudness against
{DRAWN} people's curves for one word) before the turn, at the planner's start and along the best chain so far of the
search. *No overshoot*: the end is within 5 % of the nearest of these.
"""

BENCH = Bench("trajectory", "On the way to a new word", cases, measure, tell, lambda options: files(options.data))
