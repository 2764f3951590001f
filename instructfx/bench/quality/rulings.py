"""What came of some words, against what an engineer would do: right, partly, wrong, asked back or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from instructfx.bench.quality.noise_bands import HeardNoise, heard
from instructfx.bench.quality.utterances import Kind, Utterance
from instructfx.chain import Chain

Found = Literal["right", "partly", "wrong", "asked", "refused"]
FOUND: tuple[Found, ...] = get_args(Found)
POINTS: Mapping[Found, float] = {"right": 1.0, "wrong": -2.0}
"""A wrong one counts twice, since a confident opposite is worse than a question; all others count nothing."""

ACTS: Mapping[Kind, tuple[str, ...]] = {
    "cannot": ("beyond", "app"), "answer": ("question", "app"), "lang": ("language",),
}  # fmt: skip
"""Of kinds to which words must be answered in their own way, the speech acts that do so; others only ask back."""
LEFT_ALONE = ("ask", "ack", "ask_or_do", "undo_or_ask")


@dataclass(frozen=True)
class Passage:
    """What some words led to: the chains before them, the dry one first; the chain after; the speech act, empty where
    they made a turn; the reply."""

    chains: tuple[Chain, ...]
    after: Chain
    act: str
    reply: str

    @property
    def before(self) -> Chain:
        return self.chains[-1]

    @property
    def touched(self) -> frozenset[str]:
        """The effects that were put in, turned, switched or taken out; moved ones are not."""
        ids = dict.fromkeys((*self.before.ids, *self.after.ids))
        pairs = ((self.before.find(each), self.after.find(each)) for each in ids)
        return frozenset(slot.effect.name for pair in pairs if pair[0] != pair[1] for slot in pair if slot)

    @cached_property
    def sounds(self) -> tuple[HeardNoise, HeardNoise]:
        """Before and after."""
        return heard(self.before), heard(self.after)


@dataclass(frozen=True)
class Ruling:
    """What was found, and why where it is not right."""

    found: Found
    why: str = ""


def ruled(utterance: Utterance, passage: Passage) -> Ruling:
    """Wrong: the sound changed where it should not, or not the wished way; partly: it went the right way too little."""
    if passage.after == passage.before:
        holds = [check.holds(passage.chains, passage.after) for check in utterance.checks]
        if utterance.kind == "do" and holds and all(holds):
            return Ruling("right")  # "put the delay first", where it is
        return _nothing_changed(utterance.kind, passage)
    if utterance.kind in ("ack", "ask", "cannot", "answer"):
        return Ruling("wrong", f"changed {_names(passage)}")
    if utterance.kind == "undo_or_ask":
        went_back = passage.after == passage.chains[-2]
        return Ruling("right") if went_back else Ruling("wrong", f"changed {_names(passage)}")
    return _changed(utterance, passage)


def _nothing_changed(kind: Kind, passage: Passage) -> Ruling:
    if kind in LEFT_ALONE or passage.act in ACTS.get(kind, ()):
        return Ruling("right")
    found: Found = "refused" if passage.act == "beyond" else "asked"
    return Ruling(found, f"{passage.act or 'no change'}: {passage.reply}")


def _changed(utterance: Utterance, passage: Passage) -> Ruling:
    if utterance.effects and not utterance.effects & passage.touched:
        return Ruling("wrong", f"changed {_names(passage)}")
    failed = [str(check) for check in utterance.checks if not check.holds(passage.chains, passage.after)]
    if failed:
        return Ruling("wrong", f"not {'; '.join(failed)}")
    went = {str(each): each.taken(*passage.sounds) for each in utterance.directions}
    short = "; ".join(f"{name} went {far:+.1f}" for name, far in went.items() if far < 1)
    if not short:
        return Ruling("right")
    return Ruling("wrong" if min(went.values()) < -1 else "partly", f"{short} of the least heard")


def _names(passage: Passage) -> str:
    return ", ".join(sorted(passage.touched)) or "the order of effects"
