"""What a planner decides for one turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from instructfx.ears.goal import Goal


@dataclass(frozen=True)
class Move:
    """A slot and the settings to give it. pinned names those that the person asked for by value.

    slot is its id: of one that is there, or the one that a new one gets; the effect's name unless given. before or
    after is the id of the slot that a new one stands next to; with neither it goes to the end.
    """

    effect: str
    settings: Mapping[str, float] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""
    slot: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "slot", self.slot or self.effect)


@dataclass(frozen=True)
class Thoughts:
    """The four steps that a planner thinks: what was asked, which effects, which order, which settings."""

    asked: str = ""
    effects: str = ""
    order: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Asked:
    """What asking a language model for one plan took.

    answers counts those that came, seconds is the waiting for them, failed tries included; price_usd is None where no
    price is known; refused are answers, word for word, that could not be used; fell_back says why the built-in planner
    planned after all, and is empty where the model did.
    """

    model: str
    prompt_version: str
    answers: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    price_usd: float | None = None
    seconds: float = 0.0
    refused: tuple[str, ...] = ()
    fell_back: str = ""

    def to_text(self) -> str:
        """For people: "openai/x, 2,310 + 182 tokens, $0.0041, 2.3 s"."""
        facts = [self.model]
        if self.input_tokens or self.output_tokens:
            facts.append(f"{self.input_tokens:,} + {self.output_tokens:,} tokens")
        if self.price_usd is not None:
            facts.append(f"${self.price_usd:.4f}")
        return ", ".join([*facts, f"{self.seconds:.1f} s"])


@dataclass(frozen=True)
class Plan:
    """add and adjust are in the order of the calls; adjust with no settings means: re-tune this one.

    remove, bypass, enable, keep, lock and unlock are ids of slots; keep are those that refiners may not touch this
    turn, lock those that nobody may until they are unlocked. order holds slots that are to stand in another order, in
    that order. undo says how many turns to go back first, goes_to the number of the turn to go to where that is not on
    the path to what plays now, 0 where it is. notes are what the person should know (values that were clamped, words
    that were not understood). raw is the planner's answer word
    for word; asked is what a language model was asked and what it cost, None where none was."""

    add: tuple[Move, ...] = ()
    adjust: tuple[Move, ...] = ()
    remove: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    unlock: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    undo: int = 0
    goes_to: int = 0
    goal: Goal = field(default_factory=Goal)
    thoughts: Thoughts = field(default_factory=Thoughts)
    reply: str = ""
    notes: tuple[str, ...] = ()
    raw: str = ""
    asked: Asked | None = None

    @property
    def changes(self) -> bool:
        """Whether it does anything to the chain that it is for, beside going back to an earlier one."""
        deeds = self.add or self.adjust or self.remove or self.bypass or self.enable or self.order
        return bool(deeds or self.lock or self.unlock or self.goal.axes or self.goal.target)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the slots that this turn is about, in order, without those to keep."""
        ids = [move.slot for move in (*self.adjust, *self.add) if move.slot not in self.keep]
        return tuple(dict.fromkeys(ids))

    def movable(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Of the slots of a chain those that the turn is about, or all but those to keep where it only re-tunes."""
        if self.chosen:
            return tuple(slot_id for slot_id in self.chosen if slot_id in ids)
        return tuple(slot_id for slot_id in ids if slot_id not in self.keep)

    @property
    def pinned(self) -> frozenset[tuple[str, str]]:
        """(slot id, setting) pairs that the person named a value for."""
        return frozenset((move.slot, name) for move in (*self.adjust, *self.add) for name in move.pinned)


SpeechAct = Literal["question", "acknowledgement", "beyond", "app", "unclear", "language", "unchanged"]
"""What words do that change nothing: ask something, say that all is well, ask for what no effect here can do, speak of
the program, say something that has no one meaning, say it in a language that is not spoken here, or ask for what is so
already or may not be touched."""


@dataclass(frozen=True)
class Reply:
    """What a planner says where nothing is to change; it makes no turn.

    raw is the planner's answer word for word; asked is what a language model was asked and what it cost.
    """

    act: SpeechAct
    text: str
    notes: tuple[str, ...] = ()
    raw: str = ""
    asked: Asked | None = None
