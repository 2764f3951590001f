"""The pages of an Ogg file (RFC 3533): which recordings follow each other in it, and whether each is whole."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from instructfx.audio import flac
from instructfx.audio.splice import Piece

MAGIC = b"OggS"
CONTINUED, FIRST, LAST = 1, 2, 4
SEARCHED_BYTES = 1 << 16
FLAC_MAPPING = b"\x7fFLAC"  # then a version and the number of headers, and a FLAC file's own start
FLAC_MAPPING_BYTES = 9
MOST_PAGES = 2_000_000  # an hour has a tenth of that
MOST_LOST_PAGES = 8  # behind the headers; where more are missing, what was recorded began later
UNSAID = (1 << 64) - 1  # a position, where no packet ends on a page
ALL_ONES = 0xFFFFFFFF
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class OggPage:
    """One page: where it begins, where its body does and where it ends; unfinished: its last packet goes on; fresh:
    where the first packet begins that does not go on from the page before.

    granule is the stream's position at its end, number counts the pages of its stream, packets those that end on it.
    spoilt: its checksum is wrong.
    """

    start: int
    body: int
    fresh: int
    end: int
    flags: int
    granule: int
    stream: int
    number: int
    packets: int
    unfinished: bool
    spoilt: bool


@dataclass
class Link:
    """A recording in a chain; flac: what it holds is FLAC, and its pieces are a FLAC file's. last: its last page,
    first: the first on which sound ends, and first_packets, how many of those are there from their beginning."""

    pieces: list[Piece] = field(default_factory=list)
    flac: bool = False
    last: OggPage | None = None
    first: OggPage | None = None
    first_packets: int = 0
    _beheaded: bool = False

    @property
    def ended(self) -> bool:
        """Whether its last page says that it is the last."""
        return bool(self.last and self.last.flags & LAST)

    @property
    def without_length(self) -> bool:
        """Whether a packet ends on its last page, and nothing says where: decoders leave out what is on it."""
        return bool(self.last and self.last.granule == UNSAID)

    def add(self, page: OggPage, stop: int) -> None:
        """One more page, which mostly follows the one before. A FLAC decoder gets no packet whose beginning is gone."""
        goes_on = self.last is not None and self.last.unfinished and page.number == self.last.number + 1
        beheaded = bool(page.flags & CONTINUED) and (self._beheaded or not goes_on)
        if self.first is None and 0 < page.granule < UNSAID:
            self.first, self.first_packets = page, page.packets - beheaded
        self.last, self._beheaded = page, beheaded and not page.packets
        start = page.start
        if self.flac:
            start = min(page.fresh if beheaded else page.body + FLAC_MAPPING_BYTES * (not self.pieces), stop)
        last = self.pieces[-1] if self.pieces else None
        if isinstance(last, tuple) and last[1] == start:
            self.pieces[-1] = (last[0], stop)
        else:
            self.pieces.append((start, stop))


@dataclass(frozen=True)
class OggChain:
    """What follows each other in a file; whole: the end is there; damaged: pages within the sound are lost or bad."""

    links: tuple[Link, ...]
    whole: bool
    damaged: bool


def chain_of(source: Path) -> OggChain:
    """Look at every page.

    A page that begins a stream, after one that does not, begins the next recording (RFC 3533, section 4). A file that
    ends with a whole page and a whole packet is whole, even where nothing says that it is the last.
    """
    found: list[Link] = []
    before: dict[int, OggPage] = {}
    last: OggPage | None = None
    damaged = False
    end = source.stat().st_size
    with source.open("rb") as file:
        for count, page in enumerate(_pages(file, end)):
            if count == MOST_PAGES:
                damaged = True
                break
            if page.flags & FIRST and (last is None or not last.flags & FIRST):
                file.seek(page.body)
                found.append(Link(flac=file.read(len(FLAC_MAPPING)) == FLAC_MAPPING))
                before = {}
            if not found:  # what was before is missing; the decoder says so
                found.append(Link())
            found[-1].add(page, min(page.end, end))
            earlier = before.get(page.stream)
            damaged |= page.end <= end and (page.spoilt or _lost(earlier, page) or _fell(earlier, page))
            said = page.granule if page.granule != UNSAID else earlier.granule if earlier else 0
            before[page.stream], last = replace(page, granule=said), page
        whole = last is not None and last.end <= end and not last.unfinished
        damaged |= whole and any(link.without_length for link in found)
        for link in found if whole and not damaged else ():
            if link.flac and link.last:
                assert isinstance(link.pieces[0], tuple)
                samples = _flac_samples(file, link)
                if 0 <= samples <= flac.MOST_SAMPLES:
                    link.pieces[:1] = flac.with_length(file, link.pieces[0], samples)
                else:  # positions of two streams, or such as no FLAC has
                    damaged = True
            elif link.last and not link.ended:
                link.pieces[-1:] = _with_end(file, link.pieces[-1], link.last)
    return OggChain(tuple(found), whole, damaged)


def _lost(earlier: OggPage | None, page: OggPage) -> bool:
    """Whether pages are missing between two of a stream; behind the headers a recording of a stream may begin late."""
    missing = page.number - earlier.number - 1 if earlier else 0
    return bool(earlier and missing and (earlier.granule or 0 < missing <= MOST_LOST_PAGES))


def _fell(earlier: OggPage | None, page: OggPage) -> bool:
    """Whether a stream's position is before the one that it had; earlier.granule: the last that was said."""
    return bool(earlier and page.granule < earlier.granule)


