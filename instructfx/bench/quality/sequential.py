"""Two wishes in a row: how near the rack's sound is to what people's two curves in a row make of the track.

The first experiment of InstructFX2FX, with the rows that tell what a number means.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from instructfx.audio.loudness import loudness_lufs
from instructfx.bench.quality.features import distance
from instructfx.bench.quality.socialfx import Array, Crowd, crowd, files, recordings, scaled
from instructfx.bench.quality.sounds import (
    MATCHINGS,
    Response,
    curve_response,
    ground,
    heard,
    pairs_of,
    points_hz,
    rendered,
)
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport, Json
from instructfx.bench.runner.intervals import interval
from instructfx.bench.runner.plots import COLOURS, plot
from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.engine.live import LiveSession, open_session
from instructfx.planners import Plan, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.router import route
from instructfx.planners.takes import STEPS
from instructfx.rendering.level import asked_gain_db

DRAWN = 50  # pairs of people
ROWS = (
    "nothing", "random settings", "planner only", "full system", "full system, three takes",
    "mean curve", "one person", "half against half",
)  # fmt: skip


@dataclass(frozen=True)
class WordPair:
    """An old word and a new one on one track; what people drew travels along."""

    old: str
    new: str
    track: Path
    seed: int
    data: Path

    @property
    def key(self) -> str:
        return f"{self.old} then {self.new} / {self.track.stem}"


def cases(options: BenchOptions) -> list[WordPair]:
    words = list(crowd(options.data).curves)
    return [
        WordPair(old, new, path, options.seed, options.data or Path())
        for old, new in pairs_of(words)
        for path in recordings(options.data)
    ]


def measure(case: WordPair) -> Json:
    """Distances of every row to the pair of curves in a row, to the new word alone and to the old one alone."""
    drawn, dry = crowd(case.data), ground(case.track)
    generator = np.random.default_rng(case.seed)
    olds, news = (
        drawn.curves[word][generator.integers(len(drawn.curves[word]), size=DRAWN)] for word in (case.old, case.new)
    )
    responses = [[curve_response(curve, drawn.bands_hz) for curve in each] for each in (olds, news)]
    towards = {
        "both": [one * other for one, other in zip(*responses, strict=True)],
        "new": responses[1],
        "old": responses[0],
    }
    targets = {name: dry.both_ways([dry.through(each, points_hz()) for each in set_]) for name, set_ in towards.items()}
    played, loudness = _played(case)
    person = generator.integers(DRAWN)
    sounds = {
        "nothing": [dry.sound],
        "random settings": [heard(_random(generator), case.track)],
        **played,
        "mean curve": [dry.through(_mean(drawn, case), points_hz())],
        "one person": [dry.through(towards["both"][person], points_hz())],
    }
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row, several in sounds.items():
        own = dry.both_ways(several)
        found[row] = {
            name: {to: round(distance(own[name], sets[name]), 4) for to, sets in targets.items()} for name in MATCHINGS
        }
    found["half against half"] = {
        name: {"both": round(distance(targets["both"][name][: DRAWN // 2], targets["both"][name][DRAWN // 2 :]), 4)}
        for name in MATCHINGS
    }
    return {"rows": found, "loudness_change_lu": loudness}


def _played(case: WordPair) -> tuple[dict[str, list[Array]], list[float]]:
    """What the rack makes of the two wishes, and by how much turns that ask for no gain changed the loudness."""
    frames = len(ground(case.track).sound)
    takes, loudness = [], []
    with tempfile.TemporaryDirectory() as folder:
        for take in range(len(STEPS)):
            live = open_session(case.track, planner="builtin", ear="perceptual", seed=case.seed, store=folder)
            for planner, word in ((BuiltinPlanner(), case.old), (BuiltinPlanner(take, case.seed), case.new)):
                before = _beside_what_is_asked(live)
                gain_db = _gain_db(live)
                live.agents = replace(live.agents, planner=planner)
                live.say(f"make it {word}")
                if _gain_db(live) == gain_db:
                    loudness.append(round(_beside_what_is_asked(live) - before, 3))
            audio = live.render()
            takes.append(rendered(audio.samples, audio.sample_rate, frames))
    return {
        "planner only": [heard(_planned(case.new), case.track)],
        "full system": takes[:1],
        "full system, three takes": takes,
    }, loudness


def _beside_what_is_asked(live: LiveSession) -> float:
    """How far the loudness is from the dry track's plus what the gain effect asks for, in LU."""
    return loudness_lufs(live.render()) - live.track.loudness_lufs - _gain_db(live)


