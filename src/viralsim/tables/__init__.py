"""Tables that people bring: one reader of text, columns and numbers for advocates, members and posts."""

from viralsim.tables.columns import Column, Kind
from viralsim.tables.table import Table, read_table

__all__ = ["Column", "Kind", "Table", "read_table"]
