"""Mutation testing by sample: of small changes to a package's code, drawn with a seed, how many do its tests notice?

    OMP_NUM_THREADS=1 .venv/bin/python tools/mutate.py chain effects ears refine rendering --count 40 --seed 1

A mutant is one operator, comparison, number or condition that is changed, or one statement that is left out. It is
imported in place of its module, in a process of its own, and meets those quick tests of its own package that call the
function it stands in, the quickest first, until one fails. One that uses up its time counts as noticed; it is
processor time, so that a busy machine changes nothing. What survives is printed, to be read: some of it changes nothing
that anybody could tell, and some meets no quick test.
"""

from __future__ import annotations

import argparse
import ast
import importlib.machinery
import importlib.util
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mutants import changes

ROOT = Path(__file__).parent.parent
PRELOADED = ["torch", "numpy", "scipy.signal", "pedalboard", "dasp_pytorch", "pyloudnorm", "soundfile"]
SLOW_SECONDS = 2.0  # of processor time: a test that takes longer is broken off and meets no mutants
MOST = 4  # times as long may all tests take that one mutant meets
LIMIT = 20  # times as long may a mutant keep them busy

Result = TypeVar("Result")


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads one module with one change; stands first among the finders."""

    def __init__(self, path: Path, index: int) -> None:
        super().__init__(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), str(path))
        self.index = index

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> Any:
        tree = ast.parse(Path(self.path).read_text())
        list(changes(tree))[self.index].make()
        return compile(ast.fix_missing_locations(tree), self.path, "exec")


class Calls:
    """A pytest plugin: the processor time of each quick test, and which functions it calls; others are broken off."""

    def __init__(self, slow_seconds: float) -> None:
        self.slow_seconds = slow_seconds
        self.seconds: dict[str, float] = {}
        self.called: dict[str, set[tuple[str, int]]] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        called = self.called[item.nodeid] = set()
        sys.settrace(lambda frame, event, argument: called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno)))
        outcome = yield
        sys.settrace(None)
        if item.nodeid in self.failed:
            self.seconds.pop(item.nodeid, None)
        return outcome

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Timed without what is set up once for many tests."""
        signal.signal(signal.SIGPROF, lambda number, frame: pytest.fail("not quick"))
        signal.setitimer(signal.ITIMER_PROF, self.slow_seconds)
        start = time.process_time()
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.seconds[item.nodeid] = time.process_time() - start

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def meeting(self, path: Path, function_line: int) -> list[str]:
        """The quick tests that call a function, or anything of its module, the quickest first, within the time."""
        met, spent = [], 0.0
        for test in sorted(self.seconds, key=lambda test: self.seconds[test]):
            lines = {line for file, line in self.called[test] if file == str(path)}
            if function_line in lines or (lines and not function_line):
                spent += self.seconds[test]
                met += [test] if spent < MOST * self.slow_seconds else []
        return met


def in_a_process(work: Callable[..., Result], *given: Any) -> Result:
    """work(*given), done quietly in a fork of this process; BrokenProcessPool where it takes too long."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        return pool.submit(work, *given).result()


def run_pytest(
    limit_seconds: int, arguments: list[str], plugins: Sequence[object] = (), finders: Sequence[Mutated] = ()
) -> bool:
    """Whether tests pass, within so much processor time."""
    sys.meta_path[:0] = finders
    resource.setrlimit(resource.RLIMIT_CPU, (limit_seconds, limit_seconds))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    return pytest.main(["-p", "no:cacheprovider", *arguments], plugins) == 0


def learn(package: str, slow_seconds: float) -> Calls:
    """What the quick tests of a package call, from one run of them."""
    calls = Calls(slow_seconds)
    run_pytest(3600, [f"tests/{package}"], [calls])
    return calls


def survives(path: Path, index: int, tests: list[str], limit_seconds: int) -> bool:
    """Whether nothing notices one change that is made to a file."""
    try:
        return not tests or in_a_process(run_pytest, limit_seconds, ["-x", *tests], (), [Mutated(path, index)])
    except BrokenProcessPool:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("packages", nargs="+", help="folders in instructfx/ that have tests of the same name")
    parser.add_argument("--count", type=int, default=40, help="mutants of each package (40)")
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn (1)")
    parser.add_argument("--slow", type=float, default=SLOW_SECONDS, help="seconds of a quick test, at most (2)")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT)]
    for name in PRELOADED:
        importlib.import_module(name)
    for package in options.packages:
        files = sorted((ROOT / "instructfx" / package).rglob("*.py"))
        every = [(path, *each) for path in files for each in enumerate(changes(ast.parse(path.read_text())))]
        drawn = random.Random(options.seed).sample(every, min(options.count, len(every)))
        calls, survived = in_a_process(learn, package, options.slow), 0
        for path, index, change in drawn:
            tests = calls.meeting(path, change.function_line)
            if survives(path, index, tests, round(LIMIT * options.slow)):
                survived += 1
                what = "survived" if tests else "met no quick test"
                print(f"{what}: {path.relative_to(ROOT)}:{change}", flush=True)
        print(f"{package}: {len(drawn) - survived} of {len(drawn)} noticed, of {len(every)} there are", flush=True)


if __name__ == "__main__":
    main()
