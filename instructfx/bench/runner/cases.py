"""Benches made of independent cases: run in several processes, resumed after an interruption, told on a page."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import instructfx
from instructfx.bench.registry import BenchOptions, BenchPage, Telling
from instructfx.bench.runner.report import conditions
from instructfx.engine.context import package_versions
from instructfx.errors import StoreError

Json = Mapping[str, Any]
PACKAGE = Path(instructfx.__file__).parent


class Case(Protocol):
    """One thing to measure, frozen and picklable."""

    @property
    def key(self) -> str:
        """What it is known by, the same in every run."""


SomeCase = TypeVar("SomeCase", bound=Case)


@dataclass(frozen=True)
class CaseReport:
    """What the results say: Markdown for every page, more of it for the report, numbers as JSON, plots as SVG."""

    summary: str
    details: str = ""
    numbers: Json = field(default_factory=dict)
    plots: Mapping[str, bytes] = field(default_factory=dict)
    well: bool = True


@dataclass(frozen=True)
class Bench(Generic[SomeCase]):
    """A name, a title, the cases for some options, what is measured of one, and what all results together say.

    measure is a pure function at the top of a module, so that other processes can call it; what it gives is JSON.
    files are those whose content decides the results.
    """

    name: str
    title: str
    cases: Callable[[BenchOptions], Sequence[SomeCase]]
    measure: Callable[[SomeCase], Json]
    tell: Callable[[BenchOptions, Sequence[tuple[SomeCase, Json]]], CaseReport]
    files: Callable[[BenchOptions], Iterable[Path]] = lambda options: ()

    def __call__(self, options: BenchOptions, telling: Telling) -> BenchPage:
        """Measure what is not measured yet, then write OUT/report.md, OUT/report.json and the plots beside them."""
        cases = spread(self.cases(options), options.cases)
        told_under = fingerprint(self.name, options.seed, self.files(options))
        results = dict(_resumed(options.out / "cases.jsonl", told_under, telling))
        missing = [case for case in cases if case.key not in results]
        if len(missing) < len(cases):
            telling.say(f"{self.name}: {len(cases) - len(missing)} of {len(cases)} cases are there already")
        started = time.monotonic()
        with (options.out / "cases.jsonl").open("a", encoding="utf-8") as file:
            for done, (case, result) in enumerate(_measured(self.measure, missing, options.workers), start=1):
                results[case.key] = result
                file.write(json.dumps({"key": case.key, "result": result}, allow_nan=False) + "\n")
                file.flush()
                left = (time.monotonic() - started) / done * (len(missing) - done)
                telling.now(f"{self.name}: {len(cases) - len(missing) + done} of {len(cases)}, {_clock(left)} left")
        told = self.tell(options, [(case, results[case.key]) for case in cases])
        head = f"## {self.title}\n\n{conditions(options.seed)}"
        summary = f"{head}\n{told.summary.strip()}\n"
        pictures = "".join(f"\n![{name}]({name})\n" for name in told.plots)
        _write(options.out / "report.md", f"{summary}{pictures}\n{told.details}".rstrip() + "\n")
        _write(
            options.out / "report.json", json.dumps({**told_under, **told.numbers}, indent=2, allow_nan=False) + "\n"
        )
        for name, content in told.plots.items():
            (options.out / name).write_bytes(content)
        telling.say(f"{self.name}: {options.out / 'report.md'}")
        return BenchPage(summary, well=told.well)


def spread(several: Sequence[SomeCase], count: int) -> list[SomeCase]:
    """That many, evenly from first to last; all where count is 0."""
    if not 0 < count < len(several):
        return list(several)
    return [several[index * len(several) // count] for index in range(count)]


def fingerprint(name: str, seed: int, files: Iterable[Path]) -> dict[str, Any]:
    """What decides the results: two runs with the same one may share them."""
    code = (path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".toml"))
    return {
        "bench": name,
        "seed": seed,
        "versions": dict(package_versions()),
        "code_sha256": _sha256(code),
        "data_sha256": _sha256(files),
    }


def _sha256(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _resumed(path: Path, told_under: Json, telling: Telling) -> Iterator[tuple[str, Json]]:
    """Results of an earlier run under the same conditions; under others the file begins anew."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    except OSError as error:
        raise StoreError(
            f"cannot keep results in {path.parent}: {error.strerror}. Choose a folder with --out."
        ) from error
    whole = [line for line in lines if line.endswith("\n")]  # the last one may be torn
    if not whole or json.loads(whole[0]) != told_under:
        if whole:
            telling.say(f"{path}: measured under other conditions, so all of it is measured anew")
        _write(path, json.dumps(told_under) + "\n")
        return
    _write(path, "".join(whole))
    for line in whole[1:]:
        record = json.loads(line)
        yield record["key"], record["result"]


def _measured(
    measure: Callable[[SomeCase], Json], cases: Sequence[SomeCase], workers: int
) -> Iterator[tuple[SomeCase, Json]]:
    """Each case with its result, as they are done."""
    if workers == 1 or len(cases) < 2:
        for case in cases:
            yield case, measure(case)
        return
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(min(workers, len(cases)), context, initializer=_single_threaded) as pool:
        futures: dict[Future[Json], SomeCase] = {pool.submit(measure, case): case for case in cases}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - others:  # they would first finish what they are at
                worker.kill()
            raise


def _single_threaded() -> None:
    import torch

    torch.set_num_threads(1)


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{round(seconds)} s" if seconds < 90 else f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
