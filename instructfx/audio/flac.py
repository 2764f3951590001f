"""How long a FLAC is that does not say it, as one from a pipe: its last frame says where in the sound it begins.

RFC 9639: the streaminfo block in front, and the frames' headers and checksums.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from instructfx.audio.splice import Piece

MAGIC = b"fLaC"
BLOCK_SAMPLES = (8, 10)  # the bytes of a file that say how long its blocks are
LENGTH = (18, 26)  # the bytes of a file whose lowest 36 bits are its number of samples
LENGTH_BITS = 36
MOST_SAMPLES = (1 << LENGTH_BITS) - 1
SHORTEST_BYTES = 42  # of a file: the streaminfo block is the first
LONGEST_FRAME_BYTES = 1 << 20
MOST_CHECKED_BYTES = 2 << 20  # of what looks like frames: the last is mostly the first that is tried
ID3V1_BYTES = 128
HEADER = re.compile(rb"\xff[\xf8\xf9]", re.DOTALL)
LONGEST_HEADER_BYTES = 16
NUMBER_BYTES = {0b110: 1, 0b111: 2}  # of the block size behind the header, by its code
RATE_BYTES = {0b1100: 1, 0b1101: 2, 0b1110: 2}


@dataclass(frozen=True)
class Frame:
    """Where in the sound a frame begins, and how many samples of each channel it holds."""

    position: int
    samples: int


def says_length(file: BinaryIO, start: int) -> bool:
    """Whether the FLAC that begins there gives its number of samples."""
    file.seek(start + LENGTH[0])
    return bool(int.from_bytes(file.read(LENGTH[1] - LENGTH[0]), "big") & MOST_SAMPLES)


def block_samples(file: BinaryIO, start: int) -> int:
    """How many samples all frames but the last hold, at least, of the FLAC that begins there."""
    file.seek(start + BLOCK_SAMPLES[0])
    return int.from_bytes(file.read(BLOCK_SAMPLES[1] - BLOCK_SAMPLES[0]), "big")


def with_length(file: BinaryIO, first: tuple[int, int], samples: int) -> list[Piece]:
    """The stretch in which a FLAC begins, with its number of samples where it does not say it."""
    (start, stop), (fore, behind) = first, LENGTH
    if stop < start + behind or says_length(file, start):
        return [first]
    file.seek(start + fore)
    said = int.from_bytes(file.read(behind - fore), "big")
    return [(start, start + fore), (said | samples).to_bytes(behind - fore, "big"), (start + behind, stop)]


def counted(source: Path, start: int) -> tuple[tuple[Piece, ...], bool]:
    """How to read a FLAC that begins there, and whether its last frame is whole; nothing where it says its length."""
    with source.open("rb") as file:
        end = source.stat().st_size
        if end < start + SHORTEST_BYTES or says_length(file, start):
            return (), True
        block = block_samples(file, start)
        file.seek(max(end - ID3V1_BYTES, start))
        if file.read(3) == b"TAG":
            end -= ID3V1_BYTES
        at = max(end - LONGEST_FRAME_BYTES, start + SHORTEST_BYTES)
        file.seek(at)
        tail = file.read(end - at)
        checked = 0
        for found in reversed([each.start() for each in HEADER.finditer(tail)]):
            frame = frame_at(tail[found : found + LONGEST_HEADER_BYTES], block)
            checked += len(tail) - found if frame else 0
            if checked > MOST_CHECKED_BYTES:
                break
            if frame and not checksum(tail[found:], 16):  # that of a whole frame with its own checksum is 0
                return tuple(with_length(file, (start, end), frame.position + frame.samples)), True
    return (), False


def frame_at(head: bytes, block_samples: int) -> Frame | None:
    """What the header of a frame says; None where it is none. block_samples: of all frames, where that is fixed."""
    if len(head) < 6:
        return None
    size, rate = head[2] >> 4, head[2] & 15
    ones = f"{head[4]:08b}".index("0") if head[4] < 255 else 8
    behind = 5 + max(ones - 1, 0)
    stop = behind + NUMBER_BYTES.get(size, 0) + RATE_BYTES.get(rate, 0)
    if not size or ones in (1, 8) or len(head) <= stop or checksum(head[: stop + 1], 8):
        return None
    number = head[4] & (0x7F >> ones)
    for byte in head[5:behind]:
        number = number << 6 | byte & 0x3F
    if size in NUMBER_BYTES:
        samples = int.from_bytes(head[behind : behind + NUMBER_BYTES[size]], "big") + 1
    elif size < 8:
        samples = 192 if size == 1 else 144 << size
    else:
        samples = 1 << size
    return Frame(number if head[1] & 1 else number * block_samples, samples)


def checksum(content: bytes, bits: int) -> int:
    """CRC-8 or CRC-16 as FLAC has them, from the highest bit down."""
    table, shift, mask = _table(bits), bits - 8, (1 << bits) - 1
    found = 0
    for byte in content:
        found = (found << 8 ^ table[found >> shift ^ byte]) & mask
    return found


@lru_cache
def _table(bits: int) -> tuple[int, ...]:
    polynomial = {8: 0x07, 16: 0x8005}[bits]
    table = []
    for entry in range(256):
        found = entry << bits - 8
        for _ in range(8):
            found = found << 1 ^ (polynomial if found >> bits - 1 else 0)
            found &= (1 << bits) - 1
        table.append(found)
    return tuple(table)
