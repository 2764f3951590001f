"""What is sent to the studio's door."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BadUpload:
    """What is uploaded: `content`, then that many zeros, under a visitor's name for it.

    refused: it has no sound that can be used, so that a session on it would be wrong; otherwise either will do, but
    where frames says how many it holds. near: about so many.
    """

    kind: str
    what: str
    name: str
    content: bytes
    refused: bool = True
    zeros: int = 0
    frames: int = 0
    near: bool = False

    def written(self, folder: Path) -> Path:
        """The file, its zeros sparse."""
        path = folder / "upload"
        with path.open("wb") as file:
            file.write(self.content)
            file.truncate(len(self.content) + self.zeros)
        return path
