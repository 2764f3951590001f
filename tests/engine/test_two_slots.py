"""A chain with two equalisers and two compressors, lived with as a person does: by words, by hand, back and forth."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from chat_server import Chat, Say

from instructfx.audio import Audio, save
from instructfx.bundles import export_bundle, import_bundle
from instructfx.chain import Chain, preset
from instructfx.cli.main import main
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions.slots import given_ids, spoken_of
from instructfx.store import Store

QUICK = RefineOptions(GradientOptions(spectral_steps=10, waveform_steps=2), BayesOptions(evaluations=3, first_points=2))
WORDS = (
    "add an EQ, boost 3 dB at 200 Hz",
    "add some compression",
    "add distortion, drive 12 dB",
    "another EQ after the drive, cut 3 dB at 4 kHz",
    "a second compressor at the end, threshold -30",
)
IDS = ("eq", "compressor", "distortion", "eq_2", "compressor_2")


@pytest.fixture(scope="module")
def song(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "song.wav"
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), path)
    return path


@pytest.fixture
def live(song: Path, tmp_path: Path) -> LiveSession:
    """The session of WORDS."""
    live = open_session(song, "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    for words in WORDS:
        live.say(words)
    return live


def moved(before: Chain, after: Chain) -> list[str]:
    return [slot.id for slot in after.slots if slot != before.find(slot.id)]


def test_words_build_it_and_then_retune_what_was_spoken_of_last(live: LiveSession) -> None:
    assert live.chain.ids == IDS
    assert live.chain.slot("compressor_2").settings["threshold_db"] == -30
    assert live.turns[-1].reply.startswith("I added a second compressor (threshold -30 dB)")
    assert spoken_of(live.session)[:2] == ("compressor_2", "eq_2")
    for words, slot in (
        ("more compression", "compressor_2"),
        ("less of the first compressor", "compressor"),
        ("more compression", "compressor"),
        ("ratio 6", "compressor"),
        ("the second EQ: boost 2 dB at 1 kHz", "eq_2"),
        ("boost 2 dB at 100 Hz", "eq_2"),
        ("brighter", "eq_2"),
        ("make the first EQ warmer", "eq"),
        ("brighter", "eq"),
    ):
        before = live.chain
        live.say(words)
        assert moved(before, live.chain) == [slot], words
        assert live.chain.ids == IDS


def test_a_hand_on_a_slot_is_speaking_of_it(live: LiveSession) -> None:
    live.edit(live.chain.adjusted("compressor", {"ratio": 2}))
    before = live.chain
    live.say("more compression")
    assert moved(before, live.chain) == ["compressor"]


def test_locks_and_values_hold_on_one_of_two(live: LiveSession) -> None:
    """A search over both moves all but what is locked on the one, and what was named for the other."""
    names = ["low_shelf_gain_db", "high_shelf_gain_db", "treble_gain_db"]
    locked = live.edit(live.chain.locked("eq", names)).chain
    live.say("the first EQ brighter")
    first = live.chain.slot("eq")
    assert {name: first.settings[name] for name in names} == {name: locked.slot("eq").settings[name] for name in names}
    assert first.settings != locked.slot("eq").settings
    assert live.chain.slot("eq_2") == locked.slot("eq_2")
    was = live.chain.slot("eq_2").settings
    turn = live.say("brighter, and boost 4 dB at 500 Hz on the second EQ")
    pinned = {setting for slot, setting in turn.plan.pinned if slot == "eq_2"}
    assert "mid_gain_db" in pinned or "low_mid_gain_db" in pinned
    planned = next(move for move in turn.plan.adjust if move.slot == "eq_2")
    stays = {**was, **planned.settings}  # what was named in an earlier turn is pinned as well, and left as it was
    assert planned.settings.keys() & pinned & {"mid_gain_db", "low_mid_gain_db"}
    assert all(turn.chain.slot("eq_2").settings[name] == stays[name] for name in pinned)


def test_back_forth_half_and_removed(live: LiveSession) -> None:
    made, before = live.turns[-1], live.turns[-2]
    live.say("go back")
    assert live.chain == before.chain
    live.go_to(made.id)
    assert live.chain == made.chain
    half = live.amount(0.5).chain
    assert half.ids == IDS
    assert half.slot("compressor") == made.chain.slot("compressor")
    assert half.slot("compressor_2") != made.chain.slot("compressor_2")
    live.say("remove the first compressor")
    assert live.chain.ids == ("eq", "distortion", "eq_2", "compressor_2")
    assert live.turns[-1].reply == "I removed compressor 1."
    live.say("another compressor")
    assert live.chain.ids.count("compressor_3") == 1  # compressor and compressor_2 were given
    assert given_ids(live.session) == {*IDS, "compressor_3"}
    resumed = resume_session(live.session.id, "builtin", "perceptual", store=live._store)
    assert resumed.session == live.session


def test_takes_of_one_wish_stand_for_each_other(live: LiveSession) -> None:
    turns = live.takes("put it in a hall, and brighter", 2)
    assert [turn.chain.ids for turn in turns] == [turns[0].chain.ids] * 2
    assert "reverb" in turns[0].chain.ids
    rows = live.compare(turns[0].id, turns[1].id).rows
    assert {row.effect for row in rows} >= {"Equaliser 1", "Equaliser 2", "Compressor 1", "Compressor 2", "Reverb"}


def test_branches_that_added_an_effect_each_are_compared_with_each_other(song: Path, tmp_path: Path) -> None:
    live = open_session(song, "builtin", "perceptual", store=tmp_path / "sessions")
    first = live.say("add a reverb, 20 % wet")
    live.say("go back")
    second = live.say("add a reverb, 40 % wet")
    assert (first.chain.ids, second.chain.ids) == (("reverb",), ("reverb_2",))
    assert second.chain.labels == {"reverb_2": "Reverb"}
    rows = [row for row in live.compare(first.id, second.id).rows if row.differs]
    assert [(row.effect, row.setting, row.one, row.other) for row in rows] == [("Reverb", "mix", 0.2, 0.4)]


def test_it_travels_and_is_made_again(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preset.from_text(preset.to_text(live.chain)) == live.chain
    export_bundle(live._store, live.session.id, tmp_path / "two.ifx.zip")
    store = Store(tmp_path / "elsewhere")
    imported = import_bundle(tmp_path / "two.ifx.zip", store).session
    assert [turn.chain for turn in imported.turns] == [turn.chain for turn in live.turns]
    assert [turn.plan for turn in imported.turns] == [turn.plan for turn in live.turns]
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    for mode in ("rerun", "replan"):
        assert main(["replay", live.session.id, "--mode", mode, "--json"]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert not [line for line in lines if line.get("differences")]


def test_a_model_takes_two_turns_with_two_of_an_effect(
    chat: Chat, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", chat.url)
    monkeypatch.setenv("INSTRUCTFX_PLANNER_KEY", "sk-x")
    live = open_session(song, planner="openai/scripted", ear="perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    live.edit(Chain().added("eq", {"mid_gain_db": 2}).added("distortion", {}))
    goal = ("describe_goal", {"target": "", "reply": "Done.", "asked": "", "effects": "", "order": "", "settings": ""})
    chat.script = [
        Say(calls=[("add_another", {"effect": "eq", "settings": {"treble_gain_db": -4}, "after": "distortion"}), goal]),
        Say(calls=[("adjust_eq_2", {"treble_gain_db": -2}), ("adjust_eq", {"mid_gain_db": 1}), goal]),
    ]
    added = live.say("another EQ after the drive")
    assert added.planned_by.startswith("openai/scripted")
    assert added.chain.ids == ("eq", "distortion", "eq_2")
    tuned = live.say("a bit less of both")
    assert tuned.chain.slot("eq_2").settings["treble_gain_db"] == -2
    assert tuned.chain.slot("eq").settings["mid_gain_db"] == 1
