"""Groups the items of a clause: each thing spoken of (a quality, an effect, a setting) with its modifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from instructfx.effects import EFFECTS
from instructfx.language.grammar import Role
from instructfx.language.lexicon import Lexicon
from instructfx.language.scan import Clause, Item, text_of
from instructfx.language.words import fold

VERBS: tuple[Role, ...] = (
    "keep", "untouched", "lock", "unlock", "bypass", "enable", "remove", "lower", "cut", "raise", "lack", "add",
)  # fmt: skip
_FRESH: frozenset[Role] = frozenset(
    ("degree", "times", "more", "less", "too", "not", "never", "raise", "lower", "cut", "remove", "add", "lack",
     "keep", "untouched", "lock", "unlock", "bypass", "enable", "make", "turn")
)  # fmt: skip


@dataclass(frozen=True)
class Mods:
    """What is said about a target: how much, which way, whether it is a complaint, a ban or a wish."""

    degree: float | None = None
    times: float | None = None
    direction: float = 0.0
    verb: Role | None = None
    flags: frozenset[Role] = frozenset()
    size: float | None = None
    time: float = 0.0
    speed: float = 0.0

    def has(self, *flags: Role) -> bool:
        """Whether one of the flags is set: too, not, never, enough, copula, make, without and so on."""
        return any(flag in self.flags for flag in flags)

    @property
    def said(self) -> bool:
        """Whether the modifiers ask for anything by themselves."""
        return bool(self.degree or self.times or self.direction or self.verb or self.has("too", "not", "never"))

    @property
    def asks(self) -> bool:
        """Whether they ask for anything of what was spoken of last: "longer", "slower", "turn it off"."""
        return self.said or bool(self.time or self.speed or self.size)


@dataclass(frozen=True)
class Group:
    """A target with its modifiers; `rest` for "everything" and "the rest"."""

    mods: Mods
    item: Item
    link: str
    clause: int
    rest: bool = False


@dataclass
class ClauseReading:
    """All groups of an instruction and what stood alone."""

    groups: list[Group] = field(default_factory=list)
    alone: list[tuple[int, str, Mods]] = field(default_factory=list)


def _modified(mods: Mods, item: Item) -> Mods:
    """Modifiers after one more word."""
    for role, value in item.roles.items():
        if role == "degree":
            known = mods.degree
            value = value if known is None else known if mods.direction or mods.has("too") else max(known, value)
            if mods.has("too", "so") and item.text in ("much", "mucho", "mucha", "many") and known is None:
                return mods
            mods = replace(mods, degree=value)
        elif role == "times":
            mods = replace(mods, times=value)
        elif role in ("more", "less"):
            mods = replace(mods, direction=value)
        elif role == "too" and value > 1:
            mods = replace(mods, degree=value, flags=mods.flags | {"too"})
        elif role == "possible":
            mods = replace(mods, degree=value)
        elif role == "time":
            mods = replace(mods, time=value)
        elif role == "speed":
            mods = replace(mods, speed=value)
        elif role in ("up", "down"):
            if mods.verb in (None, "add", "cut") or mods.has("turn"):
                bare = role == "down" and not mods.has("turn") and mods.verb is None
                particle: frozenset[Role] = frozenset(("down",)) if bare else frozenset()
                mods = replace(mods, verb="raise" if role == "up" else "lower", flags=mods.flags | particle)
        elif role == "off" and (mods.has("turn") or mods.verb in (None, "add")):
            mods = replace(mods, verb="bypass")
        elif role == "out" and (mods.has("turn") or mods.verb in ("cut", "remove", "lower")):
            mods = replace(mods, verb="remove")
        elif role == "on":
            mods = replace(mods, verb="enable")
        elif role in VERBS:
            held = mods.verb in ("keep", "untouched") and role in ("raise", "lower", "cut")  # "keep the rolloff"
            if not held and not (role == "remove" and "not" in item.roles and mods.verb):
                mods = replace(mods, verb=role)
            if role == "remove" and "not" in item.roles:
                mods = replace(mods, flags=mods.flags | {"not"})
        elif role in (
            "too",
            "enough",
            "not",
            "never",
            "without",
            "losing",
            "copula",
            "make",
            "turn",
            "away",
            "like",
            "so",
            "as",
        ):
            mods = replace(mods, flags=mods.flags | {role})
    return mods


def is_target(item: Item, lexicon: Lexicon, numbers: bool) -> bool:
    """Whether an item names a quality, an effect or a region; bare settings only count beside a direction."""
    entry = item.entry
    if item.region is not None:
        return True
    if entry is None:
        return False
    if entry.family is None and entry.nickname is None:
        return not numbers and entry.setting is not None and entry.setting.param != "mix"
    return True


def _place(item: Item | None, lexicon: Lexicon) -> bool:
    entry = item.entry if item else None
    if entry is None:
        return False
    if entry.nickname is not None:
        return EFFECTS[entry.nickname.effect].role == "room"
    return entry.family is not None and lexicon.families[entry.family].kind == "place"


def _sizes(items: Sequence[Item], position: int, lexicon: Lexicon) -> bool:
    """Whether a size word speaks of a place beside it: "small church", "iglesia pequeña"."""
    words = [item for item in items if item.kind != "ignored"]
    at = words.index(items[position])
    after = words[at + 1] if at + 1 < len(words) else None
    before = words[at - 1] if at > 0 and items[position].language == "es" else None
    return _place(after, lexicon) or _place(before, lexicon)


def _only_sizes(items: Sequence[Item], position: int) -> bool:
    """Whether a size word stands for itself: "bigger", "a bit smaller"; "make it smaller" is of the sound."""
    if items[position].text not in ("bigger", "smaller", "larger"):
        return False
    others = [item for at, item in enumerate(items) if at != position and item.kind not in ("ignored", "mark")]
    return all(set(item.roles) <= {"degree", "more", "less", "too"} and item.entry is None for item in others)


def read(parts: Sequence[Clause], lexicon: Lexicon) -> ClauseReading:
    """The groups of all clauses. Modifiers behind the last target belong to it ("brighter, but only a bit")."""
    reading = ClauseReading()
    for index, clause in enumerate(parts):
        mods, used, first = Mods(), False, len(reading.groups)
        target_seen = False
        for position, item in enumerate(clause.items):
            if item.has("size") and (_sizes(clause.items, position, lexicon) or _only_sizes(clause.items, position)):
                mods = replace(mods, size=item.roles["size"])
                if target_seen and not _place(_next(clause.items, position), lexicon):
                    last = reading.groups[-1]
                    reading.groups[-1] = replace(last, mods=replace(last.mods, size=item.roles["size"]))
                continue
            if item.quantity is not None:
                continue
            if item.has("possible"):
                mods = replace(mods, degree=item.roles["possible"])
                if target_seen:
                    used = False
                continue
            whole = item.has("everything", "rest") and item.entry is None
            if not mods.said and _commands(clause.items, position):
                mods = replace(mods, flags=mods.flags | {"make"})
            if (is_target(item, lexicon, False) and not _only_modifies(clause.items, position, lexicon)) or whole:
                link = clause.link if not target_seen else "within"
                reading.groups.append(Group(mods, item, link, index, whole))
                used = target_seen = True
                mods = replace(mods, size=None)
            elif item.roles or item.text == "back":
                if used and (_FRESH & set(item.roles)):
                    kept: frozenset[Role] = frozenset(("make",)) if item.has("add") else frozenset(("without", "make"))
                    mods, used = Mods(flags=mods.flags & kept), False
                if used and mods.has("turn") and item.has("up", "down", "off", "out") and not item.has(*VERBS):
                    last = reading.groups[-1]  # "take the boom out of the lows": the boom, and not the lows
                    reading.groups[-1] = replace(last, mods=_joined(last.mods, _modified(mods, item)))
                    continue
                if item.text == "back" and (mods.has("turn", "away") or mods.verb == "add"):
                    mods, used = replace(mods, verb="lower" if mods.has("away") else "enable"), False
                if item.has("enough", "up", "down", "off", "out", "on", "time", "speed", "copula") and used:
                    mods, used = replace(Mods(), flags=mods.flags & {"turn", "not", "copula"}), False
                mods = _modified(mods, item)
                if item.has("time", "speed") and target_seen is False:
                    used = False
        if _also(clause):
            mods = replace(mods, flags=mods.flags - {"too"})
        stand_in = _where_it_lives(clause, reading.groups[first:], mods, lexicon)
        if stand_in is not None:
            reading.groups.append(Group(mods if len(reading.groups) == first else Mods(), stand_in, clause.link, index))
        elif not used and mods != Mods():
            if len(reading.groups) > first:
                last = reading.groups[-1]
                means = mods.verb == "add" and last.mods.said  # of "with a low pass at 3k", read as a number's
                reading.groups[-1] = last if means else replace(last, mods=_joined(last.mods, mods))
            else:
                reading.alone.append((index, clause.link, mods))
    return reading


def _also(clause: Clause) -> bool:
    """Whether a clause ends in "too" as in "some reverb too", "spread it out a bit too"."""
    words = [item.text for item in clause.items if item.kind != "mark"]
    return bool(words) and words[-1] == "too"


def _where_it_lives(clause: Clause, groups: Sequence[Group], mods: Mods, lexicon: Lexicon) -> Item | None:
    """Stands for an instrument that is to be louder or softer: the part of the spectrum where it is most itself."""
    source = next((item for item in clause.items if item.kind == "source" and fold(item.text) in lexicon.lives), None)
    if source is None:
        return None
    leveled = [group.item.entry.family for group in groups if group.item.entry] in (["loud"], ["quiet"])
    known = not any(item.kind in ("unknown", "common") for item in clause.items)
    moved = not groups and known and (mods.verb in ("raise", "lower", "lack") or mods.direction or mods.has("too"))
    return replace(source, entry=lexicon.lives[fold(source.text)]) if leveled or moved else None


def _commands(items: Sequence[Item], position: int) -> bool:
    """Whether a quality stands first and has an object, so that it is a verb: "thin the pads out", "muffle it"."""
    first = all(item.kind == "ignored" for item in items[:position])
    behind = items[position + 1].text if position + 1 < len(items) else ""
    return items[position].entry is not None and first and behind in ("the", "it", "this", "my", "that", "out", "up")


def _next(items: Sequence[Item], position: int) -> Item | None:
    return next((item for item in items[position + 1 :] if item.kind != "ignored"), None)


def _only_modifies(items: Sequence[Item], position: int, lexicon: Lexicon) -> bool:
    """Whether a word that is a verb and a quality is the verb: "tame the highs", but not "tame it"."""
    item = items[position]
    if not item.has(*VERBS):
        return False
    return any(is_target(other, lexicon, False) or other.has("everything") for other in items[position + 1 :])


def _joined(before: Mods, after: Mods) -> Mods:
    """Modifiers in front of a target joined with those behind it; those behind win."""
    return Mods(
        degree=after.degree if after.degree is not None else before.degree,
        times=after.times if after.times is not None else before.times,
        direction=after.direction or before.direction,
        verb=after.verb or before.verb,
        flags=before.flags | after.flags,
        size=after.size or before.size,
        time=after.time or before.time,
        speed=after.speed or before.speed,
    )


def phrase_of(part: Clause, group: Group, alone: bool) -> str:
    """The words of a group with what stands in front of it; all of its clause where it is alone there."""
    if alone:
        return text_of(part)
    items = list(part.items)
    at = next((i for i, item in enumerate(items) if item is group.item), None)
    if at is None:
        return group.item.text
    start = at
    while start > 0 and items[start - 1].entry is None and items[start - 1].kind != "mark":
        start -= 1
    return " ".join(item.text for item in items[start : at + 1])
