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
from instructfx.sessions import Dry, Remarks, Session, new_session_id
from instructfx.store import Store

LOUDNESS_LU = 0.1
"""How far the loudness may be from what the bundle says: decoders differ in the last digits."""


@dataclass(frozen=True)
class Imported:
    """A session that is in the store now, and what the person should know about it."""

    session: Session
    notes: tuple[str, ...] = ()


def import_bundle(path: Path, store: Store, audio: Path | None = None, longest_seconds: float = math.inf) -> Imported:
    """Put a bundle's session into a store, under a fresh id; audio is the track where the bundle holds none.

    How long the track is, is looked at before it is unpacked, and again before anybody listens to it.

    Raises StoreError or AudioError for the first thing that is wrong; then nothing is stored.
    """
    with opened_archive(path) as archive:
        text = archive.session_json()
        bundle = believed(parsed(text, f"{path.name}: {SESSION_JSON}"), f"{path.name}: {SESSION_JSON}")
        dry = bundle.session.dry
        check_seconds(dry.frames / dry.sample_rate, dry.name, longest_seconds)
        session, remarks = unpacked(bundle, f"bundle {fingerprint(text)} of {dry.name}")
        with _audio(archive, bundle, audio) as file:
            check_length(file, dry.name, longest_seconds)
            track = inspect(file, dry.name)
            check_track(track, dry)
            stored, _ = store.put(session, track, remarks)
    notes = []
    if track.excerpt_start != dry.excerpt_start:
        notes.append("the excerpt that is searched on begins elsewhere than where the bundle says; it was chosen anew")
    return Imported(replace(stored, dry=replace(stored.dry, excerpt_start=track.excerpt_start)), tuple(notes))


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


def check_track(track: Track, dry: Dry) -> None:
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
    if archive.audio is None:
        raise StoreError(
            f"{archive.name} holds no audio: export it with its track, or import it on the command line with "
            f"--audio TRACK; the SHA-256 of that is {wanted}"
        )
    sha256, extension = audio_of(archive.audio)
    listed = bundle.files.get(archive.audio.filename)
    if listed is None or {sha256, listed.sha256, wanted} != {wanted} or listed.bytes != archive.audio.file_size:
        raise StoreError(f"{archive.name} is damaged: its audio is not the one that {SESSION_JSON} names")
    with scratch_folder() as folder:
        path = folder / f"audio{extension}"
        with path.open("wb") as file:
            found = archive.extract_audio(file)
        if found != wanted:
            raise StoreError(f"{archive.name} is damaged: the SHA-256 of its audio is {found}, not {wanted}")
        yield path
