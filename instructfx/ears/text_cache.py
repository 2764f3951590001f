"""Embeddings of texts, kept on disk by text and checkpoint: reading one again costs nothing."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

log = logging.getLogger(__name__)

WIDTH = 512
UNIT_ERROR = 1e-3  # an embedding whose length is further from 1 is damaged


@dataclass(frozen=True)
class TextCache:
    """A folder of embeddings. A cache that cannot be read or written is only slower."""

    folder: Path
    checkpoint_sha256: str

    def embeddings(self, texts: Sequence[str], read: Callable[[Sequence[str]], Tensor]) -> Tensor:
        """(texts, 512): from the folder, and from `read` for those that are new."""
        known = {text: self._load(text) for text in texts}
        new = [text for text, embedding in known.items() if embedding is None]
        if new:
            for text, embedding in zip(new, read(new).cpu(), strict=True):
                known[text] = embedding
                self._keep(text, embedding)
        return torch.stack([embedding for text in texts if (embedding := known[text]) is not None])

    def _path(self, text: str) -> Path:
        name = hashlib.sha256(f"{self.checkpoint_sha256}\n{text}".encode()).hexdigest()
        return self.folder / f"{name}.f32"

    def _load(self, text: str) -> Tensor | None:
        try:
            values = torch.frombuffer(bytearray(self._path(text).read_bytes()), dtype=torch.float32)
        except (OSError, ValueError):
            return None
        whole = values.shape == (WIDTH,) and abs(float(values.norm()) - 1) < UNIT_ERROR
        return values if whole else None

    def _keep(self, text: str, embedding: Tensor) -> None:
        path = self._path(text)
        temporary = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(embedding.float().numpy().tobytes())
            temporary.replace(path)
        except OSError as error:
            log.info("a text's embedding was not kept: %s", error)
            with suppress(OSError):
                temporary.unlink()
