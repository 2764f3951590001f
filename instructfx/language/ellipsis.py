"""What one part of an instruction hands on to the next: "a bit warmer and wider"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from instructfx.language.groups import ClauseReading, Group, Mods
from instructfx.language.lexicon import lexicon


def carried(groups: Sequence[Group]) -> list[Group]:
    """Groups with the modifiers that carry over "and": "remove the reverb and the delay"."""
    found: list[Group] = []
    for group in groups:
        before = found[-1] if found else None
        entry = group.item.entry
        form = entry.form if entry else "base"
        plain = not group.mods.said and not group.mods.has("make", "without", "copula", "enough")
        if before is not None and plain and group.link in ("and", "or", "mark"):
            group = replace(group, mods=_inherited(before, group, form, entry is not None and entry.nickname is None))
        if before is not None and before.mods.has("copula", "too") and _misses(group):
            group = replace(group, mods=replace(group.mods, flags=group.mods.flags | {"copula"}))
        found.append(group)
    return found


def _misses(group: Group) -> bool:
    """Whether "no" of something may tell how it is: "it's all mids, no top and no bottom"."""
    denied = group.mods.verb == "remove" and group.mods.has("not")
    return denied and group.link in ("and", "or", "mark") and group.item.entry is not None


def _inherited(before: Group, group: Group, form: str, quality: bool) -> Mods:
    mods, own = before.mods, group.mods
    complaint = mods.has("too", "not", "never", "without", "so") or (mods.has("copula") and not mods.has("make"))
    spoke_of_quality = before.item.entry is not None and before.item.entry.nickname is None
    if own.time or own.speed or own.size:
        return own
    if group.link == "mark":
        same = quality and spoke_of_quality and form == "base" and complaint and not mods.has("enough")
        same = same and not _contrary(before, group)
        return mods if same else own
    if quality != spoke_of_quality:
        return mods if mods.verb in ("keep", "untouched", "without") and form in ("base", "noun") else own
    if form == "verb" and quality:
        return own
    if form in ("comparative", "superlative"):
        return Mods(degree=mods.degree, flags=mods.flags & {"never", "without"}) if not mods.has("too") else own
    return mods


def _contrary(one: Group, other: Group) -> bool:
    """Whether two qualities are contraries: behind "too far away", "closer" is what is wanted."""
    names = [each.item.entry.family for each in (one, other) if each.item.entry and each.item.entry.family]
    families = lexicon().families
    return len(names) == 2 and names[1] == families[names[0]].opposite


def late_modifiers(reading: ClauseReading, index: int, link: str, mods: Mods) -> bool:
    """Give modifiers that stand alone in a clause to what was said before; False where nothing was."""
    before = [at for at, group in enumerate(reading.groups) if group.clause < index]
    if not before:
        return False
    last = reading.groups[before[-1]]
    if link not in ("but", "mark", "and"):
        return True
    if mods.has("too", "not") and mods.has("not"):
        reading.groups[before[-1]] = replace(last, mods=replace(last.mods, degree=0.5))
    elif mods.degree is not None and mods.verb is None and not mods.direction:
        reading.groups[before[-1]] = replace(last, mods=replace(last.mods, degree=mods.degree))
    return True
