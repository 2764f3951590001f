"""A published file is fetched over networks, from mirrors and servers that refuse."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from published import CONTENT, NAME, refused
from scripted_server import Answer, Server

from instructfx.ears import fetching
from instructfx.ears.checkpoints import Published
from instructfx.ears.fetching import download
from instructfx.errors import EarError


def test_follows_a_redirect(tiny: Published, folder: Path, server: Server) -> None:
    server.files["/elsewhere"] = CONTENT
    server.script = [Answer(status=302, location="/elsewhere")]
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT


def test_refuses_to_leave_encryption_behind() -> None:
    with fetching._client("https://models.example/tiny.pt") as client:
        (hook,) = client.event_hooks["request"]
        hook(httpx.Request("GET", "https://elsewhere.example/tiny.pt"))
        with pytest.raises(EarError, match=r"models\.example redirects to elsewhere\.example without encryption"):
            hook(httpx.Request("GET", "http://elsewhere.example/tiny.pt"))


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (403, 1), (503, fetching.ATTEMPTS)])
def test_what_the_server_refuses_is_said(
    status: int, asked: int, tiny: Published, folder: Path, server: Server
) -> None:
    server.script = [Answer(status=status)] * 20
    line = refused(tiny, folder)
    assert str(status) in line
    assert len(server.asked) == asked


def test_no_network(tiny: Published, folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/{NAME}"
        line = refused(replace(tiny, url=nobody), folder)
    assert line.startswith("cannot reach 127.0.0.1: ")
    assert "check the network" in line


def test_a_server_that_falls_silent(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SILENCE_SECONDS", 1.0)  # a busy machine answers later than at once
    server.script = [Answer(cut_after=50_000, holding=True)]
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=50000-"


def test_a_mirror_has_the_layout_of_the_models_folder(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = replace(server.publish("copies/roberta-base/vocab.json", b"{}"), file_name="roberta-base/vocab.json")
    monkeypatch.setenv("INSTRUCTFX_CLAP_MIRROR", f"{server.address}/copies/")
    assert download(vocabulary, folder) == folder / "roberta-base" / "vocab.json"
    assert server.asked == [("/copies/roberta-base/vocab.json", "")]


@pytest.mark.parametrize("mirror", ["nonsense", "ftp://models.example", "http://", "http://[", "/models"])
def test_a_mirror_that_is_no_address(
    mirror: str, tiny: Published, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_CLAP_MIRROR", mirror)
    assert "INSTRUCTFX_CLAP_MIRROR" in refused(tiny, folder)


def test_a_proxy_that_cannot_be_used(tiny: Published, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("ALL_PROXY", "nonsense://proxy.example")
    assert "proxy in the environment cannot be used" in refused(tiny, folder)
