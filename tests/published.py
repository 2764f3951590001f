"""A small published file, and what a download of it that fails must come to."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from instructfx.ears.checkpoints import Published
from instructfx.ears.fetching import download
from instructfx.errors import EarError

CONTENT = random.Random(0).randbytes(400_000)
NAME = "tiny.pt"


def part_of(folder: Path) -> Path:
    """Where what has arrived lies meanwhile."""
    return folder / f"{NAME}.part"


def refused(tiny: Published, folder: Path) -> str:
    """The one line that a failing download says; nothing may lie under the final name."""
    with pytest.raises(EarError) as caught:
        download(tiny, folder)
    line = str(caught.value)
    assert "\n" not in line
    assert not (folder / NAME).exists()
    return line
