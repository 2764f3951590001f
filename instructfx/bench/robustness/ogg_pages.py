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
