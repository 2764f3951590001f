"""Which slots "both", "them all" or "the second one" stand for: their names are put in the place of the pronoun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instructfx.chain import Chain
from instructfx.language import Intent, lexicon, understand
from instructfx.language.dialogue_patterns import Pronoun, dialogue_patterns
from instructfx.language.intent_types import Which
from instructfx.language.normal_form import normal_form
from instructfx.language.scan import scan
from instructfx.language.words import Token
from instructfx.planners import PlanRequest
from instructfx.planners.phrases import Voice


@dataclass(frozen=True)
class Named:
    """An instruction said once of each slot that its pronoun stands for; itself where it has none. ask is a question
    back where it cannot be known which slots are meant."""

    instructions: tuple[str, ...]
    ask: str = ""


def with_names(intent: Intent, request: PlanRequest) -> Named:
    """Put names in the place of a pronoun, where it can only stand for effects of the chain."""
    plain = Named((request.instruction,))
    if intent.references or intent.questions or intent.said or intent.undo or len(request.chain.slots) < 2:
        return plain
    tokens = normal_form(request.instruction)
    match = dialogue_patterns().pronouns.find([token.key for token in tokens])
    if match is None or _spoken_of(tokens[: match.start]) or _spoken_of(tokens[match.end :], 2):
        return plain
    slots = _meant(match.meaning, request)
    if slots is None and intent.commands and not intent.wishes:
        slots = []  # "turn them off" is said of effects, of whichever
    voice = Voice(intent.language)
    if slots is None:
        return plain
    if not slots:
        those = voice.listed([voice.called(request.chain, each) for each in request.chain.ids], "or")
        return Named((), voice.say("which_ones", what=those))
    around = [[token.text for token in part] for part in (tokens[: match.start], tokens[match.end :])]
    names = (voice.called(request.chain, slot_id) for slot_id in slots)
    return Named(tuple(" ".join([*around[0], name, *around[1]]) for name in names))


def pair_of(words: str, request: PlanRequest) -> tuple[str, str] | None:
    """The two slots that are to change places: those that are named, else those that "them" stands for."""
    named = [command.effect for command in understand(words).commands if command.effect]
    slots = [slot.id for effect in dict.fromkeys(named) for slot in request.chain.of_effect(effect)]
    slots = slots if named else _meant(Pronoun("both"), request) or []
    return (slots[0], slots[1]) if len(slots) == 2 else None


def that_slot(slot_id: str, chain: Chain) -> Which:
    """What speaks of that very slot of the chain, as "the second EQ" does."""
    return Which("numbered", chain.number_of(slot_id), definite=True)


def _spoken_of(tokens: Sequence[Token], most: int | None = None) -> bool:
    """Whether tokens, or the first of them, name an instrument, an effect or a part of the sound."""
    items = [item for item in scan(tokens, lexicon()) if item.kind != "mark"][:most]
    parts = [lexicon().families[item.entry.family].kind for item in items if item.entry and item.entry.family]
    named = any(item.kind == "source" or (item.entry and item.entry.nickname) for item in items)
    return named or "area" in parts


def _meant(pronoun: Pronoun, request: PlanRequest) -> list[str] | None:
    """The ids of the slots that are meant; empty where that cannot be known, None where no effects are meant."""
    every, together = list(request.chain.ids), _together(request)
    match pronoun.kind:
        case "every":
            return every
        case "them":
            return together if len(together) > 1 else None
        case "both":
            return together if len(together) == 2 else every if len(every) == 2 else []
        case "other":
            pair = together if len(together) == 2 else every
            return [each for each in pair if each != request.lately[0]] if len(pair) == 2 else []
    twice = [name for name in dict.fromkeys(request.chain.names) if request.chain.names.count(name) > 1]
    group = [slot.id for slot in request.chain.of_effect(twice[0])] if len(twice) == 1 else together
    group = group if len(group) > 1 else every
    number = pronoun.number - 1 if pronoun.number > 0 else pronoun.number
    if number >= len(group) or (not twice and _otherwise(group, request)):
        return []
    return [group[number]]


def _together(request: PlanRequest) -> list[str]:
    """The slots that the last turn put in or changed, in the order of the sound."""
    before = request.earlier[-2].chain if len(request.earlier) > 1 else Chain()
    return [slot.id for slot in request.chain.slots if slot != before.find(slot.id)]


def _otherwise(group: Sequence[str], request: PlanRequest) -> bool:
    """Whether they were spoken of in another order than they stand in, so that "the first" may be either."""
    commands = understand(request.said[-1]).commands if request.said else ()
    effects = [request.chain.slot(slot_id).effect.name for slot_id in group]
    said = [command.effect for command in commands if command.effect in effects]
    return said != [effect for effect in effects if effect in said]
