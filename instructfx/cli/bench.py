"""`instructfx bench`: measure something, and write the page."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from instructfx.bench.registry import BENCHES, BenchOptions, found
from instructfx.cli.interrupts import told_to_end
from instructfx.cli.progress import TerminalProgress


def add_commands(commands: Any) -> None:
    """Add `bench` to the subparsers of the command line."""
    names = "\n".join(f"  {name:12} {entry.about}" for name, entry in BENCHES.items())
    bench = commands.add_parser(
        "bench",
        help="measure, and write the page",
        description=f"Measure one of:\n\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    bench.add_argument("name", choices=tuple(BENCHES), metavar="NAME", help="what to measure, of the list above")
    bench.add_argument("--data", type=Path, metavar="PATH", help="folder of recordings or curves; sentences: file")
    bench.add_argument("--write", type=Path, metavar="FILE", help="put the summary into this page too")
    bench.add_argument("--out", type=Path, metavar="DIR", help="folder for cases, page and plots (out/bench/NAME)")
    bench.add_argument("--workers", type=_count, default=1, metavar="N", help="processes (default: %(default)s)")
    bench.add_argument("--seed", type=int, default=0, metavar="N", help="of everything drawn (default: %(default)s)")
    bench.add_argument("--cases", type=int, default=0, metavar="N", help="at most so many cases, evenly chosen")
    bench.add_argument("--rivals", type=int, default=2, help="clap: on how many the recipes run (default: %(default)s)")
    bench.add_argument("--turns", type=int, default=200, help="soak: how many in all (default: %(default)s)")
    bench.add_argument("--visitors", type=int, default=8, help="soak: how many at once (default: %(default)s)")
    bench.add_argument("--no-search", action="store_true", help="sentences: plan only, which takes seconds")
    bench.set_defaults(run=_bench)


ENDED = 128  # and the number of the signal, as shells count


def _bench(options: argparse.Namespace) -> int:
    from instructfx.bench.runner.report import put

    for told in told_to_end():  # so that what it has started ends with it
        signal.signal(told, lambda number, _: sys.exit(ENDED + number))
    progress = TerminalProgress()
    asked = BenchOptions(
        data=options.data,
        out=options.out or Path("out/bench") / options.name,
        workers=options.workers,
        seed=options.seed,
        cases=options.cases,
        rivals=options.rivals,
        turns=options.turns,
        visitors=options.visitors,
        search=not options.no_search,
    )
    page = found(options.name)(asked, progress)
    progress.clear()
    if options.write:
        put(page.summary, options.name, options.write)
        for name, content in page.beside.items():
            options.write.with_name(name).write_bytes(content)
    else:
        sys.stdout.write(page.summary)
    return 0 if page.well else 1


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 256:
        raise argparse.ArgumentTypeError("it must be 1 to 256")
    return value
