"""Says words to a session on a track, after those that came before, and keeps what came of them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from instructfx.audio.track import inspect
from instructfx.bench.quality.rulings import Passage, Ruling, ruled
from instructfx.bench.quality.utterances import Utterance
from instructfx.bench.runner.systems import System
from instructfx.ears import ear_named
from instructfx.engine import excerpt_of
from instructfx.engine.live import LiveSession
from instructfx.sessions import Turn, new_session_id
from instructfx.store import Store


@dataclass(frozen=True)
class Conversation:
    """An utterance, said on a track to a system."""

    system: System
    utterance: Utterance
    track: Path

    @property
    def key(self) -> str:
        return f"{self.system.name}: {self.utterance.key}"


def measure(conversation: Conversation) -> dict[str, Any]:
    """Have it and rule; JSON that `read` understands, with the reply beside it."""
    passage = led_to(conversation)
    return {**asdict(ruled(conversation.utterance, passage)), "reply": passage.reply}


def read(result: Mapping[str, Any]) -> Ruling:
    """What `measure` wrote."""
    return Ruling(result["found"], result["why"])


def led_to(conversation: Conversation) -> Passage:
    """Everything that was said before, and then the words, each through the door of the engine."""
    track = inspect(conversation.track)
    agents = conversation.system.agents(excerpt_of(track, ear_named("perceptual")))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        session, kept = store.create(new_session_id(), track)
        live = LiveSession(session, kept, agents, store)
        chains = [live.chain]
        for words in conversation.utterance.before:
            live.say(words)
            chains.append(live.chain)
        said = live.say(conversation.utterance.say)
        return Passage(tuple(chains), live.chain, "" if isinstance(said, Turn) else said.act, said.reply)
