"""Embeddings of texts, kept on disk by text and checkpoint: reading one again costs nothing."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

log = logging.getLogger(__name__)

WIDTH = 512


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
        return self.folder / f"{name}.npy"

    def _load(self, text: str) -> Tensor | None:
        try:
            values = np.load(self._path(text), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        whole = values.shape == (WIDTH,) and values.dtype == np.float32 and bool(np.isfinite(values).all())
        return torch.from_numpy(values) if whole else None

    def _keep(self, text: str, embedding: Tensor) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".npy")
            with os.fdopen(handle, "wb") as file:
                np.save(file, embedding.numpy().astype(np.float32))
            os.replace(temporary, self._path(text))
        except OSError as error:
            log.info("a text's embedding was not kept: %s", error)
