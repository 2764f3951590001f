"""The measures of CLAP in miniature: one case, every way to search, on the smallest architecture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lived_sessions import QUICK

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bench.quality import clap, passes, templates
from instructfx.ears.checkpoints import Checkpoint
from instructfx.ears.clap_ear import ClapEar
from instructfx.engine import excerpt_of
from instructfx.engine.live import LiveSession, open_session
from instructfx.refine import BayesOptions, SecantOptions, rivals

FEW = SecantOptions(passes=2)


@pytest.fixture(scope="module")
def data(music: Audio, checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three seconds of music, and a CLAP."""
    base = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(checkpoint.path))
        patch.setenv("INSTRUCTFX_CLAP_MODEL", checkpoint.architecture)
        patch.setenv("INSTRUCTFX_MODELS", str(checkpoint.path.parent))
        patch.setenv("INSTRUCTFX_SESSIONS", str(base / "sessions"))
        save(Audio(music.samples[:, : 3 * music.sample_rate].copy(), music.sample_rate), base / "data" / "music.flac")
        yield base / "data"


def test_the_page_and_its_plot(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clap, "REFERENCE_STEPS", 2)
    monkeypatch.setattr(clap, "SecantOptions", lambda: FEW)
    monkeypatch.setattr(rivals.text2fx, "__defaults__", (2,))
    monkeypatch.setattr(rivals.fxsearcher, "__defaults__", (BayesOptions(evaluations=2, first_points=2, reach=1.0),))
    page, plot = clap.measure(data, lambda text: None, cases=1, rivals=1)
    assert "says nothing about sound" in page
    for name in clap.COLOURS:
        assert f"| {name} | 1 |" in page
    assert plot.startswith(b"<?xml")
    assert b"</svg>" in plot


def test_passes_and_turns(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*about: Any, **options: Any) -> LiveSession:
        live = open_session(*about, **options)
        live.agents = replace(live.agents, options=replace(QUICK, secant=FEW))
        return live

    monkeypatch.setattr(passes, "BATCHES", (1,))
    monkeypatch.setattr(passes, "SEARCHES", 1)
    monkeypatch.setattr(passes, "SecantOptions", lambda tolerance: replace(FEW, tolerance=tolerance))
    monkeypatch.setattr(passes._seconds, "__defaults__", (1,))
    monkeypatch.setattr(passes, "open_session", opened)
    monkeypatch.setattr(passes, "TURNS", {"EQ": "make it warmer"})
    page = passes.measure(data, lambda text: None)
    assert "says nothing about sound" in page
    assert '| turn, EQ ("make it warmer": eq) |' in page
    assert "% of a pass)" in page


def test_templates_are_compared_on_pairs_of_words(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "PAIRS", templates.PAIRS[:2])
    ear = ClapEar()
    excerpt = excerpt_of(inspect(data / "music.flac"), ear)
    heard = templates.changes(ear.model, {"music": excerpt})
    found = templates.agreements(ear.model, heard, "this sound is {}")
    assert len(found) == len(templates.PAIRS)
    assert all(-1 <= value <= 1 for value in found)
    page = templates.comparison(ear.model, {"music": excerpt})
    assert page.count("±") == len(templates.TEMPLATES)
