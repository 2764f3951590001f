"""Which effects the planner chooses for a sentence, against those that an engineer would accept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instructfx.bench.quality.effect_labels import KINDS, SENTENCES, Mark, Sentence, marked, read_sentences
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport
from instructfx.bench.runner.intervals import Interval, interval
from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.planners import Plan, PlanRequest, Reply
from instructfx.planners.builtin import BuiltinPlanner

EXPLANATION = """\
{count} sentences ({en} English, {es} Spanish), each labelled with the effects that must be touched (added, turned,
removed or bypassed) and those that may be; every other effect that the plan touches counts against it. A label such
as "a/b" is met by either. Every second sentence is held out: nothing was tuned on it. *Micro* counts effects over all
sentences, *macro* is the mean over effects. 95 % intervals by drawing sentences anew.
"""


@dataclass(frozen=True)
class Scores:
    """How well effects were chosen on some sentences."""

    precision: Interval
    recall: Interval
    f1: Interval
    macro_f1: Interval

    def cells(self) -> list[str]:
        return [str(self.precision), str(self.recall), str(self.f1), str(self.macro_f1)]

    def to_json(self) -> dict[str, Any]:
        return {
            "precision": self.precision.to_json(),
            "recall": self.recall.to_json(),
            "f1": self.f1.to_json(),
            "macro_f1": self.macro_f1.to_json(),
        }


def touched(plan: Plan | Reply) -> tuple[str, ...]:
    """The effects that a plan puts in, turns, takes out or switches; none where the words are only answered."""
    if isinstance(plan, Reply):
        return ()
    moved = [move.effect for move in (*plan.add, *plan.adjust)]
    return tuple(dict.fromkeys((*moved, *plan.remove, *plan.bypass, *plan.enable)))


def measure(sentence: Sentence) -> dict[str, Any]:
    """What the built-in planner touches."""
    chain = Chain()
    for effect in sentence.chain:
        chain = chain.added(effect, {})
    return {"chosen": list(touched(BuiltinPlanner().plan(PlanRequest(sentence.say, chain))))}


def scores(marks: Sequence[Mark], seed: int) -> Scores:
    """Precision, recall and F1 with their intervals."""
    return Scores(*(_interval(marks, seed, of) for of in (_precision, _recall, _f1, _macro_f1)))


def _interval(marks: Sequence[Mark], seed: int, of: Callable[[NDArray[np.float64]], float]) -> Interval:
    """Of what is met, missed and wrong by effect, (3, effects), summed over sentences that are drawn anew."""
    counts = np.zeros((len(marks), 3, len(EFFECTS)))
    ranks = {effect: rank for rank, effect in enumerate(EFFECTS)}
    for row, mark in zip(counts, marks, strict=True):
        for kind, effects in enumerate((mark.met, mark.missed, mark.wrong)):
            for effect in effects:
                row[kind, ranks[effect]] += 1
    return interval(counts, seed, lambda drawn: of(drawn.sum(axis=0)))


def _precision(counts: NDArray[np.float64]) -> float:
    met, _, wrong = counts.sum(axis=1)
    return float(met / max(met + wrong, 1))


def _recall(counts: NDArray[np.float64]) -> float:
    met, missed, _ = counts.sum(axis=1)
    return float(met / max(met + missed, 1))


def _f1(counts: NDArray[np.float64]) -> float:
    met, missed, wrong = counts.sum(axis=1)
    return float(2 * met / max(2 * met + missed + wrong, 1))


def _macro_f1(counts: NDArray[np.float64]) -> float:
    """The mean F1 of the effects that are wanted or wrong somewhere."""
    met, missed, wrong = counts
    total = 2 * met + missed + wrong
    return float(np.mean(2 * met[total > 0] / total[total > 0]))


def baselines(sentences: Sequence[Sentence], seed: int) -> Mapping[str, Sequence[Sequence[str]]]:
    """What needs no understanding: all effects, the one that is wanted most, as many as the planner at random."""
    wanted = [effects[0] for sentence in sentences for effects in sentence.wanted]
    common = max(EFFECTS, key=wanted.count)
    generator = np.random.default_rng(seed)
    sizes = [len(sentence.wanted) for sentence in sentences]
    return {
        "every effect": [list(EFFECTS)] * len(sentences),
        f"always {common}": [[common]] * len(sentences),
        "at random, as many as are wanted": [
            generator.choice(list(EFFECTS), size=size, replace=False).tolist() for size in sizes
        ],
    }


def tell(options: BenchOptions, results: Sequence[tuple[Sentence, Mapping[str, Any]]]) -> CaseReport:
    """The two halves, the baselines, the kinds of sentences, the effects, and each sentence that went wrong."""
    sentences = [sentence for sentence, _ in results]
    marks = [marked(sentence, result["chosen"]) for sentence, result in results]
    rows: dict[str, Scores] = {}
    for name, held_out in (("held-out half", True), ("half to work on", False)):
        half = [mark for mark, sentence in zip(marks, sentences, strict=True) if sentence.held_out == held_out]
        if half:
            rows[f"built-in planner, {name}"] = scores(half, options.seed)
    rows["built-in planner, all"] = scores(marks, options.seed)
    for name, choices in baselines(sentences, options.seed).items():
        rows[name] = scores([marked(one, chosen) for one, chosen in zip(sentences, choices, strict=True)], options.seed)
    head = ["who chooses", "precision", "recall", "F1, micro", "F1, macro"]
    languages = [sentence.language for sentence in sentences]
    explanation = EXPLANATION.format(count=len(sentences), en=languages.count("en"), es=languages.count("es"))
    return CaseReport(
        summary=f"{explanation}\n{table(head, [[name, *row.cells()] for name, row in rows.items()])}",
        details=_details(options.seed, sentences, marks),
        numbers={"rows": {name: row.to_json() for name, row in rows.items()}},
    )


def _details(seed: int, sentences: Sequence[Sentence], marks: Sequence[Mark]) -> str:
    pairs = list(zip(sentences, marks, strict=True))
    kinds = []
    for kind in KINDS:
        part = [mark for sentence, mark in pairs if sentence.kind == kind]
        kinds += [[kind, str(len(part)), str(_interval(part, seed, _f1))]] if part else []
    effects = []
    for effect in EFFECTS:
        met, missed, wrong = (sum(getattr(mark, what).count(effect) for mark in marks) for what in Mark.__annotations__)
        effects.append([effect, str(met), str(missed), str(wrong)])
    failed = [
        [
            sentence.say,
            "held out" if sentence.held_out else "",
            ", ".join(mark.missed),
            ", ".join(mark.wrong),
            sentence.why,
        ]
        for sentence, mark in pairs
        if mark.missed or mark.wrong
    ]
    return "\n".join(
        [
            "### By kind\n", table(["kind", "sentences", "F1, micro"], kinds),
            "### By effect\n", table(["effect", "met", "missed", "wrong"], effects),
            "### What went wrong\n", table(["said", "half", "missed", "wrong", "why the label"], failed),
        ]
    )  # fmt: skip


BENCH: Bench[Sentence] = Bench(
    name="selection",
    title="Which effects are chosen",
    cases=lambda options: read_sentences(),
    measure=measure,
    tell=tell,
    files=lambda options: (SENTENCES,),
)
