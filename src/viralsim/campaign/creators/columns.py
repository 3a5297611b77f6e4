"""The columns of what creators are paid and asked for, and what a column or cell of money may not leave open."""

from __future__ import annotations

import re
from dataclasses import replace

from viralsim.errors import InputError
from viralsim.tables import Column, Kind, Table
from viralsim.tables.cells import even, is_missing, parse_cell
from viralsim.tables.columns import plain

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
MOST_MONEY = 1e12
OPEN = frozenset(
    ("tbd", "tba", "tbc", "?", "unknown", "unbekannt", "inconnu", "desconocido")
)  # a price, not yet agreed
MONEY_WORDS = frozenset((
    "fee", "fees", "cost", "costs", "price", "pay", "paid", "payment", "salary", "bonus", "honorar", "honorare", "gage", "preis",
    "kosten", "gebuhr", "gebuehr", "zahlung", "prix", "tarif", "tarifs", "cachet", "cout", "couts", "frais", "precio", "tarifa",
    "coste", "costo", "pago", "commission", "provision", "comision",
))  # fmt: skip
BARE_COMMISSION = ("commission", "commissions", "provision", "affiliatefee")


def refuse_unknown_money(table: Table) -> None:
    """InputError for amounts that are not known, in a column or a cell: what somebody is to be paid is not left out."""
    for name, found in table.columns.items():
        for row, cell in enumerate(table.cells(name) if found.column.kind is Kind.MONEY else ()):
            if even(cell).casefold() in OPEN:
                raise table.refusal(row, name, "is still open: give an amount to plan with, or 0 where nothing is paid")
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


def settled_commission(table: Table) -> Table:
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
