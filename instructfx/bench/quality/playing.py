"""Plays a scripted session on a track with a system, and judges each turn."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.track import inspect
from instructfx.bench.quality.dialogues import Dialogue
from instructfx.bench.quality.expectations import SessionMoment, Verdict, judged, standing
from instructfx.bench.runner.systems import System
from instructfx.chain import Chain
from instructfx.ears import ear_named
from instructfx.ears.goal import Goal
from instructfx.engine import excerpt_of
from instructfx.engine.live import LiveSession
from instructfx.planners import Plan
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.rendering.excerpt import Excerpt
from instructfx.sessions import new_session_id
from instructfx.store import Store


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
    """One turn: what was said, the verdicts, the change of loudness in LU.

    loss is the perceptual ear's, of what the words ask of it after the sound before; None where they ask nothing of
    it ("drop the reverb").
    """

    say: str
    verdicts: tuple[Verdict, ...]
    louder_lu: float
    level_asked: bool
    loss: float | None
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
            turn["loss"],
            turn["seconds"],
        )
        for turn in result["turns"]
    )


def played(play: Play) -> list[Judged]:
    """Take every turn of the session and judge it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        live = opened(play.system, play.track, store)
        moments = [_moment(live, None)]
        excerpt = excerpt_of(live.track, live.agents.ear)
        turns = []
        for said in play.dialogue.turns:
            if said.lock:
                _lock(live, said.lock)
                moments[-1] = replace(moments[-1], chain=live.chain)
            plan = BuiltinPlanner().plan(live.context().request(said.say, moments[-1].readings))
            goal = plan.goal if isinstance(plan, Plan) else Goal()
            took = live.say(said.say)
            loss = _loss(goal, excerpt, moments[-1].chain, live.chain)
            moments.append(_moment(live, moments[-1]))
            verdicts = (*(judged(each, moments) for each in said.expect), *standing(said.about, moments))
            turns.append(
                Judged(
                    said.say,
                    verdicts,
                    moments[-1].loudness_lufs - moments[-2].loudness_lufs,
                    "level" in said.about,
                    loss,
                    took.seconds,
                )
            )
        return turns


def opened(system: System, path: Path, store: Store) -> LiveSession:
    """A new session of a system on a track."""
    track = inspect(path)
    agents = system.agents(excerpt_of(track, ear_named("perceptual")))
    session, kept = store.create(new_session_id(), track)
    return LiveSession(session, kept, agents, store)


def _moment(live: LiveSession, last: SessionMoment | None) -> SessionMoment:
    """What plays now; a chain that stayed is not rendered again."""
    if last is not None and last.chain == live.chain:
        return last
    turns = live.turns
    readings = turns[-1].readings_after if turns else dry_readings(live)
    loudness = live.track.loudness_lufs
    if live.chain.slots:
        rendered = live.render()
        loudness = loudness_lufs(replace(rendered, samples=rendered.samples[:, : live.track.frames]))
    return SessionMoment(live.chain, readings, loudness)


def dry_readings(live: LiveSession) -> Mapping[str, float]:
    """What the session's ear reads of the dry track."""
    ear = live.agents.ear
    return ear.describe(excerpt_of(live.track, ear).heard(Chain()))


def _loss(goal: Goal, excerpt: Excerpt, before: Chain, after: Chain) -> float | None:
    """By the same ear and for the same goal, whoever planned."""
    if not goal.axes:
        return None
    with torch.no_grad():
        objective = ear_named("perceptual").objective(goal, excerpt.heard(before))
        return float(objective(excerpt.heard(after))[0])


def _lock(live: LiveSession, settings: Sequence[tuple[str, str]]) -> None:
    """A turn in which the person locks settings by hand; those of effects that are not there are passed over."""
    chain = live.chain
    for effect, setting in settings:
        if effect in chain.names:
            chain = chain.locked(effect, chain.slot(effect).locked | {setting})
    if chain != live.chain:
        live.edit(chain)
