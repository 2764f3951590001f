"""Connections that say nothing or only half of what they want, and the end of a studio."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from change_stream import listening
from processes import until_gone

from instructfx.bench.serving.running import running
from instructfx.bench.serving.serving import family
from instructfx.bench.serving.visitor import Visitor
from instructfx.store import Store
from instructfx.studio.visits.progress import STAGES
from instructfx.studio.web.connections import BODY_BYTES, ClosingServer, ImpatientProtocol, most_connections

LONG = "much warmer, some chorus, a big hall, a phaser and some grit"
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"


class Impatient(ImpatientProtocol):
    head_seconds = 0.3
    body_seconds = 0.3


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    size = 0
    while (message := await receive())["type"] == "http.request":
        size += len(message["body"])
        if not message["more_body"]:
            break
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    body = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    told: list[int] = []
    server = ClosingServer(
        uvicorn.Config(echo, http=Impatient, log_config=None, lifespan="off"),
        lambda: told.append(0),
        lambda: told.append(1),
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.handle_exit(signal.SIGTERM, None)
    thread.join(60)
    assert told == [0, 1]
    listening.close()


@pytest.mark.parametrize(
    "said",
    [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n", HEAD % 100, HEAD % 100 + b"x" * 99, b"\r\n\r\n"],
    ids=["nothing", "a word", "half a head", "no body", "half a body", "empty lines"],
)
def test_what_is_never_finished_is_closed(port: int, said: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        connection.sendall(said)
        while connection.recv(1000):
            pass


@pytest.mark.parametrize("drop", [lambda number: b"X-%d: a\r\n" % number, lambda number: b"x"], ids=["head", "body"])
def test_drop_by_drop_is_not_enough(port: int, drop: Callable[[int], bytes]) -> None:
    start = b"GET / HTTP/1.1\r\nHost: a\r\n" if b":" in drop(0) else HEAD % BODY_BYTES
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        connection.sendall(start)
        closed = False
        for number in range(2000):
            try:
                connection.sendall(drop(number))
            except OSError:
                closed = True
                break
            time.sleep(0.03)
        assert closed


def test_a_slow_answer_and_a_long_body_are_waited_for(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        answers = connection.makefile("rb")

        def answered() -> bytes:
            while answers.readline().strip():
                pass
            return answers.read(1)

        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answered() == b"0"
        pieces = 12
        connection.sendall(HEAD % (pieces * BODY_BYTES))
        for _ in range(pieces):
            connection.sendall(b"x" * BODY_BYTES)
            time.sleep(0.1)
        assert answered() == b"1"


class Patient(ImpatientProtocol):
    head_seconds = 60.0


EXPECTING = (HEAD % 100).replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
"""Somebody who is answered, and has more to say."""


@contextmanager
def full_at_five() -> Iterator[tuple[str, int]]:
    """Where a patient server listens that takes five connections at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(echo, http=Patient, log_config=None, lifespan="off", limit_concurrency=5)
        server = ClosingServer(config, lambda: None, lambda: None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield listening.getsockname()
        server.handle_exit(signal.SIGTERM, None)
        thread.join(60)


def test_whoever_says_nothing_makes_room_for_who_asks() -> None:
    with full_at_five() as place, ExitStack() as opened:
        silent = [opened.enter_context(socket.create_connection(place, timeout=60)) for _ in range(12)]
        with socket.create_connection(place, timeout=60) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert asking.recv(100).startswith(b"HTTP/1.1 200")
        assert all(each.recv(1) == b"" for each in silent[:8]), "those that came first were closed"
        for _ in range(4):
            busy = opened.enter_context(socket.create_connection(place, timeout=60))
            busy.sendall(EXPECTING)
            assert busy.recv(100).startswith(b"HTTP/1.1 100")
        with socket.create_connection(place, timeout=60) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            told = asking.makefile("rb").read()
        assert told.startswith(b"HTTP/1.1 503")
        assert b"content-security-policy" in told.lower()


def test_no_address_keeps_the_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these asks for something and never ends; who comes from elsewhere gets in."""
    monkeypatch.setattr(ImpatientProtocol, "body_seconds", 600.0)
    with full_at_five() as place, ExitStack() as opened:

        def busy(source: str) -> socket.socket:
            found = socket.create_connection(place, timeout=60, source_address=(source, 0))
            opened.enter_context(found)
            found.sendall(EXPECTING)
            assert found.recv(100).startswith(b"HTTP/1.1 100")
            return found

        crowd = [busy("127.0.0.1") for _ in range(4)]
        others = [busy("127.0.0.2") for _ in range(2)]
        assert [each.recv(1) for each in crowd[2:]] == [b"", b""], "what came last went first"
        for each in (*crowd[:2], *others):
            each.sendall(b"x" * 100)
            assert each.recv(100).startswith(b"HTTP/1.1 200")


def test_who_comes_from_elsewhere_takes_the_place_of_who_says_nothing() -> None:
    """Each address holds as many connections as the newcomer's own: what is silent for longest goes; where nothing is,
    nobody does."""
    with full_at_five() as place, ExitStack() as opened:

        def one(source: int, said: bytes, told: bytes = b"") -> socket.socket:
            address = (f"127.0.0.{source}", 0)
            found = opened.enter_context(socket.create_connection(place, timeout=60, source_address=address))
            found.sendall(said)
            assert found.recv(100).startswith(told)
            return found

        busy = [one(2, EXPECTING, b"HTTP/1.1 100")]
        idle = [opened.enter_context(socket.create_connection(place, 60, (f"127.0.0.{n}", 0))) for n in (3, 4, 5)]
        busy.append(one(6, EXPECTING, b"HTTP/1.1 100"))
        assert idle[0].recv(1) == b"", "the first of them was closed"
        busy += [one(number, EXPECTING, b"HTTP/1.1 100") for number in (7, 8)]
        assert [each.recv(1) for each in idle[1:]] == [b"", b""]
        one(9, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 503")
        for each in busy:
            each.sendall(b"x" * 100)
            assert each.recv(100).startswith(b"HTTP/1.1 200")


def test_that_nobody_can_come_in_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    server = ClosingServer(uvicorn.Config(echo), lambda: None, lambda: None)
    loop = asyncio.new_event_loop()
    full = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
    for _ in range(100):
        server._failed(loop, full)
    assert [record.getMessage() for record in caplog.records] == ["nobody can come in for now: Too many open files"]
    server._failed(loop, {"message": "another thing"})
    assert len(caplog.records) == 2
    loop.close()


@pytest.mark.parametrize(("files", "most"), [(1024, 832), (100, 16), (100_000, 1700)])
def test_no_more_connections_than_files(monkeypatch: pytest.MonkeyPatch, files: int, most: int) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda which: (files, files))
    assert most_connections(200) == most


@pytest.mark.parametrize("told", [signal.SIGHUP, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_bench_that_is_told_to_end_ends_its_studio(tmp_path: Path, told: signal.Signals) -> None:
    command = [sys.executable, "-m", "instructfx", "bench", "faults", "--cases", "1"]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.DEVNULL) as bench:
        started: list[int] = []
        end = time.monotonic() + 120
        while not any(tmp_path.glob("studio-*/studio.log")) or len(started) < 2:
            assert time.monotonic() < end
            time.sleep(0.1)
            started = family(bench.pid)
        bench.send_signal(told)
        assert bench.wait(60) == 128 + told
    until_gone(60, *started)
    assert list(tmp_path.glob("studio-*")) == []


@pytest.mark.parametrize("told", [signal.SIGHUP, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_told_to_end_a_studio_says_so_and_leaves_turns_whole_and_no_folders(
    tmp_path: Path, riff: Path, monkeypatch: pytest.MonkeyPatch, told: signal.Signals
) -> None:
    """In the middle of a turn, while another page listens: the stream of that ends whole and does not break off."""
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setenv("INSTRUCTFX_TURNS", "1")
    with running(tmp_path) as studio, Visitor(studio.url) as visitor, riff.open("rb") as file:
        workers = studio.workers()
        visit = str(visitor.upload(riff.name, file).parts["address"]["visit"])
        assert list(temp.glob("instructfx-*"))
        ended: list[int] = []

        def end(seen: str) -> None:
            if STAGES["refining"] in seen and not ended:
                ended.append(studio.pid)
                os.kill(studio.pid, told)

        with listening(studio.url, visit) as changes:
            next(changes)
            shown = visitor.say(LONG, end)
            assert all(isinstance(each, int) for each in changes)
        assert ended
        assert "studio is closing" in " ".join((shown.line, *shown.texts))
        until_gone(60, studio.pid, *workers)  # three seconds, on a machine that does nothing else
        log = studio.log.read_text()
    assert "Traceback" not in log
    assert "Cancel" not in log
    assert list(temp.glob("instructfx-*")) == []
    session = Store(tmp_path).listed()[0]
    assert session.turns in (0, 1)
    assert len(Store(tmp_path).load(session.id)[0].turns) == session.turns
