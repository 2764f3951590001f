"""What becomes of one case."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from instructfx.locations import CHECKOUT

Verdict = Literal["refused", "accepted", "crashed", "hung", "leaked", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("refused", "accepted", "crashed", "hung", "leaked", "wrong")

LONGEST_LINE = 400  # characters
OUR_FAULT = "went wrong on our side"
INNER = ("Traceback (most recent call last)", "site-packages", 'File "/', "<stdin>", "Errno", str(CHECKOUT))
"""What only a programmer should see."""


@dataclass(frozen=True)
class FaultOutcome:
    """What became of one case: the line that was shown, and for all but refused and accepted what is wrong."""

    kind: str
    what: str
    verdict: Verdict
    line: str
    seconds: float
    wrong: str = ""


@dataclass(frozen=True)
class Examined:
    """All outcomes; trouble is what went wrong beyond single cases, skipped what was not tried and why."""

    outcomes: tuple[FaultOutcome, ...]
    good_requests: int
    trouble: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether every check held."""
        return not self.trouble and all(each.verdict in ("refused", "accepted") for each in self.outcomes)


def outcome(
    kind: str, what: str, began: float, line: str = "", wrong: str = "", bad: Verdict = "wrong"
) -> FaultOutcome:
    """Of a case that began then, as time.monotonic tells: `bad` where something is wrong, else refused with that line,
    or accepted without one."""
    verdict: Verdict = bad if wrong else "refused" if line else "accepted"
    return FaultOutcome(kind, what, verdict, line, time.monotonic() - began, wrong)


def unfit(line: str, texts: Iterable[str] = ()) -> str:
    """What is wrong with a line that a person is shown, and with what else is seen; nothing, hopefully."""
    inner = [mark for mark in INNER if any(mark in text for text in (line, *texts))]
    if inner:
        return f"showed {', '.join(inner)}"
    if OUR_FAULT in line:
        return "an error on our side"
    return f"not one line but {len(line)} characters" if "\n" in line or len(line) > LONGEST_LINE else ""
