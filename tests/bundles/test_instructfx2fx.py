"""Sessions of InstructFX2FX become sessions of ours: effects and units mapped, the rest told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lived_sessions import run

from instructfx.audio import Audio, save
from instructfx.bundles.instructfx2fx import chain_of, counterparts
from instructfx.chain import Chain
from instructfx.engine.live import resume_session
from instructfx.planners.router import route
from instructfx.store import Store

EQ = {f"b{band}_{name}": value for band in range(1, 7) for name, value in (("freq", 100.0), ("gain", 0.5), ("q", 1.0))}
EQ |= {"b2_freq": 300.0, "b3_freq": 1000.0, "b4_freq": 3000.0, "b5_freq": 6000.0, "b6_freq": 10_000.0, "b4_gain": -2.5}
REVERB = {
    "early_gain": 0.8, "early_delay": 0.05, "late_mix": 0.7, "decay_time": 2.5, "pre_delay": 0.02, "damping": 0.5,
    "lowcut": 90.0, "highcut": 9000.0, "wet": 0.6, "dry": 1.0, "width": 0.9, "mix": 0.4,
}  # fmt: skip
COMP = {"threshold_db": -20, "ratio": 4, "attack_ms": 5.0, "release_ms": 150.0}

SESSION: dict[str, Any] = {
    "session_id": "0f" * 16,
    "available_fx": ["eq", "rev", "comp", "dist", "delay", "pitchshift", "bitcrush"],
    "current_params": {"eq": EQ, "rev": REVERB, "dist": {"drive_db": 6.5}},
    "history": [
        {"prompt": "warm", "fx_chain": ["rev", "eq"], "params": {"eq": EQ, "rev": REVERB}},
        {
            "prompt": "with <grit>",
            "fx_chain": ["rev", "eq", "dist", "comp"],
            "params": {"eq": EQ, "rev": REVERB, "dist": {"drive_db": 6.5}, "comp": COMP},
        },
        {"prompt": "", "fx_chain": ["dist"], "params": {"dist": {"drive_db": 3.0}}},
    ],
    "audio_path": "sessions/x/audio/input.wav",
    "created_at": "2026-01-01T00:00:00+00:00",
}


@pytest.fixture
def theirs(tmp_path: Path, mono: Audio, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "s"))
    save(mono, tmp_path / "song.wav")
    return tmp_path / "session.json"


def test_a_person_brings_a_session_along(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs.write_text(json.dumps(SESSION))
    track = theirs.with_name("song.wav")
    status, out, err = run(capsys, "sessions", "import", theirs, "--audio", track)
    assert status == 0, err
    session, stored = Store().load(out.strip())
    assert stored.path.read_bytes() == track.read_bytes()
    assert [(turn.kind, turn.instruction, turn.chain.names) for turn in session.turns] == [
        ("said", "warm", ("reverb", "eq")),
        ("said", "with <grit>", ("reverb", "eq", "distortion", "compressor")),
        ("edited", "", ("distortion",)),
    ]
    assert [turn.route for turn in session.turns] == ["initialize_all", "reuse_and_initialize", "reuse_all"]
    assert {turn.provenance.planner for turn in session.turns} == {"instructfx2fx"}
    assert session.origin.startswith("InstructFX2FX session ")
    assert SESSION["session_id"] not in session.origin
    first, second, _ = session.turns
    assert first.chain.slot("reverb").settings == {
        "decay_seconds": 2.5, "damping": 0.5, "low_decay_ratio": 1.0, "pre_delay_ms": 20.0, "low_cut_hz": 90.0,
        "high_cut_hz": 9000.0, "width": 0.9, "mix": 0.4, "kind": 0.0,
    }  # fmt: skip
    eq = first.chain.slot("eq").settings
    assert (eq["low_shelf_cutoff_frequency_hz"], eq["high_mid_gain_db"], eq["high_shelf_q"]) == (100.0, -2.5, 1.0)
    compressor = second.chain.slot("compressor").settings
    assert (compressor["attack_ms"], compressor["release_ms"], compressor["mix"]) == (5.0, 150.0, 1.0)
    assert "turn 1: rev: early_gain, early_delay, late_mix, wet, dry have no counterpart here\n" in err
    assert first.notes == ("rev: early_gain, early_delay, late_mix, wet, dry have no counterpart here",)
    for turn, before in zip(session.turns, (Chain(), first.chain, second.chain), strict=True):
        assert route(before, turn.plan)[1] == turn.chain
    live = resume_session(session.id, "builtin", "perceptual")
    live.say("less distortion")
    assert live.turns[-1].index == 4


@pytest.mark.parametrize(
    ("fx", "params", "effect", "settings"),
    [
        ("comp", {"attack": 0.01, "release": 0.1, "makeup_gain_db": 2.0, "mix": 0.8},
         "compressor", {"attack_ms": 10.0, "release_ms": 100.0, "makeup_gain_db": 2.0, "mix": 0.8}),
        ("dist", {"drive_db": 9}, "distortion", {"drive_db": 9.0, "mix": 1.0}),
        ("delay", {"delay": 0.03}, "delay", {"delay_seconds": 0.03, "feedback": 0.25, "mix": 0.5}),
        ("pitchshift", {"semitones": -3}, "pitch_shift", {"semitones": -3.0}),
        ("bitcrush", {"bit_depth": 6}, "bitcrush", {"bit_depth": 6.0, "mix": 1.0}),
        ("rev", {"decay_time": 4.0}, "reverb", {"decay_seconds": 4.0}),
        ("eq", {"b6_gain": 3.0}, "eq", {"high_shelf_gain_db": 3.0}),
    ],
)  # fmt: skip
def test_every_effect_has_its_counterpart(
    fx: str, params: dict[str, float], effect: str, settings: dict[str, float]
) -> None:
    chain, notes = chain_of({"fx_chain": [fx], "params": {fx: params}}, "turn 1")
    assert notes == ()
    assert chain.names == (effect,)
    slot = chain.slots[0]
    assert dict(slot.settings) == slot.effect.defaults() | settings
    assert set(counterparts()) == {"eq", "rev", "comp", "dist", "delay", "pitchshift", "bitcrush"}


def test_what_is_beyond_our_ranges_is_clamped_and_told() -> None:
    params = {"eq": {"b1_freq": 2000.0, "b1_gain": -24.0}, "delay": {"delay": 0.0}, "bitcrush": {"bit_depth": 0}}
    chain, notes = chain_of({"fx_chain": list(params), "params": params}, "turn 1")
    assert chain.slot("eq").settings["low_shelf_cutoff_frequency_hz"] == 450
    assert notes == (
        "eq low_shelf_cutoff_frequency_hz 2000 Hz is beyond 30 to 450 Hz; 450 was taken",
        "eq low_shelf_gain_db -24 dB is beyond -20 to 20 dB; -20 was taken",
        "delay delay_seconds 0 s is beyond 0.01 to 2 s; 0.01 was taken",
        "bitcrush bit_depth 0 bit is beyond 2 to 16 bit; 2 was taken",
    )


def test_what_has_no_counterpart_is_listed() -> None:
    entry = {"fx_chain": ["panner", "comp", "<b>"], "params": {"panner": {"pan": 1}, "eq": {}}}
    chain, notes = chain_of(entry, "turn 1")
    assert chain == Chain()
    assert notes == (
        "panner has no counterpart here and was left out",
        "comp is in the chain but has no settings, so it was never heard; it was left out",
        "?b? has no counterpart here and was left out",
        "eq has settings but is not in the chain; it was left out",
    )


def test_settings_without_a_history_are_one_turn(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs.write_text(json.dumps({**SESSION, "history": []}))
    status, out, _ = run(capsys, "sessions", "import", theirs, "--audio", theirs.with_name("song.wav"))
    assert status == 0
    (turn,) = Store().load(out.strip())[0].turns
    assert (turn.kind, turn.chain.names) == ("edited", ("eq", "reverb", "distortion"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "no list under the key history"),
        ("[]", "no list under the key history"),
        ('{"history": {}}', "no list under the key history"),
        ('{"history": [3]}', "turn 1 must be an object"),
        ('{"history": [{"prompt": 3}]}', "turn 1 must be an object"),
        ('{"history": [{"prompt": "x", "fx_chain": "eq"}]}', "fx_chain a list"),
        ('{"history": [{"prompt": "x", "fx_chain": [["eq"]]}]}', "fx_chain a list"),
        ('{"history": [{"prompt": "x", "params": []}]}', "params must be an object"),
        ('{"history": [{"params": {"eq": 3}}]}', "the settings of eq must be an object"),
        ('{"history": [{"params": {"dist": {"drive_db": "\\u202e<b>"}}}]}', "drive_db of dist must be a number"),
        ('{"history": [{"params": {"dist": {"drive_db": true}}}]}', "drive_db of dist must be a number"),
        ('{"history": [{"params": {"dist": {"drive_db": 1e999}}}]}', "1e999 is too large"),
        ('{"history": [{"params": {"dist": {"drive_db": NaN}}}]}', "NaN is not a number"),
        ('{"history": [{"params": {"rev": {"pre_delay": 1e308}}}]}', "pre_delay of rev"),
        ('{"history": [{"prompt": "' + "x" * 2001 + '"}]}', "a prompt of 2001 characters"),
        ('{"history": [{"prompt": "a\\u0000b"}]}', "control characters"),
        ('{"history": [' + ", ".join(["{}"] * 1001) + "]}", "holds 1001 turns"),
        ('{"history": ' + "[" * 5000 + "]" * 5000 + "}", "nested"),
        ('{"history": [', "is not JSON"),
    ],
)
def test_what_is_malformed_is_refused(
    content: str, said: str, theirs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs.write_text(content)
    status, out, err = run(capsys, "sessions", "import", theirs, "--audio", theirs.with_name("song.wav"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert "<b>" not in err or "\u202e" not in err
    assert Store().listed() == ()


def test_the_track_is_asked_for_and_looked_at(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs.write_text(json.dumps(SESSION))
    status, _, err = run(capsys, "sessions", "import", theirs)
    assert (status, "give the track with --audio TRACK" in err, err.count("\n")) == (2, True, 1)
    status, _, err = run(capsys, "sessions", "import", theirs, "--audio", theirs)
    assert (status, "accepted are WAV" in err, err.count("\n")) == (2, True, 1)
    assert Store().listed() == ()
