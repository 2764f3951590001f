"""A models folder that is nobody's, a server that publishes a small CLAP, and a studio for the tests in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from part_page import parts_served
from scripted_server import Server, serving
from small_clap import published_by
from visitor import Guest, visitor

from instructfx.bench.serving.browser import browser, chromium_path
from instructfx.bench.serving.running import Running, running


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder."""
    folder = tmp_path / "models"
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(folder))
    return folder


@pytest.fixture
def mirror(models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that publishes the whole of CLAP, 3 MB of it."""
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as server, published_by(server):
        monkeypatch.setenv("INSTRUCTFX_CLAP_MIRROR", server.address)
        yield server


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One studio for all that only visit it: the built-in planner and ear, one turn at a time, nothing to fetch."""
    with ExitStack() as until_the_end:
        with pytest.MonkeyPatch.context() as patch:  # of its environment alone
            patch.setenv("INSTRUCTFX_TURNS", "1")
            patch.setenv("INSTRUCTFX_STUDIO_FETCH", "0")
            started = until_the_end.enter_context(running(tmp_path_factory.mktemp("common")))
        yield started


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for the tests of a file; each visit has a context of its own."""
    if chromium_path() is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    pytest.importorskip("playwright")
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where a part of the page is served alone."""
    with parts_served() as address:
        yield address


@pytest.fixture
def guest(chromium: Any, common: Running) -> Iterator[Guest]:
    """Somebody new on the common studio's page."""
    with visitor(chromium, common.url) as come:
        yield come


@pytest.fixture(scope="session")
def riff(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of stereo with a beat in it, as somebody uploads it."""
    rate, rng = 22_050, np.random.default_rng(0)
    time = np.arange(3 * rate) / rate
    tone = np.sin(2 * np.pi * 220 * time)[:, None] * np.exp(-3 * (time % 0.5))[:, None]
    path = tmp_path_factory.mktemp("riff") / "My <b>Riff<b> é.wav"
    soundfile.write(path, 0.3 * tone + 0.03 * rng.standard_normal((len(time), 2)), rate)
    return path
