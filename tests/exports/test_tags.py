"""Tags: kept wherever both formats hold them, with a word on what was done."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import mutagen
import pytest
import soundfile
from exports_made import hits, session_of, track_of
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, TALB, TCON, TDRC, TIT2, TPE1, TRCK
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggvorbis import OggVorbis
from PIL import Image

from instructfx import __version__
from instructfx.audio.track import Track, inspect
from instructfx.chain import Chain
from instructfx.exports import export
from instructfx.exports.tags import Tags, read_tags

CHAIN = Chain().added("eq", {"mid_gain_db": 3}).added("chorus", {}).bypassed("chorus", True)
TEXTS = {
    "title": ("Más allá 暖",), "artist": ("One", "Two"), "album": ("An album",), "date": ("2019-05-04",),
    "genre": ("Rock",), "track": ("3/12",), "comment": ("as it came",),
}  # fmt: skip
REMARK = f'InstructFX {__version__}: "make it warmer", "too dark" (Equaliser)'
TARGETS = ("wav16", "wav32f", "flac", "mp3")


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return file.getvalue()


def tagged(extension: str, folder: Path) -> Track:
    """A track of that format with every tag and a cover."""
    path = folder / f"song{extension}"
    if extension == ".m4a":
        if not shutil.which("ffmpeg"):
            pytest.skip("ffmpeg is not installed")
        track_of(hits(0.5, 44_100, 2), 44_100, folder / "plain.wav")
        subprocess.run(["ffmpeg", "-v", "error", "-i", folder / "plain.wav", path], check=True, timeout=60)
    else:
        track_of(hits(0.5, 44_100, 2), 44_100, path)
    file: Any = mutagen.File(path)
    if isinstance(file, MP4):
        file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = TEXTS["title"][0], list(TEXTS["artist"]), TEXTS["album"][0]
        file["\xa9day"], file["\xa9gen"], file["\xa9cmt"] = TEXTS["date"][0], TEXTS["genre"][0], TEXTS["comment"][0]
        file["trkn"], file["covr"] = [(3, 12)], [MP4Cover(picture(), MP4Cover.FORMAT_PNG)]
    elif isinstance(file, FLAC | OggVorbis):
        for name, texts in TEXTS.items():
            file["tracknumber" if name == "track" else name] = list(texts)
        cover = Picture()
        cover.data, cover.mime, cover.type = picture(), "image/png", 3
        if isinstance(file, FLAC):
            file.add_picture(cover)
        else:
            file["metadata_block_picture"] = [base64.b64encode(cover.write()).decode()]
    else:
        if file.tags is None:
            file.add_tags()
        for frame, name in ((TIT2, "title"), (TPE1, "artist"), (TALB, "album"), (TDRC, "date"), (TRCK, "track")):
            file.tags.add(frame(encoding=3, text=list(TEXTS[name])))
        file.tags.add(TCON(encoding=3, text=["(17)"]))  # ID3v1's number for rock
        file.tags.add(COMM(encoding=3, lang="eng", desc="", text=list(TEXTS["comment"])))
        file.tags.add(COMM(encoding=3, lang="eng", desc="iTunNORM", text=["0000 1111"]))
        file.tags.add(APIC(encoding=3, mime="image/png", type=3, data=picture()))
    file.save()
    return inspect(path)


@pytest.mark.parametrize("extension", [".wav", ".aiff", ".flac", ".ogg", ".mp3", ".m4a"])
def test_tags_and_cover_go_along(extension: str, tmp_path: Path) -> None:
    track = tagged(extension, tmp_path)
    session = session_of(track, CHAIN, "make it warmer", "too dark")
    for name in TARGETS:
        path = export(session, track, tmp_path / "out", name).path
        found = read_tags(path)
        expected = {**TEXTS, "comment": (f"as it came\n{REMARK}",)}
        assert {field: getattr(found, field) for field in TEXTS} == expected, name
        assert found.cover is not None
        assert (found.cover.data, found.cover.media_type) == (picture(), "image/png")
        with soundfile.SoundFile(path) as file:  # and it is still sound, for readers that know no tags
            assert len(file.read()) == file.frames > 20_000
    with soundfile.SoundFile(export(session, track, tmp_path / "x.wav", "wav24").path) as file:
        assert (file.title, file.artist, file.album) == ("Más allá 暖", "One; Two", "An album")
        assert REMARK in file.comment


def test_a_track_without_tags_gets_the_remark_alone(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 2), 44_100, tmp_path / "plain.wav")
    for name in TARGETS:
        done = export(session_of(track, CHAIN, "make it warmer", "too dark"), track, tmp_path / "out", name)
        assert read_tags(done.path) == Tags(comment=(REMARK,))


@pytest.mark.parametrize(
    "damage", [b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"ID3\x02\x00\x80\x00\x00\x00\x20" + b"\xff" * 32]
)
def test_damaged_tags_do_not_cost_the_sound(damage: bytes, tmp_path: Path) -> None:
    track = tagged(".mp3", tmp_path)
    sound = track.path.read_bytes()
    session = session_of(track, CHAIN)
    track.path.write_bytes(damage + sound[sound.index(b"\xff\xfb") :])
    assert read_tags(track.path).title == ()
    track.path.write_bytes(sound)
    assert export(session, track, tmp_path / "x.mp3", "mp3").path.stat().st_size > 5000


def test_texts_without_end_and_what_is_no_picture_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    track_of(hits(0.5, 44_100, 1), 44_100, path)
    file = FLAC(path)
    file["title"] = ["a\x00b\x07c" * 5000]
    file["artist"] = [str(number) for number in range(100)]
    cover = Picture()
    cover.data, cover.mime, cover.type = b"<svg onload=...>", "image/svg+xml", 3
    file.add_picture(cover)
    file.save()
    found = read_tags(path)
    assert found.title[0].startswith("abc")
    assert len(found.title[0]) == 4000
    assert len(found.artist) == 20
    assert found.cover is None
    track = inspect(path)
    assert read_tags(export(session_of(track, CHAIN), track, tmp_path / "out", "mp3").path).title == found.title


def test_the_remark_of_a_long_session_is_short(tmp_path: Path) -> None:
    track = track_of(hits(0.5, 44_100, 1), 44_100, tmp_path / "plain.wav")
    done = export(session_of(track, CHAIN, *["more\nwarmth, please"] * 80), track, tmp_path / "x.flac", "flac")
    (remark,) = read_tags(done.path).comment
    assert len(remark) <= 600
    assert remark.endswith("…")
    assert "\n" not in remark


def test_apev2_of_an_mp3_is_read_where_there_is_no_id3(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    track_of(hits(0.5, 44_100, 2), 44_100, path)
    assert read_tags(path) == Tags()
    tags = APEv2()
    keys = {"Title": "Más", "Artist": ["One", "Two"], "Album Artist": "All", "Year": "2019", "Track": "3/12"}
    for key, value in keys.items():
        tags[key] = value
    tags["Cover Art (Front)"] = b"front.jpg\0" + picture()
    tags.save(path)
    read = Tags(("Más",), ("One", "Two"), album_artist=("All",), date=("2019",), track=("3/12",))
    assert read_tags(path) == read
