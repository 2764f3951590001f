"""What is said of turns once they are taken: by persons, by language models, and what their renders are known by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from instructfx.audio.fingerprint import Signature
from instructfx.errors import InstructionError


@dataclass(frozen=True)
class Judgement:
    """What a language model thinks of a turn: marks from 1 (poor) to 4 (excellent), and one reason for each."""

    turn_id: str
    model: str
    prompt_version: str
    instruction_following: int
    chain_of_thought: int
    why_following: str = ""
    why_thought: str = ""


@dataclass(frozen=True)
class BlindAnswer:
    """A blind comparison: whether this turn or another one sounds better, against the dry track where that is None."""

    turn_id: str
    against_id: str | None
    better: Literal["this", "other", "neither"]


def blind_answers(heard: Sequence[str | None], best: int | None) -> tuple[BlindAnswer, ...]:
    """What a blind comparison of two versions or more says of pairs of them: of those with the best in them, or where
    none was best, of all.

    heard are ids of turns, None the dry track; best is a place among them. InstructionError where that is no
    comparison.
    """
    if len(heard) < 2 or len(set(heard)) < len(heard) or not (best is None or 0 <= best < len(heard)):
        raise InstructionError(
            "a blind comparison has two versions or more, each once, and one of them or none is best"
        )
    found = []
    for pair in combinations(range(len(heard)), 2):
        one, other = pair if heard[pair[0]] is not None else reversed(pair)
        turn_id, against_id = heard[one], heard[other]
        if turn_id is not None and (best is None or best in pair):
            better: Literal["this", "other", "neither"] = "this" if best == one else "other"
            found.append(BlindAnswer(turn_id, against_id, "neither" if best is None else better))
    return tuple(found)


@dataclass(frozen=True)
class Remarks:
    """What is kept beside the turns of a session; signatures and names by the id of the turn."""

    answers: tuple[BlindAnswer, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
