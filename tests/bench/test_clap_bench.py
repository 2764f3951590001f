"""The measures of CLAP in miniature: one case, every way to search, on the smallest architecture."""

from __future__ import annotations

from pathlib import Path

import pytest
from clap_checkpoint import write_checkpoint

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bench.quality import clap, passes, templates
from instructfx.ears.clap_ear import ClapEar
from instructfx.engine import excerpt_of
from instructfx.refine import BayesOptions, rivals


@pytest.fixture
def data(music: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    checkpoint = write_checkpoint(tmp_path / "clap")
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(checkpoint.path))
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", checkpoint.architecture)
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(tmp_path / "clap"))
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    folder = tmp_path / "data"
    save(Audio(music.samples[:, : 3 * music.sample_rate].copy(), music.sample_rate), folder / "music.flac")
    return folder


def test_the_page_and_its_plot(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clap, "REFERENCE_STEPS", 3)
    monkeypatch.setattr(rivals.text2fx, "__defaults__", (3,))
    monkeypatch.setattr(rivals.fxsearcher, "__defaults__", (BayesOptions(evaluations=3, first_points=3, reach=1.0),))
    page, plot = clap.measure(data, lambda text: None, cases=1, rivals=1)
    assert "says nothing about sound" in page
    for name in clap.COLOURS:
        assert f"| {name} | 1 |" in page
    assert plot.startswith(b"<?xml")
    assert b"</svg>" in plot


def test_passes_and_turns(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCHES", (1,))
    monkeypatch.setattr(passes, "SEARCHES", 1)
    monkeypatch.setattr(passes, "TURNS", {"EQ": "make it warmer"})
    page = passes.measure(data, lambda text: None)
    assert "says nothing about sound" in page
    assert '| turn, EQ ("make it warmer": eq) |' in page
    assert "% of a pass)" in page


def test_templates_are_compared_on_pairs_of_words(data: Path) -> None:
    ear = ClapEar()
    excerpt = excerpt_of(inspect(data / "music.flac"), ear)
    heard = templates.changes(ear.model, {"music": excerpt})
    found = templates.agreements(ear.model, heard, "this sound is {}")
    assert len(found) == len(templates.PAIRS)
    assert all(-1 <= value <= 1 for value in found)
    page = templates.comparison(ear.model, {"music": excerpt})
    assert page.count("±") == len(templates.TEMPLATES)
