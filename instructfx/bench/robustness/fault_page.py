"""What became of all cases, as a page of Markdown."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from instructfx.bench.robustness.bad_audio import SEED
from instructfx.bench.robustness.outcomes import VERDICTS, Examined, FaultOutcome
from instructfx.bench.runner.report import conditions, table


def page(examined: Examined, explanation: str) -> str:
    """A table of all kinds, and what did not hold, as Markdown."""
    kinds = list(dict.fromkeys(each.kind for each in examined.outcomes))
    rows = [_row(kind, [each for each in examined.outcomes if each.kind == kind]) for kind in kinds]
    rows.append([*_row("all", examined.outcomes)[:-1], ""])
    head = ["kind", "tried", *VERDICTS, "median s", "slowest s", "a line that was shown"]
    bad = [each for each in examined.outcomes if each.verdict not in ("refused", "accepted")]
    found = [f"- {each.verdict}: {each.kind}, {_plain(each.what)}: {_plain(each.wrong)}\n" for each in bad]
    found += [f"- {_plain(each)}\n" for each in examined.trouble]
    found += [f"- skipped: {_plain(each)}\n" for each in examined.skipped]
    held = "All held." if examined.well else "NOT all held:"
    verdict = f"{examined.good_requests} good requests in between. {held}\n"
    return "\n".join(["## Faults\n", conditions(SEED), explanation, table(head, rows), verdict + "".join(found)])


def _row(kind: str, outcomes: Sequence[FaultOutcome]) -> list[str]:
    counted = Counter(each.verdict for each in outcomes)
    seconds = [each.seconds for each in outcomes]
    lines = Counter(each.line for each in outcomes if each.line)
    shown = _plain(lines.most_common(1)[0][0]) if lines else ""
    times = [f"{statistics.median(seconds):.2f}", f"{max(seconds):.1f}"]
    return [kind, str(len(outcomes)), *(str(counted[each]) for each in VERDICTS), *times, shown]


def _plain(text: str) -> str:
    """Text that means nothing else in Markdown."""
    text = " ".join(text.replace("`", "'").split())
    return f"`{text[:137]}{'…' if len(text) > 137 else ''}`" if text else ""
