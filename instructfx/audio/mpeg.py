"""The frames of an MP3, counted. What a decoder is given is made of them alone, so that it cannot lose its way.

ISO/IEC 11172-3 and 13818-3; the tags of Xing and LAME, and Fraunhofer's VBRI, as their programs write them. What is
taken off at the ends is what ffmpeg takes off: the encoder's delay and 529 samples of the decoder's own, where a LAME
tag gives the delay; its padding too, unless more frames follow than the tag knows of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from instructfx.audio.splice import Piece

KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # MPEG-1
LOW_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG-2 and 2.5
RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By the two bits of the version."""

THIRD_BYTES = bytes(byte for byte in range(256) if byte >> 4 < 15 and byte >> 2 & 3 < 3)  # bit rate, rate, padding
START = re.compile(rb"\xff[\xfa\xfb\xf2\xf3\xe2\xe3][" + re.escape(THIRD_BYTES) + rb"]", re.DOTALL)
"""How a frame of layer III begins; so do other bytes, which is why one alone is not believed."""

SEARCHED_BYTES = 1 << 16
MOST_FALSE_STARTS = 100_000  # after which it is no MP3, but something that was made to look like one
DECODER_DELAY = 529  # samples that every decoder of layer III is late by
WITH_DELAYS = (b"LAME", b"Lavf", b"Lavc")  # whose tags say how long the encoder's delay and padding are
TAGS_BEHIND = (b"ID3", b"TAG", b"APE", b"LYR")


@dataclass(frozen=True)
class FrameHeader:
    """size in bytes, 0 where the format is free; samples a frame; rate in Hz; side is the bytes of side information."""

    size: int
    samples: int
    rate: int
    channels: int
    side: int

    @property
    def kind(self) -> tuple[int, int]:
        """What stays the same within one recording."""
        return self.rate, self.channels


@dataclass(frozen=True)
class InfoTag:
    """What the first frame says instead of sounding: how many follow; delay and padding in samples, if it knows."""

    frames: int | None
    delay: int | None = None
    padding: int | None = None


@dataclass
class Run:
    """Frames of one kind that follow each other; first is where the first one begins."""

    header: FrameHeader
    first: int
    frames: int = 0
    pieces: list[Piece] = field(default_factory=list)

    @property
    def samples(self) -> int:
        return self.frames * self.header.samples

    def add(self, position: int, header: FrameHeader, end: int) -> None:
        """One more; what its last bytes lack at the end of the file is zero."""
        stop = min(position + header.size, end)
        last = self.pieces[-1] if self.pieces else None
        if isinstance(last, tuple) and last[1] == position:
            self.pieces[-1] = (last[0], stop)
        else:
            self.pieces.append((position, stop))
        if stop < position + header.size:
            self.pieces.append(bytes(position + header.size - stop))
        self.frames += 1


@dataclass(frozen=True)
class MpegScan:
    """All runs of a file; info is the tag in front of the first; start holds the first four bytes behind all tags."""

    runs: tuple[Run, ...]
    info: InfoTag | None
    start: bytes

    @property
    def other(self) -> str:
        """What the file is, where it begins as another kind of MPEG sound that is not read here; else nothing."""
        header = frame_header(self.start)
        if header and not header.size:
            return "an MP3 in free format"
        layer = self.start[1] >> 1 & 3 if len(self.start) == 4 else 0
        like_layer_3 = self.start[:1] + bytes((self.start[1] & 0xF9 | 2,)) + self.start[2:] if layer else b""
        return {2: "MPEG layer II", 3: "MPEG layer I"}.get(layer, "") if frame_header(like_layer_3) else ""

    @property
    def frames(self) -> int:
        return sum(run.frames for run in self.runs)


@lru_cache(4096)
def frame_header(head: bytes) -> FrameHeader | None:
    """What four bytes say as the header of a frame of layer III; None where they are none."""
    if len(head) < 4 or not START.match(head):
        return None
    version, low = head[1] >> 3 & 3, not head[1] >> 3 & 1
    rate = RATES_HZ[version][head[2] >> 2 & 3]
    kbps = (LOW_KBPS if low else KBPS)[head[2] >> 4]
    mono = head[3] >> 6 == 3
    samples = 576 if low else 1152
    size = samples // 8 * kbps * 1000 // rate + (head[2] >> 1 & 1) if kbps else 0
    side = (9 if mono else 17) if low else (17 if mono else 32)
    return FrameHeader(size, samples, rate, 1 if mono else 2, side)


def scan(source: Path, longest_seconds: float) -> MpegScan:
    """Go through a file once, from frame to frame; no further than `longest_seconds` of sound."""
    with source.open("rb") as file:
        end = source.stat().st_size
        position = behind_tags(file, 0, end)
        file.seek(position)
        start = file.read(4)
        runs: list[Run] = []
        info: InfoTag | None = None
        seconds = 0.0
        for place, header, lost in _frames(file, position, end):
            if not runs and info is None and (info := _info(file, place, header)):
                continue
            if lost:  # what it needs of the frames before is not there: ffmpeg leaves it out as well
                continue
            if not runs or runs[-1].header.kind != header.kind:
                runs.append(Run(header, place))
            runs[-1].add(place, header, end)
            seconds += header.samples / header.rate
            if seconds > longest_seconds:
                break
        return MpegScan(tuple(runs), info, start)


