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
SIDE: Final = "side"
WHOLE: Final = frozenset(("whole", "entire", "all", "todo", "toda", "entero", "entera"))
FIGURE: Final = re.compile(r"\d[\d.,]*( ?(k|khz|hz|hertz|kilohertz)\b)?")


def substituted(before: str, words: str) -> str | None:
    """What was said before with these words in place of their like: a number for a number of its unit, an effect for
    an effect, a quality or part of the spectrum for another, a side for a side. Where nothing is alike, and where they
    say more than one thing, the words stand for themselves; None where they are only a number, which says nothing by
    itself unless there is something of which it can be the size: "6 dB" of "quieter"."""
    known = lexicon()
    old, new = scan(normal_form(before), known), scan(normal_form(words), known)
    if sum(_sort(item) in ("quality", "effect") for item in new) > 1:
        return words
    told = next((item for item in new if _sort(item) not in ("", DIRECTION)), None)
    told = told or next((item for item in new if _sort(item)), None)
    if told is None:
        return _of_everything(old, new) or words
    if _sort(told) != DIRECTION and any(_sort(item) == DIRECTION for item in new) and told.quantity is None:
        return words  # "less dull" says by itself which way
    places = [at for at, item in enumerate(old) if _sort(item) == _sort(told) and _of_a_kind(item, told)]
    if not places and told.quantity is not None and told.quantity.unit == "hz":
        places = [at for at, item in enumerate(old) if item.quantity and not item.quantity.unit and _heard(item)]
    if not places and told.quantity is not None and not told.quantity.unit:
        measured = [at for at, item in enumerate(old) if item.quantity is not None and _fits(item, told)]
        measured = measured or [at for at, item in enumerate(old) if _fits_in_kilohertz(item, told)]
        if measured:
            text = f"{told.text} {_unit(old[measured[-1]], told.quantity.value)}"
            told = _signed_as(old[measured[-1]], replace(told, text=text))
            return _text(_turned([*old[: measured[-1]], told, *old[measured[-1] + 1 :]], new))
    if not places and told.quantity is not None and (told.quantity.unit == "hz" or _heard(told)):
        places = [at for at, item in enumerate(old) if _names_frequency(item)]
        told = replace(told, text=_bounded_by(old[places[-1]], told)) if places else told
    if not places and (sized := _sized(old, told)):
        return sized
    if not places and told.quantity is None and _sort(told) not in (DIRECTION, SIDE):
        places = [at for at, item in enumerate(old) if _sort(item) in ("effect", "quality")]
    if not places:
        return None if told.quantity is not None or _sort(told) == DIRECTION else words
    place = next((at for at in reversed(places) if _alike(old[at], told)), places[-1])
    told = _signed_as(old[place], told)
    return _text(_turned([*old[:place], told, *old[place + 1 :]], new))


def _turned(items: Sequence[Item], new: Sequence[Item]) -> list[Item]:
    """The items with the direction that the new words say, where both say one: "up two", "down one instead"."""
    said = next((item for item in new if _sort(item) == DIRECTION), None)
    return [said if said is not None and _sort(item) == DIRECTION else item for item in items]


def _of_everything(old: Sequence[Item], new: Sequence[Item]) -> str | None:
    """What was asked of an effect, of the whole sound instead; None where that is not said, or nothing of an effect."""
    place = next((at for at, item in enumerate(old) if _sort(item) == "effect"), None)
    whole = any(item.has("everything") or item.text in WHOLE for item in new)
    return _text([*old[:place], *new, *old[place + 1 :]]) if whole and place is not None else None


def _sized(old: Sequence[Item], told: Item) -> str | None:
    """A level with the size that was said of it: "6 dB" of "quieter", "quieter" of "+3 dB"; None where either is more
    than that."""
    sorts = [_sort(item) for item in old if _sort(item)]
    number = told if told.quantity is not None else next((item for item in old if item.quantity is not None), None)
    level = told if told.quantity is None else next((item for item in old if _is_level(item)), None)
    if len(sorts) != 1 or number is None or number.quantity is None or level is None or not _is_level(level):
        return None
    return f"{abs(number.quantity.value):g} {number.quantity.unit or 'db'} {level.text}"


def _is_level(item: Item) -> bool:
    """Whether a word compares how loud something is: "quieter"."""
    family = item.entry.family if item.entry else None
    return bool(family and lexicon().families[family].kind == "level")


def _of_a_kind(item: Item, told: Item) -> bool:
    """Whether two numbers without a unit can both be frequencies, or neither; anything else can stand for its like."""
    bare = item.quantity is not None and not item.quantity.unit
    return not bare or told.quantity is None or _heard(item) == _heard(told)


def _alike(one: Item, other: Item) -> bool:
    """Whether two qualities are of the same axis mainly, or are the same effect; of two bare numbers, whether both can
    be frequencies or neither."""
    if one.quantity is not None and other.quantity is not None and not one.quantity.unit:
        return _heard(one) == _heard(other)
    if one.entry is None or other.entry is None:
        return True
    if one.entry.nickname and other.entry.nickname:
        return one.entry.nickname.effect == other.entry.nickname.effect
    mainly = [_mainly(item.entry.family) for item in (one, other) if item.entry and item.entry.family]
    return len(mainly) == 2 and mainly[0] == mainly[1]


def _mainly(family: str) -> str:
    axes = lexicon().families[family].axes
    return max(axes, key=lambda axis: abs(axes[axis]), default="")


def _heard(item: Item) -> bool:
    """Whether a number can be a frequency."""
    return item.quantity is not None and abs(item.quantity.value) >= LEAST_HZ


def _signed_as(old: Item, told: Item) -> Item:
    """A number with the sign of the one whose place it takes, where it says none itself: "2" of "-6 dB" is -2 dB."""
    if old.quantity is None or told.quantity is None or told.quantity.signed or old.quantity.value >= 0:
        return told
    return replace(told, text=f"-{told.text}")


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
    if not item.quantity.unit:
        return _heard(item) == _heard(told)
    frequency = item.quantity.unit == "hz"
    return frequency == _heard(told) or item.quantity.unit not in ("hz", "db")


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
    if item.has("left", "right", "center") and item.text not in ("l", "r"):
        return SIDE
    if item.entry is None:
        return DIRECTION if item.has("raise", "lower", "cut", "up", "down", "more", "less") else ""
    if item.entry.nickname is not None:
        return "effect"
    return "quality" if item.entry.family is not None else "setting"


def _text(items: Sequence[Item]) -> str:
    return " ".join(item.text for item in items)
