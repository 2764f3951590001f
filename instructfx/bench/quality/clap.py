"""How soon each way to search finds what CLAP likes: our refiner, plain Adam and the two recipes, on the same cases."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from instructfx.audio.track import inspect
from instructfx.bench.quality.passes import about
from instructfx.bench.quality.templates import comparison
from instructfx.bench.runner.report import conditions, table
from instructfx.bench.runner.tracks import tracks
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.clap import CLIP_FRAMES
from instructfx.ears.clap_ear import ClapEar
from instructfx.effects import EFFECTS
from instructfx.engine import excerpt_of
from instructfx.refine import SecantOptions, Watching
from instructfx.refine.rivals import fxsearcher, text2fx
from instructfx.refine.search import Search
from instructfx.refine.secant import descend_in_few_passes
from instructfx.rendering.excerpt import Excerpt

TONE = EFFECTS.usual("tone").name
SEED = 0
TEXTS = (
    "warm",
    "bright",
    "dark",
    "harsh",
    "soft",
    "muddy",
    "airy",
    "like an old radio",
    "under water",
    "a fading dream",
)
CLIPS = 3
REFERENCE_STEPS = 100
COLOURS = {"ours": "#0f6b60", "Adam 0.01, 100 steps": "#555555", "text2fx": "#b5602a", "fxsearcher": "#7a4fa0"}


@dataclass(frozen=True)
class Way:
    """A way to search: what it is called, how many of the cases it is run on, and how; run gives its passes."""

    name: str
    cases: int
    run: Callable[[Search], float]


@dataclass(frozen=True)
class SearchOutcome:
    """What a way came to on one case. trace is the least loss after each pass; loss is measured on the waveform."""

    case: str
    trace: tuple[float, ...]
    loss: float
    passes: float
    seconds: float


def measure(data: Path | None, say: Callable[[str], None], cases: int = 30, rivals: int = 2) -> tuple[str, bytes]:
    """Measure it; a page of Markdown and its plot as SVG. The last cases are the first to be left out."""
    ear = ClapEar(weight=0.0)
    found = tracks(data)[:CLIPS]
    excerpts = {path.stem: excerpt_of(inspect(path), ear).on(ear.device) for path in found}
    every = [(clip, text) for text in TEXTS for clip in excerpts][:cases]
    ways = (
        Way("ours", cases, lambda search: descend_in_few_passes(search, search.best.names, SecantOptions())),
        Way("Adam 0.01, 100 steps", cases, _adam),
        Way("text2fx", rivals, lambda search: _counted(search, lambda: text2fx(search, (TONE,), SEED))),
        Way("fxsearcher", rivals, lambda search: _counted(search, lambda: fxsearcher(search, (TONE,), SEED)) / 2),
    )
    outcomes: dict[str, list[SearchOutcome]] = {way.name: [] for way in ways}
    for number, (clip, text) in enumerate(every):
        for way in ways:
            if number < way.cases:
                say(f"clap: case {number + 1} of {len(every)}, {clip}, {text}: {way.name}")
                outcomes[way.name].append(_outcome(way, f"{clip}, {text}", excerpts[clip], ear, text))
    pages = ["## CLAP\n", conditions(SEED), _about(ear), "![loss against passes](clap.svg)\n", _comparison(outcomes)]
    if ear.checkpoint.published:  # random weights have no idea of words
        say("clap: templates")
        pages.append(comparison(ear.model, excerpts))
    return "\n".join(pages), _plot(outcomes)


def _outcome(way: Way, case: str, excerpt: Excerpt, ear: ClapEar, text: str) -> SearchOutcome:
    objective = ear.objective(Goal(target=text), excerpt.samples)
    losses: list[float] = []
    search = Search(Chain().added(TONE, {}), excerpt, objective, Watching(lambda step: losses.append(step.loss)))
    start = time.perf_counter()
    passes = way.run(search)
    seconds = time.perf_counter() - start
    trace = [min(losses[: index + 1]) for index in range(len(losses))]
    return SearchOutcome(case, tuple(trace), search.best_loss, passes, seconds)


def _adam(search: Search) -> float:
    """The field's usual search: text2fx's without its random shifts."""
    objective, excerpt = search.objective, search.excerpt
    still = replace(excerpt, samples=excerpt.samples[..., :CLIP_FRAMES])
    search.excerpt = still
    knobs = search.best.knobs((TONE,))
    start = search.best
    logits = torch.logit(torch.tensor([start.to_unit(knobs)], dtype=torch.float64)).requires_grad_(True)
    adam = torch.optim.Adam([logits], lr=0.01)
    best, least = start, float("inf")
    for _ in range(REFERENCE_STEPS):
        unit = torch.sigmoid(logits)
        loss = objective(still.heard(start, start.tensors(knobs, unit)))[0]
        here = start.with_unit(knobs, unit.detach()[0].tolist())
        if loss.item() < least:
            best, least = here, loss.item()
        search.report(here, loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    search.excerpt = excerpt
    search.consider(best)
    return REFERENCE_STEPS


def _counted(search: Search, run: Callable[[], None]) -> float:
    before = search.steps
    run()
    return search.steps - before


def _about(ear: ClapEar) -> str:
    return (
        f"{about(ear)}\n\nThe equaliser alone, from flat, towards one text; the loss is CLAP's alone, 1 less "
        "the similarity. A pass is forwards and backwards; a look without a way back counts as half. *Least* is "
        "the measured loss on the waveform, mean over the cases with its 95 % interval. In the plot "
        "each look of ours is a whole pass.\n"
    )


def _comparison(outcomes: dict[str, list[SearchOutcome]]) -> str:
    reference = {each.case: each for each in outcomes["Adam 0.01, 100 steps"]}
    start = {case: each.trace[0] for case, each in reference.items()}
    rows = [["doing nothing", str(len(start)), _mean(list(start.values())), "", "", "", ""]]
    for name, found in outcomes.items():
        known = [(each, reference[each.case].loss) for each in found if each.case in reference]
        if not known:
            continue
        reached = sum(each.loss <= loss for each, loss in known)
        above = sum(each.loss > 1.01 * loss for each, loss in known)
        soonest = [_first(each.trace, loss) for each, loss in known]
        rows.append(
            [
                name,
                str(len(known)),
                _mean([each.loss for each, _ in known]),
                f"{statistics.mean(each.passes for each, _ in known):.1f}",
                f"{statistics.mean(each.seconds for each, _ in known):.1f}",
                f"{reached} of {len(known)}, median look {statistics.median(soonest):.0f}",
                str(above),
            ]
        )
    head = ["search", "cases", "least", "passes", "s", "reaches Adam's 100 steps", "over 1 % above them"]
    return table(head, rows)


def _first(trace: Sequence[float], loss: float) -> int:
    return next((index for index, value in enumerate(trace) if value <= loss), len(trace))


def _mean(values: list[float]) -> str:
    spread = 1.96 * statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.4f} ± {spread:.4f}"


def _plot(outcomes: dict[str, list[SearchOutcome]]) -> bytes:
    """Mean of the least loss against passes, as SVG."""
    import io

    import matplotlib

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    matplotlib.rcParams["svg.hashsalt"] = "instructfx"
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, found in outcomes.items():
        if not found:
            continue
        length = max(len(each.trace) for each in found)
        curves = torch.tensor([[*each.trace, *[each.trace[-1]] * (length - len(each.trace))] for each in found])
        gained = (curves - curves[:, :1]).mean(dim=0)
        half = 0.5 if name == "fxsearcher" else 1.0
        passes = [half * (index + 1) for index in range(length)]
        axes.plot(passes, gained, color=COLOURS[name], label=f"{name} ({len(found)} cases)", linewidth=1.8)
    axes.set_xscale("log")
    axes.set_xlabel("passes through CLAP")
    axes.set_ylabel("change of the loss, mean")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="lower left")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "InstructFX"})
    return buffer.getvalue()
