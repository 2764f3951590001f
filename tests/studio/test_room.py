"""Room for uploads and turns, how often one address may come, and what is closed where the studio is full."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from scripted_pool import ScriptedPool, store_of, visit_of, welcome
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from instructfx.bench.serving.running import Running, running
from instructfx.bench.serving.visitor import API, Visitor
from instructfx.errors import LimitError
from instructfx.sessions.options import TurnOptions
from instructfx.studio.visits.arrivals import Arrivals
from instructfx.studio.visits.jobs import TurnJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.room import LEAST_FREE_BYTES, DiskRoom, used_bytes
from instructfx.studio.visits.visit import MADE_KEPT
from instructfx.studio.visits.visits import Visits
from instructfx.studio.web.uploads import UploadGate
from instructfx.studio.workers.limits import limits_from
from instructfx.studio.workers.messages import AgentNames, Finished
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.places import RequestCallbacks

MB = 10**6


def folder_of(path: Path, size: int) -> Path:
    path.mkdir()
    (path / "file").write_bytes(b"x" * size)
    return path


def test_what_is_kept_and_played_and_on_its_way_counts_together(tmp_path: Path) -> None:
    folders = (folder_of(tmp_path / "kept", 2 * MB), folder_of(tmp_path / "played", 3 * MB), tmp_path / "none")
    os.link(folders[0] / "file", folders[1] / "again")  # one file, however often it is named
    assert used_bytes(*folders) == 5 * MB
    room = DiskRoom(lambda: folders, limit_gb=0.010)
    room.check(5 * MB)
    with pytest.raises(LimitError, match=r"fill the 0.01 GB that this studio may use"):
        room.check(5 * MB + 1)
    with room.held(4 * MB):
        room.check(MB)
        with pytest.raises(LimitError), room.held(2 * MB):
            raise AssertionError
    room.check(5 * MB)
    DiskRoom(lambda: folders).check(0)


def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "kept", 1)
    room = DiskRoom(lambda: (folder,), free_bytes=lambda path: LEAST_FREE_BYTES + MB)
    room.check(MB)
    with pytest.raises(LimitError, match="the disk of this studio is full"):
        room.check(MB + 1)


def sent(gate: UploadGate, length: int, *pieces: bytes, path: str = f"{API}/upload") -> list[dict[str, Any]]:
    """What is answered to an upload from 10.0.0.1 that says how long it is, sends these pieces and then breaks off."""
    answers: list[dict[str, Any]] = []
    coming = iter(pieces)
    left = [length]

    async def receive() -> dict[str, Any]:
        piece = next(coming, None)
        if piece is None:
            return {"type": "http.disconnect"}
        left[0] -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": left[0] > 0}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"content-length", str(length).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "client": ("10.0.0.1", 1)}
    asyncio.run(gate(scope, receive, send))
    return answers


class Site:
    """An application that reads all that is sent, as Gradio does."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async for piece in Request(scope, receive).stream():
            self.read += len(piece)
        await PlainTextResponse("read")(scope, receive, send)


def test_an_upload_is_refused_before_its_body_is_read(tmp_path: Path) -> None:
    folder, site = folder_of(tmp_path / "kept", 2 * MB), Site()
    gate = UploadGate(site, DiskRoom(lambda: (folder,), limit_gb=0.003), Arrivals())
    assert sent(gate, MB, b"x" * MB)[0]["status"] == 200
    assert site.read == MB
    refused = sent(gate, MB + 1, b"x" * MB, b"x")
    assert refused[0]["status"] == 507
    assert b"fill the 0.003 GB" in refused[1]["body"]
    assert site.read == MB
    with pytest.raises(ClientDisconnect):  # which is nothing of this gate's
        sent(gate, 10 * MB, b"x", path="/elsewhere")


def test_eight_uploads_at_once_do_not_go_past_the_limit(tmp_path: Path) -> None:
    room = DiskRoom(lambda: (tmp_path,), limit_gb=0.05)

    class Slow:
        def __init__(self) -> None:
            self.now = self.most = 0

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.05)
            self.now -= 1
            await PlainTextResponse("read")(scope, receive, send)

    slow = Slow()

    async def eight() -> list[int]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(UploadGate(slow, room, Arrivals())), base_url="http://studio"
        ) as client:
            posts = [client.post(f"{API}/upload", content=b"x" * 20 * MB) for _ in range(8)]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    codes = asyncio.run(eight())
    assert codes.count(200) == 2
    assert codes.count(507) == 6
    assert slow.most == 2


def test_an_upload_that_breaks_off_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "instructfx"):
        assert sent(UploadGate(Site(), DiskRoom(), Arrivals()), 5 * MB, b"x" * 2 * MB) == []
    assert caplog.messages == ["an upload broke off after 2.0 MB"]
    assert not caplog.records[0].exc_info


def test_one_address_opens_and_sends_so_often_within_a_minute() -> None:
    clock = [1000.0]
    arrivals = Arrivals(3, lambda: clock[0])
    for _ in range(3):
        arrivals.opens("10.0.0.1")
        clock[0] += 10
    with pytest.raises(LimitError, match=r"up to 3 a minute are taken. Try again in 30 s"):
        arrivals.opens("10.0.0.1")
    arrivals.sends("10.0.0.1")
    arrivals.opens("10.0.0.2")
    arrivals.opens("")
    clock[0] += 30
    arrivals.opens("10.0.0.1")
    with pytest.raises(LimitError):
        arrivals.opens("10.0.0.1")
    for _ in range(99):
        Arrivals(None).opens("10.0.0.1")
    assert limits_from({"INSTRUCTFX_MAX_OPENS": "none"}).opens is None
    assert limits_from({"INSTRUCTFX_MAX_OPENS": "5"}).opens == 5
    assert limits_from({}).opens == 60


