"""A band that is left of the spectrum: "band-limit it between 200 and 4k", "telephone band: 300 Hz to 3.4 kHz"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading, clamped, which_of
from instructfx.language.intent_types import Command
from instructfx.language.lexicon import lexicon
from instructfx.language.numbers import Quantity
from instructfx.language.scan import BANDS, Item

LEAST_HZ: Final = 20.0


def read_band(items: Sequence[Item], found: NumericReading, context: DialogueContext) -> None:
    """Two frequencies and a word for a band are a high pass and a low pass."""
    places, edges = _edges(items)
    if len(edges) != 2 or not any(_bands(item) for item in items):
        return
    effect = EFFECTS.usual("band").name
    low, high = sorted(edges)
    settings = {
        "highpass_hz": clamped(effect, "highpass_hz", low, context),
        "lowpass_hz": clamped(effect, "lowpass_hz", high, context),
    }
    named = {at for at, item in enumerate(items) if item.entry and item.entry.nickname}
    found.used |= {*places, *named, *(at for at, item in enumerate(items) if item.text in BANDS or item.has("keep"))}
    text = " ".join(item.text for item in items if item.kind != "mark")
    found.commands.append(Command(text, "add", effect, settings, {}, (), 0.0, which_of(effect, items, context)))
    context.effect = effect


def _edges(items: Sequence[Item]) -> tuple[list[int], list[float]]:
    """The frequencies of a clause and where they stand; in "2 to 4k" both are in kHz."""
    numbers = [
        (at, item.quantity) for at, item in enumerate(items) if item.quantity and item.quantity.unit in ("hz", "")
    ]
    if len(numbers) == 1 and (span := numbers[0][1].span):
        return [numbers[0][0]], [hertz for hertz in span if hertz >= LEAST_HZ]
    thousands = bool(numbers) and numbers[-1][1].value >= 1000 and numbers[-1][1].unit == "hz"
    edges = [_hertz(number, thousands) for _, number in numbers]
    return [at for at, _ in numbers], [hertz for hertz in edges if hertz >= LEAST_HZ]


def _hertz(number: Quantity, thousands: bool) -> float:
    return number.value * 1000 if thousands and not number.unit and number.value < LEAST_HZ else number.value


def _bands(item: Item) -> bool:
    """Whether a word speaks of a band: a filter that is no one-sided one, what a telephone leaves, "keep only"."""
    entry = item.entry
    if entry and entry.nickname:
        return EFFECTS[entry.nickname.effect].role == "band" and len(entry.nickname.settings) != 1
    device = entry is not None and entry.family is not None and _narrows(entry.family)
    return item.text in BANDS or item.has("keep") or device


def _narrows(family: str) -> bool:
    filters = {effect.name for effect in EFFECTS.of_role("band")}
    return bool(filters & set(lexicon().families[family].settings))
