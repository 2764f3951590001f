"""A models folder that is nobody's, a server that publishes a small CLAP, and a studio for the tests in a browser."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from part_page import parts_served
from passwords import AUTH, OTHER_AUTH
from player_site import Player, Site, opened, served
from processes import gone
from scripted_server import Server, serving
from small_clap import published_by
from visitor import Guest, visitor

from instructfx.bench.serving.browser import CHROMIUM, FIREFOX, BrowserProgram, launched
from instructfx.bench.serving.running import Running, running
from instructfx.store import Store
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.pool import Pool


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
    """
    One studio for all that only visit it: the built-in planner and ear, one turn at a time, nothing to fetch. Told to
    end, it ends with its workers and leaves no temporary folder.
    """
    with ExitStack() as until_the_end:
        with pytest.MonkeyPatch.context() as patch:  # of its environment alone
            patch.setenv("INSTRUCTFX_TURNS", "1")
            patch.setenv("INSTRUCTFX_STUDIO_FETCH", "0")
            started = until_the_end.enter_context(running(tmp_path_factory.mktemp("common")))
        yield started
        workers = started.workers()
    assert all(map(gone, workers))
    assert list(Path(tempfile.gettempdir()).glob(f"instructfx-{started.pid}-*")) == []


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """
    One studio that lets assistants in, nobody without a password, and no long track. The model that should plan there
    has no key.
    """
    known = ",".join(":".join(each) for each in (OTHER_AUTH, AUTH))
    limits = {"MAX_UPLOAD_MB": "2", "MAX_SECONDS": "60", "TURNS": "1", "PLANNER": "openai/gpt-5"}
    with ExitStack() as until_the_end:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**limits, "MCP": "1", "AUTH": known}.items():
                patch.setenv(f"INSTRUCTFX_{name}", value)
            started = until_the_end.enter_context(running(tmp_path_factory.mktemp("guarded")))
        yield started


@pytest.fixture(scope="session")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pool, Path]]:
    """Two workers without a server, and the folder of the sessions that they keep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_SESSIONS", str(folder := tmp_path_factory.mktemp("pool")))
        Store()
        started = Pool(Limits(turns=1))
    yield started, folder
    started.close()


@pytest.fixture(scope="module")
def pool(pooled: tuple[Pool, Path]) -> Iterator[Pool]:
    """Those workers, whose sessions are in the store as long as a file of tests runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_SESSIONS", str(pooled[1]))
        yield pooled[0]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """What drives all browsers."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as started:
        yield started


def there(program: BrowserProgram) -> BrowserProgram:
    """A browser of the system's; skips the test where there is none."""
    if program.path is None:
        pytest.skip(program.missing)
    return program


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """One browser for all; each visit has a context of its own."""
    with launched(playwright, there(CHROMIUM)) as started:
        yield started


@pytest.fixture(scope="session")
def firefox(playwright: Any) -> Iterator[Any]:
    """The same of the other kind."""
    with launched(playwright, there(FIREFOX)) as started:
        yield started


@pytest.fixture(params=["chromium", pytest.param("firefox", marks=pytest.mark.firefox)])
def either(request: pytest.FixtureRequest) -> Any:
    """Both kinds of browser, one after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def playing(playwright: Any) -> Iterator[Any]:
    """One more Chromium, which plays without having been touched."""
    with launched(playwright, there(CHROMIUM), untouched=True) as started:
        yield started


@pytest.fixture(scope="module")
def place(playing: Any) -> Iterator[tuple[Site, Callable[..., Player]]]:
    """A site with nothing but the player on it, and how one comes there."""
    with served() as site, opened(site, playing) as come:
        yield site, come


@pytest.fixture
def site(place: tuple[Site, Callable[..., Player]]) -> Site:
    """The sounds of that site."""
    return place[0]


@pytest.fixture
def come(place: tuple[Site, Callable[..., Player]]) -> Callable[..., Player]:
    """Comes there, as `player_site.opened` has it."""
    return place[1]


@pytest.fixture
def player(come: Callable[..., Player]) -> Player:
    """The player there, as it is when it was just opened."""
    return come()


@pytest.fixture(scope="session")
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
