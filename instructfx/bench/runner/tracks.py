"""The recordings that a measure runs on."""

from __future__ import annotations

from pathlib import Path

from instructfx.audio.containers import READABLE
from instructfx.errors import AudioError
from instructfx.locations import static_folder

SAMPLES = static_folder() / "samples"


def tracks(data: Path | None) -> list[Path]:
    """The audio files in `data/audio` or `data`; the sample tracks of the page where no folder is given."""
    folder = SAMPLES if data is None else data / "audio" if (data / "audio").is_dir() else data
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in READABLE)
    if not found:
        raise AudioError(f"there are no audio files in {folder}; give a folder that has some with --data")
    return found
