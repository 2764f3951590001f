"""Uploads that are broken, lie, or are no audio at all: the same ones every time, each small enough to be held."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from instructfx.bench.robustness.awkward import awkward_files
from instructfx.bench.robustness.bad_bytes import NAMES, PICTURES_AND_TEXTS, PLAYLISTS, PROGRAMS
from instructfx.bench.robustness.riff import aiff, chunk, extended, riff, wav
from instructfx.bench.robustness.uploads import BadUpload

RATE = 22_050
SECONDS = 0.6
SEED = 0
FORMATS = {
    ".wav": ("WAV", "PCM_16", RATE),
    ".flac": ("FLAC", "PCM_16", RATE),
    ".aiff": ("AIFF", "PCM_16", RATE),
    ".ogg": ("OGG", "VORBIS", RATE),
    ".opus": ("OGG", "OPUS", 48_000),
    ".mp3": ("MP3", "MPEG_LAYER_III", RATE),
}
SUFFIXES = (*FORMATS, ".oga", ".aif", ".m4a", ".aac", ".mp4")
GIGABYTE = 1 << 30


def bad_uploads() -> list[BadUpload]:
    """All of them, in the order of their kinds."""
    makers = (
        _truncated, _flipped, _magic, _lying_sizes, _lying_formats, _channels, _rates, _samples, _empty, _damaged,
        _archives, _no_audio, _names, _huge, _awkward,
    )  # fmt: skip
    return [each for make in makers for each in make()]


def noise(seconds: float = SECONDS, rate: int = RATE, channels: int = 2) -> npt.NDArray[np.float64]:
    """Noise at -20 dBFS, of shape (frames, channels)."""
    return 0.1 * np.random.default_rng(SEED).standard_normal((round(seconds * rate), channels))


@lru_cache
def good(suffix: str) -> bytes:
    """A file of that kind that is in order; nothing where ffmpeg is needed and missing."""
    if suffix in FORMATS:
        container, encoding, rate = FORMATS[suffix]
        file = io.BytesIO()
        soundfile.write(file, noise(rate=rate), rate, format=container, subtype=encoding)
        return file.getvalue()
    if shutil.which("ffmpeg") is None:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.wav").write_bytes(good(".wav"))
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"{folder}/in.wav", f"{folder}/out{suffix}"]
        subprocess.run(command, check=True, timeout=60)
        return (Path(folder) / f"out{suffix}").read_bytes()


def _everything() -> Iterator[tuple[str, bytes]]:
    for suffix in (*FORMATS, ".m4a"):
        if content := good(suffix):
            yield suffix, content


def _truncated() -> Iterator[BadUpload]:
    for suffix, content in _everything():
        for size in (1, 4, 11, 20, 43, 100, len(content) // 3, len(content) // 2, len(content) - 1):
            # A lost end of MP3 and M4A may hold nothing that is heard.
            hurt = suffix not in (".mp3", ".m4a") or size < 101
            yield BadUpload("truncated", f"{suffix} cut to {size} bytes", f"cut{suffix}", content[:size], hurt)


def _flipped() -> Iterator[BadUpload]:
    rng = np.random.default_rng(SEED)
    for suffix, content in _everything():
        for reach, count in ((48, 1), (48, 4), (200, 8), (len(content), 1), (len(content), 30), (len(content), 1000)):
            spoiled = np.frombuffer(content, np.uint8).copy()
            places = rng.integers(0, min(reach, len(content)), count)
            spoiled[places] ^= (1 << rng.integers(0, 8, count)).astype(np.uint8)
            what = f"{suffix}, {count} bits of the first {reach} bytes"
            yield BadUpload("bits flipped", what, f"flipped{suffix}", spoiled.tobytes(), refused=False)


def _magic() -> Iterator[BadUpload]:
    for suffix, content in _everything():
        for head in (bytes(4), content[3::-1], b"RIFX", b"\xff\xfb\x90\x00"):
            named = f"{suffix} that begins with {head!r}"
            refused = suffix in (".flac", ".ogg", ".opus")
            yield BadUpload("wrong magic", named, f"magic{suffix}", head + content[4:], refused and head != b"RIFX")
        others = [each for each in FORMATS if each != suffix]
        for other in others[:2]:
            yield BadUpload("wrong magic", f"{suffix} called {other}", f"other{other}", content, refused=False)


def _lying_sizes() -> Iterator[BadUpload]:
    for size in (0, 1, 8, 36, 1 << 20, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF):
        yield BadUpload("lying lengths", f"RIFF says {size} bytes", "size.wav", wav(riff_size=size), refused=False)
        more = 1 << 19 < size < 0xFFFFFFFF
        lies = size == 1 << 20  # the larger ones are what pipes leave
        yield BadUpload("lying lengths", f"data says {size} bytes", "size.wav", wav(data_size=size), lies)
        yield BadUpload("lying lengths", f"fmt says {size} bytes", "size.wav", wav(fmt_size=size), refused=False)
        yield BadUpload("lying lengths", f"SSND says {size} bytes", "size.aiff", aiff(sound_size=size), more)
        frames = f"COMM says {size} frames"
        yield BadUpload("lying lengths", frames, "frames.aiff", aiff(frames=size), refused=False)
    flac = good(".flac")
    for frames_said in (0, 1, 100, 1 << 31, (1 << 36) - 1):
        word = int.from_bytes(flac[18:26], "big") >> 36 << 36 | frames_said
        lie = flac[:18] + word.to_bytes(8, "big") + flac[26:]
        yield BadUpload(
            "lying lengths", f"FLAC says {frames_said} frames", "frames.flac", lie, frames_said > 100
        )  # 0: not said
    junk = [chunk(b"junk", b"") for _ in range(20_000)]
    yield BadUpload("lying lengths", "20,000 empty chunks before the sound", "chunks.wav", wav(before=junk), False)
    lists = [chunk(b"LIST", b"INFO" + b"\xff" * 400)]
    yield BadUpload("lying lengths", "a LIST of nonsense", "list.wav", wav(before=lists), refused=False)
    for large in (0, 1, 1 << 40, (1 << 64) - 1):
        ds64 = chunk(b"ds64", struct.pack("<QQQI", large, large, large, 0))
        lie = wav(before=[ds64], data_size=0xFFFFFFFF, magic=b"RF64", riff_size=0xFFFFFFFF)
        yield BadUpload("lying lengths", f"RF64 says {large} bytes", "large.wav", lie, refused=large == 1 << 40)


def _lying_formats() -> Iterator[BadUpload]:
    for tag in (0, 2, 6, 7, 0x11, 0x31, 0x55, 0x161, 0x1234, 0xFFFE, 0xFFFF):
        yield BadUpload("lying formats", f"encoding {tag:#x}", "tag.wav", wav(tag=tag), refused=False)
    for bits in (0, 1, 7, 12, 31, 33, 64, 255, 65_535):
        yield BadUpload("lying formats", f"{bits} bits a sample", "bits.wav", wav(bits=bits), refused=False)
        yield BadUpload("lying formats", f"AIFF, {bits} bits", "bits.aiff", aiff(bits=bits), refused=False)
    for align in (0, 1, 3, 7, 65_535):
        yield BadUpload("lying formats", f"{align} bytes a frame", "align.wav", wav(align=align), refused=False)
    for byte_rate in (0, 1, 0xFFFFFFFF):
        yield BadUpload("lying formats", f"{byte_rate} bytes a second", "rate.wav", wav(byte_rate=byte_rate), False)
    yield BadUpload("lying formats", "no fmt", "no.wav", riff(chunk(b"data", bytes(400))))
    yield BadUpload("lying formats", "no data", "no.wav", riff(wav()[12:36]))
    yield BadUpload("lying formats", "data before fmt", "order.wav", riff(chunk(b"data", bytes(400)) + wav()[12:36]))


def _channels() -> Iterator[BadUpload]:
    for channels in (0, 3, 8, 64, 255, 256, 1000, 1024, 1025, 32_768, 65_535):
        yield BadUpload("channels", f"{channels} by the header", "many.wav", wav(channels=channels))
        yield BadUpload("channels", f"AIFF, {channels} by the header", "many.aiff", aiff(channels=channels))
    for channels in (3, 6, 64, 1000):
        content = wav(noise(0.01, channels=channels), channels=channels)
        yield BadUpload("channels", f"{channels}, all there", "many.wav", content)
    file = io.BytesIO()
    soundfile.write(file, noise(0.1, channels=8), RATE, format="FLAC")
    yield BadUpload("channels", "FLAC with 8", "many.flac", file.getvalue())


def _rates() -> Iterator[BadUpload]:
    for rate in (0, 1, 100, 7_999, 192_001, 384_000, 1_000_000, 10_000_000, 1 << 31, (1 << 32) - 1):
        yield BadUpload("sample rates", f"{rate} Hz", "rate.wav", wav(rate=rate))
        yield BadUpload("sample rates", f"AIFF, {rate} Hz", "rate.aiff", aiff(rate=extended(rate)))
    for name, field in {"NaN": b"\x7f\xff" + b"\xc0" + bytes(7), "infinite": b"\x7f\xff\x80" + bytes(7)}.items():
        yield BadUpload("sample rates", f"AIFF, {name}", "rate.aiff", aiff(rate=field))
    minus = b"\xc0" + extended(RATE)[1:]
    yield BadUpload("sample rates", "AIFF, negative", "rate.aiff", aiff(rate=minus))


def _samples() -> Iterator[BadUpload]:
    quiet = noise()
    for value in (np.nan, np.inf, -np.inf):
        for name, place in {"first": 0, "middle": len(quiet) // 2, "last": -1}.items():
            spoiled = quiet.copy()
            spoiled[place, 0] = value
            yield BadUpload("samples", f"the {name} is {value}", "sample.wav", wav(spoiled, tag=3, bits=32))
        yield BadUpload("samples", f"all are {value}", "all.wav", wav(np.full_like(quiet, value), tag=3, bits=64))
    steady = {
        "zero": 0.0, "denormal": 1e-40, "least double": 5e-324, "-100 dBFS": 1e-5, "1e30": 1e30, "3e38": 3e38,
        "1e300": 1e300, "full scale": 1.0, "half of full scale": 0.5,
    }  # fmt: skip
    for name, value in steady.items():
        same = np.full_like(quiet, value)
        signs = same * np.where(np.arange(len(same)) % 2, 1, -1)[:, None]
        refused = value < 1e-4 or value > 1e29
        for bits in (32, 64):
            what = f"{bits} bits, all {name}"
            yield BadUpload("samples", what, "all.wav", wav(same, tag=3, bits=bits), refused)
            yield BadUpload("samples", f"{what}, changing sign", "all.wav", wav(signs, tag=3, bits=bits), refused)
    for frames in (1, 2, 3, 10, 100):
        yield BadUpload("samples", f"{frames} frames", "few.wav", wav(quiet[:frames]), refused=False)
    click = np.zeros_like(quiet)
    click[1000] = 0.9
    yield BadUpload("samples", "one click in silence", "click.wav", wav(click), refused=False)
    loud = wav(quiet * 1e6, tag=3, bits=32)
    yield BadUpload("samples", "noise 120 dB too loud", "loud.wav", loud, refused=False)


def _empty() -> Iterator[BadUpload]:
    for suffix in (*SUFFIXES, ".txt", ""):
        yield BadUpload("empty", f"no bytes, called {suffix or 'nothing'}", f"empty{suffix}", b"")
    yield BadUpload("empty", "WAV header only", "header.wav", wav(noise(0)))
    yield BadUpload("empty", "AIFF header only", "header.aiff", aiff(b""))
    yield BadUpload("empty", "FLAC header only", "header.flac", good(".flac")[:42])
    yield BadUpload("empty", "Ogg headers only", "header.ogg", good(".ogg")[:58])
    for suffix in SUFFIXES:
        yield BadUpload("empty", f"4,000 zeros called {suffix}", f"zeros{suffix}", bytes(4000))


def _damaged() -> Iterator[BadUpload]:
    rng = np.random.default_rng(SEED)
    for suffix in (".flac", ".ogg", ".opus", ".mp3"):
        content = good(suffix)
        third = len(content) // 3
        yield BadUpload("damaged", f"{suffix} without its start", f"tail{suffix}", content[third:], suffix != ".mp3")
        hole = content[:third] + bytes(third) + content[2 * third :]
        yield BadUpload("damaged", f"{suffix} with a hole", f"hole{suffix}", hole, refused=False)
        gap = content[:third] + content[third + 700 :]
        yield BadUpload("damaged", f"{suffix} with a gap", f"gap{suffix}", gap, refused=False)
        yield BadUpload("damaged", f"{suffix} twice", f"twice{suffix}", content * 2, refused=False)
        junk = content + rng.bytes(3000)
        yield BadUpload("damaged", f"{suffix} and noise behind", f"junk{suffix}", junk, refused=False)
        yield BadUpload("damaged", f"noise called {suffix}", f"noise{suffix}", rng.bytes(5000), suffix != ".mp3")
        tagged = b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + content
        yield BadUpload("damaged", f"{suffix} behind a tag of 256 MB", f"tag{suffix}", tagged, refused=False)


def _archives() -> Iterator[BadUpload]:
    inside = good(".wav")
    zipped, tarred, bomb = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr(zipfile.ZipInfo("../../escaped-by-zip.wav"), inside)  # dated 1980
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr(zipfile.ZipInfo("zeros.wav"), bytes(20_000_000), zipfile.ZIP_DEFLATED)
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        member = tarfile.TarInfo("../../escaped-by-tar.wav")
        member.size = len(inside)
        tar.addfile(member, io.BytesIO(inside))
    packed = {
        "zip": zipped.getvalue(), "zip bomb": bomb.getvalue(),
        "tar": tarred.getvalue(), "gz": gzip.compress(inside, mtime=0),
        "bz2": bz2.compress(inside), "xz": lzma.compress(inside), "7z": b"7z\xbc\xaf'\x1c\x00\x04" + bytes(400),
    }  # fmt: skip
    for what, content in packed.items():
        for suffix in (f".{what.split()[0]}", ".wav", ".mp3", ".m4a"):
            yield BadUpload("archives", f"{what} called {suffix}", f"archive{suffix}", content)


def _no_audio() -> Iterator[BadUpload]:
    for what, content in PICTURES_AND_TEXTS.items():
        for suffix in (f".{what}", ".wav", ".m4a"):
            yield BadUpload("pictures and texts", f"{what} called {suffix}", f"picture{suffix}", content)
    for what, content in PROGRAMS.items():
        for suffix in (".wav", ".flac"):
            yield BadUpload("programs", f"{what} called {suffix}", f"program{suffix}", content)
    for what, content in PLAYLISTS.items():
        for suffix in (".m4a", ".aac", ".mp4", ".wav"):
            yield BadUpload("playlists", f"{what} called {suffix}", f"list{suffix}", content)


def _names() -> Iterator[BadUpload]:
    for what, name in NAMES.items():
        yield BadUpload("names", what, name, good(".wav"), refused=False)


def _huge() -> Iterator[BadUpload]:
    header = wav(noise(0), data_size=2 * GIGABYTE - 44)
    yield BadUpload("huge", "2 GB of zeros", "zeros.wav", header, zeros=2 * GIGABYTE - 44)
    minutes = wav(noise(0), channels=1, rate=8_000, bits=8, data_size=61 * 60 * 8_000)
    yield BadUpload("huge", "61 minutes", "long.wav", minutes, zeros=61 * 60 * 8_000)
    silence = wav(noise(0), channels=2, rate=48_000, data_size=100 * 192_000)
    yield BadUpload("huge", "100 seconds of digital silence", "silent.wav", silence, zeros=100 * 192_000)
    short = wav(noise(0), data_size=2 * GIGABYTE - 44)
    yield BadUpload("huge", "20 MB that say 2 GB", "short.wav", short, zeros=20_000_000)


def _awkward() -> Iterator[BadUpload]:
    for each in awkward_files():
        refused = each.frames == 0
        yield BadUpload(
            "awkward", f"{each.name}: {each.what}", each.name, each.content, refused, 0, each.frames, each.near
        )
