"""Nothing outside `effects/` names an effect: it asks for a role or for what the effect declares."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import instructfx
from instructfx.effects import EFFECTS

PACKAGE = Path(instructfx.__file__).parent
OTHER_SENSES: Mapping[str, Mapping[str, int]] = {
    "bench/quality/agreement.py": {"eq": 4, "reverb": 5},  # the two collections of SocialFX
    "bench/quality/room_measures.py": {"reverb": 1},  # the head of a column
    "bench/serving/speed.py": {"reverb": 1},  # the head of a row
    "chain/format.py": {"gain": 4},  # a way to write decibels
    "exports/exporting.py": {"reverb": 1},  # the format of that name
    "exports/formats.py": {"reverb": 1},
    "planners/phrases.py": {"gain": 1},  # a part of an equaliser's band
    "studio/page/chain_data.py": {"gain": 1},  # a part of an equaliser's band
    "studio/page/html.py": {"gain": 1},
}
"""Words that mean something else than the effect, and how often."""


def outside() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "effects"]


def test_no_effect_is_named_elsewhere() -> None:
    found: dict[str, dict[str, int]] = {}
    for path in outside():
        values = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        named = Counter(value for value in values if isinstance(value, str) and value in EFFECTS)
        if named:
            found[str(path.relative_to(PACKAGE))] = dict(named)
    assert found == OTHER_SENSES


def test_no_effect_is_imported_elsewhere() -> None:
    modules = {f"instructfx.effects.{name}" for name in EFFECTS}
    for path in outside():
        imports = [node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        assert not modules & set(imports), path
