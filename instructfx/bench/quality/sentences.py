"""What people really say to a rack, sentence by sentence: right, partly, wrong, asked back or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instructfx.bench.quality.conversing import Conversation, measure, read
from instructfx.bench.quality.dialogue import percent
from instructfx.bench.quality.rulings import FOUND, POINTS, Found
from instructfx.bench.quality.utterances import UTTERANCES, read_utterances
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport
from instructfx.bench.runner.intervals import Interval, interval
from instructfx.bench.runner.report import table
from instructfx.bench.runner.systems import System
from instructfx.bench.runner.tracks import tracks

EXPLANATION = """\
{count} sentences of {file}, with what was said before them, on {track}; {system}. *Right*: the sound changed as an
engineer would change it, or nothing changed and the answer was of the right kind. *Partly*: it went the right way, by
less than is heard. *Wrong*: it went another way, or changed where nothing was to change. *Asked*: nothing changed where
something should, or the answer was of another kind. *Refused*: said to be beyond the rack, and is not. Bands rise or
fall at equal loudness, measured on pink noise. *Points*: right less twice wrong, since a confident opposite is worse
than a question. 95 % intervals by drawing sentences anew.{halves}
"""
HALVES = " Every second sentence of each kind was held out; its failures have been read since (decision 0029)."
OURS = "whole turns"
PLANNED = "planned, without a search"
HEAD = ["", "sentences", *FOUND, "points"]

Results = Sequence[tuple[Conversation, Mapping[str, Any]]]


@dataclass(frozen=True)
class FoundShares:
    """Of some sentences: the share of each finding, in the order of FOUND, and the mean of their points."""

    shares: Mapping[Found, Interval]
    points: Interval

    def cells(self) -> list[str]:
        """As `HEAD` has them; those that matter with their intervals."""
        told = (percent(each) if name in POINTS else f"{100 * each.value:.1f} %" for name, each in self.shares.items())
        return [str(self.points.count), *told, str(self.points)]

    def to_json(self) -> dict[str, Any]:
        return {**{name: share.to_json() for name, share in self.shares.items()}, "points": self.points.to_json()}


def cases(options: BenchOptions) -> list[Conversation]:
    """Every sentence of the file, on the first of the sample tracks."""
    system = System(OURS if options.search else PLANNED, steps=None if options.search else 0, seed=options.seed)
    return [Conversation(system, utterance, tracks(None)[0]) for utterance in read_utterances(_file(options))]


def found_shares(found: Sequence[Found], seed: int) -> FoundShares:
    """Raises ValueError for none."""
    shares = {name: interval([float(each == name) for each in found], seed) for name in FOUND}
    return FoundShares(shares, interval([POINTS.get(each, 0.0) for each in found], seed))


def tell(options: BenchOptions, results: Results) -> CaseReport:
    """All, the two halves, each category, and each sentence that did not go right."""
    groups: dict[str, list[Found]] = defaultdict(list)
    by_half = any(one.utterance.held_out for one, _ in results)
    for conversation, result in results:
        utterance, found = conversation.utterance, read(result).found
        groups["all"].append(found)
        if by_half:
            groups["held-out half" if utterance.held_out else "half to work on"].append(found)
        groups[utterance.category].append(found)
    rows = {name: found_shares(found, options.seed) for name, found in groups.items()}
    first = ("all", "held-out half", "half to work on")
    names = [name for name in first if name in rows] + [name for name in rows if name not in first]
    explanation = EXPLANATION.format(
        count=len(results),
        file=_file(options).name,
        track=results[0][0].track.stem,
        system=results[0][0].system.name,
        halves=HALVES if by_half else "",
    )
    return CaseReport(
        summary=f"{explanation}\n{table(HEAD, [[name, *rows[name].cells()] for name in names])}",
        details=f"### What did not go right\n\n{_failed(results)}",
        numbers={"rows": {name: rows[name].to_json() for name in names}},
    )


def _failed(results: Results) -> str:
    head = ["found", "kind", "said before", "said", "half", "why", "reply"]
    rows = []
    for conversation, result in results:
        utterance, ruling = conversation.utterance, read(result)
        if ruling.found != "right":
            half = "held out" if utterance.held_out else ""
            said = ["; ".join(utterance.before), utterance.say, half]
            rows.append([ruling.found, utterance.category, *said, ruling.why, result["reply"]])
    rows.sort(key=lambda row: (FOUND.index(row[0]), row[1]))
    return table(head, rows) if rows else "Nothing.\n"


def _file(options: BenchOptions) -> Path:
    return options.data or UTTERANCES


BENCH: Bench[Conversation] = Bench(
    name="sentences",
    title="What people say",
    cases=cases,
    measure=measure,
    tell=tell,
    files=lambda options: (_file(options), tracks(None)[0]),
)
