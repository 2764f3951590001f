"""Is a checkpoint whole? Its size and SHA-256, and its tokenizer's, against what was published."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from instructfx.ears.checkpoints import CHECKPOINTS, GET, TOKENIZER, Checkpoint, Published, size_of
from instructfx.errors import Cancelled, EarError

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class CheckProgress:
    """How far a file is. file_name has no folder; stage is "fetching" or "checking"."""

    file_name: str
    stage: str
    done_bytes: int
    total_bytes: int


OnCheckProgress = Callable[[CheckProgress], None]


def ignore(progress: CheckProgress) -> None:
    """For those who do not watch."""


def never() -> bool:
    """For what nobody cancels."""
    return False


@dataclass(frozen=True)
class Checked:
    """A file that was read from end to end. as_published is False where there is nothing to compare it with."""

    path: Path
    sha256: str
    as_published: bool


def look(checkpoint: Checkpoint) -> None:
    """Check what can be seen without reading: that the files are there and as long as they should be.

    Raises EarError: missing, truncated, too long, no tokenizer.
    """
    _check_there(checkpoint)
    for path, published in _files(checkpoint):
        size = size_of(path)
        if size is None:
            raise EarError(f"{checkpoint.path.name} needs {path}, which is missing; run {GET}")
        if published and size < published.size_bytes:
            raise EarError(
                f"{path} is truncated: {size:,} of {published.size_bytes:,} bytes are there; run {GET} to replace it"
            )
        if published and size > published.size_bytes:
            raise EarError(
                f"{path} is not the published file: it has {size:,} bytes instead of {published.size_bytes:,}; "
                f"run {GET} to replace it"
            )


def verify(checkpoint: Checkpoint, on_progress: OnCheckProgress = ignore) -> tuple[Checked, ...]:
    """Read the checkpoint and its tokenizer from end to end, and compare them with what was published.

    Raises EarError as `look` does, and where a file is damaged or cannot be read.
    """
    look(checkpoint)
    return tuple(_checked(path, published, on_progress) for path, published in _files(checkpoint))


def needed(checkpoint: Checkpoint, on_progress: OnCheckProgress = ignore) -> tuple[Published, ...]:
    """What must be fetched into the checkpoint's folder before `verify` is content, the tokenizer first.

    Of a checkpoint of one's own only missing files of the tokenizer. Raises EarError where there is no such file.
    """
    if checkpoint.published:
        wanted = (*TOKENIZER, checkpoint.published)
        return tuple(each for each in wanted if not is_intact(each, checkpoint.path.parent, on_progress))
    _check_there(checkpoint)
    return tuple(each for each in TOKENIZER if size_of(checkpoint.path.parent / each.file_name) is None)


def is_intact(
    published: Published, folder: Path, on_progress: OnCheckProgress = ignore, cancelled: Callable[[], bool] = never
) -> bool:
    """Whether the folder holds the published file with its size and SHA-256. Raises EarError, Cancelled."""
    path = folder / published.file_name
    return size_of(path) == published.size_bytes and sha256_of(path, on_progress, cancelled) == published.sha256


def sha256_of(path: Path, on_progress: OnCheckProgress = ignore, cancelled: Callable[[], bool] = never) -> str:
    """SHA-256 of a file's bytes, in hexadecimal. Raises EarError where it cannot be read, Cancelled when asked to."""
    digest = hashlib.sha256()
    done = 0
    try:
        with path.open("rb") as file:
            total = os.fstat(file.fileno()).st_size
            while block := file.read(BLOCK_BYTES):
                if cancelled():
                    raise Cancelled(f"the check of {path.name} was stopped")
                digest.update(block)
                done += len(block)
                on_progress(CheckProgress(path.name.removesuffix(".part"), "checking", done, total))
    except OSError as error:
        raise EarError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error
    return digest.hexdigest()


def _files(checkpoint: Checkpoint) -> list[tuple[Path, Published | None]]:
    """The checkpoint and its tokenizer, each with what it should be; nothing is known of a checkpoint of one's own."""
    folder = checkpoint.path.parent
    tokenizer = [(folder / each.file_name, each if checkpoint.published else None) for each in TOKENIZER]
    return [(checkpoint.path, checkpoint.published), *tokenizer]


def _checked(path: Path, published: Published | None, on_progress: OnCheckProgress) -> Checked:
    found = sha256_of(path, on_progress)
    if published and found != published.sha256:
        raise EarError(
            f"{path} is damaged: its SHA-256 is {found} and should be {published.sha256}; run {GET} to replace it"
        )
    return Checked(path, found, published is not None)


def _check_there(checkpoint: Checkpoint) -> None:
    if size_of(checkpoint.path) is not None:
        return
    remedy = f"run {GET}"
    if not checkpoint.published:
        names = ", ".join(each.file_name for each in CHECKPOINTS)
        remedy = f"set INSTRUCTFX_CLAP_CHECKPOINT to a file that exists, or unset it and {remedy} for {names}"
    raise EarError(f"there is no checkpoint at {checkpoint.path}; {remedy}")
