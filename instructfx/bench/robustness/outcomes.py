"""What becomes of one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["refused", "accepted", "crashed", "hung", "leaked", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("refused", "accepted", "crashed", "hung", "leaked", "wrong")


@dataclass(frozen=True)
class FaultOutcome:
    """What became of one case: the line that was shown, and for all but refused and accepted what is wrong."""

    kind: str
    what: str
    verdict: Verdict
    line: str
    seconds: float
    wrong: str = ""
