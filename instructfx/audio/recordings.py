"""What is sound in a file, and whether all of it is there, before a decoder sees it.

libsndfile reads a cut-off WAV, AIFF or Ogg file without complaint, only the first recording of a chained Ogg file, and
guesses the length of an MP3 that does not say it. So the files themselves are asked.
"""

from __future__ import annotations

from pathlib import Path

from instructfx.audio import flac, mpeg, ogg
from instructfx.audio.chunked import WAV, holds_mp3, layout_of, mended
from instructfx.audio.joined import Recording
from instructfx.audio.splice import merged
from instructfx.errors import AudioError

MOST_RECORDINGS = 1000


def recordings_of(source: Path, shown: str, longest_seconds: float) -> tuple[Recording, ...]:
    """The recordings in a file, in their order; none where there is nothing to decode.

    AudioError where its end is missing, for too many of them, and for MP3 in free format or of layers I and II.
    """
    with source.open("rb") as file:
        head = file.read(40)
        start = mpeg.behind_tags(file, 0, source.stat().st_size)
        file.seek(start)
        first = file.read(4)
    layout = layout_of(head)
    if layout:
        pieces, missing = mended(source, layout)
        if missing:
            raise truncated(shown)
        found: tuple[Recording, ...] = (Recording(source, merged(pieces)),)
        if layout is WAV and holds_mp3(source):  # whose length libsndfile takes from a chunk that counts padding
            found = _mpeg_recordings(source, shown, longest_seconds)
    elif first == ogg.MAGIC:
        chain = ogg.chain_of(source)
        if not chain.whole:
            raise truncated(shown)
        if chain.damaged:
            raise AudioError(f"{shown} is damaged: pieces within it are missing or bad. Export or download it again.")
        regular = len(chain.links) == 1 and not chain.links[0].flac
        if regular and chain.links[0].ended:
            found = (Recording(source),)
        else:
            found = tuple(Recording(source, merged(link.pieces), regular=regular) for link in chain.links)
    elif first == flac.MAGIC:
        pieces, whole = flac.counted(source, start)
        if not whole:
            raise truncated(shown)
        found = (Recording(source, merged(pieces)),)
    elif source.suffix.lower() == ".mp3" or mpeg.frame_header(first):
        found = _mpeg_recordings(source, shown, longest_seconds)
    else:
        found = (Recording(source),)
    if len(found) > MOST_RECORDINGS:
        raise AudioError(f"{shown} holds {len(found)} recordings; up to {MOST_RECORDINGS} are read. Cut it.")
    return found


def truncated(shown: str) -> AudioError:
    return AudioError(f"{shown} is truncated: its end is missing. Export or download it again.")


def _mpeg_recordings(source: Path, shown: str, longest_seconds: float) -> tuple[Recording, ...]:
    scanned = mpeg.scan(source, longest_seconds)
    if not scanned.runs:
        if scanned.other:
            raise AudioError(f"{shown} is {scanned.other}, which is not read. Convert it to WAV or FLAC.")
        if scanned.info:
            raise AudioError(f"{shown} is empty: it holds no audio. Choose a file with sound in it.")
        return ()
    promised = scanned.info.frames if scanned.info else None
    if promised and scanned.frames + 1 < promised:  # some count the frame that says it
        header = scanned.runs[0].header
        seconds = [count * header.samples / header.rate for count in (promised, scanned.frames)]
        raise AudioError(
            f"{shown} is truncated: it promises {seconds[0]:.2f} s and holds {seconds[1]:.2f} s. "
            "Export or download it again."
        )
    found = []
    for run in scanned.runs:
        first, frames = mpeg.trimmed(scanned) if run is scanned.runs[0] else (0, run.samples)
        pieces, late = mpeg.counted(source, run)
        regular = promised == scanned.frames and len(run.pieces) == 1
        found.append(Recording(source, merged(pieces), late + first, frames, regular))
    return tuple(found)
