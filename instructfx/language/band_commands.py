"""What pass filters leave of the spectrum: "band-limit it between 200 and 4k", "telephone band: 300 Hz to 3.4 kHz",
"high-pass everything below 80"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading, clamped, which_of
from instructfx.language.intent_types import LEAST_HZ, MOST_HZ, Command, Region
from instructfx.language.lexicon import lexicon
from instructfx.language.regions import in_one_unit
from instructfx.language.scan import BANDS, Item

ONLY: Final = frozenset(("only", "just", "solely", "solo", "sólo", "solamente", "únicamente"))


def read_band(items: Sequence[Item], found: NumericReading, context: DialogueContext) -> None:
    """Two frequencies and a word for a band are a high pass and a low pass; so is a region beside a named filter."""
    effect = EFFECTS.usual("band").name
    named = {at: item.entry.nickname for at, item in enumerate(items) if item.entry and item.entry.nickname}
    filters = [nickname for nickname in named.values() if nickname.effect == effect]
    regions = {at: item.region for at, item in enumerate(items) if item.region and item.region.side != "between"}
    places, edges = _edges(items)
    settings: dict[str, float] = {}
    if len(edges) == 2 and any(_bands(item, items) for item in items):
        settings = {"highpass_hz": min(edges), "lowpass_hz": max(edges)}
    elif filters and regions:
        places = list(regions)
        own = tuple(filters[0].settings)  # "a high pass above 80" is one at 80
        for region in regions.values():
            left = without(region)
            settings |= dict.fromkeys(own, next(iter(left.values()))) if len(own) == 1 else left
    if not settings:
        return
    settings = {name: clamped(effect, name, hertz, context) for name, hertz in settings.items()}
    found.used |= {*places, *named, *(at for at, item in enumerate(items) if item.text in BANDS or item.has("keep"))}
    text = " ".join(item.text for item in items if item.kind != "mark")
    found.commands.append(Command(text, "add", effect, settings, {}, (), 0.0, which_of(effect, items, context)))
    context.effect = effect


def without(region: Region) -> dict[str, float]:
    """The settings of a pass filter that takes out what lies below or above a frequency."""
    return {"highpass_hz": region.high_hz} if region.side == "below" else {"lowpass_hz": region.low_hz}


def nothing_but(region: Region) -> dict[str, float]:
    """The settings of a pass filter that leaves a region and nothing else."""
    left = {"highpass_hz": region.low_hz, "lowpass_hz": region.high_hz}
    return {name: hertz for name, hertz in left.items() if LEAST_HZ < hertz < MOST_HZ}


def _edges(items: Sequence[Item]) -> tuple[list[int], list[float]]:
    """The frequencies of a clause and where they stand: two numbers, or the ends of a region."""
    between = [(at, item.region) for at, item in enumerate(items) if item.region and item.region.side == "between"]
    if len(between) == 1:
        return [between[0][0]], [between[0][1].low_hz, between[0][1].high_hz]
    numbers = [
        (at, item.quantity) for at, item in enumerate(items) if item.quantity and item.quantity.unit in ("hz", "")
    ]
    if len(numbers) == 1 and (span := numbers[0][1].span):
        return [numbers[0][0]], [hertz for hertz in span if hertz >= LEAST_HZ]
    edges = in_one_unit(numbers[0][1], numbers[1][1]) if len(numbers) == 2 else ()
    return [at for at, _ in numbers], [hertz for hertz in edges if hertz >= LEAST_HZ]


def _bands(item: Item, items: Sequence[Item]) -> bool:
    """Whether a word speaks of a band: a filter that is no one-sided one, what a telephone leaves, "keep only"."""
    entry = item.entry
    if entry and entry.nickname:
        return EFFECTS[entry.nickname.effect].role == "band" and len(entry.nickname.settings) != 1
    device = entry is not None and entry.family is not None and _narrows(entry.family)
    return item.text in BANDS or (item.has("keep") and any(each.text in ONLY for each in items)) or device


def _narrows(family: str) -> bool:
    filters = {effect.name for effect in EFFECTS.of_role("band")}
    return bool(filters & set(lexicon().families[family].settings))
