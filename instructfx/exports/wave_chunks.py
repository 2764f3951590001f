"""What a WAV file says of itself in its chunks: LIST INFO, the broadcast extension (EBU Tech 3285), iXML, and ID3."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from instructfx.audio.chunked import WAV, chunks, layout_of

MOST_IXML_BYTES = 1 << 18
MOST_BYTES = {b"LIST": 1 << 18, b"bext": 1 << 18, b"iXML": MOST_IXML_BYTES, b"id3 ": 16 << 20, b"ID3 ": 16 << 20}
"""How large a chunk may be that says something."""

UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
"""How XML in UTF-16 begins, with and without a byte order mark."""

XML_ENCODING = re.compile(r"""^(\s*<\?xml\b[^>]*?\bencoding\s*=\s*["'])[^"'>]*(["'])""")

PADDED_AT = 20  # where an RF64 file's ds64 chunk says the size of all (EBU Tech 3306)

INFO = {
    b"INAM": "title", b"IART": "artist", b"IPRD": "album", b"ICRD": "date", b"IGNR": "genre", b"ICMT": "comment",
    b"ICOP": "copyright", b"ITRK": "track", b"IPRT": "track", b"IMUS": "composer",
}  # fmt: skip
"""The names of LIST INFO, and ours."""

BEXT_TEXTS = (
    ("description", 256), ("originator", 32), ("originator_reference", 32), ("origination_date", 10),
    ("origination_time", 8),
)  # fmt: skip
"""What the broadcast extension begins with, and the bytes of each."""

BEXT_NAMES = (*(name for name, _ in BEXT_TEXTS), "time_reference", "umid", "coding_history")
"""As ffmpeg calls them in other formats."""

_BEXT = struct.Struct("<" + "".join(f"{size}s" for _, size in BEXT_TEXTS) + "QH64s190s")


@dataclass(frozen=True)
class WaveChunks:
    """info by our names; broadcast by BEXT_NAMES, times in samples and ids in hexadecimal; ixml in UTF-8; id3 bytes.

    too_large: the names of chunks that say something, but too much.
    """

    info: Mapping[str, str] = field(default_factory=dict)
    broadcast: Mapping[str, str] = field(default_factory=dict)
    ixml: str = ""
    id3: bytes = b""
    too_large: tuple[str, ...] = ()


def read_chunks(path: Path) -> WaveChunks | None:
    """What is there; None where the file is no WAV."""
    with path.open("rb") as file:
        if layout_of(file.read(12)) is not WAV:
            return None
        info: dict[str, str] = {}
        broadcast: Mapping[str, str] = {}
        ixml, id3 = "", b""
        too_large = []
        for name, content in _telling(file, path.stat().st_size):
            if content is None:
                too_large.append(name.decode().strip())
            elif name == b"LIST" and content[:4] == b"INFO":
                info |= dict(_info(content[4:]))
            elif name == b"bext" and len(content) >= _BEXT.size:
                broadcast = _broadcast(content)
            elif name == b"iXML":
                ixml = xml_of(content)
            elif name in (b"id3 ", b"ID3 "):
                id3 = content
        return WaveChunks(info, broadcast, ixml, id3, tuple(too_large))


def append_chunks(path: Path, broadcast: Mapping[str, str], ixml: str) -> None:
    """Put them behind the sound of a WAV or RF64 file."""
    added = b""
    for name, content in ((b"bext", _packed(broadcast) if broadcast else b""), (b"iXML", ixml.encode())):
        if content:
            added += name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    if not added:
        return
    with path.open("r+b") as file:
        magic = file.read(4)
        end = file.seek(0, 2)
        file.write(bytes(end % 2) + added)
        size = file.tell() - 8
        file.seek(PADDED_AT if magic == b"RF64" else 4)
        file.write(size.to_bytes(8 if magic == b"RF64" else 4, "little"))


def is_rf64(path: Path) -> bool:
    """Whether a file is a WAV of more than 4 GB."""
    with path.open("rb") as file:
        return file.read(4) == b"RF64"


def text_of(content: bytes) -> str:
    """Up to the first null, as UTF-8, else as Windows writes Latin."""
    content = content.split(b"\0", 1)[0]
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def xml_of(content: bytes) -> str:
    """XML in UTF-8, UTF-16 or Latin; what it says of its encoding is then UTF-8, as it is written."""
    found = next((encoding for start, encoding in UTF_16.items() if content.startswith(start)), "")
    text = content.decode(found, errors="replace").split("\0", 1)[0] if found else text_of(content)
    return XML_ENCODING.sub(r"\1UTF-8\2", text)


def _telling(file: BinaryIO, end: int) -> Iterator[tuple[bytes, bytes | None]]:
    """The chunks that say something and are all there; None for those that are larger than such chunks are."""
    for chunk in chunks(file, WAV, end):
        if chunk.name in MOST_BYTES and chunk.body + chunk.size <= end:
            file.seek(chunk.body)
            yield chunk.name, file.read(chunk.size) if chunk.size <= MOST_BYTES[chunk.name] else None


def _info(content: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        text = text_of(content[at + 8 : at + 8 + size])
        if content[at : at + 4] in INFO and text.strip():
            yield INFO[content[at : at + 4]], text
        at += 8 + size + size % 2


def _broadcast(content: bytes) -> Mapping[str, str]:
    *texts, time_reference, _, umid, _ = _BEXT.unpack_from(content)
    found = {name: text_of(text).strip() for (name, _), text in zip(BEXT_TEXTS, texts, strict=True)}
    found["time_reference"] = str(time_reference) if time_reference else ""
    found["umid"] = umid.hex() if any(umid) else ""
    found["coding_history"] = text_of(content[_BEXT.size :]).strip()
    return {name: text for name, text in found.items() if text}


def _packed(said: Mapping[str, str]) -> bytes:
    """A broadcast extension of version 1. Version 2 would give the loudness, which was the original's."""
    texts = [said.get(name, "").encode()[:size].decode(errors="ignore").encode() for name, size in BEXT_TEXTS]
    reference = said.get("time_reference", "")
    time_reference = int(reference) % (1 << 64) if reference.isdecimal() else 0
    try:
        umid = bytes.fromhex(said.get("umid", "").removeprefix("0x"))[:64]
    except ValueError:
        umid = b""
    history = said.get("coding_history", "")
    return _BEXT.pack(*texts, time_reference, 1, umid, b"") + (f"{history}\r\n".encode() if history else b"")
