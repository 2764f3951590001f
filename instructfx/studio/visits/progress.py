"""How far some work is, and how the page shows that."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

STAGES = {
    "waiting": "Waiting for a free place",
    "planning": "Planning",
    "asking": "Asking the language model",
    "listening": "Listening to where we are",
    "hearing": "Listening with CLAP",
    "refining": "Refining by ear",
    "saving": "Saving the turn",
    "rendering": "Rendering the whole track",
    "opening": "Listening to the track",
    "referring": "Listening to the reference",
}
SLOW_SECONDS = 5.0  # a model that takes longer is said to
SURE_SECONDS = 1.0  # before that nothing is said of the time that remains
SPARK_WIDTH, SPARK_HEIGHT = 72, 16


@dataclass(frozen=True)
class JobProgress:
    """How far a turn has come: share of the bar, and the losses of the search so far. started is a monotonic
    time, and so is since, when its stage began."""

    stage: str = "waiting"
    share: float = 0.0
    before: int = 0
    losses: tuple[float, ...] = ()
    started: float = field(default_factory=time.monotonic)
    since: float = field(default_factory=time.monotonic)

    def moved(self, stage: str, share: float, before: int = 0) -> JobProgress:
        """At a stage; the share never falls."""
        since = self.since if stage == self.stage else time.monotonic()
        return replace(self, stage=stage, share=max(self.share, share), before=before, since=since)

    def stepped(self, loss: float, share: float) -> JobProgress:
        """After one more step of the search."""
        return replace(self.moved("refining", share), losses=(*self.losses, loss))

    def remaining_seconds(self, now: float) -> float | None:
        """What is left at the pace so far; None while that says little."""
        passed = now - self.started
        if passed < SURE_SECONDS or self.share < 0.1 or self.stage == "waiting":
            return None
        return passed * (1 - self.share) / self.share


def progress(state: JobProgress | None) -> str:
    """The bar, its stage, the time that is left and whether the search gets closer; nothing when nothing runs."""
    if state is None:
        return ""
    percent = round(100 * min(max(state.share, 0.0), 1.0))
    left = state.remaining_seconds(time.monotonic())
    facts = [f"about {max(1, round(left))} s left"] if left is not None else []
    if state.stage == "waiting" and state.before:
        facts = [f"{state.before} before you"]
    elif state.stage == "refining" and state.losses:
        closer = min(state.losses) < state.losses[0]
        facts = ["getting closer" if closer else "trying", f"{percent} %", *facts]
    elif state.stage == "asking" and (asked := time.monotonic() - state.since) >= SLOW_SECONDS:
        facts = [f"still asking; {asked:.0f} s"]
    elif state.stage == "hearing":
        facts = ["the first time takes longer"]
    return bar(STAGES[state.stage], " · ".join(facts or [f"{percent} %"]), percent, spark(state.losses))


def bar(label: str, detail: str, percent: int, picture: str = "") -> str:
    """A bar with what it stands for and how far that is."""
    return (
        f'<div class="progress"><div class="progress-text"><span>{label}</span><span>{picture}{detail}</span></div>'
        f'<div class="bar" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><div style="width:{percent}%"></div></div></div>'
    )


def spark(losses: tuple[float, ...]) -> str:
    """The best loss so far against steps, small enough to stand in a line."""
    if len(losses) < 2:
        return ""
    best = [min(losses[: index + 1]) for index in range(len(losses))]
    span = max(best[0] - best[-1], 1e-9)
    points = " ".join(
        f"{SPARK_WIDTH * index / (len(best) - 1):.1f},{1 + (SPARK_HEIGHT - 2) * (best[0] - loss) / span:.1f}"
        for index, loss in enumerate(best)
    )
    return (
        f'<svg class="spark" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}" aria-hidden="true">'
        f'<polyline points="{points}"/></svg>'
    )
