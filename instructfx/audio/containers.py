"""Opening audio files: what can be read, and whether a file is whole.

libsndfile reads a cut-off WAV, AIFF or Ogg file without complaint, so their own headers are asked how long
they should be. M4A and AAC are decoded by ffmpeg where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from instructfx.audio.scratch import scratch_folder
from instructfx.errors import AudioError

BY_SNDFILE = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".oga", ".opus", ".mp3")
BY_FFMPEG = (".m4a", ".aac", ".mp4")
READABLE = BY_SNDFILE + BY_FFMPEG
ACCEPTED = "WAV, FLAC, AIFF, OGG, Opus, MP3, and M4A or AAC where ffmpeg is installed"
MAX_MINUTES = 60
FFMPEG_SECONDS = 300
FFMPEG_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,aac"  # as ffmpeg names what reads these three extensions

UNKNOWN_SIZES = (0, 0xFFFFFFFF)  # what programs write that stream a WAV without knowing its end
OGG_LAST_PAGE = 4
OGG_MAX_PAGE = 65_307  # bytes: header, 255 segments of 255


@contextmanager
def opened(path: str | os.PathLike[str], name: str | None = None) -> Iterator[soundfile.SoundFile]:
    """An audio file, open for reading from its first frame; `name` is what messages call it.

    Raises AudioError: no such file, no permission, wrong extension, empty, not audio, truncated, ffmpeg missing.
    """
    source = Path(path)
    _check_readable(source, name or str(source))
    shown = name or source.name
    if source.suffix.lower() in BY_FFMPEG:
        with scratch_folder() as folder:
            decoded = folder / "decoded.wav"
            _decode(source, decoded, shown)
            with _sound_file(decoded, shown) as file:
                yield file
    else:
        _check_whole(source, shown)
        with _sound_file(source, shown) as file:
            yield file


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


def _sound_file(source: Path, name: str) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(source)
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
    if soundfile.info(decoded).duration > MAX_MINUTES * 60:
        raise AudioError(f"{shown} is over {MAX_MINUTES} minutes long; up to {MAX_MINUTES} are accepted. Cut it.")


def _check_whole(source: Path, shown: str) -> None:
    with source.open("rb") as file:
        magic = file.read(12)
    if magic[:4] in (b"RIFF", b"RF64") and magic[8:12] == b"WAVE":
        missing = _missing_chunk_bytes(source, "little", b"data")
    elif magic[:4] == b"FORM" and magic[8:11] == b"AIF":
        missing = _missing_chunk_bytes(source, "big", b"SSND")
    elif magic[:4] == b"OggS":
        missing = 0 if _ogg_ends(source) else 1
    else:
        return
    if missing > 0:
        raise AudioError(f"{shown} is truncated: its end is missing. Export or download it again.")


def _missing_chunk_bytes(source: Path, order: str, wanted: bytes) -> int:
    """How many bytes of the sound chunk lie beyond the end of a RIFF or AIFF file."""
    end = source.stat().st_size
    large = 0  # the sound's size where its own 32 bits do not hold it (EBU Tech 3306)
    with source.open("rb") as file:
        position = 12
        while position + 8 <= end:
            file.seek(position)
            chunk = file.read(8)
            size = int.from_bytes(chunk[4:], "little" if order == "little" else "big")
            if chunk[:4] == b"ds64":
                large = int.from_bytes(file.read(16)[8:], "little")
            if chunk[:4] == wanted:
                if large and size == 0xFFFFFFFF:
                    return position + 8 + large - end
                return 0 if size in UNKNOWN_SIZES else position + 8 + size - end
            position += 8 + size + size % 2
    return 0


def _ogg_ends(source: Path) -> bool:
    """Whether the last page is whole and says that it is the last (RFC 3533)."""
    with source.open("rb") as file:
        file.seek(max(source.stat().st_size - OGG_MAX_PAGE - 27, 0))
        end = file.read()
    start = end.rfind(b"OggS")
    if start < 0 or len(end) < start + 27:
        return False
    segments = end[start + 27 : start + 27 + end[start + 26]]
    whole = start + 27 + len(segments) + sum(segments) <= len(end)
    return whole and bool(end[start + 5] & OGG_LAST_PAGE)
