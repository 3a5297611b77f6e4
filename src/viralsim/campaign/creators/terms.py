"""What creators are paid beside the tier's price, how often they post and what: read from their file, or from the scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.errors import InputError
from viralsim.scenario.creators import Creator
from viralsim.scenario.repeats import MOST_POSTS
from viralsim.scenario.spec import Spec
from viralsim.tables import Column, Kind, Table
from viralsim.tables.cells import even, is_missing, parse_cell
from viralsim.tables.columns import Unit, plain
from viralsim.tables.matching import Found
from viralsim.units import hours_since_launch, parse_duration, shown

Float64 = NDArray[np.float64]

TERMS = (
    Column("fee_per_post_usd", Kind.MONEY, (
        "fee each post", "post fee", "per post fee", "honorar pro post", "honorar pro beitrag", "gage pro post",
        "preis pro beitrag",
        "cachet par post", "tarif par post", "prix par post", "tarifa por post", "precio por post",
    )),
    Column("flat_fee_usd", Kind.MONEY, ("flat fee", "fixed fee", "retainer", "pauschale", "forfait", "tarifa fija")),
    Column("gift_usd", Kind.MONEY, ("gift", "gift cost", "gifting", "product value", "product cost", "seeding cost", "geschenk",
                                    "cadeau", "regalo")),
    Column("commission_usd", Kind.MONEY, (
        "commission", "commission per sale", "affiliate fee", "provision", "provision pro verkauf", "comision",
    )),
    Column("commission_share", Kind.SHARE, ("commission rate", "affiliate rate", "commission percent", "provisionssatz")),
    Column("exclusivity_usd", Kind.MONEY, ("exclusivity", "exclusivity fee", "exclusivitat", "exklusivitat", "exclusivite")),
    Column("promo_discount", Kind.SHARE, ("discount", "code discount", "rabatt", "remise", "descuento")),
)  # fmt: skip
OTHERS = (
    Column(
        "posts",
        Kind.COUNT,
        ("number of posts", "deliverables", "post count", "beitrage", "anzahl posts", "publications", "publicaciones"),
    ),
    Column("content", Kind.TEXT, ("content piece", "asset", "creative", "inhalt", "contenu", "contenido")),
    Column(
        "posts_at",
        Kind.TEXT,
        ("posting times", "posting time", "post times", "posting dates", "post dates", "goes live"),
    ),
    Column("exclusive", Kind.TEXT, ("is exclusive", "exklusiv", "exclusif")),
    Column(
        "promo_code",
        Kind.TEXT,
        (
            "code",
            "discount code",
            "coupon",
            "coupon code",
            "gutschein",
            "gutscheincode",
            "rabattcode",
            "code promo",
            "codigo",
        ),
    ),
)
MONEY_WORDS = frozenset((
    "fee", "fees", "cost", "costs", "price", "pay", "paid", "payment", "salary", "bonus", "honorar", "honorare", "gage", "preis",
    "kosten", "gebuhr", "gebuehr", "zahlung", "prix", "tarif", "tarifs", "cachet", "cout", "couts", "frais", "precio", "tarifa",
    "coste", "costo", "pago", "commission", "provision", "comision",
))  # fmt: skip
ONCE = ("flat_fee_usd", "gift_usd", "exclusivity_usd")  # what is paid whether they post or not
PER_POST = ("per post", "pro post", "par post", "por post", "each post")
BARE_COMMISSION = ("commission", "commissions", "provision", "affiliatefee")
FEE = "fee_per_post_usd"
PLACE = "campaign.advocates.creators"
BETWEEN_MOMENTS = re.compile(r"[;|\n]|,(?!\s*\d{1,2}:\d{2}\b)")  # the comma of "Friday, 18:00" is inside one
YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"), True),
    **dict.fromkeys(("no", "n", "false", "0", "nein", "non"), False),
}


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of each creator, an entry per person. of: term -> float64[A]. posts: int64[A], 0: at all of their times.

    content: what each posts, "" the tier's. codes: promotional codes, "" none. own_times: hours since the launch at which each
    posts, () those of the tier. exclusive: bool[A].
    """

    of: Mapping[str, Float64]
    posts: NDArray[np.int64]
    content: tuple[str, ...]
    codes: tuple[str, ...]
    own_times: tuple[tuple[float, ...], ...]
    exclusive: NDArray[np.bool_]

    def rows(self, at: NDArray[np.int64]) -> Terms:
        """The terms of some of the people, in this order."""
        kept = {name: values[at] for name, values in self.of.items()}
        content, codes = (tuple(of[i] for i in at) for of in (self.content, self.codes))
        times = tuple(self.own_times[i] for i in at)
        return Terms(kept, self.posts[at], content, codes, times, self.exclusive[at])

    def times(self, row: int, of_tier: tuple[float, ...]) -> tuple[float, ...]:
        """When a person is asked to post, hours since the launch; ``of_tier`` are the times of the tier."""
        times = self.own_times[row] or of_tier
        return times[: self.posts[row]] if self.posts[row] else times

    @cached_property
    def pays(self) -> bool:
        """Whether anybody is paid by post or sale, or given anything."""
        return any(bool(values.any()) for values in self.of.values())

    def taking_part(self, who: NDArray[np.bool_]) -> Terms:
        """The terms where only some take part, bool[A] or [W, A]: what is paid once is paid to them alone."""
        paid = {name: np.where(who, self.of[name], 0.0) for name in ONCE}
        return replace(self, of={**self.of, **paid})

    @property
    def once(self) -> Float64:
        """What each costs whether they post or not, float64[A]."""
        return np.asarray(sum(self.of[name] for name in ONCE))

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

    def rows_said(self, rows: Sequence[int]) -> str:
        """The entries of the list."""
        return " and ".join(f"creators[{row}]" for row in rows)

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
    return "" if value is None else "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def given(table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], name: str) -> Float64:
    """A number of each person, NaN where nothing is said; InputError where rows of one person disagree."""
    values = np.full(len(rows), np.nan)
    if name not in table:
        return values
    written = table.numbers(name)
    for i, own in enumerate(rows):
        found = {float(v) for v in written[list(own)] if not np.isnan(v)}
        if len(found) > 1:
            raise InputError(
                f"{table.where(own[-1], name)}: {handles[i]} has several values ({table.rows_said(own)}): give one"
            )
        values[i] = found.pop() if found else np.nan
    return values


