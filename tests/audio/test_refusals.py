"""Every file that cannot be used is refused with a message that says what is wrong and what is accepted."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio import WRITABLE, Audio, load, save, signal, writing
from instructfx.audio.track import inspect
from instructfx.errors import AudioError

RATE = 44_100
READERS = [load, inspect]


def sound(seconds: float = 1.0, channels: int = 2, rate: int = RATE) -> Audio:
    rng = np.random.default_rng(5)
    return Audio(np.float32(0.1 * rng.standard_normal((channels, round(seconds * rate)))), rate)


def written(samples: np.ndarray, path: Path, rate: int = RATE, **options: str) -> Path:
    soundfile.write(path, samples, rate, **options)
    return path


def saved(folder: Path, name: str, seconds: float = 1.0) -> bytes:
    """The bytes of a good file."""
    path = folder / name
    if path.suffix == ".opus":
        soundfile.write(path, sound(seconds, rate=48_000).samples.T, 48_000, format="OGG", subtype="OPUS")
    else:
        save(sound(seconds), path)
    content = path.read_bytes()
    path.unlink()
    return content


@contextmanager
def without_permission(path: Path, mode: int) -> Iterator[None]:
    """A path whose mode is taken seriously: root would read on, so root becomes nobody."""
    path.chmod(mode)
    root = os.geteuid() == 0
    if root:
        for folder in path.parents[:-2]:  # the temporary folders above are root's own
            folder.chmod(folder.stat().st_mode | 0o011)
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        path.chmod(0o755)


# Each of these makes a bad file in a folder; beside it, what the message says is wrong and what is accepted.

ACCEPTED = "WAV, FLAC, AIFF, OGG, Opus, MP3"


def bytes_named(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def samples_of(values: np.ndarray, rate: int = RATE) -> Callable[[Path], Path]:
    return lambda folder: written(values, folder / "bad.wav", rate, subtype="FLOAT")


def spoiled(value: float, at: int) -> np.ndarray:
    samples = sound().samples.T.copy()
    samples[at, 1] = value
    return samples


def header_only(extension: str) -> Callable[[Path], Path]:
    return lambda folder: written(np.zeros((0, 2)), folder / f"bad{extension}")


def folder_named(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).mkdir()
        return folder / name

    return make


def lying_wav(field_at: int, field: bytes) -> Callable[[Path], Path]:
    """A WAV with other bytes at a distance from the start of its format chunk."""

    def make(folder: Path) -> Path:
        content = bytearray(saved(folder, "bad.wav"))
        start = content.find(b"fmt ") + 8 + field_at
        content[start : start + len(field)] = field
        return bytes_named("bad.wav", bytes(content))(folder)

    return make


def lying_size(extension: str, chunk: bytes, order: str) -> Callable[[Path], Path]:
    """A file whose sound chunk says that it is longer than the file."""

    def make(folder: Path) -> Path:
        content = bytearray(saved(folder, f"bad{extension}"))
        start = content.find(chunk) + 4
        content[start : start + 4] = struct.pack(order + "I", 0x40000000)
        return bytes_named(f"bad{extension}", bytes(content))(folder)

    return make


def lying_flac(frames: int) -> Callable[[Path], Path]:
    """A FLAC whose header gives another number of frames (the low 36 bits of bytes 18 to 25)."""

    def make(folder: Path) -> Path:
        content = bytearray(saved(folder, "bad.flac"))
        word = int.from_bytes(content[18:26], "big") >> 36 << 36 | frames
        content[18:26] = word.to_bytes(8, "big")
        return bytes_named("bad.flac", bytes(content))(folder)

    return make


def cut_flac_from_a_pipe(folder: Path) -> Path:
    content = lying_flac(0)(folder).read_bytes()
    return bytes_named("bad.flac", content[:-1000])(folder)


def link_to_itself(folder: Path) -> Path:
    (folder / "bad.wav").symlink_to("bad.wav")
    return folder / "bad.wav"


random_bytes = np.random.default_rng(6).bytes(20_000)
not_audio = ("not audio", ACCEPTED)
no_numbers = ("NaN or infinite", "must be a finite number")
BAD: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "text called wav": (bytes_named("bad.wav", b"once upon a time\n" * 100), *not_audio),
    "text called mp3": (bytes_named("bad.mp3", b"once upon a time\n" * 100), *not_audio),
    "picture called flac": (bytes_named("bad.flac", b"\x89PNG\r\n\x1a\n" + bytes(500)), *not_audio),
    "noise called wav": (bytes_named("bad.wav", random_bytes), *not_audio),
    "noise called flac": (bytes_named("bad.flac", random_bytes), *not_audio),
    "noise called aiff": (bytes_named("bad.aiff", random_bytes), *not_audio),
    "noise called ogg": (bytes_named("bad.ogg", random_bytes), *not_audio),
    "noise called opus": (bytes_named("bad.opus", random_bytes), *not_audio),
    "noise called mp3": (bytes_named("bad.mp3", random_bytes), *not_audio),
    "one byte": (bytes_named("bad.wav", b"R"), *not_audio),
    "no bytes": (bytes_named("bad.wav", b""), "is empty", ACCEPTED),
    "no bytes called mp3": (bytes_named("bad.mp3", b""), "is empty", ACCEPTED),
    "wav header only": (header_only(".wav"), "is empty", "with sound in it"),
    "aiff header only": (header_only(".aiff"), "is empty", "with sound in it"),
    "digital silence": (samples_of(np.zeros((RATE, 2))), "is silent", "above -90 dBFS"),
    "silence but for a -100 dB hiss": (samples_of(1e-5 * sound().samples.T), "is silent", "above -90 dBFS"),
    "nan at the start": (samples_of(spoiled(np.nan, 0)), *no_numbers),
    "nan at the end": (samples_of(spoiled(np.nan, -1)), *no_numbers),
    "infinite": (samples_of(spoiled(np.inf, RATE // 2)), *no_numbers),
    "minus infinite": (samples_of(spoiled(-np.inf, RATE // 2)), *no_numbers),
    "beyond what any sound has": (samples_of(spoiled(1e18, 0)), "above +200 dBFS", "full scale is 1.0"),
    "three channels": (samples_of(np.ones((RATE, 3))), "3 channels", "mono and stereo"),
    "six channels": (samples_of(np.ones((RATE, 6))), "6 channels", "mono and stereo"),
    "a thousand channels": (samples_of(np.ones((100, 1000))), "1000 channels", "mono and stereo"),
    "rate of 4 kHz": (samples_of(np.ones((8000, 1)), 4_000), "4000 Hz", "8000 to 192000 Hz"),
    "rate of 384 kHz": (samples_of(np.ones((8000, 1)), 384_000), "384000 Hz", "8000 to 192000 Hz"),
    "extension of a text": (bytes_named("bad.txt", b"hello"), ".txt", ACCEPTED),
    "extension of a film": (bytes_named("bad.mkv", b"hello"), ".mkv", ACCEPTED),
    "no extension": (bytes_named("bad", b"hello"), "no extension", ACCEPTED),
    "no such file": (lambda folder: folder / "bad.wav", "no such file", ACCEPTED),
    "in no such folder": (lambda folder: folder / "none" / "bad.wav", "no such file", ACCEPTED),
    "a folder": (folder_named("bad.wav"), "is not a file", ACCEPTED),
    "a link to itself": (link_to_itself, "no such file", ACCEPTED),
    "a name of 300 letters": (lambda folder: folder / ("a" * 300 + ".wav"), "too long", "another path"),
    "a null in the name": (lambda folder: folder / "bad\0.wav", "no such file", ACCEPTED),
    "wav that promises more": (lying_size(".wav", b"data", "<"), "truncated", "Export or download it again"),
    "aiff that promises more": (lying_size(".aiff", b"SSND", ">"), "truncated", "Export or download it again"),
    "flac that promises more": (lying_flac(10 * RATE), "truncated", "it again"),
    "flac that promises months": (lying_flac((1 << 36) - 1), "minutes long", "up to 60"),
    "flac without a length that is cut": (cut_flac_from_a_pipe, "is truncated: its end", "it again"),
    "wav header with 999 channels": (lying_wav(2, struct.pack("<H", 999)), "999 channels", "mono and stereo"),
    "wav header with rate 0": (lying_wav(4, struct.pack("<I", 0)), *not_audio),
    "wav header with rate 1": (lying_wav(4, struct.pack("<I", 1)), "1 Hz", "8000 to 192000 Hz"),
}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("make", "wrong", "accepted"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused(
    tmp_path: Path, read: Callable[[Path], object], make: Callable[[Path], Path], wrong: str, accepted: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(AudioError) as refusal:
        read(path)
    message = str(refusal.value)
    assert wrong in message
    assert accepted in message
    assert path.name in message


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("start", "stop"), [(0.5, 1.0), (0.5, 0.51)], ids=["cut", "a hole"])
def test_where_a_flac_is_damaged_is_said(
    tmp_path: Path, read: Callable[[Path], object], start: float, stop: float
) -> None:
    """Of four seconds of noise, half: not the last whole block of many that was read."""
    content = saved(tmp_path, "half.flac", 4.0)
    first, last = (round(share * len(content)) for share in (start, stop))
    (tmp_path / "half.flac").write_bytes(content[:first] + bytes(last - first if stop < 1 else 0) + content[last:])
    with pytest.raises(AudioError, match=r"half\.flac is truncated or damaged: it cannot be read past 1\.9\d s"):
        read(tmp_path / "half.flac")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8, 0.97])
@pytest.mark.parametrize("name", ["cut.wav", "cut.flac", "cut.aiff", "cut.ogg", "cut.opus", "cut.mp3"])
@pytest.mark.parametrize("read", READERS)
def test_a_truncated_file_is_refused(tmp_path: Path, read: Callable[[Path], object], name: str, share: float) -> None:
    content = saved(tmp_path, name, seconds=6)
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(AudioError, match=rf"{name} (is truncated|is not audio)"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["list.m4a", "list.aac", "list.mp4"])
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {name}\n",
    ],
    ids=["HLS", "concat"],
)
def test_a_playlist_reads_no_other_file(tmp_path: Path, name: str, playlist: str) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg here")
    save(sound(), tmp_path / "private.flac")
    (tmp_path / name).write_text(playlist.format(path=tmp_path / "private.flac", name="private.flac"))
    with pytest.raises(AudioError, match=rf"{name} is truncated or not audio"):
        load(tmp_path / name)


def test_a_truncated_rf64_is_refused(tmp_path: Path) -> None:
    path = written(sound().samples.T, tmp_path / "large.wav", format="RF64")
    path.write_bytes(path.read_bytes()[:-5_000])
    with pytest.raises(AudioError, match="truncated"):
        load(path)


def test_a_file_that_lost_its_last_byte_is_refused(tmp_path: Path) -> None:
    save(sound(), tmp_path / "cut.wav")
    content = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(content[:-1])
    with pytest.raises(AudioError, match="truncated"):
        load(tmp_path / "cut.wav")


@pytest.mark.parametrize("read", READERS)
def test_too_long(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """61 minutes, as a sparse file whose header is honest."""
    frames = 61 * 60 * 8_000
    save(sound(rate=8_000, channels=1), tmp_path / "long.wav")
    content = bytearray((tmp_path / "long.wav").read_bytes())
    start = content.find(b"data")
    with (tmp_path / "long.wav").open("wb") as file:
        file.write(content[: start + 4] + struct.pack("<I", 3 * frames))
        file.truncate(start + 8 + 3 * frames)
    with pytest.raises(AudioError, match=r"long\.wav is 61\.0 minutes long; up to 60 are accepted"):
        read(tmp_path / "long.wav")


def test_a_long_m4a_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg here")
    silence = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "7200", "-b:a", "8k"]
    subprocess.run([*silence, tmp_path / "long.m4a"], check=True, timeout=120)
    with pytest.raises(AudioError, match=r"long\.m4a is over 60 minutes long; up to 60 are accepted"):
        inspect(tmp_path / "long.m4a")


@pytest.mark.parametrize("read", READERS)
def test_no_permission_to_read(tmp_path: Path, read: Callable[[Path], object]) -> None:
    save(sound(), tmp_path / "secret.wav")
    with (
        without_permission(tmp_path / "secret.wav", 0o000),
        pytest.raises(AudioError, match=r"no permission to read .*secret\.wav\. Change its permissions"),
    ):
        read(tmp_path / "secret.wav")


def test_no_permission_to_look_into_the_folder(tmp_path: Path) -> None:
    save(sound(), tmp_path / "locked" / "secret.wav")
    with (
        without_permission(tmp_path / "locked", 0o000),
        pytest.raises(AudioError, match=r"no permission to look into .*locked. Change its permissions"),
    ):
        load(tmp_path / "locked" / "secret.wav")


def test_no_permission_to_write(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    with (
        without_permission(folder, 0o555),
        pytest.raises(AudioError, match=r"cannot write .*new\.wav: Permission denied. Choose another name or folder"),
    ):
        save(sound(), folder / "new.wav")
    assert list(folder.iterdir()) == []


# Audio in memory


@pytest.mark.parametrize(
    ("samples", "rate", "wrong"),
    [
        (np.zeros((2, 10)), RATE, "must be float32"),
        (np.zeros(10, np.float32), RATE, r"must be float32 of shape \(channels, frames\)"),
        (np.zeros((3, 10), np.float32), RATE, "3 channels; mono and stereo are accepted"),
        (np.zeros((0, 10), np.float32), RATE, "0 channels; mono and stereo are accepted"),
        (np.zeros((2, 0), np.float32), RATE, "is empty"),
        (np.full((2, 10), np.nan, np.float32), RATE, "NaN or infinite"),
        (np.full((2, 10), np.inf, np.float32), RATE, "NaN or infinite"),
        (np.zeros((2, 10), np.float32), 7_999, "7999 Hz; 8000 to 192000 Hz are accepted"),
        (np.zeros((2, 10), np.float32), 192_001, "192001 Hz; 8000 to 192000 Hz are accepted"),
    ],
    ids=["float64", "one axis", "three channels", "no channel", "no frame", "nan", "inf", "low rate", "high rate"],
)
def test_audio_refuses(samples: np.ndarray, rate: int, wrong: str) -> None:
    with pytest.raises(AudioError, match=wrong):
        Audio(samples, rate)


def test_audio_refuses_more_than_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "MAX_MINUTES", 1 / 60)
    assert Audio(np.zeros((1, 8_000), np.float32), 8_000).seconds == 1
    with pytest.raises(AudioError, match="minutes long"):
        Audio(np.zeros((1, 8_001), np.float32), 8_000)


# Refused saves


@pytest.mark.parametrize(
    ("name", "rate", "wrong"),
    [
        ("new.txt", RATE, f"the extension must be one of {' '.join(WRITABLE)}"),
        ("new", RATE, "the extension must be one of"),
        ("new.m4a", RATE, "the extension must be one of"),
        ("new.opus", RATE, "the extension must be one of"),
        ("new.mp3", 96_000, "MP3 holds .* 44100, 48000 Hz, not 96000; use .wav or .flac"),
        ("new.mp3", 10_000, "MP3 holds .* 44100, 48000 Hz, not 10000; use .wav or .flac"),
        ("folder.wav", RATE, "there is a folder of that name"),
        ("file.wav/new.wav", RATE, "cannot write"),
        ("a" * 300 + ".wav", RATE, "too long"),
        ("null\0.wav", RATE, "null character"),
    ],
    ids=["text", "no extension", "m4a", "opus", "mp3 at 96 kHz", "mp3 at 10 kHz", "a folder", "under a file",
         "300 letters", "a null"],
)  # fmt: skip
def test_a_refused_save_leaves_nothing(tmp_path: Path, name: str, rate: int, wrong: str) -> None:
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "file.wav").touch()
    with pytest.raises(AudioError, match=wrong):
        save(sound(rate=rate), tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file.wav", "folder.wav"]


@pytest.mark.parametrize("extension", WRITABLE)
def test_a_save_that_fails_midway_leaves_what_was_there(tmp_path: Path, extension: str) -> None:
    target = tmp_path / f"kept{extension}"
    save(sound(), target)
    before = target.read_bytes()

    def fail_midway() -> None:
        with writing(target, RATE, 2) as file:
            file.write(np.zeros((1000, 2)))
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_an_audio_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(AudioError, match=r"cannot write .*new\.wav: No space left on device"):
        save(sound(), tmp_path / "new.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_save_replaces_what_was_there_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "kept.wav"
    save(sound(1), target)
    size = target.stat().st_size
    with writing(target, RATE, 2) as file:
        file.write(np.zeros((10, 2)))
        assert target.stat().st_size == size
    assert load_frames(target) == 10


def load_frames(path: Path) -> int:
    return int(soundfile.info(path).frames)
