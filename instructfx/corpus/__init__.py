"""Every session of a store as tables for analysis: Parquet or CSV, written session by session."""

from instructfx.corpus.tables import TABLES
from instructfx.corpus.writing import Format, export_tables

__all__ = ["TABLES", "Format", "export_tables"]