def is_per_post(table: Table) -> bool:
    """Whether the column of prices says that they are for each post."""
    if "cost_usd" not in table:
        return False
    title = " ".join(table.columns["cost_usd"].title.casefold().replace("_", " ").split())
    return any(words in title for words in PER_POST)


def read_terms(table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], spec: Spec, times: int) -> Terms:
    """The terms of each person. times: how many times the tier's posts_at has."""
    table = _settled_commission(table)
    contents = tuple(spec.content)
    own = own_times(table, rows, handles, spec)
    of = {
        column.name: np.nan_to_num(given(table, rows, handles, column.name)) for column in TERMS if column.name != FEE
    }
    of[FEE] = _fees(table, rows, handles)
    asked = given(table, rows, handles, "posts")
    if (asked == 0).any():
        row = rows[int(np.argmax(asked == 0))][0]
        raise table.refusal(
            row, "posts", "must be at least 1: leave out who posts nothing, and the cell empty for all times"
        )
    posts = np.nan_to_num(asked).astype(np.int64)
    for i, count in enumerate(posts.tolist()):
        there = len(own[i]) or times
        if count > there:
            raise InputError(
                f"{table.where(rows[i][0], 'posts')}: {handles[i]} is to post {count} times and posts_at has {there}: add times"
            )
    content = [_word(table, own, handles[i], "content") for i, own in enumerate(rows)]
    for i, name in enumerate(content):
        if name and name not in contents:
            raise InputError(
                f"{table.where(rows[i][0], 'content')}: {name!r} is no content; known are {', '.join(contents)}"
            )
    codes = tuple(_word(table, own, handles[i], "promo_code") for i, own in enumerate(rows))
    return Terms(of, posts, tuple(content), codes, own, are_exclusive(table, rows, handles, of["exclusivity_usd"]))


def refuse_unknown_money(table: Table) -> None:
    """InputError for a column of amounts that is not known: what somebody is to be paid is not left out."""
    known = {found.place for found in table.columns.values()}
    for place, title in enumerate(table.titles):
        cells = [parse_cell(even(row[place])) for row in table.rows if not is_missing(even(row[place]))]
        if place in known or not any(cells):
            continue
        if MONEY_WORDS & set(map(plain, re.split(r"[\W_]+", title))) or any(
            cell is not None and cell.currencies for cell in cells
        ):
            names = ", ".join(
                column.name.removesuffix("_usd").replace("_", " ") for column in TERMS if column.kind is Kind.MONEY
            )
            raise InputError(
                f"{table.path}: column {title.strip()!r} holds amounts and is not known: call it {names} or cost, or take it out"
            )


def _fees(table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str]) -> Float64:
    """The fee for a post of each person, the mean of their channels: they post on all of them when they post.

    In the scenario a channel without a fee costs nothing; in a file an empty cell is as that person's others are.
    """
    if FEE not in table:
        return np.zeros(len(rows))
    written = table.numbers(FEE)
    by_channel = [written[list(own)] for own in rows]
    if isinstance(table, CreatorsTable):
        return np.array([np.nan_to_num(fees).mean() for fees in by_channel])
    for own, fees, handle in zip(rows, by_channel, handles, strict=True):
        if np.isnan(fees).any() and len(set(fees[~np.isnan(fees)])) > 1:
            row = own[int(np.argmax(np.isnan(fees)))]
            raise table.refusal(row, FEE, f"is empty and {handle} has several fees: fill it")
    return np.array(
        [np.nan_to_num(fees[~np.isnan(fees)]).mean() if not np.isnan(fees).all() else 0.0 for fees in by_channel]
    )


