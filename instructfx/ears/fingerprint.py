"""The SHA-256 of a large file, computed once: records of turns name the weights that judged them."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from instructfx.ears.checkpoints import models_folder


def fingerprint(path: Path) -> str:
    """SHA-256 in hexadecimal; remembered on disk for as long as the file's size and time stay the same."""
    status = path.stat()
    return _fingerprint(path.resolve(), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _fingerprint(path: Path, size: int, modified_ns: int) -> str:
    key = hashlib.sha256(f"{path} {size} {modified_ns}".encode()).hexdigest()[:32]
    remembered = models_folder() / "fingerprints" / f"{key}.json"
    try:
        return str(json.loads(remembered.read_text())["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(json.dumps({"file": path.name, "sha256": digest}))
    except OSError:
        pass  # it is only slower next time
    return digest
