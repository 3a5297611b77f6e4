"""What creators are paid beside the tier's price, how often they post and what: read from their file, or from the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.scenario.creators import Creator
from viralsim.tables import Column, Kind, Table
from viralsim.tables.cells import even, is_missing, parse_cell
from viralsim.tables.columns import Unit, plain
from viralsim.tables.matching import Found

Float64 = NDArray[np.float64]

TERMS = (
    Column("fee_per_post_usd", Kind.MONEY, ("fee each post", "post fee", "per post fee")),
    Column("flat_fee_usd", Kind.MONEY, ("flat fee", "fixed fee", "retainer", "pauschale", "forfait", "tarifa fija")),
    Column("gift_usd", Kind.MONEY, ("gift", "gift cost", "gifting", "product value", "product cost", "seeding cost", "geschenk")),
    Column("commission_usd", Kind.MONEY, ("commission", "commission per sale", "affiliate fee", "provision")),
    Column("commission_share", Kind.SHARE, ("commission rate", "affiliate rate", "commission percent", "provisionssatz")),
    Column("promo_discount", Kind.SHARE, ("discount", "code discount", "rabatt", "remise", "descuento")),
)  # fmt: skip
OTHERS = (
    Column("posts", Kind.COUNT, ("number of posts", "deliverables", "post count", "beitrage")),
    Column("content", Kind.TEXT, ("content piece", "asset", "creative")),
    Column("promo_code", Kind.TEXT, ("code", "discount code", "coupon", "coupon code", "gutschein", "gutscheincode")),
)
PER_POST = ("per post", "pro post", "par post", "por post", "each post")
BARE_COMMISSION = ("commission", "commissions", "provision", "affiliatefee")
PLACE = "campaign.advocates.creators"


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of each creator, an entry per person. of: term -> float64[A]. posts: int64[A], 0: at all times of the tier.

    content: what each posts, "" the tier's. codes: promotional codes, "" none.
    """

    of: Mapping[str, Float64]
    posts: NDArray[np.int64]
    content: tuple[str, ...]
    codes: tuple[str, ...]

    def rows(self, at: NDArray[np.int64]) -> Terms:
        """The terms of some of the people, in this order."""
        kept = {name: values[at] for name, values in self.of.items()}
        return Terms(kept, self.posts[at], tuple(self.content[i] for i in at), tuple(self.codes[i] for i in at))

    @cached_property
    def pays(self) -> bool:
        """Whether anybody is paid by post or sale, or given anything."""
        return any(bool(values.any()) for values in self.of.values())

    @property
    def once(self) -> Float64:
        """What each costs whether they post or not, float64[A]."""
        return self.of["flat_fee_usd"] + self.of["gift_usd"]

    def per_sale(self, value: Any) -> tuple[Any, Any]:
        """(commission, discount) of each on one sale worth ``value``, a float or float64[W]: float64[A] or [W, A]."""
        worth = np.asarray(value, dtype=np.float64)[..., None]
        return self.of["commission_usd"] + self.of["commission_share"] * worth, self.of["promo_discount"] * worth


class CreatorsTable(Table):
    """The creators of a scenario as the table of such a file: same names, same checks, places of the scenario."""

    def __init__(self, creators: Sequence[Creator], columns: Sequence[Column], currency: str) -> None:
        names = [c.name for c in columns if any(getattr(one, c.name, None) not in (None, "", ()) for one in creators)]
        by_name = {column.name: column for column in columns}
        self.creators = creators
        super().__init__(
            PLACE,  # type: ignore[arg-type]
            {name: Found(by_name[name], i, name, Unit()) for i, name in enumerate(names)},
            [[_text(getattr(one, name)) for name in names] for one in creators],
            list(range(len(creators))),
            currency=currency,
        )

    def where(self, row: int, name: str) -> str:
        """The key of the scenario."""
        return f"{PLACE}[{row}].{name}"

    def numbers(self, name: str, low: float = 0.0, high: float = np.inf) -> Float64:
        """The numbers as the schema read them; NaN where one is left out."""
        return np.array([
            np.nan if name not in one.model_fields_set or getattr(one, name) is None else float(getattr(one, name))
            for one in self.creators
        ])  # fmt: skip

    def texts(self, name: str) -> list[str]:
        """Words, lists joined by semicolons."""
        return self.cells(name)


def _text(value: Any) -> str:
    return "" if value is None else "; ".join(value) if isinstance(value, tuple) else str(value)


def given(table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], name: str) -> Float64:
    """A number of each person, NaN where nothing is said; InputError where rows of one person disagree."""
    values = np.full(len(rows), np.nan)
    if name not in table:
        return values
    written = table.numbers(name)
    for i, own in enumerate(rows):
        found = {float(v) for v in written[list(own)] if not np.isnan(v)}
        if len(found) > 1:
            lines = ", ".join(str(table.lines[row]) for row in own)
            raise InputError(f"{table.where(own[-1], name)}: {handles[i]} has several values (lines {lines}): give one")
        values[i] = found.pop() if found else np.nan
    return values


def is_per_post(table: Table) -> bool:
    """Whether the column of prices says that they are for each post."""
    if "cost_usd" not in table:
        return False
    title = " ".join(table.columns["cost_usd"].title.casefold().replace("_", " ").split())
    return any(words in title for words in PER_POST)


def read_terms(
    table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], contents: Sequence[str], times: int
) -> Terms:
    """The terms of each person. contents: names of the scenario's contents. times: how many times the tier's posts_at has."""
    _refuse_bare_commission(table)
    of = {column.name: np.nan_to_num(given(table, rows, handles, column.name)) for column in TERMS}
    asked = given(table, rows, handles, "posts")
    if (asked == 0).any():
        row = rows[int(np.argmax(asked == 0))][0]
        raise table.refusal(
            row, "posts", "must be at least 1: leave out who posts nothing, and the cell empty for all times"
        )
    posts = np.nan_to_num(asked).astype(np.int64)
    for i, count in enumerate(posts.tolist()):
        if count > times:
            raise InputError(
                f"{table.where(rows[i][0], 'posts')}: {handles[i]} is to post {count} times and posts_at has {times}: add times"
            )
    content = [_word(table, own, handles[i], "content") for i, own in enumerate(rows)]
    for i, name in enumerate(content):
        if name and name not in contents:
            raise InputError(
                f"{table.where(rows[i][0], 'content')}: {name!r} is no content; known are {', '.join(contents)}"
            )
    codes = tuple(_word(table, own, handles[i], "promo_code") for i, own in enumerate(rows))
    return Terms(of, posts, tuple(content), codes)


def _refuse_bare_commission(table: Table) -> None:
    """InputError where a column is called commission and no more: 0.08 of what is sold, or 0.08 in money for each sale?"""
    found = table.columns.get("commission_usd")
    if found is None or plain(found.title) not in BARE_COMMISSION or found.unit.currencies:
        return
    for row, written in enumerate(table.cells("commission_usd")):
        cell = None if is_missing(even(written)) else parse_cell(even(written))
        if cell is not None and not cell.currencies:
            raise table.refusal(
                row,
                "commission_usd",
                "may be a part or an amount: call the column commission rate or commission per sale",
            )


def _word(table: Table, own: Sequence[int], handle: str, name: str) -> str:
    if name not in table:
        return ""
    words = table.texts(name)
    found = {words[row] for row in own if words[row]}
    if len(found) > 1:
        raise InputError(f"{table.where(own[-1], name)}: {handle} has several values: give one")
    return found.pop() if found else ""
