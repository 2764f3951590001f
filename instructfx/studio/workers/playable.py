"""Files that a browser plays piece by piece: a session's track, and the one that it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.containers import opened
from instructfx.audio.naming import brief
from instructfx.studio.workers.messages import Sound
from instructfx.studio.workers.waveform import gone_round, sound_of

if TYPE_CHECKING:
    from instructfx.audio.track import Track

PLAYS_AS_IT_IS = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus")


def playable(track: Track, folder: Path) -> Sound:
    """The stored file as it is, or its samples as FLAC where browsers do not play its format, or read it otherwise."""
    path = track.path
    with opened(path) as file:
        regular = file.regular
    if not regular or path.suffix.lower() not in PLAYS_AS_IT_IS:
        path = folder / "dry.flac"
        _copied(track.path, path)
    return sound_of(path)


def _copied(source: Path, target: Path) -> None:
    """The same samples in a file of the format that the target's name says, at 24 bits where it is WAV or FLAC."""
    from instructfx.audio import blocks, put, writing

    with opened(source) as file, writing(target, file.samplerate, file.channels) as copy:
        for block in blocks(file, source.name):
            put(copy, block)


def beside(reference: Track, track: Track, target: Path, on_progress: Callable[[float], None]) -> Sound:
    """What a reference sounds like beside a track: in its format and for its length, going round where it is shorter.

    The file lies at `target` but for its extension; AudioError where nothing of it can be heard there.
    """
    from instructfx.audio.conformed import conform
    from instructfx.store.tracks import reference_to

    first = reference_to(reference).heard_from(track.seconds)
    format, stretch = (track.sample_rate, track.channels), (first, track.frames)
    sound = sound_of(conform(reference.path, target, format, stretch, brief(reference.name), on_progress))
    if sound.seconds >= track.seconds:
        return sound
    return replace(sound, outline=gone_round(sound, track.seconds), seconds=track.seconds, goes_round=True)
