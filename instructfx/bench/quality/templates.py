"""Which wording of a wish CLAP understands best: texts and sounds should change in the same direction."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from instructfx.bench.runner.report import table
from instructfx.chain import Chain
from instructfx.ears import clap
from instructfx.ears.objective import cosine
from instructfx.effects import EFFECTS
from instructfx.rendering.excerpt import Excerpt

TEMPLATES = (
    "{}",
    "this sound is {}",
    "a {} sound",
    "this is a {} sound",
    "the sound of {} music",
    "music that sounds {}",
    "a recording that sounds {}",
)


@dataclass(frozen=True)
class CaptionPair:
    """Two words, and what an engineer does for the one and for the other."""

    word: str
    opposite: str
    towards: Chain
    away: Chain


def _eq(**gains_db: float) -> Chain:
    return Chain().added(EFFECTS.usual("tone").name, {f"{band}_gain_db": gain for band, gain in gains_db.items()})


GRIT, ROOM = (EFFECTS.usual(role).name for role in ("grit", "room"))
PAIRS = (
    CaptionPair("bright", "dark", _eq(high_shelf=8, treble=4), _eq(high_shelf=-12, treble=-6)),
    CaptionPair(
        "warm", "cold", _eq(low_shelf=5, low_mid=3, high_shelf=-5), _eq(low_shelf=-5, low_mid=-3, high_shelf=5)
    ),
    CaptionPair("boomy", "thin", _eq(low_shelf=10), _eq(low_shelf=-12)),
    CaptionPair("harsh", "soft", _eq(high_mid=8), _eq(high_mid=-8)),
    CaptionPair("distorted", "clean", Chain().added(GRIT, {"drive_db": 24}), Chain()),
    CaptionPair("reverberant", "dry", Chain().added(ROOM, {"decay_seconds": 3, "mix": 0.5}), Chain()),
)


def changes(model: clap.Clap, excerpts: Mapping[str, Excerpt]) -> list[tuple[CaptionPair, Tensor]]:
    """For every pair and excerpt how the embedding (1, 512) changes from the one processing to the other."""
    return [
        (pair, _heard(model, excerpt, pair.towards) - _heard(model, excerpt, pair.away))
        for pair in PAIRS
        for excerpt in excerpts.values()
    ]


def agreements(model: clap.Clap, heard: Sequence[tuple[CaptionPair, Tensor]], template: str) -> list[float]:
    """The cosines between each change of the sound and that of the text."""
    found = []
    for pair, change in heard:
        towards, away = model.read([template.format(pair.word), template.format(pair.opposite)])
        found.append(float(cosine(change, (towards - away)[None])[0]))
    return found


def _heard(model: clap.Clap, excerpt: Excerpt, chain: Chain) -> Tensor:
    with torch.no_grad():
        return model.hear(clap.clip(excerpt.heard(chain)).to(model.device))


def comparison(model: clap.Clap, excerpts: Mapping[str, Excerpt]) -> str:
    """A table of the templates, the best first."""
    heard = changes(model, excerpts)
    rows = []
    for template in TEMPLATES:
        found = agreements(model, heard, template)
        spread = 1.96 * statistics.stdev(found) / len(found) ** 0.5
        rows.append((statistics.mean(found), [template, f"{statistics.mean(found):+.3f} ± {spread:.3f}"]))
    rows.sort(key=lambda row: -row[0])
    return table(["template", f"agreement of sound and text, mean of {len(found)}"], [cells for _, cells in rows])
