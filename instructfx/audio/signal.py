"""Sound in memory, and its way from and to files."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from instructfx.audio.containers import MAX_MINUTES, READABLE, opened
from instructfx.audio.joined import JoinedFile
from instructfx.audio.naming import for_libsndfile
from instructfx.audio.scratch import unfinished
from instructfx.errors import AudioError

Samples = npt.NDArray[np.float32]

MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 2
SILENCE_DBFS = -90.0
LOUDEST_DBFS = 200.0  # 32-bit integers written as floats reach 187; far beyond this, squares overflow
BLOCK_FRAMES = 1 << 18

WRITABLE = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".aif": ("AIFF", "PCM_24"),
    ".aiff": ("AIFF", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
"""Extension -> container and encoding that are written for it."""

MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True)
class Audio:
    """Samples of shape (channels, frames), float32, at sample_rate Hz.

    Raises AudioError for anything but one or two channels of at least one finite frame at 8 to 192 kHz.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        samples = self.samples
        if samples.ndim != 2 or samples.dtype != np.float32:
            raise AudioError(
                f"samples must be float32 of shape (channels, frames), not {samples.dtype} {samples.shape}"
            )
        check_format(samples.shape[0], samples.shape[1], self.sample_rate, "audio")
        check_finite(samples, "audio")

    @property
    def channels(self) -> int:
        return self.samples.shape[0]

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate


def check_format(channels: int, frames: int, sample_rate: int, name: str) -> None:
    """AudioError unless the numbers are ones that InstructFX works with."""
    if frames == 0:
        raise AudioError(f"{name} is empty: it holds no audio. Choose a file with sound in it.")
    if not 1 <= channels <= MAX_CHANNELS:
        raise AudioError(f"{name} has {channels} channels; mono and stereo are accepted. Mix it down first.")
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise AudioError(
            f"{name} has a sample rate of {sample_rate} Hz; {MIN_RATE} to {MAX_RATE} Hz are accepted. Convert it first."
        )
    if frames > MAX_MINUTES * 60 * sample_rate:
        raise AudioError(
            f"{name} is {frames / sample_rate / 60:.1f} minutes long; up to {MAX_MINUTES} are accepted. Cut it."
        )


def check_finite(samples: Samples, name: str) -> None:
    """AudioError where a sample is NaN or infinite."""
    if not np.isfinite(samples).all():
        raise AudioError(
            f"{name} holds NaN or infinite samples; every sample must be a finite number. Export it again."
        )


def check_sane(samples: Samples, name: str) -> None:
    """AudioError where a sample is beyond +200 dBFS, which no recording is."""
    if samples.size and np.abs(samples).max() > 10 ** (LOUDEST_DBFS / 20):
        raise AudioError(
            f"{name} holds samples above +{LOUDEST_DBFS:g} dBFS, as no sound has; full scale is 1.0. Export it again."
        )


def check_audible(peak: float, name: str) -> None:
    """AudioError where the largest sample is below -90 dBFS."""
    if peak < 10 ** (SILENCE_DBFS / 20):
        raise AudioError(f"{name} is silent: nothing in it is above {SILENCE_DBFS:g} dBFS. Choose one with sound.")


def blocks(file: JoinedFile, name: str) -> Iterator[Samples]:
    """The frames of an open file, from the next one on, as (channels, frames) blocks.

    AudioError where its format is none that is accepted, and where it ends or breaks early.
    """
    read = file.tell()
    check_format(file.channels, file.frames, file.samplerate, name)
    while True:
        try:
            block = file.read(BLOCK_FRAMES)
        except soundfile.LibsndfileError as error:
            raise AudioError(
                f"{name} is truncated or damaged: it cannot be read past {file.tell() / file.samplerate:.2f} s "
                f"({error.error_string.strip()}). Export it again."
            ) from error
        if len(block) == 0:
            break
        read += len(block)
        samples = np.ascontiguousarray(block.T)
        check_finite(samples, name)
        check_sane(samples, name)
        yield samples
    if read < file.frames:
        raise AudioError(
            f"{name} is truncated: it promises {file.frames / file.samplerate:.2f} s and holds "
            f"{read / file.samplerate:.2f} s. Export or download it again."
        )


