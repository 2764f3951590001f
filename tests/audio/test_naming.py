"""Names of files: what every system takes, whatever a person or a stranger typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from instructfx.audio.naming import dashed, file_name, slug

WINDOWS_FORBIDS = set('<>:"/\\|?*') | {chr(code) for code in range(32)}
WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$", re.IGNORECASE)


def test_names_of_downloads_say_the_track_and_what_was_asked() -> None:
    said = ["make it warmer", "put it in a small church"]
    assert file_name("My Song (demo).wav", said, "flac") == "My Song (demo)-warmer-small-church.flac"
    assert file_name("My Song.wav", said, "wav", "16-bit") == "My Song-warmer-small-church-16-bit.wav"
    assert file_name("../../etc/passwd", [], "wav") == "passwd.wav"
    assert file_name("C:\\music\\song.wav", [], "wav") == "song.wav"
    assert file_name('a"b<c>:\n.mp3', ["más cálido"], "json") == "a_b_c-mas-calido.json"
    assert file_name("", ["!!!"], "wav") == "track.wav"
    assert file_name("हिन्दी.wav", [], "wav") == "हिन्दी.wav"
    assert file_name("-rf.wav", [], "wav") == "rf.wav"
    assert file_name("nul.tar.wav", [], "ifx.zip") == "_nul.tar.ifx.zip"
    assert file_name("cafe\u0301.wav", [], "wav") == "caf\u00e9.wav"


def test_slugs_are_short() -> None:
    assert len(slug(["word " * 100])) <= 48
    assert slug(["make it", "🎸"]) == ""
    assert dashed("High-pass at 80 Hz!") == "high-pass-at-80-hz"
    assert dashed("x" * 100) == "x" * 40


@given(shown=st.text(max_size=400), said=st.lists(st.text(max_size=80), max_size=5))
@example(shown="COM¹.wav", said=[])
@example(shown="a. . .wav", said=[])
@example(shown="𝒜" * 300 + ".wav", said=["w" * 47])
@example(shown=".." * 90, said=["x"])
@example(shown="\ud800.wav", said=[])
def test_any_name_is_one_that_every_system_takes(
    shown: str, said: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = file_name(shown, said, "ifx.zip", "settings")
    stem = name.removesuffix(".ifx.zip")
    assert not WINDOWS_FORBIDS & set(name)
    assert not WINDOWS_DEVICE.match(name.split(".")[0])
    assert name[0] not in " .-"
    assert stem[-1] not in " ."
    assert 0 < len(name.encode()) <= 200
    assert Path(name).name == name
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(b"")
    path.unlink()
