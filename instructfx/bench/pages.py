"""The benches that make one page in one go, as the registry calls them."""

from __future__ import annotations

from instructfx.bench.registry import BenchOptions, BenchPage, Telling


def speed(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.serving import speed

    return BenchPage(speed.measure(options.data, telling.say))


def levels(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.quality import levels

    return BenchPage(levels.measure(telling.say))


def clap(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.quality import clap

    page, plot = clap.measure(options.data, telling.say, options.cases or 30, options.rivals)
    return BenchPage(page, {"clap.svg": plot})


def passes(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.quality import passes

    return BenchPage(passes.measure(options.data, telling.say))


def prompts(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.quality import prompts

    return BenchPage(prompts.measure(options.data, telling.say))


def server(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.serving import server

    return BenchPage(server.measure(options.data, telling.say))


def page(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.serving import page

    return BenchPage(page.measure(options.data, telling.say))


def faults(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.robustness import faults

    page, well = faults.measure(telling.say, options.cases)
    return BenchPage(page, well=well)


def lengths(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.robustness import lengths

    page, well = lengths.measure(telling.say)
    return BenchPage(page, well=well)


def soak(options: BenchOptions, telling: Telling) -> BenchPage:
    from instructfx.bench.robustness import soak

    page, well = soak.measure(telling.say, options.turns, options.visitors)
    return BenchPage(page, well=well)
