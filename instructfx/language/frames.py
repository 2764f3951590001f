"""What the groups of a clause ask: a wish for each quality, a command for each effect, setting or level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from instructfx.effects import EFFECTS
from instructfx.language.band_commands import nothing_but
from instructfx.language.clause_rules import (
    as_quality,
    blamed,
    cleaned,
    coloured,
    compounded,
    level_factor,
    loudness_word,
    made_loud,
    of_what_it_gives,
    separated,
    states_what_is_unknown,
    subjects,
    turned,
)
from instructfx.language.commands import command, setting_command, spoken_command
from instructfx.language.context import DialogueContext
from instructfx.language.eq_commands import AREAS, PLAIN_DB
from instructfx.language.groups import Group, Mods, phrase_of
from instructfx.language.intent_types import Beyond, Command, Hold, Region, Verb, Wish
from instructfx.language.lexicon import Family, Lexicon, SettingWord
from instructfx.language.region_frames import (
    fault_passed,
    keeps_only,
    leaves_alone,
    pass_filter,
    region_command,
    region_of,
    spoken_region,
)
from instructfx.language.scan import Clause
from instructfx.language.whole_chain import ask_of_all, left_alone, spared
from instructfx.language.wishes import UNWANTED, less_there, wish
from instructfx.language.words import fold

_TOLD = frozenset(("recorded", "recording", "sang", "sung", "tracked", "grabé", "grabado", "grabamos", "canté"))
_OURS = frozenset(("i", "we", "my", "our", "mi", "lo"))


@dataclass
class IntentDraft:
    """An intent in the making: what the clauses read so far ask."""

    wishes: list[Wish] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    undo: int = 0
    undirected: list[str] = field(default_factory=list)
    disliked: bool = False  # what is stated of the sound is not wanted: "it sounds like a radio and I hate it"
    titled: bool = False  # the words are a name, as of a preset: what it names is wanted
    beyond: list[Beyond] = field(default_factory=list)
    context: DialogueContext = field(default_factory=DialogueContext)


def emit(groups: Sequence[Group], part: Clause, draft: IntentDraft, words: Lexicon, numbered: bool) -> None:
    """Turn the groups of one clause into wishes and commands; numbered says that its figures are a command already."""
    loud = loudness_word(groups, words)
    settled = compounded([group for group in groups if group is not loud], words)
    skipped = subjects(settled, words)
    settled = [each for each in cleaned(separated(settled, words)) if id(each) not in skipped]
    if _tells_a_story(part):
        return
    _Frames(part, groups, settled, loud, draft, words, numbered).emit()


class _Frames:
    """The groups of one clause, and what is made of each."""

    def __init__(
        self,
        part: Clause,
        groups: Sequence[Group],
        settled: Sequence[Group],
        loud: Group | None,
        draft: IntentDraft,
        words: Lexicon,
        numbered: bool,
    ) -> None:
        self._part, self._groups, self._settled, self._loud = part, groups, settled, loud
        self._draft, self._words, self._numbered = draft, words, numbered
        self._guarded = part.link == "but" and bool(draft.wishes)
        self._region = None if numbered else spoken_region(part)
        self._said_of = _coloured(settled, words)
        self._blames = {id(group): fault for group in settled if (fault := blamed(group, settled, words)) is not None}

    def emit(self) -> None:
        undoing = any(item.has("undo") for item in self._part.items)
        lasting = any(item.has("lasting") for item in self._part.items)
        for group in self._settled:
            entry = group.item.entry
            if undoing and entry and entry.nickname:
                group = replace(group, mods=replace(group.mods, verb="remove"))
            if lasting and group.mods.verb in ("keep", "untouched"):
                group = replace(group, mods=replace(group.mods, verb="lock"))
            phrase = phrase_of(self._part, group, len(self._groups) == 1)
            if group.item.region is not None:
                self._part_of_spectrum(group, group.item.region, phrase)
            elif group.rest:
                ask_of_all(group, phrase, self._draft.commands)
            elif entry is None or any(each.item is group.item for each in self._said_of):
                continue
            elif id(group) in self._blames and entry.nickname and not coloured(group, self._settled, self._words):
                self._blamed(group, entry.nickname.effect, phrase)
            elif entry.nickname is not None and not as_quality(group):
                self._effect(group, phrase)
            elif entry.setting is not None and (entry.family is None or turned(group, self._groups)):
                self._setting(group, entry.setting, phrase)
            elif entry.family is not None:
                self._quality(group, entry.family, phrase)

    def _part_of_spectrum(self, group: Group, region: Region, phrase: str) -> None:
        """ "Boost everything above 8 kHz"; a quality in the same clause is wished there, and no more is said of it."""
        draft = self._draft
        families = [each.item.entry.family for each in self._settled if each.item.entry]
        if any(name and self._words.families[name].kind != "area" for name in families):
            return
        only = nothing_but(region) if keeps_only(group, self._part) else {}
        made = pass_filter(only, phrase) if only else None
        if made is None and leaves_alone(group, self._part, bool(draft.wishes or draft.commands)):
            self._leave(group, region)
            return
        made = made or region_command(group, region, self._part, phrase)
        if made is None:
            draft.undirected.append(group.item.text)
        else:
            draft.commands.append(made)

    def _leave(self, group: Group, region: Region) -> None:
        """ "Warmer, but don't touch the bass"; "remove everything except below 200 Hz" leaves nothing else."""
        draft = self._draft
        before = draft.commands[-1] if draft.commands else None
        if before is not None and before.verb == "remove" and before.effect is None and self._part.link == "but":
            draft.commands[-1] = pass_filter(nothing_but(region), before.phrase)
        else:
            draft.holds.append(Hold(group.item.text, region))

    def _blamed(self, group: Group, effect: str, phrase: str) -> None:
        """ "The reverb is muddy": less of the reverb."""
        if EFFECTS[effect].role == "level":  # a level that jumps is no level that is too high
            return
        self._draft.commands.append(Command(phrase, "adjust", effect, {}, {}, (), -1.0, group.item.which))
        self._said_of.append(self._blames[id(group)])

    def _effect(self, group: Group, phrase: str) -> None:
        """ "More reverb", "a darker delay", "no chorus"."""
        draft = self._draft
        made = command(made_loud(group, self._loud), phrase)
        colour = coloured(group, self._settled, self._words)
        if made is not None and made.verb in ("add", "adjust") and colour is not None:
            made = replace(made, verb="adjust", changes={**made.changes, **colour[0]})
        stated = _only_stated(group.mods) or states_what_is_unknown(group, self._part)
        if made is not None and made.verb == "add" and stated:
            draft.undirected.append(group.item.text)
        elif made is not None:
            draft.commands.append(spared(made, self._part, draft.commands, group.mods))
            draft.commands += left_alone(made, self._part)
            if made.verb != "remove":  # what is out is not what "longer" speaks of
                draft.context.effect, draft.context.which = made.effect, made.which

    def _setting(self, group: Group, named: SettingWord, phrase: str) -> None:
        """ "A longer decay": of the effect that is named beside it, or that was spoken of last."""
        draft = self._draft
        beside = (
            (each.item.entry.nickname.effect, each.item.which)
            for each in self._groups
            if each.item.entry and each.item.entry.nickname
        )
        spoken, which = next(beside, (draft.context.effect, draft.context.which))
        changed = setting_command(group, named, spoken, phrase, which)
        if changed is not None:
            draft.commands.append(changed)

    def _quality(self, group: Group, name: str, phrase: str) -> None:
        """ "Warmer", "too much bass", "longer" of the effect that was spoken of."""
        entry, draft, part, alone = group.item.entry, self._draft, self._part, len(self._groups) == 1
        family = self._words.families[name]
        if held := _held_by_effect(group, family):
            draft.commands.append(Command(phrase, held, family.effects[0], {}, {}, (), 0.0))
            draft.commands += left_alone(draft.commands[-1], self._part)
            return
        sized = family.kind == "size" and group.mods.has("too")
        if alone and ((entry and entry.form == "comparative") or group.mods.speed or sized):
            moved = spoken_command(group, family, phrase, draft.context)
            if moved is not None:
                draft.commands.append(moved)
                return
        if self._numbered and name in ("loud", "quiet"):
            return
        before = draft.commands[-1] if draft.commands else None
        if alone and before and of_what_it_gives(group, part, before):
            mix = {"mix": round(10 ** (PLAIN_DB * level_factor(group) / 20), 6)}
            draft.commands.append(Command(phrase, "adjust", before.effect, {}, {}, (), 0.0, before.which, (), mix))
            return
        area = family.kind == "area"
        if name in AREAS and leaves_alone(group, part, bool(draft.wishes or draft.commands)):
            self._leave(group, region_of(name))
            return
        if area and self._region is not None:
            return  # "the bass below 60 Hz" is what lies there
        blamed_area = area and alone and any(item.kind == "unknown" for item in part.items)
        if blamed_area and group.mods.has("copula") and not group.mods.said:
            group = replace(group, mods=replace(group.mods, flags=group.mods.flags | {"too"}))
        if area and alone and self._loud is None and group.mods == Mods() and not draft.titled:
            draft.undirected.append(group.item.text)
            return
        factor = level_factor(self._loud) if area else 1.0
        if (draft.disliked or _listed_faults(group, draft)) and _only_said(group):
            group = replace(group, mods=replace(group.mods, flags=group.mods.flags | {"too"}))
        if family.kind == "fault" and draft.wishes and draft.wishes[-1].complaint and _comes_with(group, part):
            group = replace(group, mods=replace(group.mods, verb=None, flags=group.mods.flags | {"too"}))
        kept = group if self._loud is None or not area else replace(group, mods=Mods())
        made = wish(kept, family, self._words, phrase, self._guarded, factor)
        if made.complaint and family.kind == "space" and family.opposite and made.axes.get("presence", 0.0):
            made = _brought_near(made, family, self._words.families[family.opposite])
        if self._region is not None:
            passing = fault_passed(group, family, self._region, part)
            draft.commands += [pass_filter(passing, phrase)] if passing else []
            draft.wishes += [] if passing else [replace(made, region=self._region)]
            return
        where = self._where() if family.kind not in ("area", "space", "place") else None  # a drier guitar is not duller
        away = max(made.axes.values(), key=abs, default=0.0) < 0
        draft.wishes.append(less_there(made, where) if where is not None and away else made)

    def _where(self) -> Family | None:
        """The part of the spectrum that the clause speaks of, or where an instrument in it is most itself."""
        for item in self._part.items:
            entry = self._words.lives.get(fold(item.text)) if item.kind == "source" else item.entry
            family = entry.family if entry else None
            if family and self._words.families[family].kind == "area":
                return self._words.families[family]
        return None


def _held_by_effect(group: Group, family: Family) -> Verb | None:
    """What is done with the effect behind a quality: "only the room should stay", "lock the crunch"."""
    verb = group.mods.verb
    if family.kind == "area":  # the equaliser is more than the lows
        return None
    if verb == "lock" or verb == "unlock":
        return verb
    return "keep" if verb in ("keep", "untouched") and family.kind == "place" else None


def _brought_near(complaint: Wish, family: Family, opposite: Family) -> Wish:
    """What lies too far back is to come forward: the room that was recorded with it cannot be taken out of it."""
    size = max(abs(value / family.axes[axis]) for axis, value in complaint.axes.items())
    axes = {axis: round(size * value, 4) for axis, value in opposite.axes.items()}
    return replace(complaint, families=(opposite.name,), axes=axes, effects=opposite.effects)


def _comes_with(group: Group, part: Clause) -> bool:
    """Whether a fault is only said to be there: "it sounds dull and with a lot of mud"."""
    mods = group.mods
    asked = mods.direction or mods.has("not", "without", "make") or mods.verb not in (None, "add")
    return not asked and any(item.text in ("with", "con") for item in part.items)


def _only_stated(mods: Mods) -> bool:
    """Whether something is said of an effect, and nothing asked: "the reverb is ..."."""
    return mods.has("copula") and mods.verb is None and not mods.has("make") and not mods.degree


def _only_said(group: Group) -> bool:
    """Whether a quality is said of the sound and nothing asks for it."""
    mods, form = group.mods, group.item.entry.form if group.item.entry else ""
    return not mods.verb and not mods.direction and not mods.has("make", "not", "too") and form in ("base", "noun")


def _listed_faults(group: Group, draft: IntentDraft) -> bool:
    """Whether a bare word stands behind a complaint, and is one where people complain: "muddy, dark"."""
    family = group.item.entry.family if group.item.entry else None
    return bool(draft.wishes and draft.wishes[-1].complaint and family in UNWANTED and group.mods == Mods())


def _tells_a_story(part: Clause) -> bool:
    """ "I recorded this in my bedroom" asks for nothing, but "it sounds like I recorded it in a cave" complains."""
    told = any(item.text in _TOLD for item in part.items) and any(item.text in _OURS for item in part.items)
    return told and not any(item.has("like") for item in part.items)


def _coloured(groups: Sequence[Group], words: Lexicon) -> list[Group]:
    """The qualities of a clause that are said of an effect, not of the sound."""
    found = (coloured(group, groups, words) for group in groups if group.item.entry and group.item.entry.nickname)
    return [colour[1] for colour in found if colour is not None]