def _gain_db(live: LiveSession) -> float:
    return float(asked_gain_db(live.chain, live.chain.tensors()))


def _planned(word: str) -> Chain:
    """The planner's settings for a word, from nothing: the second initialisation takes the place of the first."""
    plan = BuiltinPlanner().plan(PlanRequest(f"make it {word}"))
    return route(Chain(), plan)[1] if isinstance(plan, Plan) else Chain()


def _random(generator: np.random.Generator) -> Chain:
    tone = EFFECTS.usual("tone").name
    chain = Chain().added(tone, {})
    knobs = chain.knobs((tone,))
    return chain.with_unit(knobs, generator.random(len(knobs)).tolist())


def _mean(drawn: Crowd, case: WordPair) -> Response:
    """The response of the two mean curves in a row."""
    one, other = (
        curve_response(np.mean([scaled(each) for each in drawn.curves[word]], axis=0), drawn.bands_hz)
        for word in (case.old, case.new)
    )
    return one * other


def tell(options: BenchOptions, results: Sequence[tuple[WordPair, Json]]) -> CaseReport:
    """Means over pairs of the means over tracks, row by row; how near the new word against the old."""
    pairs = list(dict.fromkeys((case.old, case.new) for case, _ in results))

    def by_pair(row: str, matching: str, towards: str) -> list[float]:
        values = [
            [result["rows"][row][matching][towards] for case, result in results if (case.old, case.new) == pair]
            for pair in pairs
        ]
        return [float(np.mean(each)) for each in values]

    rows: list[list[str]] = []
    numbers: dict[str, Any] = {}
    for row in ROWS:
        cells = [row]
        known: dict[str, dict[str, Any]] = {}
        for matching in MATCHINGS:
            whole = interval(by_pair(row, matching, "both"), options.seed)
            cells.append(str(whole))
            known[matching] = {"distance": whole.to_json()}
            if row == "half against half":
                cells.append("")
                continue
            nearer = np.array(by_pair(row, matching, "new")) - np.array(by_pair(row, matching, "old"))
            lean = interval(nearer, options.seed)
            cells.append(f"{lean}, {int((nearer < 0).sum())} of {len(pairs)}")
            known[matching] |= {"specificity": lean.to_json(), "nearer_the_new": int((nearer < 0).sum())}
        rows.append(cells)
        numbers[row] = known
    loudness = [value for _, result in results for value in result["loudness_change_lu"]]
    most = max(map(abs, loudness), default=0.0)
    head = ["row", "distance", "specificity", "distance, equal loudness", "specificity, equal loudness"]
    told = f"Change of loudness in the {len(loudness)} turns that asked for no gain: at most {most:.2f} LU.\n"
    each = [
        [f"{old} then {new}", *(f"{by_pair(row, MATCHINGS[0], 'both')[at]:.2f}" for row in ROWS),
         f"{by_pair('full system', MATCHINGS[0], 'new')[at] - by_pair('full system', MATCHINGS[0], 'old')[at]:+.2f}"]
        for at, (old, new) in enumerate(pairs)
    ]  # fmt: skip
    details = f"### Pair by pair\n\n{table(['pair', *ROWS, 'specificity'], each)}"
    numbers["loudness_change_lu"] = {"most": most, "turns": len(loudness)}
    with plot() as picture:
        values = [numbers[row][MATCHINGS[0]]["distance"]["value"] for row in ROWS]
        picture.axes.barh(ROWS[::-1], values[::-1], color=COLOURS[0])
        picture.axes.set_xlabel("distance to people's two curves in a row")
    summary = f"{EXPLANATION}\n{table(head, rows)}\n{told}"
    return CaseReport(summary, details, numbers, {"sequential.svg": picture.svg}, well=most < 0.5)


EXPLANATION = f"""\
"make it A", then "make it B", against {DRAWN} random pairs of people's curves for A and B, applied one after the other:
maximum mean discrepancy of 35 features at 22,050 Hz (Gaussian kernel, median width, scaled together, unbiased, root),
mean over tracks, then over pairs. *Specificity* is the distance to the new word's curves alone less that to the old
word's: negative is nearer the new word, and in how many pairs. *Planner only* is the planner's start for A, replaced
by its start for B. *Three takes* are one set of three sounds: the second turn taken again with wishes of {STEPS[1]:g}
and {STEPS[2]:g} times the size, each leaning its own way.
"""

BENCH = Bench("sequential", "Two wishes in a row", cases, measure, tell, lambda options: files(options.data))
