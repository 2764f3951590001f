"""Plays a scripted session on a track with a system, and judges each turn."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from instructfx.bench.dialogues import Dialogue
from instructfx.bench.expectations import Heard, Verdict, judged, standing
from instructfx.bench.systems import System
from instructfx.chain import Chain
from instructfx.ears import ear_named
from instructfx.engine import excerpt_of, unrefined
from instructfx.live import LiveSession
from instructfx.loudness import loudness_lufs
from instructfx.session import Turn, new_session_id
from instructfx.store import Store
from instructfx.track import inspect


@dataclass(frozen=True)
class Play:
    """One session on one track with one system."""

    system: System
    dialogue: Dialogue
    track: Path

    @property
    def key(self) -> str:
        return f"{self.system.name}: {self.dialogue.name}: {self.track.name}"


@dataclass(frozen=True)
class Judged:
    """One turn: what was said, the verdicts, the louder in LU, the loss at the start and the end of its search."""

    say: str
    verdicts: tuple[Verdict, ...]
    louder_lu: float
    level_asked: bool
    losses: tuple[float, float]
    seconds: float


def measure(play: Play) -> dict[str, Any]:
    """Play it; JSON that `read` understands."""
    return {"turns": [asdict(turn) for turn in played(play)]}


def read(result: Mapping[str, Any]) -> tuple[Judged, ...]:
    """What `measure` wrote."""
    return tuple(
        Judged(
            turn["say"],
            tuple(Verdict(**verdict) for verdict in turn["verdicts"]),
            turn["louder_lu"],
            turn["level_asked"],
            (turn["losses"][0], turn["losses"][1]),
            turn["seconds"],
        )
        for turn in result["turns"]
    )


def played(play: Play) -> list[Judged]:
    """Take every turn of the session and judge it."""
    with tempfile.TemporaryDirectory() as folder:
        live = _opened(play, Store(folder))
        moments = [_moment(live, None)]
        turns = []
        for said in play.dialogue.turns:
            if said.lock:
                _lock(live, said.lock)
                moments[-1] = replace(moments[-1], chain=live.chain)
            turn = live.say(said.say)
            moments.append(_moment(live, moments[-1]))
            verdicts = (*(judged(each, moments) for each in said.expect), *standing(said.about, moments))
            turns.append(
                Judged(
                    said.say,
                    verdicts,
                    moments[-1].loudness_lufs - moments[-2].loudness_lufs,
                    "level" in said.about,
                    (turn.refined.loss_before, turn.refined.loss_after),
                    turn.seconds,
                )
            )
        return turns


def _opened(play: Play, store: Store) -> LiveSession:
    track = inspect(play.track)
    minds = play.system.minds(excerpt_of(track, ear_named("perceptual")))
    session, kept = store.create(new_session_id(), track)
    return LiveSession(session, kept, minds, store)


def _moment(live: LiveSession, last: Heard | None) -> Heard:
    """What plays now; a chain that stayed is not rendered again."""
    if last is not None and last.chain == live.chain:
        return last
    turns = live.turns
    readings = turns[-1].readings_after if turns else _dry_readings(live)
    loudness = loudness_lufs(live.render()) if live.chain.slots else live.track.loudness_lufs
    return Heard(live.chain, readings, loudness)


def _dry_readings(live: LiveSession) -> Mapping[str, float]:
    ear = live.minds.ear
    return ear.describe(excerpt_of(live.track, ear).heard(Chain()))


def _lock(live: LiveSession, settings: Sequence[tuple[str, str]]) -> None:
    """A turn in which the person locks settings by hand; those of effects that are not there are passed over."""
    current, chain = live.session.current, live.chain
    for effect, setting in settings:
        if effect in chain.names:
            chain = chain.locked(effect, chain.slot(effect).locked | {setting})
    if current is None or chain == live.chain:
        return
    turn: Turn = replace(
        current,
        id=secrets.token_hex(16),
        parent_id=current.id,
        index=len(live.turns) + 1,
        kind="edited",
        instruction="",
        refined=unrefined(chain),
        readings_before=current.readings_after,
    )
    live.session = live.session.with_turn(turn)
