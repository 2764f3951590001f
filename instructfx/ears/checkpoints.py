"""CLAP's checkpoints: which are published, which one is chosen, and where it lies."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from instructfx.errors import EarError

ARCHITECTURES = ("HTSAT-tiny", "HTSAT-base", "HTSAT-large")
TOKENIZER_FOLDER = "roberta-base"
GET = "`python -m instructfx clap download`"


@dataclass(frozen=True)
class Published:
    """A file as it was published. file_name is its place in the models folder and on a mirror; sha256 is hexadecimal.

    architecture is the tower that it is for: one of ARCHITECTURES, or "roberta" for the tokenizer of the text tower.
    """

    file_name: str
    architecture: str
    url: str
    sha256: str
    size_bytes: int


MUSIC = Published(
    file_name="music_audioset_epoch_15_esc_90.14.pt",
    architecture="HTSAT-base",
    url="https://huggingface.co/lukewys/laion_clap/resolve/main/music_audioset_epoch_15_esc_90.14.pt",
    sha256="fae3e9c087f2909c28a09dc31c8dfcdacbc42ba44c70e972b58c1bd1caf6dedd",
    size_bytes=2_352_471_003,
)
CHECKPOINTS = (MUSIC,)
"""Only those whose SHA-256 is known."""

_ROBERTA = "https://huggingface.co/FacebookAI/roberta-base/resolve/e2da8e2f811d1448a5b465c236feacd80ffbac7b"
TOKENIZER = (
    Published(
        file_name=f"{TOKENIZER_FOLDER}/vocab.json",
        architecture="roberta",
        url=f"{_ROBERTA}/vocab.json",
        sha256="9e7f63c2d15d666b52e21d250d2e513b87c9b713cfa6987a82ed89e5e6e50655",
        size_bytes=898_823,
    ),
    Published(
        file_name=f"{TOKENIZER_FOLDER}/merges.txt",
        architecture="roberta",
        url=f"{_ROBERTA}/merges.txt",
        sha256="1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
        size_bytes=456_318,
    ),
)
"""The two files of RoBERTa's tokenizer, which every checkpoint of laion's needs beside it."""


@dataclass(frozen=True)
class Checkpoint:
    """Weights on disk, there or not yet, and the architecture of their audio tower: one of ARCHITECTURES."""

    path: Path
    architecture: str

    @property
    def tokenizer_folder(self) -> Path:
        return self.path.parent / TOKENIZER_FOLDER

    @property
    def published(self) -> Published | None:
        """What the file of this name was when published; None for a checkpoint of one's own."""
        return next((each for each in CHECKPOINTS if each.file_name == self.path.name), None)


def models_folder() -> Path:
    """INSTRUCTFX_MODELS, else instructfx in the user's cache folder. Raises EarError where there is no home."""
    if given := os.environ.get("INSTRUCTFX_MODELS"):
        return _expanded(given)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or ".")
    return (cache if cache.is_absolute() else _expanded("~/.cache")) / "instructfx"


def chosen_checkpoint() -> Checkpoint:
    """INSTRUCTFX_CLAP_CHECKPOINT with INSTRUCTFX_CLAP_MODEL, else the music checkpoint in the models folder.

    Raises EarError where INSTRUCTFX_CLAP_MODEL is none of ARCHITECTURES.
    """
    given = os.environ.get("INSTRUCTFX_CLAP_CHECKPOINT")
    path = _expanded(given) if given else models_folder() / MUSIC.file_name
    architecture = os.environ.get("INSTRUCTFX_CLAP_MODEL") or MUSIC.architecture
    if architecture not in ARCHITECTURES:
        raise EarError(f"INSTRUCTFX_CLAP_MODEL is {architecture!r}; it must be one of {', '.join(ARCHITECTURES)}")
    return Checkpoint(path, architecture)


def is_present() -> bool:
    """Whether the chosen checkpoint's file is there, whole or not. Raises EarError as chosen_checkpoint does."""
    return size_of(chosen_checkpoint().path) is not None


def size_of(path: Path) -> int | None:
    """A file's size in bytes; None where there is no such file. Raises EarError where it may not be looked at."""
    found = status_of(path)
    return found.st_size if found else None


def status_of(path: Path) -> os.stat_result | None:
    """What the system knows of a file; None where there is no such file. Raises EarError as `size_of` does."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EarError(f"cannot look at {path}: {error.strerror}; check its permissions") from error
    return found if stat.S_ISREG(found.st_mode) else None


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:  # an account without a home
        raise EarError(f"cannot find {path}: {error}; set INSTRUCTFX_MODELS to a folder") from error
