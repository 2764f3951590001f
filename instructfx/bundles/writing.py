"""A session as a bundle: written whole, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from instructfx.audio.scratch import unfinished
from instructfx.audio.track import Track
from instructfx.bundles.document import believed, parsed, speakable
from instructfx.bundles.format import (
    FORMAT,
    MOST_JSON_BYTES,
    MOST_RATIO,
    SESSION_JSON,
    Bundle,
    BundledFile,
    BundledSession,
    audio_name,
    bundle_adapter,
    without_keys,
)
from instructfx.bundles.schema import HIDDEN, LONGEST_NAME
from instructfx.errors import StoreError
from instructfx.sessions import Remarks, Session
from instructfx.store import Store

BLOCK_BYTES = 1 << 20
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same session makes the same file, whenever it is exported
UNSHOWABLE = re.compile(f"[<>/\\\\{HIDDEN}]")


def export_bundle(store: Store, session_id: str, target: Path, audio: bool = True, steps: bool = True) -> None:
    """Write a stored session to a zip file, with or without its audio and its trajectories.

    Raises StoreError where there is no such session, its audio is gone or the file cannot be written.
    """
    if audio:
        session, track = store.load(session_id)
        tracks = [track, store.reference(session_id)]
    else:
        session, tracks = store.without_audio(session_id), []
    write_bundle(session, store.remarks(session_id), [each for each in tracks if each], target, steps)


def write_bundle(session: Session, remarks: Remarks, tracks: Sequence[Track], target: Path, steps: bool = True) -> None:
    """Write a session with those of its tracks that are given; raises as `export_bundle` does."""
    if not steps:
        slim = (replace(turn, refined=replace(turn.refined, steps=())) for turn in session.turns)
        session = replace(session, turns=tuple(slim))
    sources = {audio_name(each.sha256, each.path.suffix): each for each in tracks}
    files = {name: BundledFile(each.sha256, each.path.stat().st_size) for name, each in sources.items()}
    text = session_json(session, remarks, files)
    with appearing(target) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_member(SESSION_JSON), text, _packing(text))
        for name, track in sources.items():
            _add_audio(archive, _member(name), track.path, track.sha256)


def session_json(session: Session, remarks: Remarks, files: Mapping[str, BundledFile]) -> bytes:
    """The bytes of `session.json`, held against the same rules as those of a stranger."""
    bundle = Bundle(
        BundledSession(
            replace(session.dry, name=_showable(session.dry.name)),
            session.turns,
            session.head,
            without_keys(session.origin)[:LONGEST_NAME],
            session.excerpt_start,
            session.exchanges,
            replace(session.reference, name=_showable(session.reference.name)) if session.reference else None,
        ),
        answers=remarks.answers,
        judgements=remarks.judgements,
        signatures=remarks.signatures,
        files=files,
        names=remarks.names,
    )
    document = speakable(bundle_adapter().dump_python(bundle, mode="json"))
    first: dict[str, Any] = {"format": FORMAT, "version": document["version"]}
    text = json.dumps({**first, **document}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MOST_JSON_BYTES:
        raise StoreError(
            f"the session is {len(text) / 1e6:.0f} MB without its audio, a bundle holds {MOST_JSON_BYTES / 1e6:.0f}; "
            "leave the trajectories out with --no-steps"
        )
    try:
        believed(parsed(text, SESSION_JSON), SESSION_JSON)
    except StoreError as error:
        raise StoreError(f"this session cannot be put into a bundle: {error}") from error
    return text


def _showable(name: str) -> str:
    return UNSHOWABLE.sub("_", name)[:LONGEST_NAME]


@contextmanager
def appearing(target: Path) -> Iterator[BinaryIO]:
    """A file open for writing beside `target`; it takes that name, whole, when the block ends well."""
    if "\0" in str(target):
        raise StoreError("cannot write a file whose name holds a null character. Choose another name.")
    try:
        if target.is_dir():
            raise StoreError(f"cannot write {target}: there is a folder of that name. Choose another name.")
        temporary = unfinished(target)
        file = temporary.open("xb")
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}. Choose another name or folder.") from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror}. Free some disk space or choose a folder."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.external_attr = 0o644 << 16
    return info


def _packing(text: bytes) -> int:
    """Deflated, unless that would look like a zip bomb to whoever imports it."""
    bomb = len(text) > MOST_RATIO * len(zlib.compress(text))
    return zipfile.ZIP_STORED if bomb else zipfile.ZIP_DEFLATED


def _add_audio(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: Path, sha256: str) -> None:
    member.file_size = source.stat().st_size
    digest = hashlib.sha256()
    with source.open("rb") as original, archive.open(member, "w") as packed:
        while block := original.read(BLOCK_BYTES):
            digest.update(block)
            packed.write(block)
    if digest.hexdigest() != sha256:
        raise StoreError(
            f"the stored audio {source.name} is damaged: its SHA-256 has changed; put it back and try again"
        )
