"""What breaks off, ends or is answered by a model, in miniature; and that the bench sees where it is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from instructfx.bench.robustness import half_said, limited, model_faults, taken_away, trouble
from instructfx.bench.robustness.outcomes import FaultOutcome, outcome, unfit
from instructfx.bench.serving.serving import Served
from instructfx.bench.serving.visitor import PageAnswer, Visitor


def wrong(outcomes: Iterator[FaultOutcome]) -> list[FaultOutcome]:
    return [each for each in outcomes if each.verdict not in ("refused", "accepted")]


def test_a_verdict_follows_from_what_is_wrong() -> None:
    began = time.monotonic()
    assert outcome("k", "w", began).verdict == "accepted"
    assert outcome("k", "w", began, "no room").verdict == "refused"
    assert outcome("k", "w", began, "no room", "late", "hung").verdict == "hung"
    assert unfit("no room") == ""
    assert unfit("two\nlines")
    assert unfit("it went wrong on our side")
    assert unfit("no room", ['File "/a.py"'])


def test_uploads_that_break_off_and_connections_that_are_not_closed(
    studio: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert half_said._broken_off(studio).verdict == "refused"
    monkeypatch.setattr(half_said, "CLOSED_SECONDS", 1.0)
    said = half_said._said(studio)
    found = {each.what: each.verdict for each in half_said._closed(studio, said)}
    assert found["noise"] == "refused"
    assert found["nothing"] == "hung"  # it would be closed after 20 s


def test_little_room_is_told_of_before_a_body_is_read(studio: Served) -> None:
    assert wrong(limited._asked(studio, *each) for each in limited.ASKED[1:5]) == []
    assert limited._asked(studio, "room for it", limited.ALL_OF_IT, 507).verdict == "wrong"
    assert limited._asked(studio, "another status", "X-None: 1", 413).verdict == "wrong"


def test_exports_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taken_away, "FORMATS", ("preset", "wav16"))
    assert wrong(taken_away.exports_at_once()) == []


def test_one_name_for_two_exports_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def on_one(*arguments: object) -> list[Path]:
        path = Path(str(arguments[2])) / "one"
        path.write_text("x")
        return [path]

    monkeypatch.setattr(taken_away, "FORMATS", ("preset",))
    monkeypatch.setattr(taken_away, "export", on_one)
    assert [each.verdict for each in taken_away.exports_at_once()] == ["wrong"]


@pytest.mark.slow
def test_names_in_a_terminal(studio: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {what: taken_away.NAMES[what] for what in ("a row that is forged", "half an emoji")}
    monkeypatch.setattr(taken_away, "NAMES", names)
    found = list(taken_away.names_in_a_terminal(studio))
    assert len(found) == 3
    assert wrong(iter(found)) == []
    monkeypatch.setattr(Served, "command", lambda *arguments: b"a\x1b[31m row\n")
    assert {each.verdict for each in taken_away.names_in_a_terminal(studio)} == {"leaked"}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_no_worker_and_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "END_SECONDS", 60.0)  # how long it takes is for the bench to say
    monkeypatch.setattr(trouble, "WAIT_SECONDS", 240.0)
    found = list(trouble.trouble())
    assert wrong(iter(found)) == []
    assert [each.verdict for each in found] == ["refused", "accepted", "accepted", "refused", "accepted", "accepted"]


@pytest.mark.slow
def test_models_and_the_password_of_their_address(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = model_faults._cases

    def some(port: int) -> Iterator[model_faults.ModelCase]:
        kept = ("calls", "tool_choice is refused", "a stream with one index for all", "a refusal", "no such model")
        return (each for each in cases(port) if each.what in kept)

    monkeypatch.setattr(model_faults, "_cases", some)
    monkeypatch.setattr(model_faults, "LIMIT_SECONDS", 240.0)
    found = list(model_faults.model_faults())
    assert wrong(iter(found)) == []
    assert len(found) == 10


def test_a_misread_answer_and_a_password_that_is_kept_are_noticed(
    studio: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = model_faults._judged
    reply = "Warmer. The built-in planner planned this turn: openai/scripted failed (418).Equaliser added"
    shown = PageAnswer("answered", 200, 0.1, replied=(reply,), parts={"chain": {"slots": [{"effect": "eq"}]}})
    line, fault = judged(shown, "failed (418)")
    assert line.endswith("openai/scripted failed (418).")
    assert fault == ""
    assert judged(shown, "refused to answer")[1]
    assert judged(shown, "")[1]
    with Visitor(studio.url) as visitor:
        visitor.sample("guitar")
        visitor.say(f"cut 3 dB at 400 Hz for {model_faults.PASSWORD}")
    monkeypatch.setattr(Served, "command", no_more_than(Served.command, "export"))
    found = {each.what: each.verdict for each in model_faults._kept(studio)}
    assert found["the log"] == "accepted"
    assert found["a bundle"] == found["the files of the studio"] == "leaked"


def no_more_than(command: Callable[..., bytes], name: str) -> Callable[..., bytes]:
    """The command line, which says nothing but where it is asked for that: each time it is started takes seconds."""
    return lambda served, *arguments: command(served, *arguments) if name in arguments else b""
