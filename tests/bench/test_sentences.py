"""What people say: utterances are read, chains are checked, passages are ruled on, and the bench tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructfx.bench.quality.chain_checks import chain_check
from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.bench.quality.noise_bands import direction, heard
from instructfx.bench.quality.rulings import Passage, ruled
from instructfx.bench.quality.sentences import found_shares
from instructfx.bench.quality.utterances import Kind, Utterance, read_utterances
from instructfx.chain import Chain
from instructfx.cli.main import main

DRY = Chain()
ROOM = DRY.added("reverb", {"mix": 0.3, "decay_seconds": 2.0})
BRIGHT = DRY.added("eq", {"high_shelf_gain_db": 4.0, "high_shelf_cutoff_frequency_hz": 6000.0})
DARK = DRY.added("eq", {"high_shelf_gain_db": -4.0, "high_shelf_cutoff_frequency_hz": 6000.0})
BELL = DRY.added("eq", {"low_mid_gain_db": -3.0, "low_mid_cutoff_frequency_hz": 400.0})


def utterance(kind: Kind = "do", effects: str = "", directions: str = "", settings: str = "") -> Utterance:
    return Utterance(
        "x",
        (),
        kind,
        "request",
        "en",
        frozenset(effects.split()),
        tuple(map(direction, directions.split())),
        tuple(map(chain_check, filter(None, settings.split(";")))),
        False,
    )


def test_the_utterances_are_enough_and_of_all_kinds() -> None:
    utterances = read_utterances()
    assert len(utterances) >= 320
    assert abs(sum(each.held_out for each in utterances) - len(utterances) / 2) <= len({u.category for u in utterances})
    assert {each.kind for each in utterances} == {
        "do", "cannot", "answer", "ask", "ack", "lang", "ask_or_do", "undo_or_ask",
    }  # fmt: skip
    assert sum(each.language == "es" for each in utterances) >= 45
    assert sum(bool(each.before) for each in utterances) >= 60


@pytest.mark.parametrize(
    ("check", "before", "after", "holds"),
    [
        ("reverb.mix=0.3", DRY, ROOM, True),
        ("reverb.mix=0.35", DRY, ROOM, False),
        ("reverb.mix=0.3", ROOM, DRY, False),
        ("reverb.mix more", ROOM, ROOM.adjusted("reverb", {"mix": 0.4}), True),
        ("reverb.mix more", DRY, ROOM, False),
        ("reverb.mix less", ROOM, DRY, True),
        ("eq@400=-3", DRY, BELL, True),
        ("eq@400=-6", DRY, BELL, False),
        ("eq@400=3", BELL, DRY, True),
        ("eq@400=3", BELL, BELL.bypassed("eq", True), True),
        ("eq@400<0", DRY, BELL, True),
        ("eq@400>0", DRY, BELL, False),
        ("eq@6000=0", DRY, BELL, True),
        ("highs=4", DRY, BRIGHT, True),
        ("lows=4", DRY, BRIGHT, False),
        ("kept=reverb", ROOM, ROOM.added("eq", {}), True),
        ("kept=reverb", ROOM, ROOM.adjusted("reverb", {"mix": 0.31}), False),
        ("gone=reverb", ROOM, ROOM.bypassed("reverb", True), True),
        ("gone=reverb", DRY, ROOM, False),
        ("order=eq<reverb", DRY, BELL.added("reverb", {}), True),
        ("order=reverb<eq", DRY, BELL.added("reverb", {}), False),
        ("chain=0", ROOM, DRY, True),
        ("chain=1", ROOM, DRY, False),
        ("chain=7", ROOM, DRY, False),
    ],
)
def test_checks_of_a_chain(check: str, before: Chain, after: Chain, holds: bool) -> None:
    assert chain_check(check).holds((DRY, before), after) is holds
    assert str(chain_check(check)) == check.replace("highs", "eq@12000").replace("lows", "eq@60")


@pytest.mark.parametrize(
    "text", ["reverb", "reverb.size=2", "flanger.mix=1", "eq@400", "gone=flanger", "order=reverb", "mids=3", "chain=-1"]
)
def test_what_is_no_check_is_refused(text: str) -> None:
    with pytest.raises(BenchDataError):
        chain_check(text)


def test_what_is_heard_of_a_chain() -> None:
    dry, wide, loud = heard(DRY), heard(DRY.added("stereo_width", {"width": 1.6})), heard(DRY.added("gain", {}))
    assert direction("air+").taken(dry, heard(BRIGHT)) > 1 > direction("low+").taken(dry, heard(BRIGHT))
    assert direction("tilt-").taken(dry, heard(DARK)) > 1
    assert direction("rt+").taken(dry, heard(ROOM)) > 1
    assert direction("width+").taken(dry, wide) > 1
    assert abs(direction("level+").taken(dry, loud)) < 0.1
    louder = heard(DRY.added("gain", {"gain_db": 6.0}))
    assert louder.level == pytest.approx(dry.level + 6.0, abs=0.1)
    assert louder.air == pytest.approx(dry.air, abs=0.05), "at equal loudness"
    squeezed = heard(DRY.added("limiter", {"threshold_db": -20.0}))
    assert direction("crest-").taken(dry, squeezed) > 1
    with pytest.raises(BenchDataError, match="no direction"):
        direction("bass+")


@pytest.mark.parametrize(
    ("said", "after", "act", "found"),
    [
        (utterance(effects="eq", directions="air+"), BRIGHT, "", "right"),
        (utterance(effects="eq", directions="air+"), DARK, "", "wrong"),
        (utterance(effects="eq", directions="air+"), DRY.added("eq", {}), "", "partly"),
        (utterance(effects="eq", directions="air+"), ROOM, "", "wrong"),
        (utterance(effects="eq", directions="air+"), DRY, "", "asked"),
        (utterance(effects="eq", directions="air+"), DRY, "beyond", "refused"),
        (utterance(effects="eq reverb", settings="eq@400=-3"), BELL, "", "right"),
        (utterance(effects="eq", settings="eq@400=3"), BELL, "", "wrong"),
        (utterance("cannot"), DRY, "beyond", "right"),
        (utterance("cannot"), DRY, "unclear", "asked"),
        (utterance("cannot"), BELL, "", "wrong"),
        (utterance("answer"), DRY, "question", "right"),
        (utterance("answer"), DRY, "app", "right"),
        (utterance("ack"), DRY, "", "right"),
        (utterance("ask"), BELL, "", "wrong"),
        (utterance("lang", "reverb"), DRY, "language", "right"),
        (utterance("lang", "reverb"), ROOM, "", "right"),
        (utterance("lang", "reverb"), BELL, "", "wrong"),
        (utterance("lang", "reverb"), DRY, "unclear", "asked"),
        (utterance("ask_or_do", "reverb"), DRY, "unclear", "right"),
        (utterance("ask_or_do", "reverb"), BELL, "", "wrong"),
    ],
)
def test_rulings_on_what_is_said_first(said: Utterance, after: Chain, act: str, found: str) -> None:
    assert ruled(said, Passage((DRY,), after, act, "reply")).found == found


@pytest.mark.parametrize(("after", "found"), [(BELL, "right"), (ROOM, "right"), (DRY, "wrong"), (DARK, "wrong")])
def test_a_rejection_goes_one_turn_back_or_asks(after: Chain, found: str) -> None:
    assert ruled(utterance("undo_or_ask"), Passage((DRY, BELL, ROOM), after, "", "")).found == found


def test_a_wrong_one_counts_twice() -> None:
    shares = found_shares(["right", "right", "wrong", "asked"], seed=0)
    assert shares.shares["right"].value == pytest.approx(0.5)
    assert shares.points.value == pytest.approx((1 + 1 - 2 + 0) / 4)
    assert found_shares(["right"] * 3, seed=0).points.value == pytest.approx(1.0)


GOOD = 'request = [{ say = "warm", effects = "eq", directions = "tilt-" }]'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("request = 3", "request is a list"),
        ("# nothing", "no sentences"),
        (GOOD.replace("say", "sentence"), "request, sentence 1: it needs say"),
        (GOOD.replace('"warm"', '" "'), "not empty"),
        (GOOD.replace("effects =", 'kind = "maybe", effects ='), "kind 'maybe' is none of do"),
        (GOOD.replace('"eq"', '"flanger"'), "there is no effect 'flanger'"),
        (GOOD.replace("tilt-", "bass-"), "request, sentence 1: 'bass-' is no direction"),
        (GOOD.replace("directions", "settings"), "'tilt-' is no check"),
        ('request = [{ say = "warm" }]', "says nothing of what is to be done"),
        (GOOD[:-1] + ", " + GOOD[11:], "stands there twice"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sentences.toml"
    path.write_text(text)
    with pytest.raises(BenchDataError) as refused:
        read_utterances(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


ROWS = [
    {
        "id": number, "category": category, "said_before": before, "sentence": sentence, "expectation": "",
        "kind": "do", "effects": effects, "directions": "", "settings": settings,
    }
    for number, (category, before, sentence, effects, settings) in enumerate([
        ("numbers", [], "high pass at 100 Hz", "filter", "filter.highpass_hz=100"),
        ("numbers", [], "add reverb", "delay", ""),
        ("follow-up", ["make it warmer", "add a 300 ms delay"], "undo", "", "chain=1"),
    ])
]  # fmt: skip


def test_in_miniature_on_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "mine.json"
    data.write_text(json.dumps(ROWS))
    asked = ["bench", "sentences", "--no-search", "--data", str(data), "--out", str(tmp_path / "out")]
    assert main(asked) == 0
    page = capsys.readouterr().out
    assert "3 sentences of mine.json" in page
    assert "held out" not in page
    rows = json.loads((tmp_path / "out" / "report.json").read_text())["rows"]
    assert rows["all"]["right"]["value"] == pytest.approx(2 / 3)
    assert rows["numbers"]["wrong"]["value"] == pytest.approx(1 / 2)
    assert rows["follow-up"]["points"]["value"] == pytest.approx(1.0)
    failed = (tmp_path / "out" / "report.md").read_text().partition("### What did not go right")[2]
    assert "add reverb" in failed
    assert "high pass" not in failed


def test_a_file_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "mine.json"
    for text, said in (("[", "no valid JSON"), ("{}", "a list of sentences"), ("[{}]", "sentence 1: it needs")):
        data.write_text(text)
        assert main(["bench", "sentences", "--data", str(data), "--out", str(tmp_path / "out")]) == 2
        assert said in capsys.readouterr().err


def test_a_whole_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "mine.json"
    row = {**ROWS[0], "sentence": "make it brighter", "effects": "eq", "directions": "tilt+", "settings": ""}
    data.write_text(json.dumps([row]))
    assert main(["bench", "sentences", "--data", str(data), "--out", str(tmp_path / "out")]) == 0
    assert "whole turns" in capsys.readouterr().out
    assert json.loads((tmp_path / "out" / "report.json").read_text())["rows"]["all"]["right"]["value"] == 1.0
