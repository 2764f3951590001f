"""What an instruction asks: `understand("warmer, and less reverb")`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from instructfx.effects import EFFECTS
from instructfx.language.commands import alone_command
from instructfx.language.context import DialogueContext, NumericReading
from instructfx.language.dialogue import DialogueActs, read_acts
from instructfx.language.dialogue_patterns import dialogue_patterns
from instructfx.language.ellipsis import carried, late_modifiers
from instructfx.language.finalize import language, merged, notes, unknown
from instructfx.language.foreign import foreign
from instructfx.language.frames import IntentDraft, emit
from instructfx.language.groups import ClauseReading, read
from instructfx.language.intent_types import Command, Intent, Language
from instructfx.language.lexicon import Lexicon, lexicon
from instructfx.language.normal_form import normal_form
from instructfx.language.note_lengths import with_note_lengths, with_tempo
from instructfx.language.notes import note
from instructfx.language.numeric_commands import figures
from instructfx.language.questions import question
from instructfx.language.scan import Clause, Item, clauses, scan, text_of
from instructfx.language.scopes import scoped
from instructfx.language.which import with_which
from instructfx.language.words import READ_CHARACTERS, Token, titled

MAX_UNDO = 99
POINTING = frozenset(("it", "that", "this", "hazlo", "ponlo"))
DEFAULTS = frozenset(("default", "defaults", "fábrica", "fabrica", "predeterminado", "predeterminados"))
SPANISH_MARKS = frozenset("¿¡")


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
    if _of_a_movement(acts, tokens, lately):
        return understand_alone(instruction, lately)
    spoken: Language = "es" if SPANISH_MARKS & set(instruction) else language(everything)
    disliked = bool({"undo", "dissatisfied"} & set(acts.said)) and bool(acts.left)
    intent = _asked(instruction, acts.left, spoken, lately, disliked)
    return replace(
        intent,
        commands=tuple(each for each in intent.commands if not (acts.beyond and each.which.kind == "it")),
        undo=intent.undo or int("undo" in acts.said and not (disliked and any(w.complaint for w in intent.wishes))),
        references=acts.references,
        questions=tuple(question(topic, tokens[span.start : span.end], instruction) for topic, span in acts.asked),
        beyond=(*acts.beyond, *intent.beyond),
        app=acts.app,
        said=tuple(dict.fromkeys((*acts.said, *intent.said))),
    )


def _of_a_movement(acts: DialogueActs, tokens: Sequence[Token], lately: Sequence[str]) -> bool:
    """Whether "make it faster" is said of the effect spoken of last, which moves, and not of the recording's tempo."""
    moves = bool(lately) and lately[0] in EFFECTS and "rate_hz" in EFFECTS[lately[0]].defaults()
    pointed = any(token.key in POINTING for token in tokens) and all(token.kind == "word" for token in tokens)
    return moves and pointed and [each.key for each in acts.beyond] == ["time"]


def understand_alone(instruction: str, lately: Sequence[str] = ()) -> Intent:
    """What an instruction asks by itself, where there is nothing that it could refer to."""
    tokens = normal_form(instruction)
    return _asked(instruction, tokens, language(scan(tokens, lexicon())), lately)


def _asked(
    instruction: str, tokens: Sequence[Token], spoken: Language, lately: Sequence[str], disliked: bool = False
) -> Intent:
    """The wishes, commands and steps back that tokens say."""
    context = DialogueContext(tuple(name for name in lately if name in EFFECTS), spoken)
    draft = IntentDraft(disliked=disliked, titled=titled(instruction), context=context)
    if len(instruction) > READ_CHARACTERS:
        draft.context.notes.append(note("long", spoken, count=str(READ_CHARACTERS)))
    scopes = scoped(tokens, draft.context.lately)
    items = with_which(scan(scopes.left, lexicon()))
    _read_wishes(items, draft, lexicon())
    draft.commands += scopes.commands
    draft.undirected += scopes.unclear
    target = draft.context.loudness_lufs
    kept = bool(draft.wishes or draft.holds) and all(each.held for each in draft.wishes)
    if kept:
        draft.wishes.clear()
    return Intent(
        instruction=instruction,
        language=spoken,
        wishes=tuple(each for each in draft.wishes if target is None or each.families not in (("loud",), ("quiet",))),
        commands=merged(draft.commands),
        undo=draft.undo,
        unknown=unknown(items),
        notes=notes(items, draft.context.notes, bool(draft.wishes or draft.commands), spoken),
        undirected=tuple(draft.undirected),
        beyond=(*scopes.beyond, *draft.beyond),
        loudness_lufs=target,
        peak_dbtp=draft.context.peak_dbtp,
        holds=tuple(dict.fromkeys(draft.holds)),
        said=("acknowledgement",) if kept else (),
    )


def _read_wishes(items: Sequence[Item], draft: IntentDraft, words: Lexicon) -> None:
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
        draft.holds.extend(figure.holds)
        draft.context.effect, draft.context.which = spoken[index]
        emit(
            [group for group in groups if group.clause == index],
            parts[index],
            draft,
            words,
            bool(figure.commands),
        )


def _undone(part: Clause, draft: IntentDraft) -> bool:
    """Whether a clause only asks to go back; "undo the reverb" speaks of an effect instead."""
    resets = any(item.has("reset") for item in part.items)
    of_effects = [item.entry.nickname.effect for item in part.items if item.entry and item.entry.nickname]
    if resets and of_effects and DEFAULTS & {item.text for item in part.items}:
        draft.commands += [
            Command(text_of(part), "adjust", effect, EFFECTS[effect].defaults(), {}, (), 0.0)
            for effect in dict.fromkeys(of_effects)
        ]
        return True
    if resets and of_effects:  # "back to normal pitch"
        draft.commands += [
            Command(text_of(part), "remove", effect, {}, {}, (), 0.0) for effect in dict.fromkeys(of_effects)
        ]
        return True
    if resets and any(item.entry for item in part.items):
        draft.undirected.append(text_of(part))  # "reset the width" is not everything
        return True
    if resets:
        draft.commands.append(Command(text_of(part), "remove", None, {}, {}, (), 0.0))
        return True
    if not any(item.has("undo") for item in part.items):
        return False
    if any(item.entry and item.entry.nickname for item in part.items):
        return False
    numbers = [item.quantity for item in part.items if item.quantity]
    if any(number.unit for number in numbers):
        draft.undirected.append(text_of(part))  # "undo the cut at 200 Hz" is no step back
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
    draft: IntentDraft,
) -> None:
    """Modifiers alone in a clause: "brighter, but only a bit", "a bit less", "longer", "turn it back on"."""
    for index, link, mods in reading.alone:
        unclear = any(item.kind in ("unknown", "common", "source") for item in parts[index].items)
        if numbers[index].commands or not mods.asks or late_modifiers(reading, index, link, mods) or unclear:
            continue
        made = alone_command(mods, text_of(parts[index]), draft.context)
        if made is not None:
            draft.commands.append(made)
        elif mods.speed:  # of no effect: of the recording itself
            draft.beyond.append(dialogue_patterns().cannot["time"])
