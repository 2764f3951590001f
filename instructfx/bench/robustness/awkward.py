"""Files that are in order but for one thing, as users have them, and how many frames each holds.

The lengths follow from how a file is made: from what the encoder was given, from the tag that it wrote, or from frames
that are all of one size. Nothing here asks the reader that is tried.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soundfile

from instructfx.bench.robustness.ogg_pages import flac_packets, later, packed, pages, with_page
from instructfx.bench.robustness.riff import chunk, riff

SEED = 0
SECONDS = 1.2
DELAY = 576 + 529  # what LAME's tag and every decoder add in front
VBR, CBR = "VARIABLE", "CONSTANT"
FRAME, LOW_FRAME = 1152, 576  # samples of MPEG-1 and of MPEG-2 and 2.5
SIZES = (0, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFF00, 0x7FFFFFFF, 0x80000000, 0xFFFFFFDB)


@dataclass(frozen=True)
class Awkward:
    """A file; frames is how many it holds at the rate of its first recording, 0 where it must be refused.

    near: converted from another rate, so that a hundredth of a second more or less is no fault.
    """

    what: str
    name: str
    content: bytes
    frames: int
    near: bool = False


def awkward_files() -> list[Awkward]:
    """All of them, the same every time."""
    return [each for make in (_mp3, _mp3_damaged, _mp3_joined, _ogg, _wav, _others) for each in make()]


def sound(seconds: float, rate: int, channels: int) -> npt.NDArray[np.float64]:
    """A swelling tone with some noise, of shape (frames, channels), so that no two stretches need the same bits."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 330 * time) * (0.5 + 0.5 * np.sin(2 * np.pi * 0.7 * time))
    return tone[:, None] + 0.02 * np.random.default_rng(SEED).standard_normal((len(time), channels))


@lru_cache
def encoded(
    container: str, subtype: str, rate: int, channels: int = 2, seconds: float = SECONDS, more: tuple[str, ...] = ()
) -> bytes:
    """That sound as a file; `more` is a rate control for MP3, or a byte order."""
    file = io.BytesIO()
    options: Mapping[str, object] = {}
    if container == "MP3":
        options = {"bitrate_mode": more[0] if more else VBR, "compression_level": 0.5}
    elif more:
        options = {"endian": more[0]}
    soundfile.write(file, sound(seconds, rate, channels), rate, subtype, format=container, **options)
    return file.getvalue()


def mp3(rate: int = 44_100, channels: int = 2, mode: str = VBR, seconds: float = SECONDS) -> bytes:
    """An MP3 by LAME, with its tag."""
    return encoded("MP3", "MPEG_LAYER_III", rate, channels, seconds, (mode,))


def tag_at(content: bytes) -> int:
    """Where LAME's tag is; behind it stand flags and the number of frames."""
    return next(at for at in (content.find(b"Xing", 0, 60), content.find(b"Info", 0, 60)) if at > 0)


def promised(content: bytes) -> int:
    """How many frames LAME says that it wrote."""
    at = tag_at(content) + 8
    return int.from_bytes(content[at : at + 4], "big")


def bare(content: bytes) -> bytes:
    """Without the frame that holds the tag, which says how many bytes all of it has."""
    at = tag_at(content)
    head = content[:4]
    return content[content.index(head[:2], at) :]


def untagged(content: bytes, samples: int = FRAME) -> tuple[bytes, int]:
    """The file without its tag, and what a decoder then makes of it."""
    return bare(content), promised(content) * samples


