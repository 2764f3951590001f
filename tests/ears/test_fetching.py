"""A published file arrives whole, whatever becomes of it on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from published import CONTENT, NAME, part_of, refused
from scripted_server import Answer, Server

from instructfx.ears import fetching
from instructfx.ears.checking import CheckProgress
from instructfx.ears.checkpoints import Published
from instructfx.ears.fetching import download
from instructfx.errors import Cancelled


def test_fetches_the_whole_file_and_tells_how_far_it_is(tiny: Published, folder: Path) -> None:
    told: list[CheckProgress] = []

    def watch(progress: CheckProgress) -> None:
        assert not (folder / NAME).exists(), "half a file lies under the final name"
        told.append(progress)

    assert download(tiny, folder, watch) == folder / NAME
    assert (folder / NAME).read_bytes() == CONTENT
    assert not part_of(folder).exists()
    fetched = [each.done_bytes for each in told if each.stage == "fetching"]
    assert fetched == sorted(fetched)
    assert fetched[-1] == len(CONTENT)
    assert {(each.file_name, each.total_bytes) for each in told} == {(NAME, len(CONTENT))}
    assert told[-1] == CheckProgress(NAME, "checking", len(CONTENT), len(CONTENT))


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
    told: list[CheckProgress] = []
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


def test_stopped_and_continued(tiny: Published, folder: Path, server: Server) -> None:
    told: list[CheckProgress] = []
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
