"""The benches of words in miniature, on a made-up crowd: agreement, two wishes in a row, the way of a search."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowd import BANDS_HZ, write_crowd

from instructfx.audio import Audio
from instructfx.bench.quality import agreement, sequential, trajectory
from instructfx.bench.quality.agreement import comparative, one_person
from instructfx.bench.quality.features import COUNT, SAMPLE_RATE, distance, features
from instructfx.bench.quality.room_measures import centroid_hz, rt60_seconds
from instructfx.bench.quality.socialfx import band_change_db, crowd, drawn_curve, scaled
from instructfx.bench.quality.sounds import curve_response, ground, pairs_of, points_hz
from instructfx.bench.registry import BenchOptions, BenchPage, found
from instructfx.cli.main import main
from instructfx.engine.live import LiveSession, open_session
from instructfx.errors import SettingsError
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions


class Silent:
    def say(self, text: str) -> None: ...

    def now(self, text: str) -> None: ...


SHORT = RefineOptions(GradientOptions(spectral_steps=20, spectral_rounds=1, waveform_steps=4), BayesOptions(4, 3))


@pytest.fixture
def data(music: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crowd, and sessions that search for a short while."""

    def opened(*about: Any, **options: Any) -> LiveSession:
        live = open_session(*about, **options)
        live.agents = replace(live.agents, options=SHORT)
        return live

    for bench in (agreement, sequential, trajectory):
        monkeypatch.setattr(bench, "open_session", opened)
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    return write_crowd(tmp_path / "socialfx", music, seconds=1.5)


def run(name: str, data: Path, cases: int = 0) -> tuple[BenchPage, dict[str, object]]:
    out = data.parent / name
    page = found(name)(BenchOptions(data=data, out=out, cases=cases), Silent())
    return page, json.loads((out / "report.json").read_text())


def test_agreement(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "SEEDS", 1)
    monkeypatch.setattr(agreement, "EQ_PHRASINGS", agreement.EQ_PHRASINGS[:1])
    monkeypatch.setattr(agreement, "REVERB_PHRASINGS", agreement.REVERB_PHRASINGS[:1])
    page, numbers = run("agreement", data)
    assert numbers["eq"]["mean over words"]["value"] > 0.8
    assert numbers["reverb"]["rt60_spearman"]["value"] > 0.7
    assert 0.8 < numbers["reverb"]["centroid_ratio"]["value"] < 1.25
    assert 0.85 < numbers["reverb"]["rt60_ratio"]["value"] < 1.15
    assert "| church |" in page.summary
    assert (data.parent / "agreement" / "agreement.svg").read_text().startswith("<?xml")


@pytest.mark.slow
def test_two_wishes_in_a_row(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequential, "DRAWN", 2)
    page, numbers = run("sequential", data, cases=1)
    for row in sequential.ROWS:
        assert f"| {row} |" in page.summary
        assert 0 <= numbers[row]["as it is"]["distance"]["value"] < 2
    assert numbers["loudness_change_lu"]["most"] < 0.5
    assert page.well


def test_the_way_of_a_search(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "DRAWN", 4)
    monkeypatch.setattr(trajectory, "POINTS", 3)
    page, numbers = run("trajectory", data, cases=1)
    assert numbers["all"]["cases"] == 1
    assert numbers["all"]["end"]["value"] < numbers["all"]["before"]
    assert "no overshoot" in page.summary


@pytest.mark.parametrize("name", ["agreement", "sequential", "trajectory"])
def test_without_data_one_line_says_what_is_wanted(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([], ["--data", str(tmp_path)]):
        assert main(["bench", name, "--out", str(tmp_path / "out"), *arguments]) == 2
        said = capsys.readouterr().err.strip()
        assert said.count("\n") == 0
        assert "eq*.json" in said


def test_a_broken_table_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "eq_dev.json").write_text('{"bands_hz": [100, 200], "curves": {"warm": [[1, 2, 3]]}}')
    with pytest.raises(SettingsError, match="warm"):
        crowd(tmp_path)


def test_a_drawn_curve_does_what_it_shows() -> None:
    noise = np.float32(0.1 * np.random.default_rng(0).standard_normal((1, 6 * 44_100)))
    curve = np.sin(np.linspace(0, 5, 40))
    change = band_change_db(noise, drawn_curve(curve, noise, 44_100, BANDS_HZ), 44_100, BANDS_HZ)
    assert np.corrcoef(change, curve)[0, 1] > 0.95
    assert scaled(np.ones(40)).max() == 0


def test_both_ways_to_draw_a_curve_agree(data: Path) -> None:
    dry = ground(data / "audio" / "music.flac")
    curve = np.sin(np.linspace(0, 5, 40))
    quick = dry.through(curve_response(curve, BANDS_HZ, SAMPLE_RATE), points_hz())
    slow = drawn_curve(curve, dry.sound[None].astype(np.float32), SAMPLE_RATE, BANDS_HZ)[0]
    middle = slice(SAMPLE_RATE // 2, -SAMPLE_RATE // 2)
    assert np.abs(quick - slow)[middle].max() < 0.02 * np.abs(slow).max()


def test_features_and_their_distance() -> None:
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal(SAMPLE_RATE)
    assert features(noise).shape == (COUNT,)
    assert np.isfinite(features(np.zeros(SAMPLE_RATE))).all()
    same, far = rng.normal(size=(2, 60, 5)), rng.normal(3, 1, size=(60, 5))
    assert distance(same[0], same[1]) < 0.2
    assert distance(same[0], far) > 0.7
    assert distance(same[0], same[0][:1]) > distance(same[0], same[1])


def test_measures_of_a_room() -> None:
    time = np.arange(3 * 44_100) / 44_100
    noise = np.random.default_rng(0).standard_normal(len(time))
    for seconds in (0.4, 1.5):
        assert rt60_seconds(noise * 10 ** (-3 * time / seconds)) == pytest.approx(seconds, rel=0.08)
    assert centroid_hz(noise) == pytest.approx(11_025, rel=0.05)
    assert rt60_seconds(np.eye(1, 1000)[0]) == 0


def test_words_of_the_measures() -> None:
    assert [comparative(word) for word in ("warm", "heavy", "harsh", "metallic")] == [
        "warmer", "heavier", "harsher", "more metallic",
    ]  # fmt: skip
    people = np.array([[1.0, 2, 3], [1, 2, 4], [3, 2, 1]])
    assert -1 <= one_person(people) <= 1
    assert pairs_of(["warm", "bright"]) == [("warm", "bright"), ("bright", "warm")]
    assert len(pairs_of(["a", "b", "c", "d"])) == 10
