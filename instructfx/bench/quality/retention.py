"""Do turns build? What is left of each wish after every later one, and what the settings look like meanwhile."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from instructfx.bench.quality.dialogue import OURS, percent
from instructfx.bench.quality.effect_labels import BenchDataError, read_toml
from instructfx.bench.quality.playing import dry_readings, opened
from instructfx.bench.registry import BenchOptions
from instructfx.bench.runner.cases import Bench, CaseReport
from instructfx.bench.runner.intervals import interval
from instructfx.bench.runner.report import table
from instructfx.bench.runner.systems import System
from instructfx.bench.runner.tracks import tracks
from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.store import Store

RETENTION = Path(__file__).parent / "data" / "retention.toml"
MOVED = 0.2  # steps: a wish that achieved less has nothing to lose
KEPT = 0.7  # of what was achieved: with less left, a wish counts as forgotten
EDGE = 0.005  # of a setting's range: nearer counts as at the end
SIGNED_DB, SIGNED_Q = 9.0, (0.3, 4.0)  # gains and Qs that an engineer would sign

EXPLANATION = """\
{count} sessions of six turns on {tracks}. A wish *achieves* the move of the readings that it is mainly about, in the
turn that it is said; {moved:g} steps are the least that counts. After every later turn that does not take it back on
purpose, *kept* is the share of that move that is left, at most 1: mean, and the share of these pairs of wish and later
turn where at least {kept:.0%} are, with 95 % intervals by drawing sessions anew. *Gain* and *Q* are the equaliser's,
and *ends* counts settings at an end of their range that do not rest there, over all turns.
"""


@dataclass(frozen=True)
class RememberedWish:
    """What is said; axis and sign of what it mainly moves; the turns, from 0, that it takes back on purpose."""

    say: str
    moves: tuple[tuple[str, int], ...]
    against: frozenset[int]


@dataclass(frozen=True)
class RememberedSession:
    """Wishes in a row."""

    name: str
    wishes: tuple[RememberedWish, ...]


@dataclass(frozen=True)
class Recollection:
    """One session on one track with one system."""

    system: System
    session: RememberedSession
    track: Path

    @property
    def key(self) -> str:
        return f"{self.system.name}: {self.session.name}: {self.track.name}"


@dataclass(frozen=True)
class Remainder:
    """What is left of a wish after a later turn, as a share of what it achieved; turns count from 0."""

    wish: int
    later: int
    axis: str
    share: float


def read_sessions(path: Path = RETENTION) -> tuple[RememberedSession, ...]:
    """All of them, in the order of the file. Raises BenchDataError for what cannot be, saying where."""
    entries = read_toml(path).get("sessions")
    if not isinstance(entries, list):
        raise BenchDataError(f"{path.name} holds [[sessions]]")
    return tuple(_session(path.name, number, entry) for number, entry in enumerate(entries, start=1))


def _session(file: str, number: int, entry: Any) -> RememberedSession:
    where = f"{file}, session {number}"
    if not isinstance(entry, Mapping) or set(entry) != {"name", "turns"} or not isinstance(entry["turns"], list):
        raise BenchDataError(f"{where}: it has a name and turns, and nothing else")
    return RememberedSession(
        entry["name"], tuple(_wish(f"{where}, turn {at + 1}", at, turn) for at, turn in enumerate(entry["turns"]))
    )


def _wish(where: str, at: int, entry: Any) -> RememberedWish:
    if not isinstance(entry, Mapping) or not {"say", "moves"} <= set(entry) <= {"say", "moves", "against"}:
        raise BenchDataError(f"{where}: it needs say and moves, and may have against")
    moves = entry["moves"]
    for text in moves:
        if text[:1] not in ("+", "-") or text[1:] not in AXES:
            raise BenchDataError(f"{where}: moves are axes with a sign, such as +warmth, not {text!r}")
    against = entry.get("against", [])
    if not all(isinstance(turn, int) and 1 <= turn <= at for turn in against):
        raise BenchDataError(f"{where}: against are numbers of earlier turns, not {against!r}")
    signed = tuple((text[1:], 1 if text[0] == "+" else -1) for text in moves)
    return RememberedWish(entry["say"], signed, frozenset(turn - 1 for turn in against))


def cases(options: BenchOptions) -> list[Recollection]:
    """Every session on every track, ours and without the search."""
    systems = (System(OURS, seed=options.seed), System("planner only, no search", steps=0, seed=options.seed))
    paths = tracks(options.data)
    return [Recollection(system, each, path) for system in systems for each in read_sessions() for path in paths]


def measure(case: Recollection) -> dict[str, Any]:
    """Take the turns: readings before the first and after each, chains and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        live = opened(case.system, case.track, Store(folder))
        readings = [dict(dry_readings(live))]
        turns = []
        for wish in case.session.wishes:
            started = time.perf_counter()
            live.say(wish.say)
            seconds = time.perf_counter() - started
            playing = live.session.current  # words that change nothing are no turn
            readings.append(dict(playing.readings_after) if playing else readings[0])
            turns.append({"chain": live.chain.to_json(), "seconds": seconds})
        return {"readings": readings, "turns": turns}


