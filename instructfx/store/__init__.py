"""Where sessions live: rows in a database, audio beside it by SHA-256. The only package that knows SQL."""

from instructfx.store.sessions import Listed, Store, default_folder
from instructfx.store.tracks import dry_of

__all__ = ["Listed", "Store", "default_folder", "dry_of"]
