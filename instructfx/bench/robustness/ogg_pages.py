"""Ogg files changed page by page, their checksums right; nothing here asks the reader that is tried."""

from __future__ import annotations


def pages(content: bytes) -> list[bytes]:
    """The pages of an Ogg file that is in order."""
    found = []
    while content:
        segments = content[26]
        size = 27 + segments + sum(content[27 : 27 + segments])
        found.append(content[:size])
        content = content[size:]
    return found


def later(content: bytes, by: int = 480_000) -> bytes:
    """An Ogg file whose positions begin so many samples later."""
    for number, page in enumerate(pages(content)):
        position = int.from_bytes(page[6:14], "little")
        if position:
            content = with_page(content, number, page[:6] + (position + by).to_bytes(8, "little") + page[14:])
    return content


def with_page(content: bytes, number: int, page: bytes) -> bytes:
    """An Ogg file with another page in place of one of that size, and its checksum right."""
    page = page[:22] + bytes(4) + page[26:]
    before = pages(content)[number]
    return content.replace(before, page[:22] + checksum(page).to_bytes(4, "little") + page[26:])


def checksum(page: bytes) -> int:
    """CRC-32 of RFC 3533: polynomial 0x04C11DB7, from 0, not reflected."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


def numbered(number: int, granule: int, lacing: bytes, body: bytes, flags: int = 0) -> bytes:
    """A page of stream 1, its checksum right; granule is its position, lacing how long the segments of its body are."""
    head = b"OggS\0" + bytes((flags,)) + granule.to_bytes(8, "little") + (1).to_bytes(4, "little")
    page = head + number.to_bytes(4, "little") + bytes(4) + bytes((len(lacing),)) + lacing + body
    return page[:22] + checksum(page).to_bytes(4, "little") + page[26:]


def packed(packets: list[tuple[bytes, int]], crossing: int = -1) -> bytes:
    """An Ogg file with a page for each packet and its position; from the one of number `crossing` on, the first half of
    a packet stands on the page where the one before ends, and the second on the next."""
    made: list[bytes] = []
    lacing, body, before = b"", b"", (1 << 64) - 1
    for number, (packet, granule) in enumerate(packets):
        sizes = b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,))
        split = len(sizes) // 2 if 0 <= crossing <= number else len(sizes)
        if split < len(sizes):
            made.append(numbered(len(made), before, lacing + sizes[:split], body + packet[: 255 * split], bool(lacing)))
            lacing, body, before = sizes[split:], packet[255 * split :], granule
        else:
            made.append(numbered(len(made), granule, sizes, packet, 0 if number else 2))
    if lacing:
        made.append(numbered(len(made), before, lacing, body, 1))
    return b"".join(made)


def flac_packets(content: bytes, positions: tuple[int, ...]) -> list[tuple[bytes, int]]:
    """A FLAC as packets for Ogg, which do not say its length: its first block, an empty comment, and its frames in as
    many equal parts as there are positions."""
    last, end = False, 4
    while not last:
        last, end = bool(content[end] & 0x80), end + 4 + int.from_bytes(content[end + 1 : end + 4], "big")
    info = content[4:42]  # the block that says rate, channels and length comes first in every FLAC
    unsaid = info[:14] + (int.from_bytes(info[14:22], "big") >> 36 << 36).to_bytes(8, "big") + info[22:]
    size = -(-(len(content) - end) // len(positions))
    parts = [(content[end + size * at :][:size], position) for at, position in enumerate(positions)]
    return [(b"\x7fFLAC\x01\0\0\x01fLaC" + unsaid, 0), (b"\x84\0\0\x08" + bytes(8), 0), *parts]
