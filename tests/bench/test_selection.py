"""Which effects are chosen: labelled sentences are read, marked and scored, and choosing everything does not win."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructfx.bench.quality.effect_labels import BenchDataError, Sentence, marked, read_sentences
from instructfx.bench.quality.selection import baselines, scores
from instructfx.cli.main import main

WARM = 'en = [{ say = "warm", kind = "word", wanted = ["eq/filter"], accepted = ["distortion"], why = "tone" }]'


def test_the_sentences_are_enough_and_in_both_languages() -> None:
    sentences = read_sentences()
    assert len(sentences) >= 150
    assert 0.2 < sum(s.language == "es" for s in sentences) / len(sentences) < 0.5
    assert abs(sum(s.held_out for s in sentences) - len(sentences) / 2) <= 1
    assert {s.kind for s in sentences} >= {"word", "figure", "order", "complaint", "two", "avoid", "talk"}


def sentence(*wanted: str, accepted: str = "") -> Sentence:
    choices = tuple(tuple(each.split("/")) for each in wanted)
    return Sentence("x", "en", "word", (), choices, frozenset(accepted.split()), "", False)


@pytest.mark.parametrize(
    ("chosen", "met", "missed", "wrong"),
    [
        (["eq"], ("eq",), (), ()),
        (["filter"], ("filter",), (), ()),  # either will do
        (["eq", "filter", "distortion"], ("eq",), (), ()),  # both and what is accepted count nothing against it
        (["reverb"], (), ("eq",), ("reverb",)),
        ([], (), ("eq",), ()),
    ],
)
def test_marks(chosen: list[str], met: tuple[str, ...], missed: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    mark = marked(sentence("eq/filter", accepted="distortion"), chosen)
    assert (mark.met, mark.missed, mark.wrong) == (met, missed, wrong)


def test_scores_of_known_marks() -> None:
    marks = [
        marked(sentence("eq"), ["eq", "reverb"]),
        marked(sentence("reverb", "delay"), ["delay"]),
    ]
    found = scores(marks, seed=0)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1.value == pytest.approx(2 / 3)
    assert found.macro_f1.value == pytest.approx((1 + 0 + 1) / 3)  # eq, reverb, delay
    assert found.f1.low <= found.f1.value <= found.f1.high


def test_what_needs_no_understanding_does_not_win() -> None:
    sentences = read_sentences()
    for choices in baselines(sentences, seed=0).values():
        marks = [marked(one, chosen) for one, chosen in zip(sentences, choices, strict=True)]
        assert scores(marks, seed=0).f1.value < 0.6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("en = [", "no valid toml"),
        ('fr = [{ say = "chaud" }]', "fr is not en"),
        (WARM.replace('why = "tone"', 'why = " "'), "say and why are texts"),
        (WARM.replace('"word"', '"noun"'), "kind 'noun' is none of word, figure"),
        (WARM.replace("eq/filter", "eq/flanger"), "there is no effect 'flanger'"),
        (WARM.replace('["eq/filter"]', "[]"), "wanted is empty"),
        (WARM.replace("accepted", "maybe"), "sentence 1: it needs say, kind, wanted"),
        (WARM[:-1] + ", " + WARM[6:], "stands there twice"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "selection.toml"
    path.write_text(text)
    with pytest.raises(BenchDataError) as refused:
        read_sentences(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BenchDataError, match="cannot read"):
        read_sentences(tmp_path / "none.toml")


def test_in_miniature(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "selection", "--cases", "40", "--out", str(tmp_path)]) == 0
    page = capsys.readouterr().out
    assert "40 sentences" in page
    rows = json.loads((tmp_path / "report.json").read_text())["rows"]
    assert rows["built-in planner, all"]["f1"]["value"] > 0.8 > rows["every effect"]["f1"]["value"]
    assert rows["every effect"]["recall"]["value"] == 1.0
    assert "### What went wrong" in (tmp_path / "report.md").read_text()
