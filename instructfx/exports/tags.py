"""Tags of audio files: what a track says of itself, kept across formats."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import mutagen
import soundfile
from mutagen.apev2 import APENoHeaderError, APETextValue, APEv2
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TXXX, Encoding, Frames, PictureType
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4Tags
from mutagen.wave import WAVE

from instructfx.audio.naming import for_libsndfile
from instructfx.exports.wave_chunks import BEXT_NAMES, MOST_IXML_BYTES, WaveChunks, append_chunks, is_rf64, read_chunks

log = logging.getLogger("instructfx")

LONGEST_TEXT = 4000  # characters
MOST_TEXTS = 20  # artists of one track
MOST_COVER_BYTES = 12 << 20  # a block of a FLAC file holds 16 MiB
IXML = "ixml"  # as it is called where there is no chunk for it
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
    """What a file says of itself; a field may have several texts, such as two artists. track is "3" or "3/12".

    broadcast holds what a recorder wrote for broadcasters, pairs of one of BEXT_NAMES and a text; ixml is XML.
    too_large names what is not taken along.
    """

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
    broadcast: tuple[tuple[str, str], ...] = ()
    ixml: str = ""
    cover: Cover | None = None
    too_large: Texts = ()

    def more(self) -> Iterator[tuple[str, str]]:
        """What has no field of its own, for formats that hold any name."""
        yield from self.broadcast
        if self.ixml:
            yield IXML, self.ixml

    @property
    def held(self) -> Texts:
        """What it holds, as people call that: "title", "album artist", "cover"."""
        return tuple(
            each.name.replace("_", " ")
            for each in fields(self)
            if each.name != "too_large" and getattr(self, each.name)
        )

    def remarked(self, remark: str) -> Tags:
        """With one more line at the end of the comment."""
        return replace(self, comment=("\n".join([*self.comment, remark]),))


@dataclass(frozen=True)
class _Names:
    """What a field is called: the frame of ID3, the key of Vorbis comments, the atom of MP4, and APEv2's key where it
    differs from that of Vorbis comments."""

    field: str
    id3: str
    vorbis: str
    mp4: str
    ape: str = ""


NAMES = (
    _Names("title", "TIT2", "title", "\xa9nam"),
    _Names("artist", "TPE1", "artist", "\xa9ART"),
    _Names("album", "TALB", "album", "\xa9alb"),
    _Names("album_artist", "TPE2", "albumartist", "aART", "Album Artist"),
    _Names("composer", "TCOM", "composer", "\xa9wrt"),
    _Names("date", "TDRC", "date", "\xa9day", "Year"),
    _Names("genre", "TCON", "genre", "\xa9gen"),
    _Names("track", "TRCK", "tracknumber", "trkn", "Track"),
    _Names("copyright", "TCOP", "copyright", "cprt"),
    _Names("isrc", "TSRC", "isrc", "----:com.apple.iTunes:ISRC"),
    _Names("comment", "COMM", "comment", "\xa9cmt"),
)


def read_tags(path: Path) -> Tags:
    """What an audio file says of itself; nothing where it says nothing, or nothing that can be read."""
    try:
        wave = read_chunks(path)
        if wave:
            return _of_wave(wave)
        found = mutagen.File(path)
        if found is None or found.tags is None:
            if isinstance(found, MP3):
                return _of_container(found, _ape_of(path))
            with soundfile.SoundFile(for_libsndfile(path)) as file:  # which knows the texts of AIFF and CAF
                said = file.copy_metadata()
            plain: dict[str, Any] = {names.field: _texts([said.get(names.vorbis, "")]) for names in NAMES}
            return Tags(**plain)
        return _of_container(found, found.tags)
    except (
        Exception
    ) as error:  # the bytes are a stranger's and their reader may fail in any way: the sound matters more
        log.info("the tags of a track cannot be read: %s", type(error).__name__)
        return Tags()


def _ape_of(path: Path) -> APEv2:
    """What stands behind the sound of an MP3; empty where nothing does."""
    try:
        return APEv2(path)
    except APENoHeaderError:
        return APEv2()


def _of_wave(wave: WaveChunks) -> Tags:
    """ID3 first, which says more; what is missing there from LIST INFO."""
    tags = Tags()
    if wave.id3:
        held = ID3(io.BytesIO(wave.id3))
        tags = _of_container(held, held)
    missing: dict[str, Any] = {name: _texts([text]) for name, text in wave.info.items() if not getattr(tags, name)}
    broadcast = tuple((name, text[:LONGEST_TEXT]) for name, text in wave.broadcast.items())
    tags = replace(tags, **missing, broadcast=broadcast or tags.broadcast, ixml=wave.ixml or tags.ixml)
    return replace(tags, too_large=wave.too_large)


def _of_container(found: Any, held: Any) -> Tags:
    texts = {names.field: _texts(_said(held, names)) for names in NAMES}
    named = ((name, _texts(_named(held, name))) for name in BEXT_NAMES)
    broadcast = tuple((name, each[0]) for name, each in named if each)
    ixml = next(iter(_named(held, IXML)), "")
    return Tags(**texts, broadcast=broadcast, ixml=str(ixml)[:MOST_IXML_BYTES], cover=_cover(found, held))


def write_tags(path: Path, tags: Tags) -> None:
    """Put tags into an MP3, FLAC or WAV file; which of them it is follows from the extension.

    An RF64 gets the chunks that all of them may have; nobody looks for ID3 in it.
    """
    if path.suffix == ".flac":
        flac = FLAC(path)  # in which libsndfile has put an empty list
        for names in NAMES:
            if getattr(tags, names.field):
                flac[names.vorbis] = list(getattr(tags, names.field))
        for name, text in tags.more():
            flac[name] = [text]
        if tags.cover:
            picture = Picture()
            picture.data, picture.mime, picture.type = tags.cover.data, tags.cover.media_type, PictureType.COVER_FRONT
            flac.add_picture(picture)
        flac.save()
        return
    if path.suffix != ".mp3":
        append_chunks(path, dict(tags.broadcast), tags.ixml)
        if is_rf64(path):
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
    if path.suffix == ".mp3":  # a WAV has them in chunks of their own
        for name, text in tags.more():
            file.tags.add(TXXX(encoding=Encoding.UTF8, desc=name, text=[text]))
    if tags.cover:
        kind = PictureType.COVER_FRONT
        file.tags.add(APIC(encoding=Encoding.UTF8, mime=tags.cover.media_type, type=kind, data=tags.cover.data))
    file.save()


def _said(held: Any, names: _Names) -> Iterable[object]:
    """All texts of a field, whatever the container is."""
    if isinstance(held, ID3):
        frames = [frame for frame in held.getall(names.id3) if not getattr(frame, "desc", "")]
        return [text for frame in frames for text in getattr(frame, "genres", frame.text)]  # "(17)" is "Rock"
    if isinstance(held, APEv2):
        value = held.get(names.ape or names.vorbis)
        return list(value) if isinstance(value, APETextValue) else []
    if not isinstance(held, MP4Tags):
        return held.get(names.vorbis) or []
    found = held.get(names.mp4) or []
    if names.field == "track":
        return [f"{number}/{total}" if total else str(number) for number, total in found if number]
    return [bytes(each).decode(errors="replace") if isinstance(each, bytes) else each for each in found]


def _named(held: Any, name: str) -> Iterable[object]:
    """The texts under a name that is no field's; MP4 has none."""
    if isinstance(held, ID3):
        return [text for frame in held.getall("TXXX") if frame.desc.lower() == name for text in frame.text]
    return [] if isinstance(held, MP4Tags) else held.get(name) or []


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
