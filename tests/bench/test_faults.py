"""Bad uploads, hostile instructions and several visitors in miniature, against real servers."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext

import pytest

from instructfx.bench.robustness import bad_answers, faults, soak
from instructfx.bench.robustness.bad_answers import NOT_READ, READ, REVERB, models
from instructfx.bench.robustness.bad_audio import bad_uploads, good
from instructfx.bench.robustness.bad_words import BadWords, bad_words
from instructfx.bench.robustness.strangers import strangers
from instructfx.bench.robustness.uploads import BadUpload
from instructfx.bench.serving.serving import Served
from instructfx.bench.serving.visitor import PageAnswer
from instructfx.sessions import Dry, Exchange, Session
from instructfx.store import Store
from instructfx.store.sessions import DATABASE


@pytest.fixture
def served(studio: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """That server without sessions, where the trials would start their own; and wishes that need no search."""
    store = Store(studio.sessions, f"sqlite:///{studio.sessions / DATABASE}")
    for listed in store.listed():
        store.delete(listed.id)
    store.close()
    for trial in (faults, soak):
        monkeypatch.setattr(trial, "serving", lambda: nullcontext(studio))
    monkeypatch.setattr(faults, "WISH", "cut 3 dB at 400 Hz")
    monkeypatch.setattr(soak, "SCRIPT", ("make it warmer", "low-pass it at 5 kHz", "go back", "boost 2 dB at 1 kHz"))
    return studio


def quiet(text: str) -> None:
    """Nobody watches."""


def test_there_are_enough_and_they_are_the_same_every_time() -> None:
    uploads, words = bad_uploads(), bad_words()
    assert uploads == bad_uploads()
    assert words == bad_words()
    assert len(uploads) >= 300
    assert len(words) >= 200
    assert len(Counter(each.kind for each in uploads)) == 17
    few = faults.spread(uploads, 40)
    assert len(few) == 40
    assert len({each.kind for each in few}) >= 14


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("count", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_bad_uploads_and_hostile_words_get_one_line_or_a_turn(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """And a file in order that is said to be none, and words that look like an inner error, are seen and counted."""
    monkeypatch.setattr(faults, "LIMIT_SECONDS", 240.0)  # what is slow here need not hang
    monkeypatch.setattr(faults, "GOOD_EVERY", 10)
    small = [each for each in bad_uploads() if each.zeros == 0]
    nameless = [each for each in small if each.name == ""]
    lie = BadUpload("lies", "said to be bad", "fine.wav", good(".wav"), refused=True)
    short = BadUpload("lies", "said to be longer", "fine.wav", good(".wav"), refused=False, frames=99_999)
    shut = BadUpload("lies", "said to hold something", "none.wav", b"RIFF", refused=False, frames=10)
    told = BadWords("lies", 'make it File "/secret" warmer')
    examined = faults.examine(
        [*faults.spread(small, count), *nameless, lie, short, shut], [*faults.spread(bad_words(), count), told], quiet
    )
    lies = [each.verdict for each in examined.outcomes if each.kind == "lies"]
    assert lies == ["wrong", "wrong", "wrong", "leaked"]
    assert not examined.well
    honest = [each for each in examined.outcomes if each.kind != "lies"]
    assert [each for each in honest if each.verdict not in ("refused", "accepted")] == []
    assert examined.trouble == ()
    assert examined.good_requests >= 3
    assert len(honest) == 2 * count + len(nameless) + len(faults.FORGED)
    assert {each.verdict for each in honest if each.kind == "forged uploads"} == {"refused"}


@pytest.mark.usefixtures("served")
def test_two_visitors_at_once_lose_and_mix_up_nothing() -> None:
    soaked = soak.soak(6, 2, quiet)
    checks = soaked.checks()
    del checks["memory is flat"]  # six turns are too few to say
    assert [stay.wrong for stay in soaked.stays] == [(), ()]
    assert all(checks.values()), checks
    assert [len(stay.kept) for stay in soaked.stays] == [3, 3]
    assert soaked.readings[0].memory_mb > 100
    assert soaked.readings[0].files > 5


def test_the_soak_tells_visitors_apart() -> None:
    """Guards the guard: what is another's, or missing, is seen."""
    mine, other = soak.Guest(0), soak.Guest(1)
    assert mine.frames != other.frames
    mixed = PageAnswer(
        "answered", 200, 0.1, track=f"{mine.name}.wav", said=("a",), replied=("b",), texts=(other.words(1)[0],)
    )
    assert soak._amiss(mixed, mine, [other.name]) == [f"saw {other.name}"]
    stored = Session("a", Dry("a", "a.wav", 8000, 1, 8000, -20.0, 0))
    for number, words in enumerate(("b", "a")):
        stored = stored.with_exchange(Exchange(words, None, 0, words, "question", f"{number}"))
    stays = [soak.Stay(mine, ("a", "b"), (0.1, 0.1), ("a", "b"), ("a",), (), stored)]
    checks = soak.Soaked(
        tuple(stays), (soak.ProcessReading(500, 20),) * 4 + (soak.ProcessReading(900, 90),) * 4, 1.0, 0
    ).checks()
    assert list(checks.values()) == [True, False, False, False, True, False, False]


def test_answers_of_models_are_read_as_they_are_meant() -> None:
    found = {each.what: each for each in models()}
    assert {what for what, each in found.items() if each.verdict == "accepted"} == set(READ)
    assert {what for what, each in found.items() if each.verdict == "refused"} == set(NOT_READ)


def test_an_answer_that_is_misread_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(bad_answers.READ, "calls", REVERB)
    monkeypatch.setitem(bad_answers.NOT_READ, "nothing", READ["invoke"])
    assert {each.what for each in models() if each.verdict == "wrong"} == {"calls", "nothing"}


def test_strangers_are_let_in_nowhere(studio: Served) -> None:
    outcomes = list(strangers(studio.url))
    assert not [each for each in outcomes if each.wrong]
    assert {each.kind for each in outcomes} == {"foreign names", "names of its own", "foreign sites"}
