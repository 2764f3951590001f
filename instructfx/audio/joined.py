"""One or more recordings read as one, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from instructfx.audio.naming import for_libsndfile
from instructfx.audio.splice import Piece, Spliced

BLOCK_FRAMES = 1 << 16
LAST_SECONDS = 8


@dataclass(frozen=True)
class Recording:
    """A recording: a whole file, or pieces of one; skip and frames say what of its frames is sound, None all.

    regular: in spite of its pieces, every decoder reads the file alike.
    """

    source: Path
    pieces: tuple[Piece, ...] = ()
    skip: int = 0
    frames: int | None = None
    regular: bool = False

    def opened(self) -> soundfile.SoundFile:
        """Raises LibsndfileError where it is no sound."""
        return _Forward(Spliced(self.source, self.pieces) if self.pieces else for_libsndfile(self.source))


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """soundfile seeks to where it is after every block, which Opus does not survive, unless it thinks it cannot."""

    def seekable(self) -> bool:
        return False


class JoinedFile:
    """Recordings of one sample rate and number of channels, one after the other, as soundfile reads a file.

    Only the recording that is read is open. Raises LibsndfileError where one is no sound.
    """

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = tuple(recordings)
        self._number = 0
        self._open = recordings[0].opened()
        self.samplerate: int = self._open.samplerate
        self.channels: int = self._open.channels
        self._starts = [0, *accumulate(_frames(recording) for recording in recordings)]
        self.frames: int = self._starts[-1]
        self.regular = len(recordings) == 1 and (recordings[0].regular or not recordings[0].pieces)
        """Whether programs that know nothing of us read the same sound in this file."""
        self._position = 0
        if recordings[0].skip or self._open.format == "OGG":  # else what Opus has in front is heard, if it begins late
            self._open.seek(recordings[0].skip)

    def seek(self, frame: int) -> None:
        """Go on reading from that frame."""
        self._position = min(max(frame, 0), self.frames)
        number = next(n for n, end in enumerate(self._starts[1:]) if self._position < end or end == self.frames)
        self._seek(number)

    def read(self, frames: int = -1) -> npt.NDArray[np.float32]:
        """At most so many, all that are left if negative, as (frames, channels); fewer where the sound ends.

        LibsndfileError where it is damaged; `tell` is then where that begins.
        """
        wanted = self.frames - self._position
        wanted = wanted if frames < 0 else min(frames, wanted)
        got = [np.zeros((0, self.channels), np.float32)]
        while wanted > 0:
            left = self._starts[self._number + 1] - self._position
            if left == 0:
                self._seek(self._number + 1)
                continue
            try:
                block = self._open.read(min(wanted, left), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                skip, start = self._recordings[self._number].skip, self._starts[self._number]
                self._position = max(start + self._open.tell() - skip, self._position)
                raise
            if len(block) == 0:
                break
            got.append(block)
            wanted -= len(block)
            self._position += len(block)
        return np.concatenate(got) if len(got) != 2 else got[1]

    def tell(self) -> int:
        """The frame that is read next."""
        return self._position

    def close(self) -> None:
        self._open.close()

    def _seek(self, number: int) -> None:
        if number != self._number:
            self._open.close()
            self._number, self._open = number, self._recordings[number].opened()
        place = self._recordings[number].skip + self._position - self._starts[number]
        start = place
        if self._open.format == "OGG":  # libsndfile misses places in the last page, which holds a few seconds at most
            start = max(min(place, self._open.frames - LAST_SECONDS * self._open.samplerate), 0)
        self._open.seek(start)
        self._open.read(place - start, dtype="float32")


def alike(recordings: Sequence[Recording], folder: Path, longest_seconds: float) -> tuple[Recording, ...]:
    """The recordings in the format of the first; what comes otherwise is converted into the folder, block by block.

    What is longer than asked is left where it is too long.
    """
    with recordings[0].opened() as first:
        rate, channels = first.samplerate, first.channels
    done: list[Recording] = []
    frames = 0
    for number, recording in enumerate(recordings):
        if number and frames > longest_seconds * rate:
            break
        done.append(_converted(recording, rate, channels, folder / f"part-{number}.wav", longest_seconds))
        frames += _frames(done[-1])
    return tuple(done)


def _converted(recording: Recording, rate: int, channels: int, path: Path, longest_seconds: float) -> Recording:
    with recording.opened() as file:
        if (file.samplerate, file.channels) == (rate, channels):
            return recording
    source = JoinedFile([recording])
    stream = soxr.ResampleStream(source.samplerate, rate, channels, dtype="float32", quality="HQ")
    with soundfile.SoundFile(for_libsndfile(path), "w", rate, channels, "FLOAT", format="RF64") as copy:
        while len(block := source.read(BLOCK_FRAMES)) and copy.tell() <= longest_seconds * rate:
            mixed = block if channels == source.channels else block.mean(axis=1, keepdims=True).repeat(channels, 1)
            copy.write(stream.resample_chunk(mixed))
        copy.write(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))
    source.close()
    return Recording(path)


def _frames(recording: Recording) -> int:
    if recording.frames is not None:
        return recording.frames
    with recording.opened() as file:
        return max(file.frames - recording.skip, 0)
