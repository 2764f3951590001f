"""Words that change nothing are answered and kept, and are no turns: nothing goes back to them, nothing is searched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio.track import Track
from instructfx.bundles import export_bundle, import_bundle
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.engine import Callbacks
from instructfx.engine.amounts import amount_of
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import StoreError
from instructfx.exports import export
from instructfx.exports.story import story
from instructfx.planners import Plan, PlanRequest, Reply, Take
from instructfx.planners.recorded import said_again
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import Exchange, Turn
from instructfx.sessions.runs import steps_of
from instructfx.store import Store

QUICK = RefineOptions(
    GradientOptions(spectral_steps=3, spectral_rounds=1, waveform_steps=2), BayesOptions(evaluations=3, first_points=2)
)
ANSWER = [{"name": "answer", "arguments": {"text": "It is at -14.2 LUFS."}}]
BACK = [{"name": "ask_back", "arguments": {"question": "More bass, or less?"}}]


def wish(tool: str, axis: str, **settings: float) -> list[dict[str, object]]:
    thoughts = dict.fromkeys(("asked", "effects", "order", "settings"), "so")
    about = {"target": axis, "axes": {axis: 1.0}, "reply": f"More {axis}.", **thoughts}
    return [{"name": tool, "arguments": settings}, {"name": "describe_goal", "arguments": about}]


WARM, ROOM = wish("add_eq", "warmth", low_shelf_gain_db=4), wish("add_reverb", "space", mix=0.3)


def opened(track: Track, folder: Path, *answers: object, planner: str = "") -> LiveSession:
    recording = folder / "answers.json"
    recording.write_text(json.dumps(answers))
    live = open_session(track.path, planner or f"recorded:{recording}", "perceptual", store=folder / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def talked(track: Track, folder: Path) -> LiveSession:
    """A question, a wish, a question back, thanks for nothing that was understood, and another wish."""
    live = opened(track, folder, ANSWER, WARM, BACK, ANSWER, ROOM)
    for words in ("how loud is it?", "make it warmer", "the bass", "how loud is it now?", "small room"):
        live.say(words)
    return live


def test_a_question_is_answered_and_changes_nothing(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, ANSWER, WARM, ANSWER)
    stages: list[str] = []
    first = live.say("how loud is it?", Callbacks(on_stage=stages.append, on_step=lambda step: pytest.fail("searched")))
    assert isinstance(first, Exchange)
    assert (first.act, first.reply, first.after_id, first.turns) == ("question", "It is at -14.2 LUFS.", None, 0)
    assert stages == ["planning", "saving"]
    assert (live.turns, live.chain, live.session.head, steps_of(live.session).can_undo) == ((), Chain(), None, False)
    warmer = live.say("make it warmer")
    assert isinstance(warmer, Turn)
    then = live.say("and now?")
    assert isinstance(then, Exchange)
    assert (then.after_id, then.turns) == (warmer.id, 1)
    assert [each.instruction for each in live.session.conversation] == ["how loud is it?", "make it warmer", "and now?"]
    assert (live.turns, live.session.current, amount_of(live.session)) == ((warmer,), warmer, (warmer, 1.0))
    assert steps_of(live.session).undo is None
    live.go_to(None)
    assert steps_of(live.session).redo == warmer.id


def test_a_first_turn_that_must_call_a_tool_may_answer(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, BACK)
    asked = live.say("the bass")
    assert isinstance(asked, Exchange)
    assert (asked.act, asked.reply) == ("unclear", "More bass, or less?")
    assert asked.asked
    assert asked.asked.refused == ()
    assert json.loads(asked.raw) == BACK


def test_what_was_said_since_is_told_to_whoever_plans(track: Track, tmp_path: Path) -> None:
    told: list[PlanRequest] = []

    class Listening:
        name = "listening"

        def plan(self, request: PlanRequest) -> Plan | Reply:
            told.append(request)
            return Reply("unclear", "More, or less?") if len(told) < 3 else Plan(reply="Nothing.")

        def take(self, number: int, seed: int, first: Plan) -> Take:
            return said_again(self.name, number, first)

    live = opened(track, tmp_path, planner="builtin")
    live.say("high-pass at 80 Hz")
    live.agents = replace(live.agents, planner=Listening())
    for words in ("the bass", "the treble", "never mind"):
        live.say(words)
    assert [[each.instruction for each in request.since] for request in told] == [
        [], ["the bass"], ["the bass", "the treble"],
    ]  # fmt: skip
    assert [len(request.earlier) for request in told] == [1, 1, 1]
    live.agents = replace(live.agents, planner=Listening())
    last = live.session.exchanges[-1]
    assert (last.act, last.reply) == ("unchanged", "Nothing.")


@pytest.mark.parametrize("words", ["keep everything as it is", "go back", "flurbly gnarf"])
def test_a_plan_without_a_change_is_no_turn(words: str, track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, planner="builtin")
    said = live.say(words)
    assert isinstance(said, Exchange)
    assert said.reply
    assert not live.turns


def test_what_is_locked_stays_and_it_is_said_that_nothing_changed(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, planner="builtin")
    live.say("cut 3 dB at 400 Hz")
    eq = live.chain.slots[0]
    live.edit(live.chain.locked(eq.id, [param.name for param in eq.effect.params]))
    said = live.say("boost 6 dB at 400 Hz")
    assert isinstance(said, Exchange)
    assert "locked" in " ".join((said.reply, *said.notes))
    assert len(live.turns) == 2


def test_a_search_that_finds_nothing_better_is_no_turn(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, WARM, [{"name": "describe_goal", "arguments": {"target": "x", "axes": {"air": 1}}}])
    live.say("make it warmer")
    said = live.say("airier", Callbacks(cancelled=Stops(after=2)))
    assert isinstance(said, Exchange)
    assert said.reply.startswith("Nothing changed, because")
    assert len(live.turns) == 1


class Stops:
    """Asked often enough, it says stop: after the plan, before the search found anything."""

    def __init__(self, after: int) -> None:
        self._left = after

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_several_takes_of_a_question_are_one_answer(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, ANSWER)
    assert [type(each) for each in live.takes("how loud is it?", 3)] == [Exchange]
    assert (live.turns, len(live.session.exchanges)) == ((), 1)


def test_exchanges_last_and_go_with_their_session(track: Track, tmp_path: Path) -> None:
    live = talked(track, tmp_path)
    store = Store(tmp_path / "sessions")
    session, _ = store.load(live.session.id)
    assert session == live.session
    assert [type(each) for each in session.conversation] == [Exchange, Turn, Exchange, Exchange, Turn]
    assert store.listed()[0].turns == 2
    elsewhere = resume_session(session.id, "builtin", "perceptual", store=store)
    elsewhere.say("flurbly gnarf")
    with pytest.raises(StoreError, match="went on elsewhere"):
        live._store.add_exchange(live.session, replace(live.session.exchanges[0], id="another"))
    store.delete(session.id)
    assert store.listed() == ()
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM exchange").scalar() == 0


def test_a_bundle_carries_them(track: Track, tmp_path: Path) -> None:
    live = talked(track, tmp_path)
    export_bundle(live._store, live.session.id, tmp_path / "x.ifx.zip")
    again = import_bundle(tmp_path / "x.ifx.zip", Store(tmp_path / "elsewhere")).session
    for one, other in zip(live.session.exchanges, again.exchanges, strict=True):
        place = live.session.turn(one.after_id).index if one.after_id else None
        assert (again.turn(other.after_id).index if other.after_id else None) == place
        assert replace(other, id=one.id, after_id=one.after_id) == one
        assert other.id != one.id


def test_a_replay_takes_them_along_and_makes_no_turns_of_them(track: Track, tmp_path: Path) -> None:
    live = talked(track, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
        assert main(["replay", live.session.id, "--mode", "rerun", "--keep"]) == 0
        assert main(["replay", live.session.id, "--mode", "replan", "--planner", "recorded", "--keep"]) == 0
    store = Store(tmp_path / "sessions")
    assert len(store.listed()) == 3
    for listed in store.listed():
        again = store.load(listed.id)[0]
        assert [each.instruction for each in again.conversation] == [
            each.instruction for each in live.session.conversation
        ]
        assert [each.reply for each in again.exchanges] == [each.reply for each in live.session.exchanges]
        assert len(again.turns) == 2


def test_story_and_sheet_tell_what_was_answered(track: Track, tmp_path: Path) -> None:
    live = talked(track, tmp_path)
    told = list(story(live.session))
    assert '-  "how loud is it?"  (question, nothing changed)' in told
    assert told.index("   More bass, or less?") < told.index('2. "small room"  (after turn 1)')
    sheet = export(live.session, live.track, tmp_path / "out", "sheet").path.read_text()
    assert '1. "make it warmer"' in sheet
    assert '- "the bass"\n   More bass, or less?' in sheet
    live.go_to(None)
    sheet = export(live.session, live.track, tmp_path / "dry", "sheet").path.read_text()
    assert "It is at -14.2 LUFS." in sheet  # said of the dry track
    assert "More bass" not in sheet


def test_a_question_is_asked_again_and_what_a_compressor_takes_is_measured(track: Track, tmp_path: Path) -> None:
    live = opened(track, tmp_path, planner="builtin")
    words = ("how loud is it?", "add a compressor with a threshold of -40 dB", "and now?", "how much gain reduction?")
    loud, turn, again, reduced = (live.say(each) for each in words)
    assert isinstance(turn, Turn)
    assert all(isinstance(each, Exchange) for each in (loud, again, reduced))
    assert "LUFS" in loud.reply
    assert "LUFS" in again.reply
    assert "dB off the peaks at most" in reduced.reply
