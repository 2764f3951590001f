"""Whatever is said ends in a stored turn, in a stored answer or in one clear line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instructfx.audio import Audio, save
from instructfx.bench.robustness.bad_words import BadWords, bad_words
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.errors import InstructionError
from instructfx.planners import PastTurn, Plan, PlanRequest, Reply
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.store import Store

ANY_TEXT = st.text(st.characters(), max_size=300)  # halves of emoji and control characters too


def told(plan: Plan | Reply) -> str:
    return plan.text if isinstance(plan, Reply) else plan.reply


SPOKEN = [each for each in bad_words() if isinstance(each.words, str)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sessions")


@pytest.fixture(scope="module")
def live(folder: Path) -> LiveSession:
    sound = 0.1 * np.random.default_rng(0).standard_normal((2, 4_000))
    save(Audio(np.float32(sound), 8_000), folder / "song.wav")
    return open_session(folder / "song.wav", store=folder)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY_TEXT)
def test_any_text_is_a_stored_turn_or_one_line(live: LiveSession, folder: Path, text: str) -> None:
    before = live.session.conversation
    try:
        turn = live.say(text)
    except InstructionError:
        assert live.session.conversation == before
        return
    assert turn.instruction.isprintable() or turn.instruction.encode()
    assert not set(turn.instruction) & {chr(code) for code in range(32)}
    stored, _ = Store(folder).load(live.session.id)
    assert stored.conversation[-1] == turn


@settings(max_examples=100)
@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=3))
def test_any_text_is_a_plan(text: str, earlier: list[str]) -> None:
    planner = BuiltinPlanner()
    request = PlanRequest(text, Chain(), tuple(map(PastTurn, earlier)), {})
    plan = planner.plan(request)
    assert plan == planner.plan(request)
    assert told(plan)


@pytest.mark.parametrize("case", SPOKEN[::6], ids=lambda case: ascii(case.words)[:30])
def test_a_hostile_instruction_is_a_plan(case: BadWords) -> None:
    plan = BuiltinPlanner().plan(PlanRequest(str(case.words), Chain(), (), {}))
    assert 0 < len(told(plan)) < 1000
