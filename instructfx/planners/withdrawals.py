"""Earlier wishes that are taken back, one of several or one of long ago: "lose the lofi", "only keep the crunch"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from instructfx.chain import Chain
from instructfx.language import Command, Intent, Wish, lexicon, understand_alone
from instructfx.language.eq_commands import AREAS
from instructfx.language.intent_types import Reference
from instructfx.language.region_frames import region_of
from instructfx.language.wishes import GUARD
from instructfx.planners import PlanRequest
from instructfx.planners.corrections import asked_by, asks
from instructfx.planners.history import stems_of
from instructfx.planners.order_of_slots import taken_out
from instructfx.planners.phrases import Voice
from instructfx.planners.pronouns import that_slot
from instructfx.planners.resolution import Resolved
from instructfx.planners.standing import ACHIEVED, achieved

Parts = tuple[Wish | Command, ...]
UP, DOWN = frozenset(("boost", "raise", "lift")), frozenset(("cut", "lower", "reduce"))


def removals(intent: Intent, request: PlanRequest) -> Intent:
    """The intent with what is to go altogether as what is taken back, where a turn of the path asked for it: "lose the
    lofi". What is to be kept beside that asks for nothing more."""
    gone = (wish for wish in intent.wishes if wish.removed and (len(intent.wishes) == 1 or not _only_barred(wish)))
    taken = [wish for wish in gone if _asked_for(wish.families[0], request)]
    if not taken:
        return intent
    wishes = tuple(wish for wish in intent.wishes if wish not in taken and not wish.held)
    references = (Reference("withdraw", _asked_for(wish.families[0], request), wish.families[0]) for wish in taken)
    return replace(intent, wishes=wishes, references=(*intent.references, *references))


def _only_barred(wish: Wish) -> bool:
    """Whether a quality is only to stay out of what else is asked: "warmer, but no crackle"."""
    return max(map(abs, wish.axes.values()), default=0.0) <= GUARD


def _asked_for(family: str, request: PlanRequest) -> int:
    """The number on the path, from 1, of the last turn that asked for more of a family; 0 where none did."""
    axes = lexicon().families[family].axes
    mainly = max(axes, key=lambda axis: abs(axes[axis]))
    for number in range(len(request.earlier), 0, -1):
        asked = asked_by(request.earlier[number - 1])
        if any(family in wish.families and wish.axes.get(mainly, 0.0) * axes[mainly] > 0 for wish in asked.wishes):
            return number
    return 0


def withdrawn(reference: Reference, found: Resolved) -> Resolved | None:
    """Without what a turn of the path asked that the words name, or all of it where they give its number; what else it
    asked stays, and what came later. With kind "only", without what they do not name. None where no turn asked that; a
    question back where it cannot be taken out alone."""
    request = found.request
    number = _number(reference, request)
    if not 0 < number <= len(request.earlier):
        return None
    asked = asked_by(request.earlier[number - 1])
    parts = _parts(asked)
    spoken = _Spoken.of(reference.words) if reference.words else None
    named = tuple(part for part in parts if spoken and spoken.names(part))
    gone: Parts = tuple(part for part in parts if (part in named) != (reference.kind == "only")) if named else parts
    stays = tuple(part for part in parts if part not in gone)
    if parts and not gone:
        return None
    removed = _removed(number, gone, stays, request)
    if stays and removed and all(_effects((part,)) & {command.effect for command in removed} for part in gone):
        return found.commanding(*removed)
    if number == len(request.earlier):
        return found.in_place_of(1, _only(asked, stays)) if stays else found.stepped_back(1)
    return _from_long_ago(number, gone, stays, found)


def _number(reference: Reference, request: PlanRequest) -> int:
    """The number on the path, from 1, of the turn that is spoken of; 0 where there is none."""
    if reference.kind == "withdraw" and reference.amount:
        return int(reference.amount)
    last, spoken = len(request.earlier), _Spoken.of(reference.words)
    first = last if reference.kind == "only" else 1
    for number in range(last, first - 1, -1):
        turn = request.earlier[number - 1]
        if not turn.by_hand and any(spoken.names(part) for part in _parts(asked_by(turn))):
            return number
    return 0


