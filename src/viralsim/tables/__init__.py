"""Tables that people bring: one reader of text, columns and numbers for advocates, members and posts."""

from viralsim.tables.columns import MOST_COUNTED, Column, Kind
from viralsim.tables.table import Table, read_table

__all__ = ["MOST_COUNTED", "Column", "Kind", "Table", "read_table"]
