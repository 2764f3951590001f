"""What a pass through CLAP takes, how little of a search's time goes elsewhere, and whole turns with it."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor

from instructfx.audio.track import inspect
from instructfx.bench.runner.memory import peak_mb
from instructfx.bench.runner.report import conditions, table
from instructfx.bench.runner.tracks import tracks
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.clap_ear import ClapEar, ClapObjective
from instructfx.effects import EFFECTS
from instructfx.engine import excerpt_of
from instructfx.engine.live import open_session
from instructfx.refine import SecantOptions
from instructfx.refine.search import Search
from instructfx.refine.secant import descend_in_few_passes
from instructfx.rendering.excerpt import Excerpt

TONE = EFFECTS.usual("tone").name
SEED = 0
BATCHES = (1, 2, 4)
TURNS = {
    "EQ": "make it warmer",
    "EQ and reverb": "warmer, and put it in a small church",
    "two pedalboard effects": "add some grit and make it punchier",
}
SEARCHES = 5


def measure(data: Path | None, say: Callable[[str], None]) -> str:
    """A page of Markdown: passes, then turns on the first of the recordings."""
    ear, path = ClapEar(weight=0.0), tracks(data)[0]
    say("passes: the model and the search")
    each_pass = passes(ear, excerpt_of(inspect(path), ear).on(ear.device))
    return "\n".join(["## Passes through CLAP\n", conditions(SEED), f"{about(ear)}\n", each_pass, _turns(path, say)])


def about(ear: ClapEar) -> str:
    """The model and its weights, in a few sentences."""
    known = ear.checkpoint.published is not None
    weights = ear.checkpoint.path.name if known else "random or unpublished weights"
    meaning = "" if known else " It measures speed and optimisation and says nothing about sound."
    parameters = sum(each.numel() for each in ear.model.model.audio_branch.parameters()) / 1e6
    return (
        f"{ear.checkpoint.architecture} ({parameters:.0f} M parameters in the audio tower), {weights}, on "
        f"{ear.device}.{meaning}"
    )


def passes(ear: ClapEar, excerpt: Excerpt) -> str:
    """Tables of passes a second by batch and precision, and of what else a search spends."""
    objective = ear.objective(Goal(target="warm"), excerpt.samples)
    rows = []
    for precision, dtype in _precisions(ear.device):
        for batch in BATCHES:
            samples = excerpt.samples.expand(batch, -1, -1)
            with torch.autocast(ear.device.type, dtype=dtype, enabled=dtype is not torch.float32):
                forward = _seconds(functools.partial(_look, objective, samples))
                both = _seconds(functools.partial(_learn, objective, samples))
            rows.append([f"{precision}, batch {batch}", f"{batch / forward:.2f}", f"{batch / both:.2f}", f"{both:.2f}"])
    by_batch = table(["passes", "forwards a second", "forwards and backwards a second", "s"], rows)
    model = _seconds(functools.partial(_learn, objective, excerpt.samples))
    whole = _seconds_a_pass(objective, excerpt)
    deaf = _Deaf(**{each.name: getattr(objective, each.name) for each in fields(objective)})
    front_end = _seconds(lambda: objective.power(excerpt.samples))
    beside = _seconds_a_pass(deaf, excerpt, front_end)
    rest = [
        ["one pass of the model, forwards and backwards", f"{model:.3f} s"],
        ["one pass of our search, all included", f"{whole:.3f} s"],
        [
            "the same search without the time of the model and its front end",
            f"{beside:.3f} s ({100 * beside / model:.1f} % of a pass)",
        ],
        ["reverb, forwards and backwards, ten seconds of stereo", f"{_seconds(lambda: _reverberate(excerpt)):.3f} s"],
    ]
    return by_batch + "\n" + table(["parts", "measured"], rest)


class _Deaf(ClapObjective):
    """CLAP's objective with 512 fixed mixtures of the long-term spectrum where the model would be."""

    def embed(self, power: Tensor) -> Tensor:
        spectrum = power.mean(dim=1)
        levels = torch.log(spectrum + spectrum.mean())
        return torch.nn.functional.normalize(levels @ _mixtures(power.shape[-1]).to(levels)).cpu()


@functools.cache
def _mixtures(bins: int) -> Tensor:
    return torch.sin(torch.arange(1.0, bins + 1)[:, None] * torch.arange(512))


def _seconds_a_pass(objective: ClapObjective, excerpt: Excerpt, free_seconds: float = 0.0) -> float:
    """Of our search, without so many seconds for each look; median of a few."""
    each = []
    for _ in range(SEARCHES):
        search = Search(Chain().added(TONE, {}), excerpt, objective)
        start = time.perf_counter()
        count = descend_in_few_passes(search, (TONE,), SecantOptions(tolerance=-1))
        each.append((time.perf_counter() - start - search.steps * free_seconds) / count)
    return statistics.median(each)


def _precisions(device: torch.device) -> list[tuple[str, torch.dtype]]:
    half = [("bfloat16", torch.bfloat16), ("float16", torch.float16)] if device.type == "cuda" else []
    return [("float32", torch.float32), *half]


def _look(objective: ClapObjective, samples: Tensor) -> None:
    with torch.no_grad():
        objective(samples)


def _learn(objective: ClapObjective, samples: Tensor) -> None:
    leaf = samples.clone().requires_grad_(True)
    objective(leaf).sum().backward()


def _reverberate(excerpt: Excerpt) -> None:
    room = EFFECTS.usual("room")
    settings = {
        name: torch.tensor([value], dtype=torch.float64, requires_grad=True) for name, value in room.defaults().items()
    }
    room.render(excerpt.samples, excerpt.sample_rate, settings).square().sum().backward()


def _seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median, after one run that is not counted."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def _turns(path: Path, say: Callable[[str], None]) -> str:
    rows = []
    for name, words in TURNS.items():
        say(f"passes: a turn, {name}")
        live = open_session(path, planner="builtin", ear="clap", seed=SEED)
        seconds = live.say(words).seconds
        rows.append([f'turn, {name} ("{words}": {", ".join(live.chain.names)})', f"{seconds:.1f} s"])
    rows.append(["peak memory of all this", f"{peak_mb():.0f} MB"])
    return table(["whole turns, the model already loaded", "measured"], rows)
