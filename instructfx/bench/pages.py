"""The benches that make one page in one go, as the registry calls them."""

from __future__ import annotations

from instructfx.bench.registry import BenchOptions, Page, Telling


def speed(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.serving import speed

    return Page(speed.measure(options.data, telling.say))


def clap(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.quality import clap

    page, plot = clap.measure(options.data, telling.say, options.cases or 30, options.rivals)
    return Page(page, {"clap.svg": plot})


def passes(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.quality import passes

    return Page(passes.measure(options.data, telling.say))


def prompts(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.quality import prompts

    return Page(prompts.measure(options.data, telling.say))


def server(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.serving import server

    return Page(server.measure(options.data, telling.say))


def page(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.serving import page

    return Page(page.measure(options.data, telling.say))


def faults(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.robustness import faults

    page, well = faults.measure(telling.say, options.cases)
    return Page(page, well=well)


def soak(options: BenchOptions, telling: Telling) -> Page:
    from instructfx.bench.robustness import soak

    page, well = soak.measure(telling.say, options.turns, options.visitors)
    return Page(page, well=well)