def load(path: str | os.PathLike[str]) -> Audio:
    """Read a whole file; AudioError says what is wrong with one that cannot be used."""
    name = Path(path).name
    with opened(path) as file:
        parts = list(blocks(file, name))
        if not parts:
            raise AudioError(f"{name} is empty: it holds no audio. Choose a file with sound in it.")
        samples = np.concatenate(parts, axis=1)
        check_audible(float(np.abs(samples).max()), name)
        return Audio(samples, file.samplerate)


def save(audio: Audio, path: str | os.PathLike[str]) -> None:
    """Write a file in the format of its extension; samples beyond full scale are clipped.

    Nothing is left at `path` when writing fails. AudioError for extensions other than those of WRITABLE,
    and for rates that the format cannot hold.
    """
    with writing(path, audio.sample_rate, audio.channels) as file:
        for start in range(0, audio.frames, BLOCK_FRAMES):
            put(file, audio.samples[:, start : start + BLOCK_FRAMES])


@contextmanager
def writing(
    path: str | os.PathLike[str], sample_rate: int, channels: int, subtype: str | None = None
) -> Iterator[soundfile.SoundFile]:
    """A file open for frames (frames, channels); it appears at `path`, whole, when the block ends well.

    Write it in blocks: libsndfile crashes on a minute or more of Ogg Vorbis in one call.
    """
    target = Path(path)
    if target.suffix.lower() not in WRITABLE:
        legal = " ".join(WRITABLE)
        raise AudioError(f"cannot write {target.name}: the extension must be one of {legal}")
    container, encoding = WRITABLE[target.suffix.lower()]
    if container == "MP3" and sample_rate not in MP3_RATES:
        legal = ", ".join(map(str, MP3_RATES))
        raise AudioError(f"cannot write {target.name}: MP3 holds {legal} Hz, not {sample_rate}; use .wav or .flac")
    if "\0" in str(target):
        raise AudioError("cannot write a file whose name holds a null character. Choose another name.")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "there is a folder of that name")
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = unfinished(target)
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise AudioError(f"cannot write {target}: {error.strerror}. Choose another name or folder.") from error
    try:
        with soundfile.SoundFile(
            for_libsndfile(temporary), "w", sample_rate, channels, subtype or encoding, format=container
        ) as file:
            yield file
        os.replace(temporary, target)
    except OSError as error:
        raise AudioError(
            f"cannot write {target}: {error.strerror}. Free some disk space or choose a folder."
        ) from error
    except soundfile.LibsndfileError as error:
        raise AudioError(f"cannot write {target}: {error.error_string.strip()}") from error
    finally:
        temporary.unlink(missing_ok=True)


def put(file: soundfile.SoundFile, samples: Samples) -> None:
    """Write (channels, frames) into an open file; 24 bits as the whole numbers that reading gives back bit for bit.

    libsndfile multiplies floats by 2^23 - 1 when it writes them and by 2^-23 when it reads, which is a bit off.
    """
    if file.subtype == "PCM_24":
        whole = np.clip(np.rint(samples.astype(np.float64) * (1 << 23)), -(1 << 23), (1 << 23) - 1)
        file.write(whole.astype(np.int32).T << 8)
    else:
        file.write(samples.T)


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """Resample (channels, frames) with soxr at high quality."""
    if from_rate == to_rate:
        return samples
    there = soxr.resample(samples.T, from_rate, to_rate, quality="HQ")
    return np.ascontiguousarray(there.T, dtype=np.float32)


def resampled(blocks: Iterable[Samples], from_rate: int, to_rate: int, channels: int) -> Iterator[Samples]:
    """`resample` of (channels, frames) blocks as they come."""
    if from_rate == to_rate:
        yield from blocks
        return
    stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block.T).T
    yield stream.resample_chunk(np.zeros((0, channels), np.float32), last=True).T


__all__ = ["READABLE", "WRITABLE", "Audio", "load", "put", "resample", "save", "writing"]
