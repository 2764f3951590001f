"""Words of one clause that belong together: "the bass is too loud", "a big hall reverb"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from instructfx.effects import EFFECTS
from instructfx.language.commands import verb_and_amount
from instructfx.language.groups import Group, Mods
from instructfx.language.intent_types import Command
from instructfx.language.lexicon import Family, Lexicon
from instructfx.language.rooms import room_changes
from instructfx.language.scan import Clause
from instructfx.language.which import DEFINITE
from instructfx.language.wishes import UNWANTED, strength

NAMING = ("area", "device", "era")  # kinds of families that say of which kind a fault is
AGED = ("device", "place")  # kinds of families of which an era only says which
ROOMY = ("quality", "fault", "mood", "size", "level", "space")  # kinds of families that can be said of a room


def loudness_word(groups: Sequence[Group], words: Lexicon) -> Group | None:
    """The word for level beside an effect or a part of the spectrum: "the bass is too loud"."""
    named = any(g.item.entry and g.item.entry.nickname for g in groups)
    names = ("loud", "quiet", "hard", "heavy", "powerful") if named else ("loud", "quiet")
    level = [g for g in groups if g.item.entry and g.item.entry.family in names]
    others = [
        g for g in groups
        if g.item.entry and g not in level
        and (g.item.entry.nickname or (g.item.entry.family and words.families[g.item.entry.family].kind == "area"))
    ]  # fmt: skip
    return level[0] if level and others else None


def _level(group: Group) -> float:
    mods = group.mods
    sign = 1.0 if group.item.entry and group.item.entry.family != "quiet" else -1.0
    if mods.has("too") or mods.direction < 0 or (mods.has("not") and not mods.has("enough")):
        sign = -sign
    return sign * (mods.degree if mods.degree is not None else 1.0)


def made_loud(group: Group, loud: Group | None) -> Group:
    if loud is None or (group.mods.verb == "add" and _level(loud) < 0):  # a quiet reverb is still to be added
        return group
    change = _level(loud)
    return replace(group, mods=Mods(direction=1.0 if change > 0 else -1.0, degree=abs(change)))


def level_factor(loud: Group | None) -> float:
    return _level(loud) if loud is not None else 1.0


def of_what_it_gives(group: Group, part: Clause, before: Command) -> bool:
    """Whether a level is said of what the effect of a command adds: "a longer tail, just quieter"."""
    entry = group.item.entry
    mixed = before.effect is not None and before.verb != "remove" and "mix" in EFFECTS[before.effect].defaults()
    beside = part.link == "but" or any(item.text in ("just", "only", "solo") for item in part.items)
    compared = entry is not None and (entry.form == "comparative" or group.mods.direction != 0)
    return mixed and beside and compared and entry is not None and entry.family in ("loud", "quiet")


def states_what_is_unknown(group: Group, part: Clause) -> bool:
    """Whether something is told of an effect in words that are not known, and nothing asked: "the echoes zorp"."""
    at = next((i for i, item in enumerate(part.items) if item is group.item), 0)
    before, behind = part.items[:at], part.items[at + 1 : at + 2]
    first = len(before) == 1 and before[0].text in DEFINITE
    return first and any(item.kind == "unknown" for item in behind)


def subjects(groups: Sequence[Group], words: Lexicon) -> set[int]:
    """Parts of the spectrum that are only what a quality is said of ("the lows are muddy"), and
    "clean up" in front of what is cleaned up."""
    skipped: set[int] = set()
    families = [g.item.entry.family if g.item.entry and not g.item.entry.nickname else None for g in groups]
    for at, group in enumerate(groups):
        name = families[at]
        others = [each for i, each in enumerate(families) if each and i != at and words.families[each].kind != "area"]
        if name is None or not others:
            continue
        if words.families[name].kind == "area" and (
            not group.mods.said or group.mods.has("too", "not") or group.link == "within"
        ):
            skipped.add(id(group))
        stated = any(each.mods.has("copula") for each in groups)
        unwanted = _faulty(others, words) or (stated and not UNWANTED.isdisjoint(others))
        if words.families[name].kind == "place" and not group.mods.said and unwanted:
            skipped.add(id(group))  # "the room is too boomy"
        following = families[at + 1] if at + 1 < len(groups) else None
        if name in ("clean", "clear") and following and words.families[following].kind == "fault":
            skipped.add(id(group))
    return skipped


def _faulty(families: Sequence[str], words: Lexicon) -> bool:
    return any(words.families[name].kind in ("fault", "complaint") for name in families)


def compounded(groups: Sequence[Group], words: Lexicon) -> list[Group]:
    """Words that only say which fault, place or device is meant are no wishes: "tape hiss", "an empty hall", "an old
    telephone", "una radio vieja"."""
    found: list[Group] = []
    for group in groups:
        joined = _joined(found[-1], group, words) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(group)
    return found


def _joined(first: Group, second: Group, words: Lexicon) -> Group | None:
    """What two groups come to where one only says which the other is; none where each is a wish."""
    names = [each.item.entry.family if each.item.entry else None for each in (first, second)]
    if names[0] is None or names[1] is None or second.link != "within" or second.mods not in (Mods(), first.mods):
        return None
    told, head = (words.families[name].kind for name in names if name)
    place = head == "place" and told == "fault" and first.mods == Mods()
    if place or (head == "fault" and told in NAMING) or (head in AGED and told == "era"):
        return replace(second, mods=first.mods, link=first.link)
    return first if told in AGED and head == "era" else None


