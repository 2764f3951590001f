"""Taking a session with you: sound, presets, sheets and bundles, each in one file."""

from instructfx.exports.exporting import at_turn, export
from instructfx.exports.formats import FORMATS, Format, format_named
from instructfx.exports.placing import export_name
from instructfx.exports.wanted import Exported

__all__ = ["FORMATS", "Exported", "Format", "at_turn", "export", "export_name", "format_named"]
