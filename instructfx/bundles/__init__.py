"""A session in one file: written for others, read from strangers. docs/bundles.md describes the format."""

from instructfx.bundles.reading import Imported, import_bundle
from instructfx.bundles.writing import export_bundle

__all__ = ["Imported", "export_bundle", "import_bundle"]
