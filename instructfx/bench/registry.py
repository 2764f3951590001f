"""Every bench by name. Adding one is a line here: where it is, and what it tells.

What is there is a function (BenchOptions, Telling) -> Page, or a `Bench`, which is such a function made of cases.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Telling(Protocol):
    """Who is told how far a bench is."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def now(self, text: str) -> None:
        """A line that the next one may replace."""


@dataclass(frozen=True)
class BenchOptions:
    """What the command line asks. cases: at most so many, 0 for all; each bench reads what concerns it."""

    data: Path | None = None
    out: Path = Path("out/bench")
    workers: int = 1
    seed: int = 0
    cases: int = 0
    rivals: int = 2
    turns: int = 200
    visitors: int = 8
    search: bool = True


@dataclass(frozen=True)
class BenchPage:
    """What a bench found: Markdown for docs/measuring.md, files that lie beside it, and whether all held."""

    summary: str
    beside: Mapping[str, bytes] = field(default_factory=dict)
    well: bool = True


Measure = Callable[[BenchOptions, Telling], BenchPage]


@dataclass(frozen=True)
class BenchEntry:
    """module:name of the bench, and what it tells in a few words."""

    place: str
    about: str


BENCHES: Mapping[str, BenchEntry] = {
    "speed": BenchEntry("pages:speed", "seconds for turns, renders and a start; memory"),
    "selection": BenchEntry("quality.selection:BENCH", "which effects are chosen for a sentence"),
    "sentences": BenchEntry("quality.sentences:BENCH", "what people really say, and whether the right thing is done"),
    "dialogue": BenchEntry("quality.dialogue:BENCH", "scripted sessions and what a listener expects of them"),
    "retention": BenchEntry("quality.retention:BENCH", "what is left of a wish after later ones"),
    "ablation": BenchEntry("quality.ablation:BENCH", "what each part of a turn earns"),
    "agreement": BenchEntry("quality.agreement:BENCH", "words against what people mean by them"),
    "sequential": BenchEntry("quality.sequential:BENCH", "two wishes in a row against two of people's curves"),
    "trajectory": BenchEntry("quality.trajectory:BENCH", "the way of a search from the old word to the new"),
    "levels": BenchEntry("pages:levels", "nulls and likeness at every sample rate, and the level of every render"),
    "clap": BenchEntry("pages:clap", "searches with CLAP, ours and its rivals'"),
    "passes": BenchEntry("pages:passes", "what a pass through CLAP takes"),
    "prompts": BenchEntry("pages:prompts", "tokens of the prompts for language models"),
    "server": BenchEntry("pages:server", "the studio's answers while it works"),
    "page": BenchEntry("pages:page", "how soon the page is there and a hand on a knob is heard"),
    "faults": BenchEntry("pages:faults", "bad files and bad words at the studio's door"),
    "lengths": BenchEntry("pages:lengths", "how long awkward files are said to be, and how long they are"),
    "soak": BenchEntry("pages:soak", "many visitors for a long time"),
}


def found(name: str) -> Measure:
    """The bench of that name; what it needs is imported now."""
    module, _, attribute = BENCHES[name].place.partition(":")
    measure: Measure = getattr(importlib.import_module(f"instructfx.bench.{module}"), attribute)
    return measure