def _parts(asked: Intent) -> Parts:
    """What was asked, wish by wish and command by command, each band of the equaliser by itself."""
    commands = (
        part
        for command in asked.commands
        for part in ([replace(command, boosts=(each,)) for each in command.boosts] or [command])
    )
    return (*asked.wishes, *commands)


@dataclass(frozen=True)
class _Spoken:
    """What words speak of: qualities and effects by their names, and the stems of words that carry meaning."""

    words: str
    families: frozenset[str]
    effects: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, words: str) -> _Spoken:
        asked = understand_alone(f"more {words}")
        families = (family for wish in asked.wishes for family in wish.families)
        effects = (command.effect for command in asked.commands if command.effect and not command.boosts)
        return cls(words, frozenset((words, *families)), frozenset(effects), stems_of(words))

    def names(self, part: Wish | Command) -> bool:
        """Whether that is a part of what was asked: by its quality, its effect, or in its own words."""
        if isinstance(part, Wish) and self.families & set(part.families):
            return True
        if isinstance(part, Command) and (part.effect in self.effects or self._has_band(part)):
            return True
        if isinstance(part, Command) and part.boosts:  # their words are those of all bands
            return False
        return bool(self.stems) and self.stems <= stems_of(part.phrase)

    def _has_band(self, command: Command) -> bool:
        """Whether that is one of the bands of a command: "the boost", "the lows"."""
        if self.words in UP or self.words in DOWN:
            return any((boost.gain_db > 0) == (self.words in UP) for boost in command.boosts)
        regions = [region_of(family) for family in self.families if family in AREAS]
        return any(each.low_hz <= boost.frequency_hz <= each.high_hz for each in regions for boost in command.boosts)


def _only(asked: Intent, parts: Parts) -> Intent:
    wishes = tuple(part for part in parts if isinstance(part, Wish))
    return replace(asked, wishes=wishes, commands=tuple(part for part in parts if isinstance(part, Command)))


def _from_long_ago(number: int, gone: Parts, stays: Parts, found: Resolved) -> Resolved:
    """The slots that a turn put in for what is gone are taken out; what its wishes moved beside that is wished back."""
    request = found.request
    commands = taken_out(number, request) if not stays else ()
    commands = commands or _removed(number, gone, stays, request)
    wish = None if commands else _back(number, gone, request)
    asked = Intent("", found.intent.language, wishes=(wish,) if wish else (), commands=commands)
    if not asks(asked):
        return replace(found, ask=Voice(found.intent.language).say("not_alone", number=str(number)))
    return found.asking(asked)


def _removed(number: int, gone: Parts, stays: Parts, request: PlanRequest) -> tuple[Command, ...]:
    """The removal of the slots that the turn put in for what is gone alone; an equaliser stays: it draws more."""
    before = request.earlier[number - 2].chain if number > 1 else Chain()
    after = request.earlier[number - 1].chain
    new = (after.slot(slot_id) for slot_id in after.ids if slot_id not in before.ids)
    effects = _effects(gone) - _effects(stays)
    there = [slot.id for slot in new if slot.effect.name in effects and slot.effect.role != "tone"]
    return tuple(
        Command(each, "remove", request.chain.slot(each).effect.name, {}, {}, (), 0.0, that_slot(each, request.chain))
        for each in there
        if each in request.chain.ids
    )


def _effects(parts: Sequence[Wish | Command]) -> set[str]:
    """The effects that parts of what was asked may have put in."""
    named = {part.effect for part in parts if isinstance(part, Command) and part.effect}
    return named.union(*(part.effects for part in parts if isinstance(part, Wish)))


def _back(number: int, gone: Parts, request: PlanRequest) -> Wish | None:
    """What stands of the wishes that are gone, the other way; None where nothing does."""
    wishes = [part for part in gone if isinstance(part, Wish)]
    axes: Mapping[str, float] = {
        each.axis: -each.sign * each.size
        for each in achieved(request.earlier)
        if each.turn == number - 1 and any(each.axis in wish.axes for wish in wishes) and each.size >= ACHIEVED
    }
    if not axes:
        return None
    families = tuple(family for wish in wishes for family in wish.families)
    return Wish(" ".join(wish.phrase for wish in wishes), families, axes, (), {})
