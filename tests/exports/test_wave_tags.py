"""What recorders and ffmpeg write into the chunks of a WAV: kept in every sound that is taken away."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import soundfile
from exports_made import hits, session_of, track_of
from mutagen.id3 import ID3, TIT2

from instructfx.audio.track import inspect
from instructfx.bench.robustness.awkward import encoded
from instructfx.bench.robustness.riff import chunk, riff
from instructfx.chain import Chain
from instructfx.exports import export, sound
from instructfx.exports.tags import Tags, read_tags
from instructfx.exports.wave_chunks import BEXT_NAMES, read_chunks

SOUNDS = ("wav16", "wav24", "wav32f", "flac", "mp3")
IXML = '<?xml version="1.0" encoding="UTF-8"?>\r\n<BWFXML><SCENE>12A</SCENE><NOTE>más allá</NOTE></BWFXML>'
BROADCAST = {
    "description": "Church, take 3", "originator": "A recorder", "originator_reference": "USABC1234567",
    "origination_date": "2021-05-04", "origination_time": "12:30:00", "time_reference": "1984500000",
    "umid": "060a2b3401" + "00" * 58 + "ff", "coding_history": "A=PCM,F=48000,W=24,M=stereo,T=recorder",
}  # fmt: skip


def bext() -> bytes:
    texts = [value.encode() for value in list(BROADCAST.values())[:5]]
    loudness = struct.pack("<5h", -2300, 500, -100, -1800, -2000) + bytes(180)
    umid = bytes.fromhex(BROADCAST["umid"])
    fixed = struct.pack("<256s32s32s10s8sQH64s", *texts, int(BROADCAST["time_reference"]), 2, umid) + loudness
    return fixed + BROADCAST["coding_history"].encode() + b"\r\n"


def with_chunks(path: Path, *more: tuple[bytes, bytes]) -> Path:
    """A WAV with these in front of its sound."""
    plain = encoded("WAV", "PCM_16", 44_100, seconds=0.5)
    start = plain.index(b"data")
    path.write_bytes(riff(plain[12:start] + b"".join(chunk(*each) for each in more) + plain[start:]))
    return path


def info(*texts: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    return b"LIST", b"INFO" + b"".join(chunk(name, text) for name, text in texts)


LISTED = info(
    (b"INAM", "Más allá".encode() + b"\0"), (b"IART", b"Somebody\0"), (b"IPRD", b"An album\0\0"),
    (b"ICRD", b"2019-05-04"), (b"IGNR", b"Folk\0"), (b"IPRT", b"3/12\0"), (b"ICOP", b"CC0"), (b"ISFT", b"Lavf59"),
)  # fmt: skip


@pytest.mark.parametrize("name", SOUNDS)
def test_all_chunks_go_along(name: str, tmp_path: Path) -> None:
    track = inspect(with_chunks(tmp_path / "take.wav", LISTED, (b"bext", bext()), (b"iXML", IXML.encode())))
    done = export(session_of(track, Chain()), track, tmp_path / "out", name)
    found = read_tags(done.path)
    assert (found.title, found.artist, found.album) == (("Más allá",), ("Somebody",), ("An album",))
    assert (found.date, found.genre, found.track, found.copyright) == (("2019-05-04",), ("Folk",), ("3/12",), ("CC0",))
    assert dict(found.broadcast) == BROADCAST
    assert found.ixml == IXML
    with soundfile.SoundFile(done.path) as file:
        assert file.frames == len(file.read()) >= track.frames
    again = inspect(done.path)  # and from there on
    last = read_tags(export(session_of(again, Chain()), again, tmp_path / "last.wav", "wav24").path)
    assert (last.title, dict(last.broadcast), last.ixml) == (found.title, BROADCAST, IXML)


def test_a_wav_holds_them_as_chunks(tmp_path: Path) -> None:
    """The loudness of the original is left out: it is another one now."""
    track = inspect(with_chunks(tmp_path / "take.wav", LISTED, (b"bext", bext()), (b"iXML", IXML.encode())))
    path = export(session_of(track, Chain()), track, tmp_path / "x.wav", "wav24").path
    content = path.read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    written = content[content.index(b"bext") + 8 :]
    assert written[:346] == bext()[:346]
    assert written[346:348] == b"\1\0"
    assert written[412:602] == bytes(190)
    found = read_chunks(path)
    assert found is not None
    assert found.ixml == IXML
    assert found.info["title"] == "Más allá"


def test_a_large_wav_holds_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "LARGEST_RIFF_BYTES", 1000)
    track = inspect(with_chunks(tmp_path / "take.wav", LISTED, (b"bext", bext()), (b"iXML", IXML.encode())))
    path = export(session_of(track, Chain()), track, tmp_path / "x.wav", "wav24").path
    content = path.read_bytes()
    assert content[:4] == b"RF64"
    assert int.from_bytes(content[20:28], "little") == len(content) - 8
    found = read_tags(path)
    assert (found.title, dict(found.broadcast), found.ixml) == (("Más allá",), BROADCAST, IXML)
    assert soundfile.info(path).frames == inspect(path).frames >= track.frames


def test_id3_comes_before_the_list_and_the_list_fills_what_it_lacks(tmp_path: Path) -> None:
    id3 = ID3()
    id3.add(TIT2(encoding=3, text=["By ID3"]))
    id3.save(tmp_path / "tag.id3", v2_version=4)
    tag = (b"id3 ", (tmp_path / "tag.id3").read_bytes())
    found = read_tags(with_chunks(tmp_path / "both.wav", LISTED, tag))
    assert (found.title, found.artist) == (("By ID3",), ("Somebody",))


def test_texts_as_windows_writes_them(tmp_path: Path) -> None:
    path = with_chunks(tmp_path / "old.wav", info((b"INAM", "Más allá €".encode("cp1252"))))
    assert read_tags(path).title == ("Más allá €",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-8"])
def test_ixml_is_kept_whole_whatever_it_is_encoded_in(encoding: str, tmp_path: Path) -> None:
    said = IXML.replace("UTF-8", encoding)
    track = inspect(with_chunks(tmp_path / "take.wav", (b"iXML", said.encode(encoding))))
    for name in ("wav24", "flac", "mp3"):
        assert read_tags(export(session_of(track, Chain()), track, tmp_path / "out", name).path).ixml == IXML


@pytest.mark.parametrize("name", [b"iXML", b"bext", b"LIST"])
def test_what_is_too_large_to_go_along_is_said(name: bytes, tmp_path: Path) -> None:
    track = inspect(with_chunks(tmp_path / "take.wav", (name, b"INFO" + bytes(400_000))))
    notes = export(session_of(track, Chain()), track, tmp_path / "out", "wav24").notes
    assert notes == (f"left out because they are too large: {name.decode()}",)


@pytest.mark.parametrize(
    "damage",
    [(b"LIST", b"INFOINAM\xff\x00\x00\x00..."), (b"bext", b"short"),
     (b"bext", b"\xff" * 602), (b"iXML", b"\xff\xfe\x00"), (b"id3 ", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f"),
     (b"id3 ", b"")],
    ids=str,
)  # fmt: skip
def test_damaged_chunks_do_not_cost_the_sound(damage: tuple[bytes, bytes], tmp_path: Path) -> None:
    track = inspect(with_chunks(tmp_path / "take.wav", damage))
    for name in ("wav24", "flac", "mp3"):
        assert export(session_of(track, Chain()), track, tmp_path / "out", name).path.stat().st_size > 5000


def test_a_wav_from_a_pipe_keeps_its_list(tmp_path: Path) -> None:
    path = with_chunks(tmp_path / "take.wav", LISTED)
    content = path.read_bytes()
    at = content.index(b"data") + 4
    path.write_bytes(content[:4] + b"\xff" * 4 + content[8:at] + b"\xff" * 4 + content[at + 4 :])
    assert read_tags(path).album == ("An album",)


@pytest.mark.parametrize(("container", "suffix"), [("AIFF", "aiff"), ("CAF", "caf")])
def test_texts_of_other_containers(container: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"song.{suffix}"
    with soundfile.SoundFile(path, "w", 44_100, 2, "PCM_16", format=container) as file:
        file.title, file.artist = "Más allá", "Somebody"
        file.write(hits(0.5, 44_100, 2).T)
    assert read_tags(path) == Tags(title=("Más allá",), artist=("Somebody",))


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("name", ["wav24", "flac", "mp3"])
def test_ffmpeg_finds_them_too(name: str, tmp_path: Path) -> None:
    track = inspect(with_chunks(tmp_path / "take.wav", LISTED, (b"bext", bext())))
    path = export(session_of(track, Chain()), track, tmp_path / "out", name).path
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags", path]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.lower()
    for text in ("somebody", "an album", "folk", "usabc1234567", "church, take 3"):
        assert text in said


def test_names_are_told_once() -> None:
    assert tuple(BROADCAST) == BEXT_NAMES


def test_the_given_file(awkward: Path, tmp_path: Path) -> None:
    track = inspect(awkward / "list_info.wav")
    said = read_tags(track.path)
    assert all((said.title, said.artist, said.album, said.date))
    for name in SOUNDS:
        found = read_tags(export(session_of(track, Chain()), track, tmp_path / "out", name).path)
        assert (found.title, found.artist, found.album, found.date) == (said.title, said.artist, said.album, said.date)


def test_without_any_nothing_is_added(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "plain.wav")
    path = export(session_of(track, Chain()), track, tmp_path / "x.wav", "wav24").path
    assert not {b"bext", b"iXML"} & {path.read_bytes()[at : at + 4] for at in range(0, path.stat().st_size, 2)}