def _settled_commission(table: Table) -> Table:
    """The table, where a column that is called commission and no more holds parts or amounts as its cells say, by % or a currency.

    Raises: InputError where one does not: is 0.08 a part of what is sold, or 0.08 in money for each sale?
    """
    found = table.columns.get("commission_usd")
    if found is None or plain(found.title) not in BARE_COMMISSION or found.unit.currencies:
        return table
    cells = [None if is_missing(even(one)) else parse_cell(even(one)) for one in table.cells("commission_usd")]
    said = [cell for cell in cells if cell is not None]
    if said and all(cell.per == 100 for cell in said) and "commission_share" not in table:
        share = next(column for column in TERMS if column.name == "commission_share")
        others = {name: one for name, one in table.columns.items() if name != "commission_usd"}
        table.notes[:] = [
            one.replace(f"{found.title!r} as commission_usd", f"{found.title!r} as commission_share")
            for one in table.notes
        ]
        return replace(table, columns={**others, "commission_share": replace(found, column=share)})
    for row, cell in enumerate(cells):
        if cell is not None and not cell.currencies:
            raise table.refusal(
                row,
                "commission_usd",
                "may be a part or an amount: write 8% or 8 EUR in every row, or call the column commission rate or "
                "commission per sale",
            )
    return table


def _word(table: Table, own: Sequence[int], handle: str, name: str) -> str:
    if name not in table:
        return ""
    words = table.texts(name)
    found = {words[row] for row in own if words[row]}
    if len(found) > 1:
        raise InputError(f"{table.where(own[-1], name)}: {handle} has several values: give one")
    return found.pop() if found else ""


def own_times(
    table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], spec: Spec
) -> tuple[tuple[float, ...], ...]:
    """When each person posts, hours since the launch, () where nothing is said; cells are moments joined by semicolons."""
    if "posts_at" not in table:
        return ((),) * len(rows)
    if isinstance(table, CreatorsTable):
        cells: list[tuple[float, ...]] = [one.posts_at or () for one in table.creators]
    else:
        cells = [_moments(table, row, cell, spec) for row, cell in enumerate(table.texts("posts_at"))]
    found = []
    for own, handle in zip(rows, handles, strict=True):
        said = {cells[row] for row in own if cells[row]}
        if len(said) > 1:
            raise InputError(f"{table.where(own[-1], 'posts_at')}: {handle} has several values: give one")
        found.append(said.pop() if said else ())
    return tuple(found)


def _moments(table: Table, row: int, cell: str, spec: Spec) -> tuple[float, ...]:
    """The hours of one cell: ``48h; Friday 18:00``."""
    times = []
    for written in filter(None, (part.strip() for part in BETWEEN_MOMENTS.split(cell))):
        day = spec.launch_day
        hours = None if day is None else hours_since_launch(written, day, spec.launch_at)
        try:
            hours = parse_duration(written) if hours is None else hours
        except ValueError as error:
            raise InputError(f"{table.where(row, 'posts_at')}: {error}") from None
        if not 0.0 <= hours < spec.horizon:
            why = f"must be from the launch to before the horizon ({spec.horizon:g}h), got {shown(written)}"
            raise InputError(f"{table.where(row, 'posts_at')}: {why}")
        times.append(hours)
    if len(times) > MOST_POSTS:
        raise InputError(
            f"{table.where(row, 'posts_at')}: names {len(times):,} times, at most {MOST_POSTS:,} are taken"
        )
    return tuple(times)


def are_exclusive(
    table: Table, rows: Sequence[Sequence[int]], handles: Sequence[str], paid: Float64
) -> NDArray[np.bool_]:
    """Who is exclusive, bool[A]: who is said to be, or is paid for it where nothing is said."""
    exclusive = paid > 0.0
    if "exclusive" not in table:
        return exclusive
    for i, own in enumerate(rows):
        word = _word(table, own, handles[i], "exclusive")
        if word and word.casefold() not in YES_OR_NO:
            raise table.refusal(own[0], "exclusive", "must be yes or no")
        said = YES_OR_NO[word.casefold()] if word else exclusive[i]
        if not said and exclusive[i]:
            where = table.where(own[0], "exclusive")
            raise InputError(f"{where}: {handles[i]} is not exclusive and is paid for it: leave one of them out")
        exclusive[i] = said
    return exclusive
