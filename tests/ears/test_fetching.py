"""A published file fetched from a server that does what servers and networks do."""

from __future__ import annotations

import os
import random
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import filelock
import httpx
import pytest
from scripted_server import Answer, Server, serving

from instructfx.ears import fetching
from instructfx.ears.checking import Progress
from instructfx.ears.checkpoints import Published
from instructfx.ears.fetching import download
from instructfx.errors import Cancelled, EarError

CONTENT = random.Random(0).randbytes(400_000)
NAME = "tiny.pt"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def tiny(server: Server) -> Published:
    return server.publish(NAME, CONTENT)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("INSTRUCTFX_CLAP_MIRROR", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there yet"


def part_of(folder: Path) -> Path:
    return folder / f"{NAME}.part"


def refused(tiny: Published, folder: Path) -> str:
    """The one line that a failing download says; nothing may lie under the final name."""
    with pytest.raises(EarError) as caught:
        download(tiny, folder)
    line = str(caught.value)
    assert "\n" not in line
    assert not (folder / NAME).exists()
    return line


def test_fetches_the_whole_file_and_tells_how_far_it_is(tiny: Published, folder: Path) -> None:
    told: list[Progress] = []

    def watch(progress: Progress) -> None:
        assert not (folder / NAME).exists(), "half a file lies under the final name"
        told.append(progress)

    assert download(tiny, folder, watch) == folder / NAME
    assert (folder / NAME).read_bytes() == CONTENT
    assert not part_of(folder).exists()
    fetched = [each.done_bytes for each in told if each.stage == "fetching"]
    assert fetched == sorted(fetched)
    assert fetched[-1] == len(CONTENT)
    assert {(each.file_name, each.total_bytes) for each in told} == {(NAME, len(CONTENT))}
    assert told[-1] == Progress(NAME, "checking", len(CONTENT), len(CONTENT))


def test_an_intact_file_is_not_fetched_again(tiny: Published, folder: Path, server: Server) -> None:
    download(tiny, folder)
    download(tiny, folder)
    assert len(server.asked) == 1


@pytest.mark.parametrize("wrong", [CONTENT[:-1], b"x" * len(CONTENT)], ids=["truncated", "damaged"])
def test_a_file_that_is_not_whole_is_replaced(wrong: bytes, tiny: Published, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(wrong)
    download(tiny, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_goes_on_where_the_connection_broke(tiny: Published, folder: Path, server: Server) -> None:
    server.script = [Answer(cut_after=150_000), Answer(cut_after=100_000)]
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == ["", "bytes=150000-", "bytes=250000-"]


def test_goes_on_with_what_an_earlier_run_left(tiny: Published, tmp_path: Path, server: Server) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:70_000])
    told: list[Progress] = []
    download(tiny, tmp_path, told.append)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == ["bytes=70000-"]
    assert told[0].done_bytes > 70_000


def test_a_complete_part_needs_no_server(tiny: Published, tmp_path: Path, server: Server) -> None:
    part_of(tmp_path).write_bytes(CONTENT)
    download(tiny, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(ignore_range=True),
        Answer(claimed_range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"),
        Answer(claimed_range="nonsense"),
        Answer(status=416),
        Answer(status=503),
        Answer(status=429),
    ],
    ids=["ignores the range", "another place", "nonsense", "not satisfiable", "unavailable", "too many requests"],
)
def test_gets_over_servers_that_do_not_continue(
    answer: Answer, tiny: Published, tmp_path: Path, server: Server
) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:70_000])
    server.script = [answer]
    download(tiny, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.asked[0] == (f"/{NAME}", "bytes=70000-")


def test_a_part_that_is_too_long_is_begun_again(tiny: Published, tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(CONTENT + b"more")
    download(tiny, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_a_server_that_does_not_say_the_length(tiny: Published, folder: Path, server: Server) -> None:
    server.script = [Answer(without_length=True)]
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT


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


def test_damage_is_found_said_and_deleted(tiny: Published, folder: Path, server: Server) -> None:
    server.script = [Answer(content=b"x" * len(CONTENT))]
    line = refused(tiny, folder)
    assert "arrived damaged and was deleted" in line
    assert tiny.sha256 in line
    assert not part_of(folder).exists()
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT


def test_damage_in_a_resumed_part_is_found(tiny: Published, tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(b"x" * 70_000)
    assert "damaged" in refused(tiny, tmp_path)
    assert not part_of(tmp_path).exists()


@pytest.mark.parametrize("without_length", [False, True])
@pytest.mark.parametrize("content", [CONTENT[:1000], CONTENT + b"more"], ids=["shorter", "longer"])
def test_another_file_is_refused(
    content: bytes, without_length: bool, tiny: Published, folder: Path, server: Server
) -> None:
    server.files[f"/{NAME}"] = content
    server.script = [Answer(without_length=without_length)] * 9
    line = refused(tiny, folder)
    if not without_length or len(content) > len(CONTENT):
        assert "400,000 bytes" in line
        assert "truncated or another file" in line
    assert len(server.asked) <= 2 * fetching.ATTEMPTS


def test_another_length_in_a_range_is_refused(tiny: Published, tmp_path: Path, server: Server) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:70_000])
    server.files[f"/{NAME}"] = CONTENT[:80_000]
    assert "80,000 bytes long, not 400,000" in refused(tiny, tmp_path)
    assert part_of(tmp_path).read_bytes() == CONTENT[:70_000]


def test_gives_up_in_the_end_and_keeps_what_has_arrived(tiny: Published, folder: Path, server: Server) -> None:
    server.script = [Answer(cut_after=50_000)] + [Answer(cut_after=0)] * 20
    line = refused(tiny, folder)
    assert "broke off" in line
    assert "run the same command again to continue" in line
    assert len(server.asked) == fetching.ATTEMPTS
    assert part_of(folder).read_bytes() == CONTENT[:50_000]
    server.script = []
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=50000-"


def test_attempts_are_not_counted_while_much_arrives(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WORTHWHILE_BYTES", 40_000)
    server.script = [Answer(cut_after=40_000)] * (2 * fetching.ATTEMPTS - 1)
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert len(server.asked) == 2 * fetching.ATTEMPTS


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
    monkeypatch.setattr(fetching, "SILENCE_SECONDS", 0.1)
    server.script = [Answer(cut_after=50_000, holding=True)]
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=50000-"


def test_no_room_is_said_before_the_first_byte(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 7_000_000, 7_000_000))
    line = refused(tiny, folder)
    assert "no room for tiny.pt" in line
    assert f"{folder} has 7 MB free" in line
    assert server.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_runs_full(tiny: Published, tmp_path: Path) -> None:
    part_of(tmp_path).symlink_to("/dev/full")
    line = refused(tiny, tmp_path)
    assert "ran full" in line
    assert str(tmp_path) in line


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written into, not even by root."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)


def test_no_permission(tiny: Published, locked_folder: Path, server: Server) -> None:
    with pytest.raises(EarError, match=r"no permission to write into .*locked; .*INSTRUCTFX_MODELS"):
        download(tiny, locked_folder)
    assert server.asked == []


def test_a_file_where_the_folder_should_be(tiny: Published, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(EarError, match=r"cannot write .*INSTRUCTFX_MODELS"):
        download(tiny, tmp_path / "models")


def test_stopped_and_continued(tiny: Published, folder: Path, server: Server) -> None:
    told: list[Progress] = []
    with pytest.raises(Cancelled, match="kept"):
        download(tiny, folder, told.append, cancelled=lambda: bool(told))
    kept = part_of(folder).read_bytes()
    assert 0 < len(kept) < len(CONTENT)
    assert CONTENT.startswith(kept)
    assert not (folder / NAME).exists()
    download(tiny, folder)
    assert (folder / NAME).read_bytes() == CONTENT
    assert server.asked[-1][1] == f"bytes={len(kept)}-"


def test_stopped_while_waiting_to_try_again(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 60.0)
    server.script = [Answer(status=503)]
    with pytest.raises(Cancelled):
        download(tiny, folder, cancelled=lambda: bool(server.asked))
    assert len(server.asked) == 1


def test_two_at_once(tiny: Published, folder: Path) -> None:
    lines: list[str] = []

    def meanwhile(progress: Progress) -> None:
        with pytest.raises(EarError) as caught:
            download(tiny, folder)
        lines.append(str(caught.value))

    download(tiny, folder, meanwhile)
    assert set(lines) == {f"another download into {folder} is under way; wait until it has ended"}
    assert (folder / NAME).read_bytes() == CONTENT
    with filelock.FileLock(folder / ".download.lock", timeout=0):
        pass


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
