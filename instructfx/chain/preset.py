"""A chain as a file of its own: `instructfx-preset`, written and read here and nowhere else.

Version 2, which is written, gives every slot its id; version 1 has each effect at most once and no ids."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from instructfx.chain.chain import Chain
from instructfx.errors import SettingsError

FORMAT = "instructfx-preset"
VERSION = 2
READABLE = (1, 2)
MOST_BYTES = 1 << 20  # a chain of every effect takes 4 kB


def to_json(chain: Chain) -> dict[str, Any]:
    """The chain as the object that a preset file holds."""
    return {"format": FORMAT, "version": VERSION, "chain": chain.to_json()}


def to_text(chain: Chain) -> str:
    """The chain as the text of a preset file."""
    return json.dumps(to_json(chain), indent=2) + "\n"


def from_text(text: str, name: str = "the preset") -> Chain:
    """The chain of a preset file's text; values out of range are brought into it.

    Raises SettingsError, which calls the file `name`, for what is no preset, one of another version, effects and
    settings that there are not.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name} is not JSON; give a preset that InstructFX wrote") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SettingsError(f'{name} is no preset: it must hold an object with "format": "{FORMAT}"')
    version = found.get("version")
    if isinstance(version, bool) or version not in READABLE:
        raise SettingsError(f"{name} is a preset of version {version!r:.40}; versions 1 and {VERSION} can be read")
    if "chain" not in found:
        raise SettingsError(f"{name} holds no chain; give a preset that InstructFX wrote")
    try:
        return Chain.from_json(found["chain"])
    except SettingsError as error:
        raise SettingsError(f"{name} cannot be used: {error!s:.200}") from error


def load(path: str | os.PathLike[str]) -> Chain:
    """The chain of a preset file; SettingsError says what is wrong with one that cannot be read."""
    source = Path(path)
    try:
        with source.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read {source}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MOST_BYTES:
        raise SettingsError(f"{source.name} is over {MOST_BYTES >> 20} MB, as no preset is")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{source.name} is not text; give a preset that InstructFX wrote") from error
    return from_text(text, source.name)
