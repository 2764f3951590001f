"""Every session of a store as tables for analysis: Parquet or CSV, written session by session."""

from instructfx.bundles.dataset.tables import TABLES
from instructfx.bundles.dataset.writing import TableFormat, export_tables

__all__ = ["TABLES", "TableFormat", "export_tables"]
