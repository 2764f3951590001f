"""Opening audio files: what can be read, by whom. M4A and AAC are decoded by ffmpeg where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from instructfx.audio.joined import JoinedFile, Recording, alike
from instructfx.audio.naming import for_libsndfile
from instructfx.audio.recordings import recordings_of
from instructfx.audio.scratch import scratch_folder
from instructfx.errors import AudioError

BY_SNDFILE = (
    ".wav", ".wave", ".rf64", ".w64", ".flac", ".aif", ".aiff", ".aifc", ".caf", ".au", ".ogg", ".oga", ".opus", ".mp3",
)  # fmt: skip
BY_FFMPEG = (".m4a", ".aac", ".mp4")
READABLE = BY_SNDFILE + BY_FFMPEG
ACCEPTED = "WAV, FLAC, AIFF, OGG, Opus, MP3, CAF, W64, AU, and M4A or AAC where ffmpeg is installed"
MAX_MINUTES = 60
FFMPEG_SECONDS = 300
FFMPEG_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,aac"  # as ffmpeg names what reads these three extensions


@contextmanager
def opened(path: str | os.PathLike[str], name: str | None = None) -> Iterator[JoinedFile]:
    """An audio file, open for reading from its first frame; `name` is what messages call it.

    Raises AudioError: no such file, no permission, wrong extension, empty, not audio, truncated, ffmpeg missing.
    """
    source = Path(path)
    _check_readable(source, name or str(source))
    shown = name or source.name
    with scratch_folder() as folder:
        if source.suffix.lower() in BY_FFMPEG:
            decoded = folder / "decoded.wav"
            _decode(source, decoded, shown)
            recordings: tuple[Recording, ...] = (Recording(decoded),)
        else:
            recordings = recordings_of(source, shown, MAX_MINUTES * 60)
        file = _joined(recordings, folder, shown)
        try:
            yield file
        finally:
            file.close()


def _check_readable(source: Path, shown: str) -> None:
    try:
        if not source.exists():
            raise AudioError(f"no such file: {shown}. Give the path of an audio file ({ACCEPTED}).")
    except PermissionError as error:
        raise AudioError(f"no permission to look into {source.parent}. Change its permissions.") from error
    except OSError as error:
        raise AudioError(f"cannot read {shown}: {error.strerror}. Give another path.") from error
    if not source.is_file():
        raise AudioError(f"{shown} is not a file. Give the path of an audio file ({ACCEPTED}).")
    if source.suffix.lower() not in READABLE:
        extension = source.suffix or "no extension"
        raise AudioError(f"{Path(shown).name} has {extension}; accepted are {ACCEPTED} ({' '.join(READABLE)}).")
    try:
        with source.open("rb") as file:
            first = file.read(1)
    except PermissionError as error:
        raise AudioError(f"no permission to read {shown}. Change its permissions or copy it.") from error
    except OSError as error:
        raise AudioError(f"cannot read {shown}: {error.strerror}.") from error
    if not first:
        raise AudioError(f"{Path(shown).name} is empty: it has no bytes. Choose a file with sound in it ({ACCEPTED}).")


def _joined(recordings: tuple[Recording, ...], folder: Path, name: str) -> JoinedFile:
    try:
        if not recordings:
            raise soundfile.LibsndfileError(0)
        return JoinedFile(alike(recordings, folder, MAX_MINUTES * 60))
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{name} is not audio that can be read, or its start is damaged. Accepted are {ACCEPTED}."
        ) from error


def _decode(source: Path, decoded: Path, shown: str) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise AudioError(f"{shown} needs ffmpeg, which is not installed. Install ffmpeg, or convert it to WAV or FLAC.")
    # -xerror: a damaged file is an error, not a shorter sound; the file: prefix keeps names from being options.
    # The whitelists: a playlist that is called .m4a would have ffmpeg read other files of this machine, or the network.
    command = [ffmpeg, "-v", "error", "-xerror", "-nostdin", "-protocol_whitelist", "file"]
    command += ["-format_whitelist", FFMPEG_FORMATS, "-i", f"file:{source}", "-vn"]
    command += ["-t", str(MAX_MINUTES * 60 + 1)]  # days of silence are a small file and would fill the disk
    command += ["-c:a", "pcm_f32le", "-rf64", "auto", f"file:{decoded}"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=FFMPEG_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise AudioError(f"{shown} took ffmpeg over {FFMPEG_SECONDS} s. Convert it to WAV or FLAC.") from error
    except subprocess.CalledProcessError as error:
        raise AudioError(
            f"{shown} is truncated or not audio that ffmpeg can read. Export it again, or as WAV or FLAC."
        ) from error
    if soundfile.info(for_libsndfile(decoded)).duration > MAX_MINUTES * 60:
        raise AudioError(f"{shown} is over {MAX_MINUTES} minutes long; up to {MAX_MINUTES} are accepted. Cut it.")


def check_length(source: Path, shown: str, longest_seconds: float) -> None:
    """AudioError for a file longer than is taken here, before anybody has listened to it."""
    if longest_seconds < MAX_MINUTES * 60:  # that much is seen to where a file is read
        with opened(source, shown) as file:
            check_seconds(file.frames / file.samplerate, shown, longest_seconds)


def check_seconds(seconds: float, shown: str, longest_seconds: float) -> None:
    """AudioError for a track that is longer than is taken here."""
    if seconds > longest_seconds:
        raise AudioError(
            f"{shown} is {seconds:,.0f} seconds long; up to {longest_seconds:,.0f} are accepted here. Cut it."
        )
