"""Tags of audio files: what a track says of itself, kept across formats."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import mutagen
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, Encoding, Frames, PictureType
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4Tags
from mutagen.wave import WAVE

log = logging.getLogger("instructfx")

LONGEST_TEXT = 4000  # characters
MOST_TEXTS = 20  # artists of one track
MOST_COVER_BYTES = 12 << 20  # a block of a FLAC file holds 16 MiB
IMAGES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Cover:
    """A picture, as its file is."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Tags:
    """What a file says of itself; a field may have several texts, such as two artists. track is "3" or "3/12"."""

    title: Texts = ()
    artist: Texts = ()
    album: Texts = ()
    album_artist: Texts = ()
    composer: Texts = ()
    date: Texts = ()
    genre: Texts = ()
    track: Texts = ()
    copyright: Texts = ()
    isrc: Texts = ()
    comment: Texts = ()
    cover: Cover | None = None

    def remarked(self, remark: str) -> Tags:
        """With one more line at the end of the comment."""
        return replace(self, comment=("\n".join([*self.comment, remark]),))


@dataclass(frozen=True)
class _Names:
    """What a field is called: the frame of ID3, the key of Vorbis comments, the atom of MP4."""

    field: str
    id3: str
    vorbis: str
    mp4: str


NAMES = (
    _Names("title", "TIT2", "title", "\xa9nam"),
    _Names("artist", "TPE1", "artist", "\xa9ART"),
    _Names("album", "TALB", "album", "\xa9alb"),
    _Names("album_artist", "TPE2", "albumartist", "aART"),
    _Names("composer", "TCOM", "composer", "\xa9wrt"),
    _Names("date", "TDRC", "date", "\xa9day"),
    _Names("genre", "TCON", "genre", "\xa9gen"),
    _Names("track", "TRCK", "tracknumber", "trkn"),
    _Names("copyright", "TCOP", "copyright", "cprt"),
    _Names("isrc", "TSRC", "isrc", "----:com.apple.iTunes:ISRC"),
    _Names("comment", "COMM", "comment", "\xa9cmt"),
)


def read_tags(path: Path) -> Tags:
    """What an audio file says of itself; nothing where it says nothing, or nothing that can be read."""
    try:
        found = mutagen.File(path)
        held = found.tags if found is not None else None
        if held is None:
            return Tags()
        texts = {names.field: _texts(_said(held, names)) for names in NAMES}
        return Tags(**texts, cover=_cover(found, held))
    except (
        Exception
    ) as error:  # the bytes are a stranger's and their reader may fail in any way: the sound matters more
        log.info("the tags of a track cannot be read: %s", type(error).__name__)
        return Tags()


def write_tags(path: Path, tags: Tags) -> None:
    """Put tags into an MP3, FLAC or WAV file; which of them it is follows from the extension."""
    if path.suffix == ".flac":
        flac = FLAC(path)  # in which libsndfile has put an empty list
        for names in NAMES:
            if getattr(tags, names.field):
                flac[names.vorbis] = list(getattr(tags, names.field))
        if tags.cover:
            picture = Picture()
            picture.data, picture.mime, picture.type = tags.cover.data, tags.cover.media_type, PictureType.COVER_FRONT
            flac.add_picture(picture)
        flac.save()
        return
    file: Any = MP3(path) if path.suffix == ".mp3" else WAVE(path)
    if file.tags is None:
        file.add_tags()
    for names in NAMES:
        texts = list(getattr(tags, names.field))
        if texts and names.field == "comment":
            file.tags.add(COMM(encoding=Encoding.UTF8, lang="XXX", desc="", text=texts))
        elif texts:
            file.tags.add(Frames[names.id3](encoding=Encoding.UTF8, text=texts))
    if tags.cover:
        kind = PictureType.COVER_FRONT
        file.tags.add(APIC(encoding=Encoding.UTF8, mime=tags.cover.media_type, type=kind, data=tags.cover.data))
    file.save()


def _said(held: Any, names: _Names) -> Iterable[object]:
    """All texts of a field, whatever the container is."""
    if isinstance(held, ID3):
        frames = [frame for frame in held.getall(names.id3) if not getattr(frame, "desc", "")]
        return [text for frame in frames for text in getattr(frame, "genres", frame.text)]  # "(17)" is "Rock"
    if not isinstance(held, MP4Tags):
        return held.get(names.vorbis) or []
    found = held.get(names.mp4) or []
    if names.field == "track":
        return [f"{number}/{total}" if total else str(number) for number, total in found if number]
    return [bytes(each).decode(errors="replace") if isinstance(each, bytes) else each for each in found]


def _texts(said: Iterable[object]) -> Texts:
    """Text that every container takes: no control characters but the ends of lines, not without end."""
    clean = ("".join(c for c in str(text) if c.isprintable() or c == "\n")[:LONGEST_TEXT].strip() for text in said)
    return tuple(text for text in clean if text)[:MOST_TEXTS]


def _cover(found: Any, held: Any) -> Cover | None:
    """The front cover, else the first picture, if it is one and not too large."""
    if isinstance(held, ID3):
        pictures = [(frame.type, frame.data) for frame in held.getall("APIC")]
    elif isinstance(held, MP4Tags):
        pictures = [(PictureType.COVER_FRONT, bytes(data)) for data in held.get("covr") or []]
    else:
        packed = [Picture(base64.b64decode(text)) for text in held.get("metadata_block_picture") or []]
        pictures = [(each.type, each.data) for each in [*getattr(found, "pictures", []), *packed]]
    for _, data in sorted(pictures, key=lambda each: each[0] != PictureType.COVER_FRONT):
        for magic, media_type in IMAGES:
            if data.startswith(magic) and len(data) <= MOST_COVER_BYTES:
                return Cover(data, media_type)
    return None