def test_too_many_uploads_of_one_address_are_refused() -> None:
    gate = UploadGate(Site(), DiskRoom(), Arrivals(2))
    assert [sent(gate, 1, b"x")[0]["status"] for _ in range(3)] == [200, 200, 429]


def test_a_full_studio_closes_what_nobody_has_used_for_longest() -> None:
    clock = [0.0]
    visits = Visits(lambda: clock[0], most=3)
    first, second, third = (welcome(visits, page) for page in "abc")
    for visit in (first, second, third):
        clock[0] += 1
        visits.find(visit.token)
    first.busy.acquire()
    visits.check_room("b")
    assert len(visits) == 3  # who is here already needs no room
    visits.check_room("d")
    assert second.closed.is_set()
    assert not second.folder.exists()
    assert visits.past(second.token)
    welcome(visits, "d")
    visits.left("d")
    visits.check_room("e")
    assert not third.closed.is_set()  # the page that was left goes before one that is open
    many = [welcome(visits, str(number)) for number in range(5)]  # that have come in at once
    assert len(visits) == 3
    assert not first.closed.is_set()
    assert not many[-1].closed.is_set()
    for visit in many[-2:]:
        visit.busy.acquire()
    with pytest.raises(LimitError, match="3 sessions are open and in use"):
        visits.check_room("f")
    visits.close_all()


def test_files_that_nobody_fetches_are_few(tmp_path: Path) -> None:
    visit = visit_of(tmp_path)
    paths = [tmp_path / f"{number}.flac" for number in range(MADE_KEPT + 3)]
    for path in paths:
        path.touch()
        visit.keep_made(path)
    assert [path.exists() for path in paths] == [False] * 3 + [True] * MADE_KEPT
    assert set(visit.made.values()) == set(paths[3:])


def test_a_bundle_takes_as_much_room_as_it_does_once_unpacked(tmp_path: Path) -> None:
    """Refused before any worker is asked, by the room and by what may be uploaded."""
    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("session.json", b"{}")
        bundle.writestr(f"audio/{'0' * 64}.wav", random.Random(0).randbytes(300_000) + bytes(3 * 2**20))
    assert packed.stat().st_size < MB
    (tmp_path / "sessions").mkdir()
    store = SimpleNamespace(folder=tmp_path / "sessions")
    for limits, told in (
        ({"INSTRUCTFX_MAX_DISK_GB": "0.002"}, "this studio may use"),
        ({"INSTRUCTFX_MAX_UPLOAD_MB": "2"}, "song.zip is 3 MB once unpacked; up to 2 MB"),
    ):
        visits, pool = Visits(), ScriptedPool(lambda request, callbacks: pytest.fail("a worker was asked"))
        studio = Studio(visits, pool, store, limits_from(limits))  # type: ignore[arg-type]
        with pytest.raises(LimitError, match=told):
            studio.open_upload(packed, "song.zip", "page", AgentNames("builtin", "perceptual"), RequestCallbacks())
        visits.close_all()


def test_a_turn_looks_for_room_first(tmp_path: Path) -> None:
    def no(request: object, callbacks: RequestCallbacks) -> Finished:
        raise AssertionError

    full = DiskRoom(lambda: (tmp_path,), free_bytes=lambda path: 0)
    visit = visit_of(tmp_path)
    visit.busy.acquire()
    job = TurnJob(visit, Instruct("warmer", TurnOptions()), ScriptedPool(no), store_of(), full)  # type: ignore[arg-type]
    job.run()
    assert job.trouble == "The disk of this studio is full; its host can make room."
    assert not visit.busy.locked()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A studio for two visits, four opens a minute and 3 MB."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"TURNS": "1", "MAX_VISITS": "2", "MAX_OPENS": "5", "MAX_DISK_GB": "0.012"}.items():
            patch.setenv(f"INSTRUCTFX_{name}", value)
        with running(tmp_path_factory.mktemp("small")) as started:
            yield started


def test_a_small_studio(small: Running) -> None:
    """Who was closed for others goes on by its id, who comes too often waits, and a large file is not even read."""
    visitors = [Visitor(small.url) for _ in range(3)]
    for visitor in visitors:
        assert visitor.sample("guitar").line == ""
    again = visitors[0].say("low-pass it at 2 kHz")
    assert again.line == ""
    assert again.said == ("low-pass it at 2 kHz",)
    large = visitors[1].client.post(f"{API}/upload", files={"files": ("a.wav", b"x" * 12 * MB)})
    assert large.status_code == 507
    assert large.text.startswith("Sessions, uploads and what is played fill the 0.012 GB")
    sent = [visitors[2].client.post(f"{API}/upload", files={"files": ("a.wav", b"x")}) for _ in range(6)]
    assert sent[-1].status_code == 429  # opening takes longer, on a busy machine more than a minute
    assert sent[-1].text.startswith("Too many tracks were opened or sent from where you are; up to 5 a minute")
    for visitor in visitors:
        visitor.client.close()
