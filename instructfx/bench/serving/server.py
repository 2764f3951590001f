"""How long the studio takes to answer a page request, at rest and while two turns refine, and what memory it takes."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from instructfx.bench.runner.report import conditions, table
from instructfx.bench.serving.running import Running, running
from instructfx.bench.serving.visitor import Visitor

SEED = 0
REQUESTS = 100  # of each address in each condition, at most
PAUSE_SECONDS = 0.05
LONGEST_SECONDS = 120.0  # a condition ends then, however many requests were answered
ADDRESSES = {"page": "/", "style sheet": "/page/style.css"}
TRACKS = ("groove", "strings")
WORDS = ("much warmer, some chorus and a big hall", "brighter, wider and a small room", "a bit of phaser and more bass")
EXPLANATION = """\
The studio in a process of its own on the loopback address; two visitors on sample tracks say one thing after the
other through the page's own interface, while a third asks for the page and for its style sheet, one after the other.
Times are from the request to the last byte, in milliseconds. Memory is what is resident and shared with no other
process, at the end.
"""


@dataclass(frozen=True)
class Times:
    """How long requests took, in ms."""

    milliseconds: tuple[float, ...]

    def row(self) -> list[str]:
        """Number, median, 95th percentile, longest."""
        values = np.array(self.milliseconds)
        return [str(len(values)), *(f"{value:.0f}" for value in (*np.percentile(values, (50, 95)), values.max()))]


def measure(data: Path | None, say: Callable[[str], None]) -> str:
    """Measure; a page of Markdown. data is not needed."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as studio, ExitStack() as stack:
        say("server: two visitors open their tracks")
        visitors = [stack.enter_context(Visitor(studio.url, LONGEST_SECONDS)) for _ in TRACKS]
        for visitor, track in zip(visitors, TRACKS, strict=True):
            visitor.sample(track)
            visitor.say("make it warmer")  # so that every library is there
        say("server: at rest")
        rest = requests(studio.url, lambda: True)
        say("server: while two turns refine")
        busy, turns = while_refining(studio.url, visitors)
        memory = memory_rows(studio)
    rows = [[f"{name}, {state}", *times[name].row()] for name in ADDRESSES for state, times in _states(rest, busy)]
    head = ("request", "requests", "p50", "p95", "max")
    return (
        f"## Server\n\n{conditions(SEED)}\n{EXPLANATION}\n{table(head, rows)}\n"
        f"{turns} turns were taken.\n\n{table(('process', 'MB'), memory)}"
    )


def _states(rest: dict[str, Times], busy: dict[str, Times]) -> list[tuple[str, dict[str, Times]]]:
    return [("at rest", rest), ("two turns refining", busy)]


def while_refining(url: str, visitors: Sequence[Visitor]) -> tuple[dict[str, Times], int]:
    """The times while every visitor has a turn refined, one after the other, and how many turns that were."""
    refining = [threading.Event() for _ in visitors]
    ended = threading.Event()
    turns: list[str] = []

    def talk(visitor: Visitor, mine: threading.Event) -> None:
        def watch(seen: str) -> None:
            if "Refining" in seen:
                mine.set()
            elif "Saving" in seen or "Rendering" in seen:
                mine.clear()

        while not ended.is_set():
            words = WORDS[len(turns) % len(WORDS)]
            visitor.say(words, watch)
            mine.clear()
            turns.append(words)

    threads = [threading.Thread(target=talk, args=pair, daemon=True) for pair in zip(visitors, refining, strict=True)]
    for thread in threads:
        thread.start()
    try:
        times = requests(url, lambda: all(each.is_set() for each in refining))
    finally:
        ended.set()
        for thread in threads:
            thread.join(LONGEST_SECONDS)
    return times, len(turns)


def requests(url: str, counts: Callable[[], bool]) -> dict[str, Times]:
    """Ask for every address in turn; an answer counts where `counts` says so before and after it."""
    taken: dict[str, list[float]] = {name: [] for name in ADDRESSES}
    end = time.monotonic() + LONGEST_SECONDS
    with httpx.Client(base_url=url, timeout=LONGEST_SECONDS, trust_env=False) as client:
        while time.monotonic() < end and min(map(len, taken.values())) < REQUESTS:
            for name, path in ADDRESSES.items():
                begun, before = time.perf_counter(), counts()
                client.get(path).raise_for_status()
                milliseconds = 1000 * (time.perf_counter() - begun)
                if before and counts():
                    taken[name].append(milliseconds)
            time.sleep(PAUSE_SECONDS)
    return {name: Times(tuple(values or [float("nan")])) for name, values in taken.items()}


def memory_rows(studio: Running) -> list[list[str]]:
    """Resident memory of the web process and of each worker, in MB; "unknown" where the system does not tell."""
    from instructfx.studio.workers.pool import resident_mb

    rows = [("web", studio.pid), *((f"worker {index}", pid) for index, pid in enumerate(studio.workers(), 1))]
    return [[name, f"{megabytes:.0f}" if (megabytes := resident_mb(pid)) else "unknown"] for name, pid in rows]
