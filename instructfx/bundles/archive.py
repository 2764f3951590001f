"""A zip file from a stranger: no name in it is ever a path, and nothing is unpacked further than it was said to go."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from instructfx.audio.containers import READABLE
from instructfx.bundles.format import MOST_AUDIO_BYTES, MOST_JSON_BYTES, MOST_RATIO, MOST_TRACKS, SESSION_JSON
from instructfx.errors import StoreError

BLOCK_BYTES = 1 << 20
MOST_MEMBERS = 1 + MOST_TRACKS
MOST_DIRECTORY_BYTES = 1 << 16
END_BYTES, END_COMMENT_BYTES, LOCATOR_BYTES = 22, 1 << 16, 20
SLACK_BYTES = 1 << 20
AUDIO = re.compile(r"audio/([0-9a-f]{64})(\.[a-z0-9]{1,8})")
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, UnicodeError,
)  # fmt: skip
"""What `zipfile` raises for damaged files, beside errors of the file system."""


@dataclass(frozen=True)
class Archive:
    """An open bundle whose members have been looked at; audio is by SHA-256, and empty where it was left out."""

    name: str
    session: zipfile.ZipInfo
    audio: Mapping[str, zipfile.ZipInfo]
    _file: zipfile.ZipFile

    def session_json(self) -> bytes:
        """The bytes of `session.json`."""
        whole = io.BytesIO()  # which gives away its bytes without a copy
        for block in self._blocks(self.session):
            whole.write(block)
        return whole.getvalue()

    def extract(self, member: zipfile.ZipInfo, target: BinaryIO) -> str:
        """Write a member into an open file; its SHA-256."""
        digest = hashlib.sha256()
        for block in self._blocks(member):
            digest.update(block)
            target.write(block)
        return digest.hexdigest()

    def _blocks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        count = 0
        with _reported(self.name), self._file.open(member) as file:
            while block := file.read(BLOCK_BYTES):
                count += len(block)
                if count > member.file_size:
                    raise StoreError(f"{self.name} is damaged: {member.filename} is longer than it says")
                yield block
        if count != member.file_size:
            raise StoreError(f"{self.name} is damaged: {member.filename} is shorter than it says")


@contextmanager
def opened_archive(path: Path, shown: str = "") -> Iterator[Archive]:
    """A bundle, open; StoreError where it is no zip file, or holds anything but what a bundle holds, calls it by the
    name that is shown, the file's unless given."""
    name = shown or path.name
    try:
        file = path.open("rb")
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}. Give the path of a bundle.") from error
    with file:
        _check_directory(file, name)
        with _reported(name):
            archive = zipfile.ZipFile(file)
        with archive:
            members = _members(archive.infolist(), name)
            audio = {audio_of(info)[0]: info for known, info in members.items() if known != SESSION_JSON}
            if SESSION_JSON not in members:
                raise StoreError(f"{name} is not a bundle: it holds no {SESSION_JSON}")
            yield Archive(name, members[SESSION_JSON], audio, archive)


def unpacked_bytes(path: Path, shown: str = "") -> int:
    """How much a bundle holds once it is unpacked; StoreError where it is none, as `opened_archive` has it."""
    with opened_archive(path, shown) as archive:
        return archive.session.file_size + sum(member.file_size for member in archive.audio.values())


def audio_of(member: zipfile.ZipInfo) -> tuple[str, str]:
    """(SHA-256, extension) that a member's name tells."""
    found = AUDIO.fullmatch(member.filename)
    assert found is not None, "members are looked at before"
    return found[1], found[2]


@contextmanager
def _reported(name: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise StoreError(f"{name} is damaged, or is no zip file: export or download it again") from error
    except OSError as error:
        raise StoreError(f"cannot read {name}: {error.strerror or 'it is damaged'}") from error


def _check_directory(file: BinaryIO, name: str) -> None:
    """Look at the end of the file, so that a list of millions of members is never read."""
    size = file.seek(0, 2)
    if size > MOST_JSON_BYTES + MOST_AUDIO_BYTES + SLACK_BYTES:
        raise StoreError(f"{name} is larger than {MOST_AUDIO_BYTES / 1e9:.1f} GB; no bundle is")
    file.seek(max(size - END_BYTES - END_COMMENT_BYTES - LOCATOR_BYTES, 0))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06", 0, max(len(tail) - END_BYTES + 4, 0))
    if end < 0:
        raise StoreError(f"{name} is no zip file, or its end is missing: export or download it again")
    members, directory_bytes = struct.unpack("<HL", tail[end + 10 : end + 16])
    if tail[max(end - LOCATOR_BYTES, 0) : end].startswith(b"PK\x06\x07") or members > MOST_MEMBERS:
        raise StoreError(f"{name} is not a bundle: it holds more than {MOST_MEMBERS} files")
    if directory_bytes > MOST_DIRECTORY_BYTES:
        raise StoreError(f"{name} is damaged: its list of files is {directory_bytes} bytes long")


def _members(found: list[zipfile.ZipInfo], name: str) -> Mapping[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for info in found:
        _check_member(info, name)
        if info.filename in members:
            raise StoreError(f"{name} is not a bundle: it holds {info.filename} twice")
        members[info.filename] = info
    if len(members) - (SESSION_JSON in members) > MOST_TRACKS:
        raise StoreError(f"{name} is not a bundle: it holds more than {MOST_TRACKS} audio files")
    return members


def _check_member(info: zipfile.ZipInfo, name: str) -> None:
    audio = AUDIO.fullmatch(info.filename)
    if info.orig_filename != info.filename or (info.filename != SESSION_JSON and not audio):
        shown = ascii(info.orig_filename[:80])
        raise StoreError(f"{name} is not a bundle: it holds {shown} beside {SESSION_JSON} and audio/<SHA-256>")
    if audio and audio[2] not in READABLE:
        raise StoreError(f"{name} holds audio of the kind {audio[2]}; accepted are {' '.join(READABLE)}")
    if info.flag_bits & 0x1:
        raise StoreError(f"{name} is encrypted; bundles are not")
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise StoreError(f"{name} is not a bundle: {info.filename} is a link or no plain file")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise StoreError(f"{name} is packed in a way that bundles are not; pack it again with deflate")
    most = MOST_AUDIO_BYTES if audio else MOST_JSON_BYTES
    if not 0 < info.file_size <= most:
        raise StoreError(f"{name} holds {info.filename} of {info.file_size} bytes; 1 to {most} are accepted")
    if info.file_size > SLACK_BYTES and info.file_size > MOST_RATIO * info.compress_size:
        raise StoreError(f"{name} is a zip bomb: {info.filename} is packed more than {MOST_RATIO} to 1")
