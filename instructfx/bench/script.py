"""One scripted session of seven turns on each track: does every turn do what its words say, and only that?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from instructfx.bench.report import conditions, table
from instructfx.bench.tracks import tracks
from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.engine import excerpt_of
from instructfx.live import LiveSession, open_session
from instructfx.session import Turn

SEED = 0
CLOSE = 1.0  # steps: an axis of another family that moves less has stayed close


@dataclass(frozen=True)
class Line:
    """What is said, the route that it should take, the axis that should move, and which way."""

    words: str
    route: str
    axis: str
    sign: int


SCRIPT = (
    Line("make it warmer", "initialize_all", "warmth", 1),
    Line("too dark, a bit brighter", "reuse_all", "brightness", 1),
    Line("add some grit", "reuse_and_initialize", "grit", 1),
    Line("too harsh, soften it", "reuse_all", "harshness", -1),
    Line("put it in a small church", "reuse_and_initialize", "space", 1),
    Line("less reverb", "reuse_all", "space", -1),
    Line("drop the reverb", "reuse_all", "space", -1),
)


@dataclass(frozen=True)
class Outcome:
    """A turn of the script and what was expected of it. changes are the ear's readings, after less before."""

    line: Line
    turn: Turn
    changes: Mapping[str, float]
    loss_of_nothing: float

    @property
    def moved(self) -> bool:
        return self.changes[self.line.axis] * self.line.sign > 0

    @property
    def furthest_other(self) -> tuple[str, float]:
        """The axis that moved most among those of families that the words do not speak of."""
        asked = {AXES[axis].family for axis in (*self.turn.plan.goal.axes, self.line.axis)}
        others = {axis: change for axis, change in self.changes.items() if AXES[axis].family not in asked}
        return max(others.items(), key=lambda item: abs(item[1]))


def measure(data: Path | None, say: Callable[[str], None]) -> str:
    """Run the script on every track; a page of Markdown."""
    pages = ["## The scripted session\n", conditions(SEED), EXPLANATION]
    for path in tracks(data):
        say(f"script: {path.name}")
        pages += [f"### {path.stem}\n", _page(*play(path))]
    return "\n".join(pages)


def play(path: Path) -> tuple[list[Outcome], LiveSession]:
    """The script on one track."""
    with tempfile.TemporaryDirectory() as folder:
        live = open_session(path, planner="builtin", seed=SEED, store=folder)
        excerpt = excerpt_of(live.track, live.minds.ear)
        outcomes = []
        for line in SCRIPT:
            before = live.chain
            turn = live.say(line.words)
            with torch.no_grad():
                sound = excerpt.heard(before)
                nothing = float(live.minds.ear.objective(turn.plan.goal, sound)(sound)[0])
            after = turn.readings_after
            changes = {axis: after[axis] - value for axis, value in turn.readings_before.items()}
            outcomes.append(Outcome(line, turn, changes, nothing))
        return outcomes, live


def checks(outcomes: list[Outcome]) -> dict[str, bool]:
    """What must hold beyond each turn: by name, whether it does."""
    chains = [outcome.turn.chain for outcome in outcomes]
    dry_eq = chains[3].slot("eq").settings
    return {
        "every turn takes its route": all(o.turn.route == o.line.route for o in outcomes),
        "every reading moves the right way": all(o.moved for o in outcomes),
        '"soften it" lowers drive_db by 3 dB or more': _drive(chains[2]) - _drive(chains[3]) >= 3,
        "no reverb is left at the end": "reverb" not in chains[-1].names,
        "the EQ is as it was before the reverb": chains[-1].slot("eq").settings == dry_eq,
        "no search ends worse than it began": all(
            o.turn.refined.loss_after <= o.turn.refined.loss_before for o in outcomes
        ),
    }


def _drive(chain: Chain) -> float:
    return chain.slot("distortion").settings["drive_db"]


EXPLANATION = """\
Seven turns on the built-in planner and ear. *Asked* is the reading that the words name: the wish where there is
one, then what was heard, in steps of the ear. *Others* is the furthest that any axis of another family moved.
*Loss* is the ear's, of doing nothing, of the planner's start and after the search; a command such as "less
reverb" has no wish, so its loss counts only what moved.
"""


def _page(outcomes: list[Outcome], live: LiveSession) -> str:
    rows = []
    for outcome in outcomes:
        line, turn = outcome.line, outcome.turn
        wish = turn.plan.goal.axes.get(line.axis)
        wished = f"{wish:+.2f} → " if wish is not None else ""
        other, change = outcome.furthest_other
        refined = turn.refined
        rows.append(
            [
                line.words,
                turn.route,
                f"{line.axis} {wished}{outcome.changes[line.axis]:+.2f}",
                f"{other} {change:+.2f}",
                f"{outcome.loss_of_nothing:.2f}, {refined.loss_before:.2f}, {refined.loss_after:.2f}",
                _settings(turn.chain),
                f"{turn.seconds:.1f}",
            ]
        )
    head = ["said", "route", "asked", "others", "loss", "settings to watch", "s"]
    verdicts = "".join(f"- {name}: {'yes' if well else 'NO'}\n" for name, well in checks(outcomes).items())
    return f"{table(head, rows)}\n{verdicts}"


def _settings(chain: Chain) -> str:
    watched = {"distortion": ("drive_db",), "reverb": ("decay_seconds", "mix")}
    texts = [f"{name} {slot.settings[name]:.2f}" for slot in chain.slots for name in watched.get(slot.effect.name, ())]
    return ", ".join(texts) or ", ".join(chain.names)