def counted(source: Path, run: Run) -> tuple[tuple[Piece, ...], int]:
    """The run as a file of its own, and how many samples of it to leave out at the start.

    In front is a frame that says how many follow, which decoders believe, and a silent one: libmpg123 leaves out
    DECODER_DELAY samples behind a tag, whatever it says.
    """
    with source.open("rb") as file:
        file.seek(run.first)
        head = file.read(4)
    for kbps in range(1, 15):
        head = bytes((head[0], head[1] | 1, kbps << 4 | head[2] & 0x0C, head[3]))
        header = frame_header(head)
        if header and header.size >= 4 + header.side + 12:
            break
    assert header
    silent = head + bytes(header.size - 4)
    tag = b"Xing" + (1).to_bytes(4, "big") + (run.frames + 1).to_bytes(4, "big")
    front = silent[: 4 + header.side] + tag + silent[16 + header.side :]
    return (front + silent, *run.pieces), header.samples - DECODER_DELAY


def trimmed(scanned: MpegScan) -> tuple[int, int]:
    """How many samples of the first run to leave out at its start, and how many are then sound."""
    run, info = scanned.runs[0], scanned.info
    if info is None or info.delay is None or info.padding is None:
        return 0, run.samples
    first, last = info.delay + DECODER_DELAY, run.samples
    if info.frames is not None and scanned.frames <= info.frames:
        last = min(last, info.frames * run.header.samples - info.padding + DECODER_DELAY)
    return min(first, last), max(last - first, 0)


def behind_tags(file: BinaryIO, position: int, end: int) -> int:
    """Where ID3v2 tags that begin there are over; one that claims more than there is, is none."""
    while True:
        file.seek(position)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:]) > 127:
            return position
        size = 10 + sum(byte << 7 * (3 - place) for place, byte in enumerate(head[6:])) + (10 if head[5] & 16 else 0)
        if position + size >= end:
            return position
        position += size


def _frames(file: BinaryIO, position: int, end: int) -> Iterator[tuple[int, FrameHeader, bool]]:
    """Where each frame begins, its header, and whether something else stood before it."""
    kind: tuple[int, int] | None = None
    gap = lost = False
    false_starts = 0
    while position + 4 <= end and false_starts < MOST_FALSE_STARTS:
        file.seek(position)
        header = frame_header(file.read(4))
        # Behind a gap one header is not enough, not even one of the same kind.
        if header and header.size and ((header.kind == kind and not gap) or _goes_on(file, position, header, end)):
            yield position, header, lost and kind is not None
            kind, gap, lost = header.kind, False, False
            position += header.size
        else:
            false_starts += header is not None
            beyond = behind_tags(file, position, end)
            beyond = beyond if beyond > position else _next_start(file, position + 1, end)
            file.seek(position)
            gap = True
            lost = lost or beyond - position > SEARCHED_BYTES or any(file.read(beyond - position))  # zeros are padding
            position = beyond


def _goes_on(file: BinaryIO, position: int, header: FrameHeader, end: int) -> bool:
    """Whether another frame of the same kind follows, or the end, or a tag."""
    file.seek(position + header.size)
    follows = file.read(4)
    after = frame_header(follows)
    if after:
        return after.kind == header.kind
    return position + header.size == end or follows[:3] in TAGS_BEHIND


def _next_start(file: BinaryIO, position: int, end: int) -> int:
    """The next place from there on where a frame may begin; the end where there is none."""
    while position + 4 <= end:
        file.seek(position)
        window = file.read(SEARCHED_BYTES)
        found = START.search(window)
        if found:
            return position + found.start()
        position += max(len(window) - 2, 1)
    return end


def _info(file: BinaryIO, position: int, header: FrameHeader) -> InfoTag | None:
    """The tag in a frame that has one."""
    file.seek(position)
    frame = file.read(header.size)
    if frame[36:40] == b"VBRI":
        return InfoTag(int.from_bytes(frame[50:54], "big"))
    for start in (4 + header.side, 6 + header.side):  # behind a checksum, where there is one
        if frame[start : start + 4] in (b"Xing", b"Info"):
            break
    else:
        return None
    flags, at = frame[start + 7] if len(frame) > start + 7 else 0, start + 8
    frames = int.from_bytes(frame[at : at + 4], "big") if flags & 1 else None
    at += 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    if frame[at : at + 4] not in WITH_DELAYS or len(frame) < at + 24:
        return InfoTag(frames)
    both = int.from_bytes(frame[at + 21 : at + 24], "big")
    return InfoTag(frames, both >> 12, both & 0xFFF)