def _mp3() -> Iterator[Awkward]:
    frames = round(SECONDS * 44_100)
    yield Awkward("VBR with LAME's tag", "vbr.mp3", mp3(), frames)
    yield Awkward("CBR with LAME's tag", "cbr.mp3", mp3(mode=CBR), frames)
    yield Awkward("VBR without a tag", "bare.mp3", *untagged(mp3()))
    yield Awkward("CBR without a tag", "bare.mp3", *untagged(mp3(mode=CBR)))
    yield Awkward("mono without a tag", "mono.mp3", *untagged(mp3(channels=1)))
    quiet = io.BytesIO()
    still = np.zeros((2 * 44_100, 2))
    for what, parts in {
        "silence first": (still, sound(1, 44_100, 2)),
        "silence last": (sound(1, 44_100, 2), still),
    }.items():
        quiet = io.BytesIO()
        soundfile.write(
            quiet,
            np.concatenate(parts),
            44_100,
            "MPEG_LAYER_III",
            format="MP3",
            bitrate_mode=VBR,
            compression_level=0.5,
        )
        yield Awkward(f"VBR without a tag, {what}", "still.mp3", *untagged(quiet.getvalue()))
    yield Awkward("MPEG-2 without a tag, 22,050 Hz", "low.mp3", *untagged(mp3(22_050), LOW_FRAME))
    yield Awkward("MPEG-2.5 without a tag, 8,000 Hz", "lower.mp3", *untagged(mp3(8_000, 1), LOW_FRAME))
    body, count = untagged(mp3())
    vbri = mp3()[:4] + bytes(32) + b"VBRI" + struct.pack(">HHHII", 1, 0, 75, len(body), count // FRAME) + bytes(400)
    size = mp3().index(mp3()[:2], tag_at(mp3()))  # of the first frame
    yield Awkward("VBR with Fraunhofer's tag", "vbri.mp3", vbri[:size] + body, count)
    title = b"ID3\x04\x00\x00\x00\x00\x07\x76" + b"\xff\xfb\x90\x64" * 252 + bytes(6)
    yield Awkward("ID3v2 in front", "tagged.mp3", title + mp3(), frames)
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
    yield Awkward("APE and ID3v1 behind, no other tag", "tagged.mp3", body + ape + b"TAG" + b"a" * 125, count)


def _mp3_damaged() -> Iterator[Awkward]:
    rng = np.random.default_rng(SEED)
    body, count = untagged(mp3(48_000, 2, CBR))  # frames of one size
    size = len(body) * FRAME // count
    assert body[::size] == body[:1] * (len(body) // size)
    number = count // FRAME
    yield Awkward("noise in front", "noise.mp3", rng.bytes(5000) + body, count)
    yield Awkward("zeros in front", "zeros.mp3", bytes(5000) + body, count)
    yield Awkward("cut in front, within a frame", "front.mp3", body[10 * size + 99 :], (number - 11) * FRAME)
    yield Awkward("cut at the end, within a frame", "end.mp3", body[: 20 * size + 99], 21 * FRAME)
    split = 9 * size
    yield Awkward("zeros between two frames", "junk.mp3", body[:split] + bytes(500) + body[split:], count)
    junk = bytes(range(100, 200)) * 5  # what comes behind is left out, as ffmpeg does: its start may be what is lost
    yield Awkward("junk between two frames", "junk.mp3", body[:split] + junk + body[split:], count - FRAME)
    yield Awkward("noise behind", "noise.mp3", body + rng.bytes(3000), count)
    whole = mp3()
    yield Awkward("cut in half behind its tag", "half.mp3", whole[: len(whole) // 2], 0)
    first = whole.index(whole[:2], tag_at(whole))
    yield Awkward("a tag and no sound", "none.mp3", whole[:first], 0)
    free = b"".join(
        bytes((*body[at : at + 2], body[at + 2] & 15)) + body[at + 3 : at + size] for at in range(0, len(body), size)
    )
    yield Awkward("free format", "free.mp3", free, 0)
    layer_2 = body.replace(body[:2], bytes((0xFF, body[1] & 0xF9 | 4)))
    yield Awkward("layer II", "layer2.mp3", layer_2, 0)


def _mp3_joined() -> Iterator[Awkward]:
    """As ffmpeg counts: all frames, the later tags' too, less the delay that the first tag gives."""
    one, two = mp3(), mp3(seconds=0.7)
    both = promised(one) + promised(two)
    yield Awkward("two joined, no tags", "joined.mp3", bare(one) + bare(two), both * FRAME)
    yield Awkward("two joined, both with tags", "joined.mp3", one + two, (both + 1) * FRAME - DELAY)
    yield Awkward("two joined, the first with a tag", "joined.mp3", one + bare(two), both * FRAME - DELAY)
    id3 = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    yield Awkward("two joined, tags and ID3v2", "joined.mp3", id3 + one + id3 + two, both * FRAME - DELAY)
    mono = mp3(channels=1)
    frames = (promised(one) + promised(mono) + 1) * FRAME - DELAY
    yield Awkward("stereo and mono joined", "joined.mp3", one + mono, frames)
    faster, number = untagged(mp3(48_000))
    frames = promised(one) * FRAME - DELAY + round(number * 44_100 / 48_000)
    yield Awkward("44.1 and 48 kHz joined", "joined.mp3", one + faster, frames, near=True)


def _ogg() -> Iterator[Awkward]:
    vorbis, opus = encoded("OGG", "VORBIS", 44_100), encoded("OGG", "OPUS", 48_000)
    frames, at_48 = round(SECONDS * 44_100), round(SECONDS * 48_000)
    yield Awkward("two joined", "chain.ogg", vorbis * 2, 2 * frames)
    yield Awkward("five joined", "chain.ogg", vorbis * 5, 5 * frames)
    mono = encoded("OGG", "VORBIS", 44_100, 1)
    yield Awkward("stereo and mono joined", "chain.ogg", vorbis + mono, 2 * frames)
    slower = encoded("OGG", "VORBIS", 22_050, 1)
    yield Awkward("44.1 kHz stereo and 22 kHz mono joined", "chain.ogg", vorbis + slower, 2 * frames, near=True)
    yield Awkward("two Opus joined", "chain.opus", opus * 2, 2 * at_48)
    yield Awkward("Opus and Vorbis joined", "chain.ogg", opus + vorbis, 2 * at_48, near=True)
    unflagged = {"open.ogg": (vorbis, frames), "open.opus": (opus, at_48)}
    for name, (content, count) in unflagged.items():
        last = pages(content)[-1]
        unsaid = with_page(content, -1, last[:5] + bytes((last[5] & ~4,)) + last[6:])
        yield Awkward("without the flag at its end", name, unsaid, count)
        yield Awkward("two joined, without the flags at their ends", name, unsaid * 2, 2 * count)
    yield Awkward("two joined, cut within the second", "cut.ogg", vorbis * 2 + vorbis[: len(vorbis) // 2], 0)
    within = pages(encoded("OGG", "VORBIS", 44_100, seconds=4.0))
    yield Awkward("a page is missing", "gap.ogg", b"".join([*within[:6], *within[7:]]), 0)
    yield Awkward("the first page of sound is missing", "gap.ogg", b"".join([*within[:2], *within[3:]]), 0)
    for name, content in (("spoilt.ogg", b"".join(within)), ("spoilt.opus", encoded("OGG", "OPUS", 48_000, 2, 4.0))):
        for number in (2, len(pages(content)) // 2, -1):
            page = pages(content)[number]
            yield Awkward(
                f"page {number} is spoilt",
                name,
                content.replace(page, page[:-9] + bytes((page[-9] ^ 1,)) + page[-8:]),
                0,
            )
    for name, content, count in (("radio.ogg", vorbis, frames), ("radio.opus", opus, at_48)):
        yield Awkward("recorded from a stream that ran before", name, later(content), count)
    last = pages(vorbis)[-1]
    nowhere = with_page(vorbis, -1, last[:6] + b"\xff" * 8 + last[14:])
    yield Awkward("its last page says no position", "nowhere.ogg", nowhere, 0)
    first = within[2]
    ahead = with_page(b"".join(within), 2, first[:6] + (10**12).to_bytes(8, "little") + first[14:])
    yield Awkward("a position falls", "falls.ogg", ahead, 0)
    flac = encoded("FLAC", "PCM_16", 22_050)
    for what, positions in (("fall", (10**12, 100)), ("are beyond what FLAC counts", (1 << 60, 1 << 61))):
        yield Awkward(f"FLAC whose positions {what}", "falls.oga", packed(flac_packets(flac, positions)), 0)


def _with_bytes(content: bytes, mark: bytes, distance: int, field: bytes) -> bytes:
    at = content.index(mark) + distance
    return content[:at] + field + content[at + len(field) :]


def _wav() -> Iterator[Awkward]:
    frames = round(SECONDS * 22_050)
    plain = encoded("WAV", "PCM_16", 22_050)
    for size in SIZES:
        piped = _with_bytes(plain, b"data", 4, struct.pack("<I", size))
        piped = piped[:4] + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + piped[8:]
        yield Awkward(f"from a pipe, size {size:#x}", "piped.wav", piped, frames)
    eight = encoded("WAV", "PCM_U8", 22_050, 1, 1.0 + 1 / 22_050)
    yield Awkward("an odd number of bytes", "odd.wav", eight, 22_051)
    yield Awkward(
        "an odd number of bytes from a pipe", "odd.wav", _with_bytes(eight, b"data", 4, b"\xff" * 4)[:-1], 22_051
    )
    large = encoded("RF64", "PCM_16", 22_050)
    yield Awkward("RF64", "large.rf64", large, frames)
    unsized = _with_bytes(_with_bytes(large, b"ds64", 8, bytes(24)), b"data", 4, b"\xff" * 4)
    yield Awkward("RF64 from a pipe", "large.wav", unsized, frames)
    yield Awkward("RF64, cut", "large.rf64", large[:-1000], 0)
    at = large.index(b"fmt ")
    yield Awkward(
        "RF64, an odd chunk in front", "large.rf64", large[:at] + chunk(b"bext", bytes(603)) + large[at:], frames
    )
    body, count = untagged(mp3())
    form = chunk(b"fmt ", struct.pack("<HHIIHHHHIHHH", 0x55, 2, 44_100, 16_000, 1, 0, 12, 1, 2, 1152, 1, 1393))
    padded = form + chunk(b"fact", struct.pack("<I", count + 870)) + chunk(b"data", body)
    yield Awkward("MP3 in a WAV, which counts its padding", "mp3.wav", riff(padded), count)
    info = chunk(b"LIST", b"INFO" + chunk(b"INAM", b"nothing at all  "))
    form = plain[plain.index(b"fmt ") :][:24]
    yield Awkward("no sound, and tags behind", "empty.wav", riff(form + chunk(b"data", b"") + info * 30), 0)
    still = plain[: plain.index(b"data") + 8] + bytes(2000) + plain[plain.index(b"data") + 8 :]
    yield Awkward("from a pipe, silence first", "piped.wav", _with_bytes(still, b"data", 4, bytes(4)), frames + 500)
    yield Awkward("called .wave", "name.wave", plain, frames)


def _others() -> Iterator[Awkward]:
    frames = round(SECONDS * 22_050)
    flac = encoded("FLAC", "PCM_16", 22_050)
    length = int.from_bytes(flac[18:26], "big")
    piped = flac[:18] + (length >> 36 << 36).to_bytes(8, "big") + flac[26:]
    yield Awkward("FLAC from a pipe", "piped.flac", piped, frames)
    yield Awkward("FLAC from a pipe, ID3v1 behind", "piped.flac", piped + b"TAG" + b"a" * 125, frames)
    yield Awkward("FLAC from a pipe, cut", "piped.flac", piped[:-1000], 0)
    yield Awkward("AIFF-C, little-endian", "sowt.aifc", encoded("AIFF", "PCM_16", 22_050, more=("LITTLE",)), frames)
    for container, suffix in (("CAF", "caf"), ("W64", "w64"), ("AU", "au")):
        content = encoded(container, "PCM_16", 22_050)
        yield Awkward(container, f"plain.{suffix}", content, frames)
        yield Awkward(f"{container}, junk behind", f"longer.{suffix}", content + b"\xfe" * 99, frames)
        yield Awkward(f"{container}, cut", f"cut.{suffix}", content[:-1000], 0)
        distance, width = {"CAF": (4, 8), "W64": (16, 8), "AU": (8, 4)}[container]
        mark = b".snd" if container == "AU" else b"data"
        for said in (b"\xff", b"\0"):
            piped = _with_bytes(content, mark, distance, said * width)
            yield Awkward(f"{container} from a pipe, size {said[0]:#x}", f"piped.{suffix}", piped, frames)