def kept(session: RememberedSession, readings: Sequence[Mapping[str, float]]) -> list[Remainder]:
    """What is left of each wish after each later turn; readings are of the dry track, then after each turn."""
    found = []
    for at, wish in enumerate(session.wishes):
        for axis, sign in wish.moves:
            start = readings[at][axis]
            reached = sign * (readings[at + 1][axis] - start)
            if reached < MOVED:
                continue
            for later in range(at + 1, len(session.wishes)):
                if at in session.wishes[later].against:
                    break
                found.append(Remainder(at, later, axis, min(sign * (readings[later + 1][axis] - start) / reached, 1.0)))
    return found


def achieved(session: RememberedSession, readings: Sequence[Mapping[str, float]]) -> list[bool]:
    """Of each wish that is about something, whether it moved that."""
    return [
        sign * (readings[at + 1][axis] - readings[at][axis]) >= MOVED
        for at, wish in enumerate(session.wishes)
        for axis, sign in wish.moves
    ]


def at_ends(chain: Chain) -> int:
    """How many settings that are heard stand at an end of their range and do not rest there."""
    count = 0
    for slot in chain.slots:
        resting = slot.effect.defaults() | dict(slot.effect.rest)
        for param in slot.effect.params if slot.heard else ():
            place = param.to_unit(slot.settings[param.name])
            moved = abs(place - param.to_unit(resting[param.name])) > EDGE
            count += param.tunable and moved and not EDGE < place < 1 - EDGE
    return count


def tell(options: BenchOptions, results: Sequence[tuple[Recollection, Mapping[str, Any]]]) -> CaseReport:
    """A row a system, and what ours forgot."""
    by_system: dict[str, list[tuple[Recollection, Mapping[str, Any]]]] = defaultdict(list)
    for case, result in results:
        by_system[case.system.name].append((case, result))
    rows, numbers = [], {}
    for name, own in by_system.items():
        pairs: dict[str, list[float]] = defaultdict(list)
        for case, result in own:
            pairs[case.session.name] += [each.share for each in kept(case.session, result["readings"])]
        sums = np.array([[sum(p), sum(share >= KEPT for share in p), len(p)] for p in pairs.values()])
        mean = interval(sums, options.seed, lambda drawn: float(drawn[:, 0].sum() / max(drawn[:, 2].sum(), 1)))
        most = interval(sums, options.seed, lambda drawn: float(drawn[:, 1].sum() / max(drawn[:, 2].sum(), 1)))
        did = [each for case, result in own for each in achieved(case.session, result["readings"])]
        chains = [Chain.from_json(turn["chain"]) for _, result in own for turn in result["turns"]]
        tone = [slot.settings for chain in chains for slot in chain.slots if slot.effect.role == "tone" and slot.heard]
        gains = [abs(value) for settings in tone for key, value in settings.items() if key.endswith("_gain_db")]
        qs = [value for settings in tone for key, value in settings.items() if key.endswith("_q")]
        ends = sum(map(at_ends, chains))
        seconds = float(np.median([turn["seconds"] for _, result in own for turn in result["turns"]]))
        least = min((share for shares in pairs.values() for share in shares), default=1.0)
        rows.append([
            name, f"{np.mean(did):.0%}", str(mean), percent(most), f"{least:.2f}", f"{max(gains, default=0.0):.1f} dB",
            f"{min(qs, default=1.0):.2f} to {max(qs, default=1.0):.2f}", str(ends), f"{seconds:.1f} s",
        ])  # fmt: skip
        numbers[name] = {
            "achieved": float(np.mean(did)),
            "kept": mean.to_json(),
            "remembered": most.to_json(),
            "least": least,
            "gain_db": max(gains, default=0.0),
            "q": [min(qs, default=1.0), max(qs, default=1.0)],
            "ends": ends,
        }
    head = ["who", "achieved", "kept", "remembered", "least", "largest gain", "Q", "ends", "median turn"]
    played = sorted({case.track.stem for case, _ in results})
    count = len({case.session.name for case, _ in results})
    page = EXPLANATION.format(count=count, tracks=", ".join(played), moved=MOVED, kept=KEPT)
    forgotten = _forgotten([(case, result) for case, result in results if case.system.name == OURS])
    return CaseReport(f"{page}\n{table(head, rows)}", f"### What was forgotten\n\n{forgotten}", {"rows": numbers})


def _forgotten(results: Sequence[tuple[Recollection, Mapping[str, Any]]]) -> str:
    rows = [
        [case.session.name, case.track.stem, f"{each.wish + 1}. {case.session.wishes[each.wish].say}", each.axis,
         f"{each.later + 1}. {case.session.wishes[each.later].say}", f"{each.share:.2f}"]
        for case, result in results
        for each in kept(case.session, result["readings"])
        if each.share < KEPT
    ]  # fmt: skip
    return table(["session", "track", "wish", "axis", "after", "left"], rows) if rows else "Nothing.\n"


BENCH: Bench[Recollection] = Bench(
    name="retention",
    title="What is left of earlier wishes",
    cases=cases,
    measure=measure,
    tell=tell,
    files=lambda options: (RETENTION, *tracks(options.data)),
)
