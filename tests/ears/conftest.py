"""The shared music as ears take it, and one checkpoint of CLAP for all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch
from published import CONTENT, NAME
from scripted_server import Server, serving
from torch import Tensor

from instructfx.audio import Audio
from instructfx.ears import clap, fetching
from instructfx.ears.checkpoints import Checkpoint, Published
from instructfx.effects.device import CPU


@pytest.fixture(scope="session")
def music(music: Audio) -> Tensor:
    """(1, 2, frames) at 44.1 kHz."""
    return torch.from_numpy(music.samples)[None]


@pytest.fixture(autouse=True)
def _nobodys_models(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(tmp_path_factory.getbasetemp() / "models"))


@pytest.fixture(scope="session")
def both(checkpoint: Checkpoint) -> tuple[clap.Clap, Any]:
    """CLAP as it is loaded here, and the library's own object around the same weights."""
    import laion_clap

    built = []
    original = laion_clap.CLAP_Module

    def building(**options: Any) -> Any:
        built.append(original(**options))
        return built[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laion_clap, "CLAP_Module", building)
        model = clap.load(checkpoint, CPU)
    return model, built[0]


@pytest.fixture(scope="session")
def model(both: tuple[clap.Clap, Any]) -> clap.Clap:
    """Both towers of the checkpoint."""
    return both[0]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Two threads on a busy machine wait for each other far longer than one computes."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks up a name or opens a connection fails."""

    def refused(*arguments: object, **options: object) -> NoReturn:
        raise AssertionError(f"the network was touched: {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine, reached directly and without pauses."""
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("INSTRUCTFX_CLAP_MIRROR", raising=False)
    with serving() as server:
        yield server


@pytest.fixture
def tiny(server: Server) -> Published:
    """What the server has."""
    return server.publish(NAME, CONTENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it shall go."""
    return tmp_path / "not" / "there yet"
