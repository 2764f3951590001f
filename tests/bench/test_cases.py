"""Benches of cases: resumed when interrupted, anew under other conditions, alike with any number of workers."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from instructfx.bench.registry import BENCHES, BenchOptions, BenchPage, found
from instructfx.bench.runner.cases import Bench, CaseReport, Json, _measured
from instructfx.bench.runner.intervals import interval


@dataclass(frozen=True)
class Square:
    number: int
    log: Path

    @property
    def key(self) -> str:
        return f"number {self.number}"


def square(case: Square) -> Json:
    if case.number == 3 and (case.log.parent / "interrupt").exists():
        raise KeyboardInterrupt
    with case.log.open("a") as file:
        file.write(f"{case.number}\n")
    return {"square": case.number**2}


def told(options: BenchOptions, results: Sequence[tuple[Square, Json]]) -> CaseReport:
    total = sum(result["square"] for _, result in results)
    return CaseReport(f"The sum is {total}.", "details", {"sum": total}, {"plot.svg": b"<svg/>"})


class Listener:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    now = say


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def run(log: Path, listener: Listener, seed: int = 0, workers: int = 1, cases: int = 0) -> BenchPage:
    bench = Bench("squares", "Squares", lambda options: [Square(n, log) for n in range(6)], square, told)
    return bench(BenchOptions(out=log.parent / "out", seed=seed, workers=workers, cases=cases), listener)


def measured(log: Path) -> list[int]:
    return sorted(map(int, log.read_text().split()))


def test_the_report_and_its_numbers(log: Path) -> None:
    listener = Listener()
    page = run(log, listener)
    out = log.parent / "out"
    assert "The sum is 55." in page.summary
    assert (out / "report.md").read_text().startswith("## Squares\n\nInstructFX ")
    assert "![plot.svg](plot.svg)" in (out / "report.md").read_text()
    numbers = json.loads((out / "report.json").read_text())
    assert numbers["sum"] == 55
    assert len(numbers["code_sha256"]) == 64
    assert (out / "plot.svg").read_bytes() == b"<svg/>"
    assert any("5 of 6, " in line and line.endswith(" left") for line in listener.lines)


def test_an_interrupted_run_goes_on_where_it_was(log: Path) -> None:
    (log.parent / "interrupt").touch()
    with pytest.raises(KeyboardInterrupt):
        run(log, Listener())
    (log.parent / "interrupt").unlink()
    with (log.parent / "out" / "cases.jsonl").open("a") as file:
        file.write('{"key": "number 5", "resu')  # torn by the interruption
    listener = Listener()
    assert "The sum is 55." in run(log, listener).summary
    assert measured(log) == [0, 1, 2, 3, 4, 5]
    assert "squares: 3 of 6 cases are there already" in listener.lines


def test_other_conditions_begin_anew(log: Path) -> None:
    run(log, Listener())
    listener = Listener()
    run(log, listener, seed=1)
    assert measured(log) == sorted([0, 1, 2, 3, 4, 5] * 2)
    assert any("measured anew" in line for line in listener.lines)


def test_two_workers_find_the_same(log: Path) -> None:
    one = run(log, Listener()).summary
    (log.parent / "out" / "cases.jsonl").unlink()
    assert run(log, Listener(), workers=2).summary == one
    assert measured(log) == sorted([0, 1, 2, 3, 4, 5] * 2)


def test_fewer_cases_are_spread_over_all(log: Path) -> None:
    run(log, Listener(), cases=3)
    assert measured(log) == [0, 2, 4]


def test_every_name_of_the_registry_is_there() -> None:
    assert all(callable(found(name)) for name in BENCHES)


def test_intervals_hold_what_they_should() -> None:
    generator = np.random.default_rng(0)
    hits = 0
    for seed in range(60):
        interval_ = interval(generator.normal(size=40), seed)
        hits += interval_.low <= 0 <= interval_.high
    assert 50 <= hits <= 60
    assert interval([2.0, 2.0], 0).low == 2.0
    with pytest.raises(ValueError, match="nothing"):
        interval([], 0)


def sleep_on(case: Square) -> Json:
    if case.number:
        time.sleep(600)
    return {}


def test_workers_end_with_what_asked_for_them(tmp_path: Path) -> None:
    """A bench that is stopped does not wait for what its workers are at."""
    others = set(multiprocessing.active_children())
    results: Any = _measured(sleep_on, [Square(number, tmp_path / "log") for number in range(3)], workers=2)
    next(results)
    workers = set(multiprocessing.active_children()) - others
    assert workers
    results.close()
    until = time.monotonic() + 60
    while any(worker.is_alive() for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)  # the pool's own thread waits for them as well, and may be the one that is told
    assert not any(worker.is_alive() for worker in workers)
