"""What is said of turns once they are taken: by persons, by language models, and what their renders are known by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from instructfx.audio.fingerprint import Signature


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


@dataclass(frozen=True)
class Remarks:
    """What is kept beside the turns of a session; signatures and names by the id of the turn."""

    answers: tuple[BlindAnswer, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
