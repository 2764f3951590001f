"""Which slot of an effect words speak of: "the second EQ", "EQ 2", "another EQ after the drive"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from instructfx.effects import EFFECTS
from instructfx.language.grammar import beside_words, place_words, which_words
from instructfx.language.intent_types import USUAL, Which
from instructfx.language.scan import Item
from instructfx.language.words import fold

MOST_SLOTS = 9
MOST_COUNTED = 3  # of an effect for which a bare number means something
LONGEST = 6  # items of a phrase
DEFINITE = frozenset(("the", "el", "la", "los", "las", "del", "my", "mi", "that", "this", "ese", "esa"))

Phrases = Mapping[tuple[str, ...], Which]


def with_which(items: Sequence[Item]) -> list[Item]:
    """The items, with the words that say which slot is meant taken into the item that names its effect."""
    return _placed(_numbered(items))


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    """The first words of phrases that tell a place."""
    return frozenset(phrase[0] for phrase in (*beside_words(), *place_words()))


def _effect(item: Item) -> str:
    return item.entry.nickname.effect if item.entry and item.entry.nickname else ""


def _numbered(items: Sequence[Item]) -> list[Item]:
    """With what stands right at an effect: "another EQ", "the second EQ", "EQ 2"."""
    found: list[Item] = []
    skipped = False
    for at, item in enumerate(items):
        if skipped:
            skipped = False
            continue
        if _effect(item):
            length, which = _behind(found, which_words())
            told = found[-length:] if length else []
            if length:
                found = found[:-length]
                item = replace(item, text=_text([*told, item]))
            following = items[at + 1] if at + 1 < len(items) else None
            if not length and following and _counts(following, _effect(item)):
                which = Which("numbered", int(following.quantity.value) if following.quantity else 0)
                item = replace(item, text=_text([item, following]))
                skipped = True
            definite = _definite(found) or _text(told).split(" ")[0] in DEFINITE
            item = replace(item, which=replace(which, definite=which.kind == "numbered" and definite))
        found.append(item)
    return found


def _counts(item: Item, effect: str) -> bool:
    """Whether a bare number behind an effect counts its slots; semitones and a drive of 9 dB are asked that way too."""
    if any(param.unit == "semitones" for param in EFFECTS[effect].params):
        return False
    number = item.quantity
    if number is None or number.unit or number.signed or number.value not in range(1, MOST_SLOTS + 1):
        return False
    return number.value <= MOST_COUNTED or not EFFECTS[effect].words.meant_by("")


def _placed(items: Sequence[Item]) -> list[Item]:
    """With the place in the chain: "the EQ after the drive", "after the drive another EQ", "a reverb at the end"."""
    found: list[Item] = []
    ahead = USUAL  # a place that was said before the effect that stands there
    at = 0
    while at < len(items):
        item = items[at]
        length, which = 0, USUAL
        if fold(item.text.split(" ")[0]) in _beginnings():
            length, which = _at(items[at:], place_words())
            if not length:
                length, which = _beside(items[at:])
        owner = found[-1] if found and _effect(found[-1]) and not found[-1].which.side else None
        if length and owner:
            text = _text([owner, *items[at : at + length]])
            found[-1] = replace(owner, text=text, which=_joined(owner.which, which, _definite(found[:-1])))
        elif (
            length and which.neighbour and (not found or found[-1].kind == "mark") and _named_later(items, at + length)
        ):
            ahead = which
        else:
            length = 1
            if _effect(item) and ahead != USUAL:
                item, ahead = replace(item, which=_joined(item.which, ahead, _definite(found))), USUAL
            found.append(item)
        at += length
    return found


def _joined(which: Which, place: Which, definite: bool) -> Which:
    return replace(place, kind=which.kind, number=which.number, definite=definite)


def _definite(before: Sequence[Item]) -> bool:
    """Whether what comes next is spoken of as something that is there."""
    return bool(before) and before[-1].text in DEFINITE


def _named_later(items: Sequence[Item], start: int) -> bool:
    return any(_effect(item) for item in items[start:])


def _beside(items: Sequence[Item]) -> tuple[int, Which]:
    """How many items say beside what, and what they say; 0 where they do not."""
    length, which = _at(items, beside_words())
    if not length:
        return 0, USUAL
    for step, item in enumerate(islice(items, length, length + 3), length + 1):
        effect = _effect(item)
        if effect:
            number = item.which.number if item.which.kind == "numbered" else 0
            return step, replace(which, neighbour=effect, neighbour_number=number)
        if item.kind != "ignored" and not item.has("at"):
            break
    return 0, USUAL


def _at(items: Sequence[Item], phrases: Phrases) -> tuple[int, Which]:
    """The longest phrase with which the items begin."""
    for length in range(min(LONGEST, len(items)), 0, -1):
        which = phrases.get(_keys(items[:length]))
        if which and _plain(items[:length]):
            return length, which
    return 0, USUAL


def _behind(items: Sequence[Item], phrases: Phrases) -> tuple[int, Which]:
    """The longest phrase with which the items end."""
    for length in range(min(LONGEST, len(items)), 0, -1):
        which = phrases.get(_keys(items[-length:]))
        if which and _plain(items[-length:]):
            return length, which
    return 0, USUAL


def _plain(items: Sequence[Item]) -> bool:
    return not any(_effect(item) or item.kind == "mark" for item in items)


def _keys(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(fold(word) for item in items for word in item.text.split())


def _text(items: Sequence[Item]) -> str:
    return " ".join(item.text for item in items)
