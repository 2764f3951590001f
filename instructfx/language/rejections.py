"""What is said in the place of what was done: "no, quieter", "oops, wider", "no, better like an old radio"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.language.dialogue_patterns import classes
from instructfx.language.intent_types import Reference
from instructfx.language.words import Token

KINDS: Final = ("rejects", "exceeds", "apologises", "hesitates")
EXCESS: Final = 2.0
"""The amount of a reference where what was done is said to be too much: "too far, just a fourth"."""
MAYBE: Final = 0.5
"""The amount of a reference that only an apology makes: "sorry, wider"."""


def rejecting(tokens: Sequence[Token]) -> Reference | None:
    """A reference of kind "rather" with the words behind a rejection, where an instruction begins with one that a mark
    ends ("no, wider", "too much, 2 dB") or that is followed by a word that prefers ("no rather wider", "mejor más
    ancho"); else None. Its amount is MAYBE where the rejection is but an apology, or a word of second thoughts."""
    keys = [token.key for token in tokens]
    at, said, marked = 0, set[str](), False
    while at < len(keys):
        ends = {name: max(classes()[name].ends(keys, at), default=0) for name in KINDS}
        ends = {name: end for name, end in ends.items() if end}
        if ends:
            said |= set(ends)
            at, marked = max(ends.values()), False
        elif tokens[at].kind == "mark" and at:
            at, marked = at + 1, True
        else:
            break
    preferring = max(classes()["prefers"].ends(keys, at), default=0)
    rest = tokens[preferring or at :]
    rejected = marked and said & {"rejects", "exceeds", "apologises"}
    asked_for = set(classes()["please"].ends(keys, at)) and not said & {"rejects", "exceeds"}
    if not (preferring or rejected) or asked_for or all(token.kind == "mark" for token in rest):
        return None
    sure = 1.0 if preferring or "rejects" in said else MAYBE
    return Reference("rather", EXCESS if "exceeds" in said else sure, " ".join(token.text for token in rest))
