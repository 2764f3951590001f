"""A plan in the making, and which slots words speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from instructfx.chain import Chain
from instructfx.effects import EFFECTS, Effect
from instructfx.effects.spec import Role
from instructfx.language import Command
from instructfx.language.intent_types import Language, Which
from instructfx.planners import PlanRequest, replies
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Move

SOUNDS_ALIKE: Final[frozenset[Role]] = frozenset(("echo", "room"))


@dataclass
class Draft:
    """A plan in the making: moves by slot id, in the order in which they were thought of.

    places are the (before, after) of new slots of which the person said where they stand.
    """

    request: PlanRequest
    moves: dict[str, Move] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    bypass: list[str] = field(default_factory=list)
    enable: list[str] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)
    lock: list[str] = field(default_factory=list)
    unlock: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unwanted: frozenset[str] = frozenset()  # effects that the person does not want, there or not
    language: Language = "en"  # of the notes

    @property
    def voice(self) -> Voice:
        """In which notes are said."""
        return Voice(self.language)

    @property
    def chain(self) -> Chain:
        """The chain as it stands."""
        return self.request.chain

    @property
    def kept(self) -> frozenset[str]:
        """The effects of which all slots are to stay as they are; none is put in a second time for a wish."""
        slots = self.chain.slots
        free = {slot.effect.name for slot in slots if slot.id not in (*self.keep, *self.remove)}
        names = {slot.effect.name for slot in slots if slot.id in self.keep} | (set(self.keep) - set(self.chain.ids))
        return frozenset(names - free)

    def has(self, slot_id: str) -> bool:
        return slot_id in self.chain.ids and slot_id not in self.remove

    def effect(self, slot_id: str) -> Effect:
        """The effect of a slot that is there or planned."""
        slot = self.chain.find(slot_id)
        return slot.effect if slot else EFFECTS[self.moves[slot_id].effect]

    def slots(self, effect: str) -> list[str]:
        """The slots of an effect that are there and stay, in the order of the sound."""
        return [slot.id for slot in self.chain.of_effect(effect) if slot.id not in self.remove]

    def lately(self, effect: str) -> list[str]:
        """The slots of an effect that are there or planned, those spoken of last first."""
        planned = [slot_id for slot_id, move in reversed(self.moves.items()) if move.effect == effect]
        there = self.slots(effect)
        return list(dict.fromkeys([*planned, *(each for each in self.request.lately if each in there)]))

    def new(self, effect: str) -> str:
        """The id of one more slot of an effect, which is planned from now on."""
        slot_id = self.request.new_id(effect, self.moves)
        self.moves[slot_id] = Move(effect, slot=slot_id)
        return slot_id

    def usual(self, effect: str) -> str:
        """The slot of an effect that was spoken of last and may move, or else a new one."""
        return next((each for each in self.lately(effect) if each not in self.keep), "") or self.new(effect)

    def values(self, slot_id: str) -> Mapping[str, float]:
        """Where a slot's settings would stand after the moves so far."""
        there = self.has(slot_id)
        stored = self.chain.slot(slot_id).settings if there else self.effect(slot_id).defaults()
        moved = self.moves[slot_id].settings if slot_id in self.moves else {}
        return {**stored, **moved}

    def locked(self, slot_id: str) -> frozenset[str]:
        """The settings of a slot that are locked and that this turn does not unlock."""
        there = self.has(slot_id) and slot_id not in self.unlock
        return self.chain.slot(slot_id).locked if there else frozenset()

    def rests_locked(self, slot_id: str) -> bool:
        """Whether a slot that is there is locked as a whole, and this turn does not unlock it."""
        return self.has(slot_id) and slot_id not in self.unlock and self.chain.slot(slot_id).wholly_locked

    def fixed(self, slot_id: str) -> frozenset[str]:
        """The settings of a slot that are not to be moved any more: locked ones and those that were named."""
        return self.locked(slot_id) | (self.moves[slot_id].pinned if slot_id in self.moves else frozenset())

    def move(self, slot_id: str, settings: Mapping[str, float], pinned: Iterable[str] = ()) -> None:
        """Add to what is planned for a slot, with every value brought into its range."""
        effect = self.effect(slot_id)
        old = self.moves.get(slot_id, Move(effect.name, slot=slot_id))
        locked = self.locked(slot_id)
        stuck = [name for name in settings if name in locked]
        self.notes += [replies.locked(self.chain, slot_id, name, self.language) for name in stuck]
        free = {name: effect.param(name).clamp(value) for name, value in settings.items() if name not in locked}
        self.moves[slot_id] = Move(effect.name, {**old.settings, **free}, old.pinned | frozenset(pinned), slot=slot_id)

    def note_end_stop(self, slot_id: str) -> None:
        """Say that a slot, there or planned, cannot be turned any further in the direction that is asked."""
        there = self.voice.called(self.chain, slot_id) if self.has(slot_id) else ""
        self.notes.append(self.voice.say("goes_no_further", what=there or self.voice.the(self.effect(slot_id).name)))

    # Which slots a command speaks of

    def targets(self, command: Command) -> list[str]:
        """The slots that a command speaks of; a new one where it asks for one. A note says where there is none."""
        if command.which.kind == "it":
            return self._spoken_of(command)
        if command.effect is None:
            return list(self.chain.ids)
        effect = self._owner(command)
        dialled = command.verb in ("add", "adjust")
        there, which = self.slots(effect), command.which
        if which.kind == "another" and dialled:
            return [self._put(effect, which)]
        if which.kind == "every" and there:
            return there
        if which.kind == "numbered" and there:
            return self._numbered(effect, there, command)
        if which.kind == "other" and there:
            rest = self.lately(effect)[1:]
            return self._found(rest[:1], self.voice.say("no_other", effect=self.voice.effect(effect)))
        if which.side and there:
            return self._beside(effect, there, command)
        if there or (command.verb == "keep" and not which.side):
            return there if command.verb in ("keep", "lock", "unlock") else self.lately(effect)[:1]
        level = EFFECTS.resolve(effect).role == "level"  # there is a level to turn down before any gain is put in
        asked = not which.definite and (command.amount >= 0 or self.lately(effect))
        if dialled and (level or asked):
            return self.lately(effect)[:1] or [self._put(effect, which)]
        if dialled and command.amount < 0 and (kin := self._heard_alike(effect)):
            return kin
        missing = "nothing_to_turn_down" if dialled and command.amount < 0 else "not_there"
        return self._found([], self.voice.say(missing, effect=self.voice.effect(effect)))

    def _heard_alike(self, effect: str) -> list[str]:
        """The slot that is called by another effect's name: "too much echo" where there is only a reverb."""
        role = EFFECTS.resolve(effect).role
        alike = EFFECTS.of_role(*(SOUNDS_ALIKE - {role})) if role in SOUNDS_ALIKE else ()
        return [slot_id for each in alike for slot_id in self.lately(each.name)[:1]][:1]

    def _spoken_of(self, command: Command) -> list[str]:
        """The slot that was spoken of last; for switching on, the last one that is off."""
        off = [each for each in self.request.lately if self.chain.slot(each).bypassed]
        there = off if command.verb == "enable" else list(self.request.lately)
        return self._found(there[:1], self.voice.say("nothing_spoken_of"))

    def moved(self, command: Command) -> None:
        """Put a slot beside another one in the order of the sound. A note says where one of them is missing."""
        which = command.which
        there = self.slots(command.effect or "")
        numbered = which.kind == "numbered" and which.number <= len(there)
        slots = [there[which.number - 1]] if numbered else self.lately(command.effect or "")[:1]
        beside = self._neighbour(which)
        missing = [] if slots else [command.effect or ""]
        missing += [] if beside else [which.neighbour]
        self.notes += [self.voice.say("not_there", effect=self.voice.effect(effect)) for effect in missing]
        if missing:
            return
        if which.side == "for":
            places = {slots[0]: beside, beside: slots[0]}
            self.order = [places.get(each, each) for each in self.chain.ids]
            return
        rest = [each for each in self.chain.ids if each != slots[0]]
        at = rest.index(beside) + (which.side == "after")
        order = [*rest[:at], slots[0], *rest[at:]]
        if order == list(self.chain.ids):
            self.notes.append(self.voice.say("there_already", what=self.voice.called(self.chain, slots[0])))
        else:
            self.order = order

    def _owner(self, command: Command) -> str:
        """The effect that is meant. A setting alone is that of the slot spoken of last that has it, where one has."""
        effect = command.effect or ""
        if not command.instead or effect in [move.effect for move in self.moves.values()]:
            return effect
        meant = (self.effect(each).name for each in self.request.lately if self.has(each))
        return next((each for each in meant if each in command.instead), effect)

    def _found(self, ids: Sequence[str], otherwise: str) -> list[str]:
        self.notes += [] if ids else [otherwise]
        return list(ids)

    def _numbered(self, effect: str, there: Sequence[str], command: Command) -> list[str]:
        number = command.which.number
        if number == len(there) + 1 and command.verb == "add" and not command.which.definite:
            return [self._put(effect, command.which)]  # "add EQ 2"
        if number > len(there):
            label, count = self.voice.effect(effect), len(there)
            few = {"effect": label} if count == 1 else {"effect": label, "count": str(count)}
            return self._found([], self.voice.say("only_one" if count == 1 else "only_so_many", **few))
        return [there[number - 1 if number > 0 else number]]

    def _beside(self, effect: str, there: Sequence[str], command: Command) -> list[str]:
        """The slots on a side of another one; a new one where an effect is asked for that is not there yet."""
        which, order = command.which, self.chain.ids
        beside = self._neighbour(which)
        if which.neighbour:
            edge = order.index(beside) if beside in order else None
        else:
            edge = len(order) - 2 if which.side == "after" else 1
        after = which.side == "after"
        right = [
            each
            for each in there
            if edge is not None and (order.index(each) > edge if after else order.index(each) < edge)
        ]
        if not right and command.verb == "add" and not which.definite:
            return [self._put(effect, which)]
        place, voice = "place_there", self.voice
        if which.neighbour:
            place = "place_after" if after else "place_before"
        what = voice.the(which.neighbour) if which.neighbour else ""
        missing = voice.say("not_beside", effect=voice.effect(effect), place=voice.say(place, what=what))
        found = [each for each in self.lately(effect) if each in right]
        return self._found(found[:1], missing)

    def _neighbour(self, which: Which) -> str:
        """The id of the slot that something stands beside; empty where there is none."""
        there = self.slots(which.neighbour) if which.neighbour else []
        if 0 < which.neighbour_number <= len(there):
            return there[which.neighbour_number - 1]
        return next(iter(self.lately(which.neighbour)), "") if which.neighbour else ""

    def _put(self, effect: str, which: Which) -> str:
        """A new slot, where the person said that it stands."""
        beside = self._neighbour(which)
        if which.neighbour and not beside:
            self.notes.append(self.voice.say("no_neighbour", effect=self.voice.effect(which.neighbour)))
        slot_id = self.new(effect)
        if which.side and not which.neighbour:
            first = next((each for each in self.chain.ids if each not in self.remove), "")
            self.places[slot_id] = (first if which.side == "before" else "", "")
        elif beside:
            self.places[slot_id] = (beside, "") if which.side == "before" else ("", beside)
        return slot_id
