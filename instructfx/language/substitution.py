"""Ellipsis over turns: "no, I meant the highs" is what was said before, with other words in one place of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from instructfx.language.intent_types import LEAST_HZ
from instructfx.language.lexicon import lexicon
from instructfx.language.normal_form import normal_form
from instructfx.language.scan import Item, scan

DIRECTION: Final = "direction"
FIGURE: Final = re.compile(r"\d[\d.,]*( ?(k|khz|hz|hertz|kilohertz)\b)?")


def substituted(before: str, words: str) -> str | None:
    """What was said before with these words in place of their like: a number for a number of its unit, an effect for
    an effect, a quality or part of the spectrum for another. Where nothing is alike, the words stand for themselves;
    None where they are only a number, which says nothing by itself."""
    known = lexicon()
    old, new = scan(normal_form(before), known), scan(normal_form(words), known)
    told = next((item for item in new if _sort(item) not in ("", DIRECTION)), None)
    told = told or next((item for item in new if _sort(item)), None)
    if told is None:
        return words
    if _sort(told) != DIRECTION and any(_sort(item) == DIRECTION for item in new) and told.quantity is None:
        return words  # "less dull" says by itself which way
    places = [at for at, item in enumerate(old) if _sort(item) == _sort(told)]
    if not places and told.quantity is not None and not told.quantity.unit:
        measured = [at for at, item in enumerate(old) if item.quantity is not None and _fits(item, told)]
        measured = measured or [at for at, item in enumerate(old) if _fits_in_kilohertz(item, told)]
        if measured:
            text = f"{_signed(old[measured[-1]], told)} {_unit(old[measured[-1]], told.quantity.value)}"
            return _text([*old[: measured[-1]], replace(told, text=text), *old[measured[-1] + 1 :]])
    if not places and told.quantity is not None and told.quantity.unit == "hz":
        places = [at for at, item in enumerate(old) if _names_frequency(item)]
        told = replace(told, text=_bounded_by(old[places[-1]], told)) if places else told
    if not places and told.quantity is None and _sort(told) != DIRECTION:
        places = [at for at, item in enumerate(old) if _sort(item) in ("effect", "quality")]
    if not places:
        return None if told.quantity is not None or _sort(told) == DIRECTION else words
    return _text([*old[: places[-1]], replace(told, text=_signed(old[places[-1]], told)), *old[places[-1] + 1 :]])


def _signed(place: Item, told: Item) -> str:
    """The words of a number with the sign of the one that it stands for, where it has none: "5 dB" for "-3 dB"."""
    then, now = place.quantity, told.quantity
    cuts = then is not None and then.signed and then.value < 0 and then.unit in ("db", "")
    return f"-{told.text}" if cuts and now is not None and not now.signed else told.text


def _names_frequency(item: Item) -> bool:
    """Whether an item says a frequency without its unit, or is a region on one side of one: "en 400", "above 5k"."""
    bare = item.quantity is not None and not item.quantity.unit and item.quantity.value >= LEAST_HZ
    return bare or (item.region is not None and item.region.side != "between")


def _bounded_by(place: Item, told: Item) -> str:
    """The words of a region with another frequency; the frequency alone where no region is in its place."""
    return FIGURE.sub(told.text, place.text, count=1) if place.region else told.text


def _fits(item: Item, told: Item) -> bool:
    """Whether a number without a unit can stand for another: a large one for a frequency, a small one for a gain."""
    if item.quantity is None or told.quantity is None:
        return False
    frequency = item.quantity.unit == "hz"
    return frequency == (abs(told.quantity.value) >= LEAST_HZ) or item.quantity.unit not in ("hz", "db")


def _fits_in_kilohertz(item: Item, told: Item) -> bool:
    """Whether a small number can only stand for kilohertz: "make it 8", of 6 kHz."""
    heard = item.quantity is not None and item.quantity.unit == "hz" and item.quantity.value >= 1000
    return heard and told.quantity is not None and 0 < told.quantity.value < LEAST_HZ


def _unit(place: Item, value: float) -> str:
    """The unit of a number in that place: "800" beside "3 kHz" is in Hz, "8" in kHz."""
    if place.quantity is not None and place.quantity.unit == "hz":
        return "hz" if value >= LEAST_HZ else "khz"
    return place.text.partition(" ")[2]


def _sort(item: Item) -> str:
    """What may stand in its place: another item of that sort."""
    if item.quantity is not None:
        return f"number in {item.quantity.unit}"
    if item.entry is None:
        return DIRECTION if item.has("raise", "lower", "cut", "up", "down", "more", "less") else ""
    if item.entry.nickname is not None:
        return "effect"
    return "quality" if item.entry.family is not None else "setting"


def _text(items: Sequence[Item]) -> str:
    return " ".join(item.text for item in items)
