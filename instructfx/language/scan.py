"""Turns an instruction into items (words with all their readings, numbers) and splits those into clauses."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from instructfx.language.grammar import Role, roles
from instructfx.language.intent_types import USUAL, Region, Which
from instructfx.language.lexicon import LONGEST_PHRASE, Entry, Lexicon
from instructfx.language.numbers import Quantity, quantity_at
from instructfx.language.regions import regions_in
from instructfx.language.words import Token, fold

_BREAKS = frozenset(",;.!?:()[]\n…—–")
_SIGNS: Mapping[str, Role] = {"&": "and", "+": "and", "@": "at", "/": "or"}
MAX_CORRECTIONS = 12
DATIVES = ("me", "nos")
NOTHING = frozenset(("nothing", "nada"))
SPANISH = frozenset(
    ("todo", "lo", "por", "debajo", "encima", "entre", "hasta", "arriba", "abajo", "de", "bajo", "sobre")
)
"""Words by which a region is said in Spanish."""


@dataclass(frozen=True)
class Item:
    """One word or phrase with its readings, one number, one region of the spectrum, or one punctuation mark."""

    text: str
    roles: Mapping[Role, float] = field(default_factory=dict)
    entry: Entry | None = None
    quantity: Quantity | None = None
    kind: str = "word"  # or "mark", "ignored", "source", "unknown"
    language: str = ""
    which: Which = USUAL
    region: Region | None = None

    def has(self, *wanted: Role) -> bool:
        """Whether the word can play one of the roles."""
        return any(role in self.roles for role in wanted)


@dataclass(frozen=True)
class Clause:
    """A part of an instruction that asks one thing, and the word that ties it to the part before."""

    items: tuple[Item, ...]
    link: str  # "start", "and", "or", "but", "then", "mark"


def scan(tokens: Sequence[Token], lexicon: Lexicon) -> list[Item]:
    """The items of tokens in their normal form, in order."""
    keys = tuple(_ordered(token.key) for token in tokens)
    regions = regions_in(tokens)
    items: list[Item] = []
    position = 0
    while position < len(tokens):
        if position in regions:
            region, end = regions[position]
            text = " ".join(token.text for token in tokens[position:end])
            roles: dict[Role, float] = {"remove": -1.0} if keys[position] in NOTHING else {}
            items.append(Item(text, roles, region=region, language="es" if SPANISH & set(keys[position:end]) else ""))
        else:
            before = min((start for start in regions if start > position), default=len(keys))
            item, end = _read(
                tokens, keys[:before], position, lexicon
            )  # "quita todo" ends before "todo por encima de 5k"
            items.append(item)
        position = end
    return _corrected(items, lexicon)


def _ordered(key: str) -> str:
    """A Spanish order without whom it is for: "déjame" is "deja"."""
    stem = next((key.removesuffix(end) for end in DATIVES if key.endswith(end)), "")
    spanish = any(language == "es" for _, _, language in roles().get((stem,), ()))
    return stem if spanish and (key,) not in roles() else key


def _corrected(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """Slips of the finger mended; towards a Spanish word only where the instruction may be Spanish."""
    items = _in_english(items, lexicon)
    spanish = any(item.language == "es" for item in items)
    english = any(item.language == "en" for item in items)
    left = MAX_CORRECTIONS
    mended = []
    for item in items:
        if item.kind == "unknown" and left:
            left -= 1
            better = lexicon.corrected(fold(item.text))
            entry = lexicon.entries[(better,)] if better is not None else None
            if entry is not None and (entry.language in ("en", "") or spanish or not english):
                item = Item(item.text, entry=entry, language=entry.language)
        mended.append(item)
    return mended


def _in_english(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """The items with what Spanish alone knows passed over where nothing else is Spanish: "on there, mate"."""

    def common(item: Item) -> bool:
        return item.language == "es" and not item.roles and item.text in lexicon.ignored

    if any(item.language == "es" and not common(item) for item in items):
        return items
    return [Item(item.text, kind="ignored") if len(items) > 1 and common(item) else item for item in items]


def _role_at(keys: tuple[str, ...], start: int) -> tuple[dict[Role, float], str, int]:
    table = roles()
    for length in range(min(LONGEST_PHRASE + 1, len(keys) - start), 0, -1):
        readings = table.get(keys[start : start + length])
        if readings:
            return {role: value for role, value, _ in readings}, readings[0][2], start + length
    return {}, "", start


def _read(tokens: Sequence[Token], keys: tuple[str, ...], start: int, lexicon: Lexicon) -> tuple[Item, int]:
    token = tokens[start]
    if token.kind in ("mark", "dash"):
        role = _SIGNS.get(token.text)
        return Item(token.text, {role: 1.0} if role else {}, kind="word" if role else "mark"), start + 1
    found_roles, language, role_end = _role_at(keys, start)
    found = lexicon.phrase_at(keys, start)
    entry, entry_end = found if found else (None, start)
    quantity = quantity_at(tokens, start)
    longest = quantity is not None and quantity[1] >= max(role_end, entry_end)
    if quantity and longest and (quantity[1] > entry_end or entry is None or quantity[0].unit in ("bits", "beats")):
        text = " ".join(each.text for each in tokens[start : quantity[1]])
        return Item(text, quantity=quantity[0]), quantity[1]
    end = max(role_end, entry_end)
    if end > start:
        text = " ".join(each.text for each in tokens[start:end])
        kept = entry if entry and entry_end == end else None
        moved = "speed" in found_roles or "time" in found_roles
        made = kept and not kept.listed and (kept.form != "verb" or moved)
        if role_end == end and made and set(found_roles) != {"size"}:
            kept = None  # a form made by a rule gives way to a word of the grammar; "bigger" is both
        return (
            Item(
                text,
                found_roles if role_end == end else {},
                kept,
                language=kept.language if kept else language,
            ),
            end,
        )
    if token.key in lexicon.ignored or len(token.key) < 2:
        return Item(token.text, kind="ignored"), start + 1
    if token.key in lexicon.sources:
        return Item(token.text, kind="source"), start + 1
    verb = lexicon.spanish_verb(token.key) if token.key not in lexicon.common else None
    if verb is not None:
        return Item(token.text, entry=verb, language="es"), start + 1
    if token.key in lexicon.common or token.kind == "number":
        return Item(token.text, kind="common"), start + 1
    return Item(token.text, kind="unknown"), start + 1


def _neighbour(items: Sequence[Item], position: int, step: int) -> Item | None:
    position += step
    while 0 <= position < len(items) and (items[position].kind == "ignored" or items[position].has("at")):
        position += step
    return items[position] if 0 <= position < len(items) else None


def _joins_numbers(items: Sequence[Item], position: int) -> bool:
    """Whether an "and" or comma stands between two numbers or regions: "400 Hz and 2 kHz", "below 80 and above 8k"."""
    before, after = _neighbour(items, position, -1), _neighbour(items, position, 1)
    if not before or not after or (before.quantity and before.quantity.unit == "bpm"):
        return False
    return all(each.quantity or each.region for each in (before, after))


def _spectral(items: Sequence[Item], position: int) -> bool:
    """Whether a noun or a region follows, and no number."""
    after = _neighbour(items, position, 1)
    return after is not None and (after.region is not None or (after.entry is not None and after.entry.form == "base"))


def _goes_on(current: Sequence[Item], following: Sequence[Item]) -> bool:
    """Whether what follows a comma only brings numbers for what stands before it: "bell at 1.2k, Q 2, down 4 dB"."""
    part = list(itertools.takewhile(lambda item: item.kind != "mark" and not item.has("and", "but"), following))
    numbers = [item for item in part if item.quantity is not None]
    rest = [item for item in part if item.quantity is None and item.kind != "ignored"]
    bare = all(item.text == "q" or (item.entry is None and set(item.roles) <= JOINING) for item in rest)
    known = SHAPES | BANDS
    named = any(
        item.quantity or item.text in known or (item.entry and (item.entry.nickname or item.entry.setting))
        for item in current
    )
    hertz = [item for item in numbers if item.quantity and item.quantity.unit == "hz"]
    ranged = len(numbers) == 2 and bool(hertz) and any(item.entry for item in current)
    return bool(numbers) and bare and (named or ranged)


JOINING: frozenset[Role] = frozenset(("at", "up", "down", "by", "degree"))
BANDS = frozenset(("band", "bandwidth", "banda", "rango"))
SHAPES = frozenset(("shelf", "bell", "notch", "peak", "high shelf", "low shelf", "shelving"))


def clauses(items: Sequence[Item]) -> list[Clause]:
    """Split items at punctuation, connectors and "without"."""
    found: list[Clause] = []
    current: list[Item] = []
    link = "start"

    def close(next_link: str) -> None:
        nonlocal current, link
        if current:
            found.append(Clause(tuple(current), link))
            current, link = [], next_link
        elif next_link != "mark" or link == "start":
            link = next_link if found or next_link != "mark" else "start"

    for position, item in enumerate(items):
        joined = (item.has("and") or item.text == ",") and _joins_numbers(items, position)
        joined = joined or (item.text in (",", ":") and bool(current) and _goes_on(current, items[position + 1 :]))
        if item.kind == "mark":
            if item.text in _BREAKS and not joined:
                close("mark")
        elif item.has("and", "or", "but", "then") and item.entry is None:
            if not joined:
                close(next(role for role in ("and", "or", "but", "then") if role in item.roles))
                current += [item] if item.has("make", "add") else []  # "to make it bigger"
        elif item.text == "menos" and any(each.has("everything") for each in current) and _spectral(items, position):
            close("but")  # "todo más fuerte menos los agudos"
        elif item.has("without", "untouched") and item.entry is None and current:
            close("but" if item.has("without") else "then")
            current.append(item)
        else:
            current.append(item)
    close("mark")
    return _placed(found)


def _placed(parts: Sequence[Clause]) -> list[Clause]:
    """The clauses, with one that only says a place behind the one before it: "more sub, around 50 Hz"."""
    found: list[Clause] = []
    for part in parts:
        told = [item for item in part.items if item.kind != "ignored"]
        frequency = len(told) == 2 and told[0].has("at") and told[1].quantity and told[1].quantity.unit == "hz"
        if found and part.link == "mark" and frequency and all(item.quantity is None for item in found[-1].items):
            found[-1] = replace(found[-1], items=(*found[-1].items, *part.items))
        else:
            found.append(part)
    return found


def text_of(part: Clause) -> str:
    """The words of a clause, without its marks."""
    return " ".join(item.text for item in part.items if item.kind != "mark")
