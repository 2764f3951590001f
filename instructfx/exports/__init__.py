"""Taking a session with you: sound, presets, sheets and bundles, each in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from instructfx.exports.formats import FORMATS, Format, format_named

if TYPE_CHECKING:
    from instructfx.exports.exporting import at_turn, export
    from instructfx.exports.placing import export_name
    from instructfx.exports.wanted import Exported

_HOMES = {"at_turn": "exporting", "export": "exporting", "export_name": "placing", "Exported": "wanted"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for: whoever lists the formats needs no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pkgutil import resolve_name

    return resolve_name(f"{__name__}.{_HOMES[name]}:{name}")


__all__ = ["FORMATS", "Exported", "Format", "at_turn", "export", "export_name", "format_named"]
