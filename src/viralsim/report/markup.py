"""HTML that is safe by construction: plain text is escaped when it is put into an element, markup is not.

Names and texts of a scenario are foreign input. Only ``element`` and ``void`` make ``Markup``.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

# characters that turn the reading direction around could make a number or a name read otherwise than it is
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNREADABLE = "\ufffd"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def readable(text: str) -> str:
    """The text without what no page can hold: control characters, half characters, turns of direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(UNREADABLE if _unreadable(c) else c for c in text)


def _unreadable(character: str) -> bool:
    kept = character in "\n\t"
    return not kept and (unicodedata.category(character) in ("Cc", "Cs", "Cn") or character in _DIRECTIONS)


def escaped(content: str) -> Markup:
    """The content as HTML: markup as it is, plain text escaped."""
    return content if isinstance(content, Markup) else Markup(html.escape(readable(content), quote=True))


def joined(parts: Iterable[str]) -> Markup:
    """Parts one after the other; plain text is escaped."""
    return Markup("".join(escaped(part) for part in parts))


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """An element with its children; ``class_`` and ``aria_label`` name the attributes ``class`` and ``aria-label``."""
    return Markup(f"{_opening(tag, attributes)}{joined(children)}</{tag}>")


def void(tag: str, **attributes: str) -> Markup:
    """An element that has no content, as ``meta``."""
    return Markup(_opening(tag, attributes))


def _opening(tag: str, attributes: dict[str, str]) -> str:
    named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return "".join([f"<{tag}", *(f' {key}="{escaped(value)}"' for key, value in named.items()), ">"])


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], label: str, columns: Sequence[str] | None = None
) -> Markup:
    """A table whose first column and first row are headings; ``label`` names it for who cannot see it.

    columns: what a phone, which shows a row as a paragraph, says before each cell; by default the heads.
    """
    names = columns or head
    top = element("tr", *(element("th", cell, scope="col") for cell in head))
    body = [element("tr", element("th", first, scope="row"), *_cells(rest, names[1:])) for first, *rest in rows]
    inner = element("table", element("thead", top), element("tbody", *body))
    # a wide table scrolls in its own frame, which the keyboard must reach
    return element("div", inner, class_="scroll", role="region", aria_label=label, tabindex="0")


def _cells(row: Sequence[str], names: Sequence[str]) -> list[Markup]:
    return [element("td", cell, data_label=name) for cell, name in zip(row, names, strict=True)]
