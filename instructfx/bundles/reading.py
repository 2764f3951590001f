"""A bundle from anyone into the store: checked first, then given ids of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from instructfx.audio.containers import check_length, check_seconds
from instructfx.audio.scratch import scratch_folder
from instructfx.audio.track import Track, inspect, sha256_of
from instructfx.bundles.archive import Archive, audio_of, opened_archive
from instructfx.bundles.document import believed, parsed
from instructfx.bundles.format import SESSION_JSON, Bundle, fingerprint
from instructfx.engine.turn import renewed
from instructfx.errors import StoreError
from instructfx.sessions import Remarks, Session, new_session_id
from instructfx.sessions.records import StoredTrack
from instructfx.store import Store

LOUDNESS_LU = 0.1
"""How far the loudness may be from what the bundle says: decoders differ in the last digits."""


@dataclass(frozen=True)
class Imported:
    """A session that is in the store now, and what the person should know about it."""

    session: Session
    notes: tuple[str, ...] = ()


def import_bundle(
    path: Path, store: Store, audio: Path | None = None, longest_seconds: float = math.inf, shown: str = ""
) -> Imported:
    """Put a bundle's session into a store, under a fresh id; audio is the track where the bundle holds none. shown is
    what messages call the bundle, unless by its file's name.

    How long the track is, is looked at before it is unpacked, and again before anybody listens to it.

    Raises StoreError or AudioError for the first thing that is wrong; then nothing is stored.
    """
    with opened_archive(path, shown) as archive:
        text, named = archive.session_json(), f"{archive.name}: {SESSION_JSON}"
        bundle = believed(parsed(text, named), named)
        dry = bundle.session.dry
        check_seconds(dry.frames / dry.sample_rate, dry.name, longest_seconds)
        _check_audio(archive, bundle)
        session, remarks = unpacked(bundle, f"bundle {fingerprint(text)} of {dry.name}")
        with _audio(archive, bundle, audio) as file:
            track = _heard(file, dry, longest_seconds)
            with _reference(archive, bundle, longest_seconds) as reference:
                stored, _ = store.put(session, track, remarks, reference)
    notes = []
    given = bundle.session.reference
    if given and not stored.reference:
        notes.append(f"{given.name}, which the session is held against, is not in the bundle; choose it again")
    if track.excerpt_start != dry.excerpt_start:
        notes.append("the excerpt that is searched on begins elsewhere than where the bundle says; it was chosen anew")
    return Imported(stored, tuple(notes))


def unpacked(bundle: Bundle, origin: str) -> tuple[Session, Remarks]:
    """The bundle's session under fresh ids, and what was said of its turns."""
    given = bundle.session
    session, fresh = renewed(
        Session(new_session_id(), given.dry, given.turns, given.head, origin, given.excerpt_start, given.exchanges)
    )
    of = fresh.get
    answers = tuple(
        replace(answer, turn_id=fresh[answer.turn_id], against_id=of(answer.against_id) if answer.against_id else None)
        for answer in bundle.answers
    )
    judgements = tuple(replace(each, turn_id=fresh[each.turn_id]) for each in bundle.judgements)
    signatures = {fresh[turn_id]: signature for turn_id, signature in bundle.signatures.items()}
    names = {fresh[turn_id]: name for turn_id, name in bundle.names.items()}
    return session, Remarks(answers, judgements, signatures, names)


def _check_audio(archive: Archive, bundle: Bundle) -> None:
    """StoreError where there is audio that the session does not name, or other than `files` says."""
    tracks = (bundle.session.dry, bundle.session.reference)
    named = {track.sha256 for track in tracks if track}
    for sha256, member in archive.audio.items():
        listed = bundle.files.get(member.filename)
        if listed is None or sha256 not in named or (listed.sha256, listed.bytes) != (sha256, member.file_size):
            raise StoreError(f"{archive.name} is damaged: its audio is not the one that {SESSION_JSON} names")


def _heard(file: Path, said: StoredTrack, longest_seconds: float) -> Track:
    check_length(file, said.name, longest_seconds)
    track = inspect(file, said.name)
    check_track(track, said)
    return track


def check_track(track: Track, dry: StoredTrack) -> None:
    """StoreError where the audio is not what the session says of it."""
    for name in ("sample_rate", "channels", "frames"):
        heard, said = getattr(track, name), getattr(dry, name)
        if heard != said:
            raise StoreError(
                f"the audio does not belong to the session: its {name} is {heard}, {SESSION_JSON} says {said}"
            )
    if not abs(track.loudness_lufs - dry.loudness_lufs) <= LOUDNESS_LU:
        raise StoreError(
            f"the audio does not belong to the session: it is at {track.loudness_lufs:.1f} LUFS, "
            f"{SESSION_JSON} says {dry.loudness_lufs:.1f}"
        )


@contextmanager
def _audio(archive: Archive, bundle: Bundle, given: Path | None) -> Iterator[Path]:
    """The session's track as a file: the one that was given, or the archive's in a folder that goes away."""
    wanted = bundle.session.dry.sha256
    if given:
        if sha256_of(given) != wanted:
            raise StoreError(f"{given.name} is not the session's track: its SHA-256 must be {wanted}")
        yield given
        return
    if wanted not in archive.audio:
        raise StoreError(
            f"{archive.name} holds no audio: export it with its track, or import it on the command line with "
            f"--audio TRACK; the SHA-256 of that is {wanted}"
        )
    with _extracted(archive, wanted) as path:
        yield path


@contextmanager
def _reference(archive: Archive, bundle: Bundle, longest_seconds: float) -> Iterator[Track | None]:
    """The track that the session is held against, None where there is none, or the archive does not hold it."""
    said = bundle.session.reference
    if said is None or said.sha256 not in archive.audio:
        yield None
        return
    check_seconds(said.frames / said.sample_rate, said.name, longest_seconds)
    with _extracted(archive, said.sha256) as path:
        yield _heard(path, said, longest_seconds)


@contextmanager
def _extracted(archive: Archive, wanted: str) -> Iterator[Path]:
    """The audio of that SHA-256, in a folder that goes away."""
    member = archive.audio[wanted]
    with scratch_folder() as folder:
        path = folder / f"audio{audio_of(member)[1]}"
        with path.open("wb") as file:
            found = archive.extract(member, file)
        if found != wanted:
            raise StoreError(f"{archive.name} is damaged: the SHA-256 of its audio is {found}, not {wanted}")
        yield path
