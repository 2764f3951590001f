"""A plan in the making, and what commands to named effects put into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.language import Command, Intent
from instructfx.planners import replies
from instructfx.planners.eq_fit import boosted
from instructfx.planners.plan import Move


@dataclass
class Draft:
    """A plan in the making: moves by effect, in the order in which they were thought of."""

    chain: Chain
    moves: dict[str, Move] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    bypass: list[str] = field(default_factory=list)
    enable: list[str] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unwanted: frozenset[str] = frozenset()  # effects that the person does not want, there or not

    def has(self, effect: str) -> bool:
        return effect in self.chain.names and effect not in self.remove

    def values(self, effect: str) -> Mapping[str, float]:
        """Where an effect's settings would stand after the moves so far."""
        stored = self.chain.slot(effect).settings if self.has(effect) else EFFECTS[effect].defaults()
        moved = self.moves[effect].settings if effect in self.moves else {}
        return {**stored, **moved}

    def fixed(self, effect: str) -> frozenset[str]:
        """The settings of an effect that are not to be moved any more: locked ones and those that were named."""
        locked = self.chain.slot(effect).locked if self.has(effect) else frozenset()
        return locked | (self.moves[effect].pinned if effect in self.moves else frozenset())

    def move(self, effect: str, settings: Mapping[str, float], pinned: Iterable[str] = ()) -> None:
        """Add to what is planned for an effect, with every value brought into its range."""
        old = self.moves.get(effect, Move(effect))
        locked = self.chain.slot(effect).locked if self.has(effect) else frozenset()
        self.notes += [replies.locked(effect, name) for name in settings if name in locked]
        settings = {name: value for name, value in settings.items() if name not in locked}
        clamped = {name: EFFECTS[effect].param(name).clamp(value) for name, value in settings.items()}
        self.moves[effect] = Move(effect, {**old.settings, **clamped}, old.pinned | frozenset(pinned))


def apply_command(command: Command, intent: Intent, draft: Draft) -> None:
    """Put into the draft what is asked of a named effect, or of all of them."""
    if command.verb == "keep":
        draft.keep += [command.effect] if command.effect else []
        return
    targets = [command.effect] if command.effect else list(draft.chain.names)
    if not targets:
        draft.notes.append("There is no effect yet.")
    for effect in targets:
        if draft.has(effect) and draft.chain.slot(effect).wholly_locked:
            draft.notes.append(replies.locked(effect))
        elif draft.has(effect) and draft.chain.slot(effect).effect.absent and command.verb != "remove":
            draft.notes.append(draft.chain.slot(effect).effect.summary)
        elif command.verb in ("add", "adjust"):
            _dial(command, _owner(command, effect, draft), draft)
        elif not draft.has(effect) and command.verb == "remove" and intent.wishes:
            continue  # "more space, but no reverb"
        elif not draft.has(effect):
            draft.notes.append(f"There is no {replies.label(effect)} in the chain.")
        elif command.verb == "remove":
            draft.remove.append(effect)
        else:
            (draft.bypass if command.verb == "bypass" else draft.enable).append(effect)


def rests(effect: str, draft: Draft) -> str:
    """Why an effect that is there is of no use for a wish: the person has locked it or switched it off; else empty."""
    if not draft.has(effect):
        return ""
    slot = draft.chain.slot(effect)
    if slot.wholly_locked:
        return replies.locked(effect)
    if slot.effect.absent:
        return slot.effect.summary
    return replies.off(effect) if slot.bypassed and effect not in draft.enable else ""


def _owner(command: Command, effect: str, draft: Draft) -> str:
    """ "20 % wet" speaks of the effect that is there, not of one that would have to be added."""
    if command.verb == "adjust" and set(command.settings) == {"mix"} and not draft.has(effect):
        mixed = [slot.effect.name for slot in draft.chain.slots if "mix" in slot.settings]
        return mixed[-1] if mixed else effect
    return effect


def _dial(command: Command, effect: str, draft: Draft) -> None:
    """Add an effect or turn it up, down or to a value."""
    present = draft.has(effect) or effect in draft.moves
    amount = command.amount
    if not present and amount < 0:
        draft.notes.append(f"There is no {replies.label(effect)} in the chain to turn down.")
        return
    settings = dict(command.settings)
    values = draft.values(effect)
    for name, change in command.changes.items():
        settings[name] = values[name] + change
    for boost in command.boosts:
        settings |= boosted(EFFECTS[effect], boost, {**values, **settings})
    if not present and not draft.has(effect) and amount > 0:
        draft.move(effect, EFFECTS[effect].heuristics.more(amount - 1, {**values, **settings}))
    elif present and not settings:
        draft.move(effect, EFFECTS[effect].heuristics.more(amount or 0.7, values))
    draft.move(effect, settings, settings)