def _flac_samples(file: BinaryIO, link: Link) -> int:
    """How many samples a FLAC in Ogg holds: up to its last position, from where its first page of sound begins, which
    is not the start of the recording where a stream was cut."""
    assert isinstance(link.pieces[0], tuple)
    assert link.last
    of_first = link.first_packets * flac.block_samples(file, link.pieces[0][0])  # FLAC in Ogg has frames of one length
    return link.last.granule - max(link.first.granule - of_first if link.first else 0, 0)


def _with_end(file: BinaryIO, piece: Piece, page: OggPage) -> list[Piece]:
    """The piece that ends with a page, which now says that it is the last: libsndfile refuses Opus without that."""
    assert isinstance(piece, tuple)
    file.seek(page.start)
    changed = bytearray(file.read(page.end - page.start))
    changed[5] |= LAST
    changed[22:26] = checksum(changed)
    return [(piece[0], page.start), bytes(changed)]


def checksum(page: bytes | bytearray) -> bytes:
    """CRC-32 of a page as its bytes 22 to 26 have it: from the highest bit down, as zlib's is of mirrored bytes."""
    mirrored = (page[:22] + bytes(4) + page[26:]).translate(MIRRORED)
    found = zlib.crc32(mirrored, ALL_ONES) ^ ALL_ONES
    return found.to_bytes(4, "big").translate(MIRRORED)


def _pages(file: BinaryIO, end: int) -> Iterator[OggPage]:
    """Every page; the last may reach beyond the end. What is between them is passed over."""
    position = 0
    while position < end:
        file.seek(position)
        head = file.read(27)
        if head[:4] != MAGIC:
            position = _next_page(file, position + 1, end)
            continue
        lacing = file.read(head[26]) if len(head) == 27 else b""
        body = position + 27 + (head[26] if len(head) == 27 else 0)
        whole = len(head) == 27 and len(lacing) == head[26]
        stop = body + sum(lacing) if whole else end + 1
        flags = head[5] if len(head) > 5 else 0
        granule, stream, number = (int.from_bytes(head[a:b], "little") for a, b in ((6, 14), (14, 18), (18, 22)))
        unfinished = bool(lacing) and lacing[-1] == 255
        spoilt = stop <= end and checksum(head + lacing + file.read(stop - body)) != head[22:26]
        ends = [place for place, size in enumerate(lacing, 1) if size < 255]
        fresh = body + sum(lacing[: ends[0] if ends else None]) if flags & CONTINUED else body
        yield OggPage(position, body, fresh, stop, flags, granule, stream, number, len(ends), unfinished, spoilt)
        position = stop


def _next_page(file: BinaryIO, position: int, end: int) -> int:
    while position < end:
        file.seek(position)
        window = file.read(SEARCHED_BYTES)
        found = window.find(MAGIC)
        if found >= 0:
            return position + found
        position += max(len(window) - 3, 1) if position + len(window) < end else len(window)
    return end
