"""Files that users have: without a header, cut, joined, from pipes. All of each is heard, or the reason is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import Samples, flac, load
from instructfx.audio.containers import opened
from instructfx.audio.ogg import chain_of
from instructfx.audio.splice import Spliced
from instructfx.audio.track import inspect
from instructfx.bench.robustness.awkward import Awkward, awkward_files, bare, encoded, mp3, promised
from instructfx.bench.robustness.ogg_pages import later
from instructfx.errors import AudioError

FILES = {f"{each.name}: {each.what}": each for each in awkward_files()}
MPEG = {name: each for name, each in FILES.items() if each.name.endswith(".mp3") and each.frames and not each.near}
JOINED = {name: each for name, each in FILES.items() if each.frames and "joined" in each.what}

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def decoded(path: Path, channels: int) -> Samples:
    """What ffmpeg makes of it, (channels, frames)."""
    command = ["ffmpeg", "-v", "quiet", "-i", path, "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels).T


def written(each: Awkward, folder: Path) -> Path:
    (folder / each.name).write_bytes(each.content)
    return folder / each.name


@pytest.mark.parametrize("each", FILES.values(), ids=FILES)
def test_every_frame_is_read_or_the_reason_is_said(each: Awkward, tmp_path: Path) -> None:
    path = written(each, tmp_path)
    if not each.frames:
        with pytest.raises(AudioError, match=rf"^{each.name} is "):
            load(path)
        return
    sound = load(path)
    assert sound.frames == inspect(path).frames
    assert abs(sound.frames - each.frames) <= (sound.sample_rate // 100 if each.near else 0)


@needs_ffmpeg
@pytest.mark.parametrize("each", MPEG.values(), ids=MPEG)
def test_an_mp3_is_what_ffmpeg_makes_of_it(each: Awkward, tmp_path: Path) -> None:
    path = written(each, tmp_path)
    sound = load(path)
    reference = decoded(path, sound.channels)
    assert reference.shape == sound.samples.shape
    frames = reference.shape[1] // 1152
    error, level = (
        np.square(each[:, : frames * 1152]).reshape(sound.channels, frames, 1152).mean(axis=(0, 2))
        for each in (reference - sound.samples, reference)
    )
    # Both guess where a frame is cut or lost, and ffmpeg puts a mono part into two channels at another level.
    differ = np.count_nonzero(error > 1e-9 * level + 1e-12)
    assert differ <= (3 if each.what != "stereo and mono joined" else frames // 2 + 1)


@pytest.mark.parametrize("each", JOINED.values(), ids=JOINED)
def test_blocks_and_places_are_the_same_sound(each: Awkward, tmp_path: Path) -> None:
    with opened(written(each, tmp_path)) as file:
        whole = file.read()
        file.seek(0)
        small = []
        while len(block := file.read(5_003)):
            small.append(block)
        np.testing.assert_array_equal(np.concatenate(small), whole)
        middle = file.frames // 2
        for place in (0, middle - 40, middle + 40, file.frames - 7):
            file.seek(place)
            found = file.read(20_000)
            assert len(found) == min(20_000, file.frames - place)
            np.testing.assert_allclose(found, whole[place : place + 20_000], atol=1e-4)


@pytest.mark.parametrize(("name", "regular"), [
    ("VBR with LAME's tag", True), ("VBR without a tag", False), ("two joined, both with tags", False),
    ("five joined", False), ("from a pipe, size 0x7ffff000", False), ("called .wave", True), ("CAF", True),
])  # fmt: skip
def test_what_browsers_read_otherwise_is_known(name: str, regular: bool, tmp_path: Path) -> None:
    each = next(each for each in FILES.values() if each.what == name)
    with opened(written(each, tmp_path)) as file:
        assert file.regular == regular


def test_parts_of_other_rates_are_heard_at_the_first_ones(tmp_path: Path) -> None:
    """Half a second of a tone at 44.1 kHz, then the same at 22.05: one second of that tone."""
    time = np.arange(22_050) / 44_100
    for name, step, channels in (("a.ogg", 1, 2), ("b.ogg", 2, 1)):
        tone = 0.3 * np.sin(2 * np.pi * 441 * time[::step])[:, None].repeat(channels, 1)
        soundfile.write(tmp_path / name, tone, 44_100 // step, "VORBIS", format="OGG")
    (tmp_path / "both.ogg").write_bytes((tmp_path / "a.ogg").read_bytes() + (tmp_path / "b.ogg").read_bytes())
    sound = load(tmp_path / "both.ogg")
    assert sound.samples.shape == (2, 44_100)
    for start in (4_410, 26_460):
        spectrum = np.abs(np.fft.rfft(sound.samples[:, start : start + 8_820], axis=1))
        assert (spectrum.argmax(axis=1) * 44_100 / 8_820 == 440).all() or (spectrum.argmax(axis=1) == 88).all()
        np.testing.assert_allclose(spectrum.max(axis=1), 0.15 * 8_820, rtol=0.1)


@pytest.mark.parametrize(("subtype", "rate"), [("VORBIS", 44_100), ("OPUS", 48_000)])
def test_what_begins_late_is_the_same_sound_in_the_same_places(subtype: str, rate: int, tmp_path: Path) -> None:
    plain = encoded("OGG", subtype, rate)
    for name, content in (("plain.ogg", plain), ("late.ogg", later(plain))):
        (tmp_path / name).write_bytes(content)
    sounds = [load(tmp_path / name).samples for name in ("plain.ogg", "late.ogg")]
    np.testing.assert_allclose(sounds[1], sounds[0], atol=1e-4)
    with opened(tmp_path / "late.ogg") as file:
        file.seek(file.frames // 2)
        np.testing.assert_allclose(file.read().T, sounds[0][:, file.frames // 2 :], atol=1e-3)


def test_a_long_mp3_is_not_held_in_memory(tmp_path: Path) -> None:
    """Ten minutes without a header: 38 MB of samples."""
    one = bare(mp3(8_000, 1, "CONSTANT", 10.0))
    (tmp_path / "long.mp3").write_bytes(one * 60)
    tracemalloc.start()
    try:
        track = inspect(tmp_path / "long.mp3")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert track.frames == 60 * 576 * promised(mp3(8_000, 1, "CONSTANT", 10.0))
    assert peak < 16e6


def test_a_thousand_recordings_are_too_many(tmp_path: Path) -> None:
    content = encoded("OGG", "VORBIS", 8_000, 1, 0.01)
    (tmp_path / "many.ogg").write_bytes(content * 1001)
    with pytest.raises(AudioError, match=r"many\.ogg holds 1001 recordings; up to 1000 are read"):
        load(tmp_path / "many.ogg")


def test_what_only_looks_like_frames_is_given_up_soon(tmp_path: Path) -> None:
    (tmp_path / "false.mp3").write_bytes(b"\xff\xfb\x90\x64\x00" * 300_000)
    with pytest.raises(AudioError, match="not audio that can be read"):
        load(tmp_path / "false.mp3")


def test_pieces_are_read_as_one_file(tmp_path: Path) -> None:
    (tmp_path / "alphabet").write_bytes(b"abcdefghij")
    with Spliced(tmp_path / "alphabet", ((2, 5), b"--", (0, 1), (9, 10))) as file:
        assert file.read() == b"cde--aj"
        assert file.seek(-3, os.SEEK_END) == 4
        assert file.read(2) == b"-a"
        assert file.tell() == 6
        assert file.read(10) == b"j"
        assert file.read(1) == b""


@needs_ffmpeg
@pytest.mark.parametrize("target", ["-", "flac.oga"], ids=["from a pipe", "to a file"])
def test_flac_in_ogg(target: str, tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(encoded("WAV", "PCM_16", 22_050))
    command = ["ffmpeg", "-v", "error", "-i", "in.wav", "-c:a", "flac", "-f", "ogg", target]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    if target == "-":
        (tmp_path / "flac.oga").write_bytes(done.stdout)
    assert chain_of(tmp_path / "flac.oga").links[0].flac
    np.testing.assert_array_equal(load(tmp_path / "flac.oga").samples, load(tmp_path / "in.wav").samples)


@needs_ffmpeg
@pytest.mark.parametrize("container", ["wav", "caf", "w64", "au", "aiff"])
def test_what_ffmpeg_writes_to_a_pipe(container: str, tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(encoded("WAV", "PCM_16", 22_050))
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "in.wav", "-f", container, "-"]
    piped = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    (tmp_path / f"piped.{container}").write_bytes(piped)
    np.testing.assert_array_equal(load(tmp_path / f"piped.{container}").samples, load(tmp_path / "in.wav").samples)


@pytest.mark.parametrize(
    ("name", "frames"),
    [("vbr_outro.mp3", 309_888), ("vbr_intro.mp3", 309_888), ("chain.ogg", 176_400), ("noeos.ogg", 88_200),
     ("sowt.aifc", 66_150)],
)  # fmt: skip
def test_given_files(awkward: Path, name: str, frames: int) -> None:
    assert inspect(awkward / name).frames == frames


def test_what_only_looks_like_flac_frames_is_given_up_soon(tmp_path: Path) -> None:
    """A million bytes of headers whose checksums are right, none of which begins a frame that ends with the file."""
    content = bytearray(encoded("FLAC", "PCM_16", 22_050))
    content[18:26] = (int.from_bytes(content[18:26], "big") >> 36 << 36).to_bytes(8, "big")
    header = bytes((0xFF, 0xF8, 0xC9, 0x18, 0x00))
    header += bytes((flac.checksum(header, 8),))
    (tmp_path / "false.flac").write_bytes(bytes(content) + header * 170_000)
    with flac_bytes_checked() as checked, pytest.raises(AudioError, match="truncated"):
        load(tmp_path / "false.flac")
    assert sum(checked) < 6 << 20


@contextmanager
def flac_bytes_checked() -> Iterator[list[int]]:
    """How many bytes each checksum was taken of."""
    checked: list[int] = []
    real = flac.checksum

    def counting(content: bytes, bits: int) -> int:
        checked.append(len(content))
        return real(content, bits)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flac, "checksum", counting)
        yield checked
