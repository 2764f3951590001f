"""Steps through the history that are asked for in words: back to before something, to any turn, and forward again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.engine.replay import Replay, Swaps
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import Turn

QUICK = RefineOptions(GradientOptions(spectral_steps=2, waveform_steps=1), BayesOptions(evaluations=2, first_points=1))
BUILT = ("add reverb", "add a delay", "more reverb")


@pytest.fixture
def live(mono: Audio, tmp_path: Path) -> LiveSession:
    save(mono, tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def chains(live: LiveSession, *words: str) -> list[Chain]:
    """The chain after each of these, one after another."""
    found = []
    for said in words:
        live.say(said)
        found.append(live.chain)
    return found


@pytest.mark.parametrize("forward", ["redo", "undo the undo", "put back what I had", "bring it back", "rehacer"])
def test_what_was_undone_comes_back(live: LiveSession, forward: str) -> None:
    built = chains(live, *BUILT)
    chains(live, "undo")
    turn = live.say(forward)
    assert (turn.kind, turn.chain) == ("undone", built[-1]) if isinstance(turn, Turn) else None
    assert "more reverb" in turn.reply


def test_redo_goes_one_step_for_each_step_back(live: LiveSession) -> None:
    one, two, three = chains(live, *BUILT)
    assert chains(live, "undo", "undo", "redo", "redo") == [two, one, two, three]
    assert "nothing to redo" in live.say("redo").reply
    assert live.chain == three


@pytest.mark.parametrize("leap", ["go back to before the reverb", "vuelve a la pista original", "go back to turn 1"])
@pytest.mark.parametrize("forward", ["redo", "undo that", "recupera lo que tenía"])
def test_a_leap_back_is_undone_as_a_whole(live: LiveSession, leap: str, forward: str) -> None:
    three = chains(live, *BUILT)[-1]
    live.say(leap)
    assert live.chain != three
    live.say(forward)
    assert live.chain == three


def test_undo_after_undo_goes_further_back(live: LiveSession) -> None:
    one, two, _ = chains(live, *BUILT)
    assert chains(live, "undo", "undo that") == [two, one]


@pytest.mark.parametrize("words", ["redo", "rehaz", "undo the undo"])
def test_where_nothing_was_taken_back_there_is_nothing_to_redo(live: LiveSession, words: str) -> None:
    assert ("nothing to redo" in live.say(words).reply) or ("nada que rehacer" in live.session.exchanges[-1].reply)
    one = chains(live, "add reverb")[0]
    live.say(words)
    assert (live.chain, len(live.session.turns)) == (one, 1)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("go back to before the reverb", 0),
        ("take me back to before I added the delay", 1),
        ("vuelve a antes de la reverb", 0),
        ("back to before you put in the delay", 1),
        ("go back to before I turned up the reverb", 2),
        ("go back to before I added delays", 1),
        ("go back to the dry track", 0),
        ("take me back to the original", 0),
        ("regresa al sonido original", 0),
        ("vuelve a la pista sin efectos", 0),
        ("turn 1 was better", 1),
        ("I liked version 2 better", 2),
        ("the second version was better", 2),
        ("la primera versión era mejor", 1),
        ("el turno 2 sonaba mejor", 2),
    ],
)
def test_back_to_a_place_that_is_named(live: LiveSession, words: str, left: int) -> None:
    built = [Chain(), *chains(live, *BUILT)]
    live.say(words)
    assert live.chain == built[left]
    assert live.session.turns[-1].kind == "undone"


def test_before_what_came_back_later_is_before_it_came_back(live: LiveSession) -> None:
    _, _, three, _, _ = chains(live, "add reverb", "remove the reverb", "add a delay", "add reverb", "more reverb")
    live.say("go back to before the reverb")
    assert live.chain == three


def test_a_turn_on_another_branch_is_gone_to_by_its_number(live: LiveSession) -> None:
    _, delay = chains(live, "add reverb", "add a delay")
    chains(live, "undo", "add a chorus")
    turn = live.say("turn 2 was better")
    assert (live.chain, "add a delay" in turn.reply) == (delay, True)
    assert "no turn 9" in live.say("go back to turn 9").reply
    assert "already" in live.say("go to turn 2").reply


def test_a_replay_takes_the_same_steps(live: LiveSession) -> None:
    chains(live, *BUILT, "go back to before the delay", "redo", "turn 2 was better")
    again = Replay(live.session, live.track, "rerun", Swaps(), live._store, "again")
    assert all(each.same for each in again.turns(lambda: False))


@pytest.mark.parametrize(
    "words",
    ["undo only the brightness", "just undo the brightness", "deshaz solo el brillo", "undo the brightness"],
)
def test_only_one_wish_is_withdrawn(live: LiveSession, words: str) -> None:
    chains(live, "add reverb", "brighter", "remove the reverb", words)
    assert live.chain.names == ()


@pytest.mark.parametrize("words", ["make it 140", "no, at 140", "I said 100 but let's try 140"])
def test_a_correction_is_told_from_what_played(live: LiveSession, words: str) -> None:
    """What takes the place of a filter is that filter, and is called so."""
    live.say("high pass at 100")
    turn = live.say(words)
    assert "100 to 140 Hz" in turn.reply
    assert live.chain.ids == ("filter",)
    assert live.chain.slot("filter").settings["highpass_hz"] == 140


def test_a_place_that_plays_already_is_said_to(live: LiveSession) -> None:
    chains(live, "add reverb")
    assert "what plays already" in live.say("go back to right after the reverb").reply
    assert live.chain.names == ("reverb",)
