"""A file put together from stretches of another one, for decoders that need to see it in order."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

Piece = bytes | tuple[int, int]
"""Bytes as they are, or a stretch of the file: its first byte, and the one behind its last."""


def merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same, with stretches that follow each other as one, and without empty ones."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, tuple) and isinstance(last, tuple) and last[1] == piece[0]:
            found[-1] = (last[0], piece[1])
        elif size_of(piece):
            found.append(piece)
    return tuple(found)


def size_of(piece: Piece) -> int:
    """How many bytes a piece holds."""
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


class Spliced(io.RawIOBase):
    """The pieces one after the other, to be read and sought in; nothing of the file is held."""

    def __init__(self, source: Path, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._starts = [0, *accumulate(map(size_of, pieces))]
        self._at = 0
        self._file = source.open("rb")

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._at < self._starts[-1]:
            number = bisect_right(self._starts, self._at) - 1
            within, piece = self._at - self._starts[number], self._pieces[number]
            wanted = min(len(view) - done, size_of(piece) - within)
            if isinstance(piece, bytes):
                view[done : done + wanted] = piece[within : within + wanted]
                got = wanted
            else:
                self._file.seek(piece[0] + within)
                got = self._file.readinto(view[done : done + wanted])
            if not got:
                break
            done += got
            self._at += got
        return done

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._starts[-1]}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()