def separated(groups: Sequence[Group], words: Lexicon) -> list[Group]:
    """A quality right before an effect ("a big hall reverb"): the quality says which, so an effect that is to
    be added comes with the wish, and one that is to go takes the quality with it."""
    dropped: set[int] = set()
    for first, second in itertools.pairwise(groups):
        quality, effect = first.item.entry, second.item.entry
        if _level_of(first, second, words):
            dropped.add(id(first))
        if not (quality and quality.family and not quality.nickname and effect and effect.nickname):
            continue
        if second.link != "within" or quality.form not in ("base", "comparative"):
            continue
        if verb_and_amount(second.mods)[0] in ("remove", "bypass", "keep", "lock", "unlock", "enable"):
            dropped.add(id(first))
        family = words.families[quality.family]
        role = EFFECTS[effect.nickname.effect].role
        if role == "level" and of_dynamics(family):
            dropped.add(id(second))
        name = effect.nickname.effect
        made = name in family.settings or (EFFECTS[family.effects[0]].role == "width" and name == family.effects[0])
        if id(first) not in dropped and made and not effect.nickname.settings:
            dropped.add(id(second))
    return [group for group in groups if id(group) not in dropped]


def _level_of(first: Group, second: Group, words: Lexicon) -> bool:
    """Whether a level is only what is to vary less or more: "make the volume more even"."""
    nickname = first.item.entry.nickname if first.item.entry else None
    family = second.item.entry.family if second.item.entry else None
    if nickname is None or family is None or second.link != "within" or EFFECTS[nickname.effect].role != "level":
        return False
    return of_dynamics(words.families[family])


def of_dynamics(family: Family) -> bool:
    """Whether a quality is about how levels vary, not about how high they are: "even levels"."""
    return abs(family.axes.get("dynamics", 0.0)) >= max(map(abs, family.axes.values()), default=0.0)


def blamed(group: Group, groups: Sequence[Group], words: Lexicon) -> Group | None:
    """The fault that is laid to an effect ("the compression is choking it", "the volume jumps"), if one is."""
    nickname = group.item.entry.nickname if group.item.entry else None
    at = next((i for i, each in enumerate(groups) if each is group), 0)
    behind = groups[at + 1] if at + 1 < len(groups) else None
    entry = behind.item.entry if behind else None
    if nickname is None or behind is None or entry is None or entry.family is None or entry.nickname:
        return None
    if group.mods.said or behind.link != "within" or behind.mods.direction or behind.mods.has("make", "not"):
        return None
    return behind if words.families[entry.family].kind in ("fault", "complaint") else None


def coloured(group: Group, groups: Sequence[Group], words: Lexicon) -> tuple[dict[str, float], Group] | None:
    """What changes in an effect of which a quality is said ("make the reverb darker"), and that quality."""
    at = next((i for i, each in enumerate(groups) if each is group), 0)
    beside = [*groups[at + 1 : at + 2], *groups[max(at - 1, 0) : at]]
    nickname = group.item.entry.nickname if group.item.entry else None
    for other in beside:
        entry = other.item.entry
        if entry is None or entry.family is None or entry.nickname or nickname is None:
            continue
        family, behind = words.families[entry.family], other in groups[at + 1 :]
        if (other if behind else group).link != "within":
            continue
        amount, complaint = strength(other.mods, family, entry.form, False)
        if complaint and group.mods.verb == "add" and not other.mods.has("too"):
            complaint, amount = False, -amount  # "add a reverb that sounds dark" tells of no fault
        changes = words.colours.get((nickname.effect, entry.family))
        outright = entry.form == "base" and not complaint
        room = EFFECTS[nickname.effect].role == "room"
        if room and _of_a_room(other, family, behind) and (outright or (behind and not changes)):
            axes = {axis: amount * value for axis, value in family.axes.items()}
            wider = {"width": changes["width"] * amount} if changes and "width" in changes else {}
            return room_changes(nickname.effect, axes, compared=not outright) | wider, other
        if changes is not None and (behind or entry.form == "comparative"):
            return {name: round(change * amount, 6) for name, change in changes.items()}, other
    return None


def _of_a_room(quality: Group, family: Family, behind: bool) -> bool:
    """Whether a quality can be said of a reverb: "a clear reverb", but not "make it clear with reverb"."""
    rooms = {effect.name for effect in EFFECTS.of_role("room")}
    if rooms & set(family.settings) or (not behind and quality.mods.has("make")):
        return False
    return family.kind in ROOMY or (family.kind == "area" and not behind and not quality.mods.said)


def cleaned(groups: Sequence[Group]) -> list[Group]:
    """Faults behind "clean up" are to go."""
    found = list(groups)
    for at, (first, second) in enumerate(itertools.pairwise(groups)):
        entry = first.item.entry
        if entry and entry.family in ("clean", "clear") and second.link == "within" and not second.mods.said:
            found[at + 1] = replace(second, mods=replace(second.mods, verb="lower"))
    return found


def as_quality(group: Group) -> bool:
    """Whether a word that names an effect and a quality is meant as a quality: "it's squashed"."""
    entry = group.item.entry
    said = group.mods.has("make", "copula") and group.mods.verb is None
    return entry is not None and entry.family is not None and said


def turned(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a word that is a setting and a quality is meant as a setting: "faster attack"."""
    entry = group.item.entry
    named = {g.item.entry.nickname.effect for g in groups if g.item.entry and g.item.entry.nickname}
    return bool(group.mods.time or group.mods.speed or group.mods.times is not None) or bool(
        entry and entry.setting and named & set(entry.setting.effects) and entry.setting.param not in ("mix", "width")
    )
