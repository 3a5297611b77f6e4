"""Rows of totals: a dashboard's last row is no post, and a price list's sum is no person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from viralsim.tables.cells import even

_WORDS = (
    "total", "totals", "grand total", "grand totals", "sub total", "subtotal", "sum", "sums", "overall", "average", "avg", "mean",
    "median", "all posts", "summe", "summen", "gesamt", "gesamtsumme", "gesamtergebnis", "insgesamt", "zwischensumme",
    "total général", "durchschnitt", "mittelwert", "somme", "total general", "ensemble", "moyenne", "suma", "suma total",
    "promedio",
    "media", "totale", "somma", "totaal", "totalt", "summa", "razem", "toplam", "итого", "合計", "合计", "总计", "ø", "σ", "∑",
)  # fmt: skip
_TOTAL = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})\s*[:=]?\s*(?:\([^)]*\)|\d+)?"
)

_BEGINS = re.compile(
    rf"^\W*(?:{'|'.join(map(re.escape, (w for w in _WORDS if w.isascii())))})", re.IGNORECASE | re.MULTILINE
)


def names_a_total(text: str) -> bool:
    """Whether a cell is the label of a row of totals, such as ``Total`` or ``Gesamtsumme:``."""
    return _TOTAL.fullmatch(even(text).casefold().replace("-", " ")) is not None


def may_name_a_total(cells: Sequence[str]) -> bool:
    """Whether any of these cells may be such a label; a quick look at many, which errs on the side of yes."""
    joined = "\n".join(cells)
    return not joined.isascii() or _BEGINS.search(joined) is not None
