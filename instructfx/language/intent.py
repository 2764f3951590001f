"""What an instruction asks: `understand("warmer, and less reverb")`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from instructfx.effects import EFFECTS
from instructfx.language.clause_rules import (
    blamed,
    cleaned,
    coloured,
    level_factor,
    loudness_word,
    made_loud,
    separated,
    subjects,
)
from instructfx.language.commands import alone_command, command, setting_command, spoken_command
from instructfx.language.context import DialogueContext, NumericReading
from instructfx.language.dialogue import read_acts
from instructfx.language.dialogue_patterns import dialogue_patterns
from instructfx.language.ellipsis import carried, late_modifiers
from instructfx.language.finalize import language, merged, notes, unknown
from instructfx.language.foreign import foreign
from instructfx.language.groups import ClauseReading, Group, Mods, read
from instructfx.language.intent_types import Beyond, Command, Intent, Language, Question, Topic, Wish
from instructfx.language.lexicon import Lexicon, lexicon
from instructfx.language.normal_form import normal_form
from instructfx.language.note_lengths import with_note_lengths, with_tempo
from instructfx.language.notes import note
from instructfx.language.numeric_commands import figures
from instructfx.language.scan import Clause, Item, clauses, scan
from instructfx.language.which import with_which
from instructfx.language.wishes import wish
from instructfx.language.words import READ_CHARACTERS, Token

MAX_UNDO = 99
_TOLD = frozenset(("recorded", "recording", "grabé", "grabado", "grabamos"))
_OURS = frozenset(("i", "we", "my", "our", "mi", "lo"))


@dataclass
class _IntentDraft:
    """An intent in the making."""

    wishes: list[Wish] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    undo: int = 0
    undirected: list[str] = field(default_factory=list)
    beyond: list[Beyond] = field(default_factory=list)
    context: DialogueContext = field(default_factory=DialogueContext)


def understand(instruction: str, lately: Sequence[str] = ()) -> Intent:
    """What an instruction asks. Never raises: words that mean nothing to it are listed in `unknown`.

    lately: the effects of the chain, those spoken of last first: what "longer" or "make it 300 ms" speaks of.
    """
    words = lexicon()
    tokens = normal_form(instruction)
    everything = scan(tokens, words)
    if foreign(everything):
        return Intent(instruction, language(everything), unknown=unknown(everything), said=("foreign",))
    acts = read_acts(tokens)
    intent = _asked(instruction, acts.left, language(everything), lately)
    return replace(
        intent,
        commands=tuple(each for each in intent.commands if not (acts.beyond and each.which.kind == "it")),
        undo=intent.undo or int("undo" in acts.said),
        references=acts.references,
        questions=tuple(_question(topic, tokens[span.start : span.end], words) for topic, span in acts.asked),
        beyond=(*acts.beyond, *intent.beyond),
        app=acts.app,
        said=tuple(dict.fromkeys(acts.said)),
    )


def understand_alone(instruction: str, lately: Sequence[str] = ()) -> Intent:
    """What an instruction asks by itself, where there is nothing that it could refer to."""
    tokens = normal_form(instruction)
    return _asked(instruction, tokens, language(scan(tokens, lexicon())), lately)


def _asked(instruction: str, tokens: Sequence[Token], spoken: Language, lately: Sequence[str]) -> Intent:
    """The wishes, commands and steps back that tokens say."""
    draft = _IntentDraft(context=DialogueContext(tuple(name for name in lately if name in EFFECTS), spoken))
    if len(instruction) > READ_CHARACTERS:
        draft.context.notes.append(note("long", spoken, count=str(READ_CHARACTERS)))
    items = with_which(scan(tokens, lexicon()))
    _read_wishes(items, draft, lexicon())
    return Intent(
        instruction=instruction,
        language=spoken,
        wishes=tuple(draft.wishes),
        commands=merged(draft.commands),
        undo=draft.undo,
        unknown=unknown(items),
        notes=notes(items, draft.context.notes, bool(draft.wishes or draft.commands), spoken),
        undirected=tuple(draft.undirected),
        beyond=tuple(draft.beyond),
        loudness_lufs=next((i.quantity.value for i in items if i.quantity and i.quantity.unit == "lufs"), None),
    )


def _read_wishes(items: Sequence[Item], draft: _IntentDraft, words: Lexicon) -> None:
    """Fill a draft with the wishes, commands and steps back that items say."""
    items = with_tempo(items, draft.context)
    parts = [with_note_lengths(part, draft.context) for part in clauses(items)]
    parts = [part for part in parts if not _undone(part, draft)]
    numbers, spoken = [], []
    for part in parts:
        numbers.append(figures(part, draft.context))
        spoken.append((draft.context.effect, draft.context.which))
    rest = [_without(part, used) for part, used in zip(parts, numbers, strict=True)]
    reading = read(rest, words)
    _alone(reading, numbers, rest, draft)
    groups = carried(reading.groups)
    for index, figure in enumerate(numbers):
        draft.commands.extend(figure.commands)
        draft.context.effect, draft.context.which = spoken[index]
        _emit(
            [group for group in groups if group.clause == index],
            parts[index],
            draft,
            words,
            bool(figure.commands),
        )


def _question(topic: Topic, tokens: Sequence[Token], words: Lexicon) -> Question:
    """A question with what it speaks of: an effect, or a quality with its sign."""
    items = scan([token for token in tokens if token.key != "?"], words)
    phrase = " ".join(token.text for token in tokens)
    named = dict.fromkeys(i.entry.nickname.effect for i in items if i.entry and i.entry.nickname)
    effect, also = [*named, "", ""][:2]
    family = next((i.entry.family for i in items if i.entry and i.entry.family), None) or ""
    axes = words.families[family].axes if family else {}
    return Question(topic, phrase, effect, family, axes, also)


def _undone(part: Clause, draft: _IntentDraft) -> bool:
    """Whether a clause only asks to go back; "undo the reverb" speaks of an effect instead."""
    if any(item.has("reset") for item in part.items):
        draft.commands.append(Command(_text(part), "remove", None, {}, {}, (), 0.0))
        return True
    if not any(item.has("undo") for item in part.items):
        return False
    if any(item.entry and item.entry.nickname for item in part.items):
        return False
    numbers = [item.quantity for item in part.items if item.quantity]
    if any(number.unit for number in numbers):
        draft.undirected.append(_text(part))  # "undo the cut at 200 Hz" is no step back
        return True
    count = next((int(number.value) for number in numbers if 1 <= number.value <= MAX_UNDO), 1)
    if count == 1 and any(item.has("times") and item.roles["times"] >= 2 for item in part.items):
        count = int(next(item.roles["times"] for item in part.items if item.has("times")))
    draft.undo = min(MAX_UNDO, max(draft.undo, count))  # "undo that, go back" is one step
    return True


def _without(part: Clause, figure: NumericReading) -> Clause:
    return replace(part, items=tuple(item for at, item in enumerate(part.items) if at not in figure.used))


def _alone(
    reading: ClauseReading,
    numbers: Sequence[NumericReading],
    parts: Sequence[Clause],
    draft: _IntentDraft,
) -> None:
    """Modifiers alone in a clause: "brighter, but only a bit", "a bit less", "longer", "turn it back on"."""
    for index, link, mods in reading.alone:
        unclear = any(item.kind in ("unknown", "common", "source") for item in parts[index].items)
        if numbers[index].commands or not mods.asks or late_modifiers(reading, index, link, mods) or unclear:
            continue
        made = alone_command(mods, _text(parts[index]), draft.context)
        if made is not None:
            draft.commands.append(made)
        elif mods.speed:  # of no effect: of the recording itself
            draft.beyond.append(dialogue_patterns().cannot["time"])


def _emit(groups: Sequence[Group], part: Clause, draft: _IntentDraft, words: Lexicon, numbered: bool) -> None:
    """Turn the groups of one clause into wishes and commands."""
    loud = loudness_word(groups, words)
    settled = [group for group in groups if group is not loud]
    skipped = subjects(settled, words)
    settled = [each for each in cleaned(separated(settled, words)) if id(each) not in skipped]
    if _tells_a_story(part):
        return
    guarded = part.link == "but" and bool(draft.wishes)
    undoing = any(item.has("undo") for item in part.items)
    said_of = _coloured(settled, words)
    blames = {id(group): fault for group in settled if (fault := blamed(group, settled, words)) is not None}
    for group in settled:
        phrase = _phrase(part, group, len(groups) == 1)
        entry = group.item.entry
        if undoing and entry and entry.nickname:
            group = replace(group, mods=replace(group.mods, verb="remove"))
        if group.rest:
            _whole(group, phrase, draft)
        elif entry is None or any(each.item is group.item for each in said_of):
            continue
        elif id(group) in blames and entry.nickname and not coloured(group, settled, words):
            if EFFECTS[entry.nickname.effect].role != "level":  # a level that jumps is no level that is too high
                draft.commands.append(
                    Command(phrase, "adjust", entry.nickname.effect, {}, {}, (), -1.0, group.item.which)
                )
                said_of.append(blames[id(group)])
        elif entry.nickname is not None and not _as_quality(group):
            made = command(made_loud(group, loud), phrase)
            colour = coloured(group, settled, words)
            if made is not None and made.verb in ("add", "adjust") and colour is not None:
                made = replace(made, verb="adjust", changes={**made.changes, **colour[0]})
            if made is not None and made.verb == "add" and _only_stated(group.mods):
                draft.undirected.append(group.item.text)
            elif made is not None:
                draft.commands.append(_spared(made, part, draft, group.mods))
                draft.context.effect, draft.context.which = made.effect, made.which
        elif entry.setting is not None and (entry.family is None or _turned(group, groups)):
            spoken, which = next(
                (
                    (g.item.entry.nickname.effect, g.item.which)
                    for g in groups
                    if g.item.entry and g.item.entry.nickname
                ),
                (draft.context.effect, draft.context.which),
            )
            changed = setting_command(group, entry.setting, spoken, phrase, which)
            if changed is not None:
                draft.commands.append(changed)
        elif entry.family is not None:
            family = words.families[entry.family]
            if len(groups) == 1 and (entry.form == "comparative" or group.mods.speed):
                moved = spoken_command(group, family, phrase, draft.context)
                if moved is not None:
                    draft.commands.append(moved)
                    continue
            if numbered and entry.family in ("loud", "quiet"):
                continue
            blamed_area = family.kind == "area" and len(groups) == 1 and any(i.kind == "unknown" for i in part.items)
            if blamed_area and group.mods.has("copula") and not group.mods.said:
                group = replace(group, mods=replace(group.mods, flags=group.mods.flags | {"too"}))
            if family.kind == "area" and loud is None and group.mods == Mods() and len(groups) == 1:
                draft.undirected.append(group.item.text)
                continue
            factor = level_factor(loud) if family.kind == "area" else 1.0
            kept = group if loud is None or family.kind != "area" else replace(group, mods=Mods())
            draft.wishes.append(wish(kept, family, words, phrase, guarded, factor))


def _only_stated(mods: Mods) -> bool:
    """Whether something is said of an effect, and nothing asked: "the reverb is ..."."""
    return mods.has("copula") and mods.verb is None and not mods.has("make") and not mods.degree


def _tells_a_story(part: Clause) -> bool:
    """ "I recorded this in my bedroom" asks for nothing, but "it sounds like I recorded it in a cave" complains."""
    told = any(item.text in _TOLD for item in part.items) and any(item.text in _OURS for item in part.items)
    return told and not any(item.has("like") for item in part.items)


def _coloured(groups: Sequence[Group], words: Lexicon) -> list[Group]:
    """The qualities of a clause that are said of an effect, not of the sound."""
    found = (coloured(group, groups, words) for group in groups if group.item.entry and group.item.entry.nickname)
    return [colour[1] for colour in found if colour is not None]


def _as_quality(group: Group) -> bool:
    """Whether a word that names an effect and a quality is meant as a quality: "it's squashed"."""
    entry = group.item.entry
    said = group.mods.has("make", "copula") and group.mods.verb is None
    return entry is not None and entry.family is not None and said


def _turned(group: Group, groups: Sequence[Group]) -> bool:
    """Whether a word that is a setting and a quality is meant as a setting: "faster attack"."""
    entry = group.item.entry
    named = {g.item.entry.nickname.effect for g in groups if g.item.entry and g.item.entry.nickname}
    return bool(group.mods.time or group.mods.speed) or bool(
        entry and entry.setting and named & set(entry.setting.effects) and entry.setting.param not in ("mix", "width")
    )


def _whole(group: Group, phrase: str, draft: _IntentDraft) -> None:
    """ "remove everything", "keep the rest as it is"."""
    verb = group.mods.verb
    if group.mods.direction:
        amount = group.mods.direction * (group.mods.degree or 1.0)
        draft.commands.append(Command(phrase, "adjust", None, {}, {}, (), amount))
    elif verb in ("raise", "lower"):
        amount = (group.mods.degree or 1.0) * (1.0 if verb == "raise" else -1.0)
        draft.commands.append(Command(phrase, "adjust", EFFECTS.usual("level").name, {}, {}, (), amount))
    elif verb in ("keep", "untouched"):
        draft.commands.append(Command(phrase, "keep", None, {}, {}, (), 0.0))
    elif (verb == "remove" or verb == "bypass" or verb == "enable") and not group.item.text.startswith(
        "everything below"
    ):
        draft.commands.append(Command(phrase, verb, None, {}, {}, (), 0.0))


def _spared(made: Command, part: Clause, draft: _IntentDraft, mods: Mods) -> Command:
    """ "remove everything but the reverb" keeps the reverb."""
    before = draft.commands[-1] if draft.commands else None
    spared = part.link == "but" and mods.verb is None and before is not None
    if spared and before is not None and before.effect is None and before.verb in ("remove", "bypass"):
        return replace(made, verb="keep", settings={}, changes={}, amount=0.0)
    return made


def _text(part: Clause) -> str:
    return " ".join(item.text for item in part.items if item.kind != "mark")


def _phrase(part: Clause, group: Group, alone: bool) -> str:
    if alone:
        return _text(part)
    items = list(part.items)
    at = next((i for i, item in enumerate(items) if item is group.item), None)
    if at is None:
        return group.item.text
    start = at
    while start > 0 and items[start - 1].entry is None and items[start - 1].kind != "mark":
        start -= 1
    return " ".join(item.text for item in items[start : at + 1])
