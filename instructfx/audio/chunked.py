"""Files of chunks that say how long their sound is: whether all of it is there, and how to read what does not know.

WAV, RF64, AIFF, CAF, W64 and AU. Who streams a file writes its header before its end is known, and leaves 0 or about
the largest number there is; then the sound goes on to the end of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from instructfx.audio.splice import Piece

NO_SIZES = (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
NEAR = 1 << 24  # 0x7F000000, 0x7FFFF000, 0x7FFFFFFF and 0x80000000 are all in use, and so are those below 2^32
MOST_CHUNKS = 100_000
LARGEST_RIFF = (1 << 32) - 1
W64_HEADER_BYTES = 24
MP3_FORMAT = 0x55  # as a WAV's fmt chunk numbers it
NEEDED = (b"ds64", b"fmt ", b"fact")  # before the sound of an RF64


@dataclass(frozen=True)
class Layout:
    """How a container writes its chunks: bytes before the first, of a name and of a size, and what holds the sound.

    inclusive: a size counts the chunk's own header; step: chunks begin at its multiples; streamed: sizes near 2^31 and
    2^32 mean that the end was not known (AIFF gives the number of frames as well).
    """

    first: int
    name: int
    size: int
    sound: bytes
    order: Literal["little", "big"]
    inclusive: bool = False
    step: int = 2
    streamed: bool = True


WAV = Layout(12, 4, 4, b"data", "little")
RIFX = Layout(12, 4, 4, b"data", "big")
AIFF = Layout(12, 4, 4, b"SSND", "big", streamed=False)
CAF = Layout(8, 4, 8, b"data", "big", step=1)
W64 = Layout(40, 16, 8, b"data", "little", inclusive=True, step=8)
AU = Layout(4, 0, 4, b"", "big")


@dataclass(frozen=True)
class Chunk:
    """name, where the header is and where the content begins, and the size of the content that is claimed."""

    name: bytes
    start: int
    body: int
    size: int


def layout_of(head: bytes) -> Layout | None:
    """What the first twelve bytes of a file say that it is; None where it is not of this kind."""
    if head[8:12] == b"WAVE":
        return {b"RIFF": WAV, b"RF64": WAV, b"BW64": WAV, b"RIFX": RIFX}.get(head[:4])
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return AIFF
    return {b"caff": CAF, b"riff": W64, b".snd": AU}.get(head[:4])


def chunks(file: BinaryIO, layout: Layout, end: int) -> Iterator[Chunk]:
    """The headers of all chunks, by the sizes that they claim; that of the sound as ds64 says (EBU Tech 3306)."""
    position, large = layout.first, 0
    header = layout.name + layout.size
    for _ in range(MOST_CHUNKS):
        if position + header > end:
            return
        file.seek(position)
        name = file.read(layout.name)
        size = int.from_bytes(file.read(layout.size), layout.order) - (header if layout.inclusive else 0)
        if name == b"ds64":
            file.seek(position + header + 8)
            large = int.from_bytes(file.read(8), "little")
        elif name == layout.sound and size == 0xFFFFFFFF and large:
            size = large
        yield Chunk(name, position, position + header, size)
        if size < 0:
            return
        position += header + size
        position += -position % layout.step if layout.step != 2 else size % 2


def mended(source: Path, layout: Layout) -> tuple[tuple[Piece, ...], int]:
    """How the file has to be read, and how many bytes of its sound are missing at its end.

    Nothing where it is read as it is.
    """
    end = source.stat().st_size
    with source.open("rb") as file:
        if layout is AU:
            file.seek(4)
            body = int.from_bytes(file.read(4), "big")
            size = int.from_bytes(file.read(4), "big")
            if not _unknown(layout, size, end - body):
                return (), max(body + size - end, 0)
            return ((0, 8), max(end - body, 0).to_bytes(4, "big"), (12, end)), 0
        large = None
        before: list[Chunk] = []
        for chunk in chunks(file, layout, end):
            if chunk.name == b"ds64":
                large = chunk
            if chunk.name[:4] == layout.sound:
                size, there = chunk.size, end - chunk.body
                if size == 0 and _only_chunks(file, layout, chunk.body, end):
                    return (), 0
                if not _unknown(layout, size, there):
                    return _as_libsndfile_reads(layout, before, chunk, end), max(size - there, 0)
                return (_with_size(layout, chunk, large, end) if layout is not AIFF else ()), 0
            before.append(chunk)
    return (), 0


def _as_libsndfile_reads(layout: Layout, before: list[Chunk], sound: Chunk, end: int) -> tuple[Piece, ...]:
    """Nothing, but where libsndfile loses its way in a file that is in order.

    It takes all that follows in a W64 for sound, and does not find the chunk behind one of odd size in an RF64.
    """
    if layout is W64:
        return ((0, sound.body + sound.size),)
    large = any(chunk.name == b"ds64" for chunk in before)
    if layout is WAV and large and any(chunk.size % 2 for chunk in before):
        needed = [chunk for chunk in before if chunk.name in NEEDED]
        return ((0, WAV.first), *((chunk.start, chunk.body + chunk.size) for chunk in needed), (sound.start, end))
    return ()


def holds_mp3(source: Path) -> bool:
    """Whether the sound of a WAV is an MP3."""
    with source.open("rb") as file:
        for chunk in chunks(file, WAV, source.stat().st_size):
            if chunk.name == b"fmt ":
                file.seek(chunk.body)
                return int.from_bytes(file.read(2), "little") == MP3_FORMAT
    return False


def _unknown(layout: Layout, size: int, there: int) -> bool:
    if size in NO_SIZES or (layout.inclusive and size + W64_HEADER_BYTES in NO_SIZES):
        return True
    near = any(limit - NEAR <= size <= limit for limit in (1 << 31, 1 << 32, (1 << 63) - 1, 1 << 64))
    return layout.streamed and near and size > there


def _only_chunks(file: BinaryIO, layout: Layout, position: int, end: int) -> bool:
    """Whether from there on chunks fill the file, so that one of no size really is empty."""
    rest = Layout(position, layout.name, layout.size, b"", layout.order, layout.inclusive, layout.step)
    for chunk in chunks(file, rest, end):
        if not chunk.name[:4].replace(b"_", b"").strip().isalnum() or chunk.body + chunk.size > end:
            return False
        position = chunk.body + chunk.size
    return end - position < layout.name + layout.size


def _with_size(layout: Layout, sound: Chunk, large: Chunk | None, end: int) -> tuple[Piece, ...]:
    """The file with the size that its sound has."""
    size = end - sound.body
    at = sound.start + layout.name
    if layout is CAF or layout is W64:
        said = size + (W64_HEADER_BYTES if layout.inclusive else 0)
        return (0, at), said.to_bytes(layout.size, layout.order), (sound.body, end)
    before: tuple[Piece, ...] = ((12, at),)
    if large:
        before = (12, large.start), b"JUNK", (large.start + 4, at)
    if end > LARGEST_RIFF:
        sizes = b"".join(each.to_bytes(8, "little") for each in (end, size, 0)) + bytes(4)
        head = b"RF64" + bytes(b"\xff" * 4) + b"WAVEds64" + len(sizes).to_bytes(4, "little") + sizes
        return head, *before, b"\xff" * 4, (sound.body, end)
    magic = b"RIFF" if layout is WAV else b"RIFX"
    head = magic + (end - 8).to_bytes(4, layout.order) + b"WAVE"
    return head, *before, size.to_bytes(4, layout.order), (sound.body, end)
