"""A models folder that is nobody's, and a server that publishes a small CLAP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_server import Server, serving
from small_clap import published_by


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
