"""The data of this folder: toml files that a musician can extend."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any


def table(name: str) -> Mapping[str, Any]:
    """A toml file of this folder, read anew each time: who asks keeps what is made of it."""
    return tomllib.loads(resources.files("instructfx.language").joinpath(name).read_text(encoding="utf-8"))
