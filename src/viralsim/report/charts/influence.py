"""Which of the swept parameters matter: sensitivity indices as bars with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from viralsim.measurement.measures import measure
from viralsim.measurement.number_format import number, percent
from viralsim.report.charts.chart import Boxes, Chart, Key, Line, Mark, Panel, Points, Rule, categories, linear
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import short, with_interval

Row = Mapping[str, Any]
MOST_PANELS = 8
PATH_LETTERS = 30
BAR = 0.3


def influence(found: Mapping[str, Any], role_of: Mapping[str, str]) -> Picture | None:
    """The bars of what ``read_sensitivity`` gives, a panel per arm and quantity; None where nothing could be analysed.

    ``role_of``: the colour role of each arm.
    """
    rows = _by_quantity(found)
    if not rows:
        return None
    sobol = found["method"] == "sobol"
    shown = dict(list(rows.items())[:MOST_PANELS])
    order = _order(rows)
    left_out = f" The first {len(shown)} of {len(rows)} are drawn; the table has all." if len(rows) > len(shown) else ""
    return Picture(
        "sensitivity",
        "Which parameters matter",
        (_SOBOL if sobol else _MORRIS) + left_out,
        f"Sensitivity by {'Sobol indices' if sobol else 'Morris screening'}, the strongest parameter of each. "
        + "; ".join(f"{arm}, {_named(name)}: {max(each, key=_size)['path']}" for (arm, name), each in rows.items())
        + ".",
        Chart(
            [_panel(arm, name, each, order, role_of.get(arm, "mark")) for (arm, name), each in shown.items()],
            height=30.0 * len(order) + 6.0,
            columns=min(2, len(shown)),
            shared_y=True,
            legend=[Key("alone", "ink", shape="diamond")] if sobol else [Key("luck alone", "ink", dash=(4.0, 2.0))],
        ),
        ["parameter", "arm", "of", *(_SOBOL_HEAD if sobol else _MORRIS_HEAD)],
        [[one["path"], arm, _named(name), *_numbers(one, sobol)] for (arm, name), each in rows.items() for one in each],
        "Sensitivity",
    )


_SOBOL = (
    "The bar is the total index: the part of the variance over the ranges that goes when the parameter is known, with all "
    "it does together with others; the line its 95 % interval, the diamond what the parameter explains alone. Luck "
    "between worlds is taken out. Indices below 0 are noise about 0."
)
_MORRIS = (
    "The bar is the mean size of the change when the parameter goes over its whole range, the line its 95 % interval. "
    "Bars that end left of the dashed line are no longer than luck alone would make them."
)
_SOBOL_HEAD = ("total (95 % interval)", "alone (95 % interval)")
_MORRIS_HEAD = ("mean size (95 % interval)", "mean with sign", "standard deviation", "by luck alone")


def notes(found: Mapping[str, Any]) -> list[str]:
    """What was not analysed, and how much of the differences between points is luck."""
    said = []
    for one in found.get("quantities", ()):
        name = f"{one['arm']}, {_named(one['quantity'])}"
        if one.get("note"):
            said.append(f"{name}: {one['note']}.")
        elif (one.get("noise_share") or 0.0) >= 0.1:
            said.append(f"{name}: {percent(one['noise_share'])} of the variance between points is luck.")
    return said


def _by_quantity(found: Mapping[str, Any]) -> dict[tuple[str, str], list[Row]]:
    rows: dict[tuple[str, str], list[Row]] = {}
    for one in found.get("influences", ()):
        rows.setdefault((str(one["arm"]), str(one["quantity"])), []).append(one)
    return rows


def _size(one: Row) -> float:
    value = one.get("total") if one.get("total") is not None else one.get("mu_star")
    return float(value) if value is not None else float("-inf")


def _order(rows: Mapping[tuple[str, str], Sequence[Row]]) -> list[str]:
    """The parameters, the strongest first: by their mean rank over the quantities."""
    ranks: dict[str, float] = {}
    for each in rows.values():
        for rank, one in enumerate(sorted(each, key=_size, reverse=True)):
            ranks[one["path"]] = ranks.get(one["path"], 0.0) + rank
    return sorted(ranks, key=lambda path: ranks[path])


def _panel(arm: str, name: str, each: Sequence[Row], order: Sequence[str], role: str) -> Panel:
    by_path = {one["path"]: one for one in each}
    marks: list[Mark] = []
    limits = [0.0]
    for i, path in enumerate(order):
        one = by_path.get(path)
        if one is None or not np.isfinite(_size(one)):
            continue
        size, half = _size(one), one.get("total_half") or one.get("mu_star_half") or 0.0
        limits += [size - half, size + half]
        marks.append(Boxes([min(size, 0.0)], [max(size, 0.0)], [i + BAR], [i - BAR], role, 0.55))
        marks.append(Line([size - half, size + half], [i, i], "ink", 1.6))
        if one.get("first") is not None:
            limits.append(one["first"])
            marks.append(Points([one["first"]], [i], "ink", 3.5, "diamond"))
    luck = next((one["from_noise"] for one in each if one.get("from_noise")), None)
    if luck is not None:
        limits.append(luck)
        marks.append(Rule("ink", x=luck, dash=(4.0, 2.0)))
    sobol = luck is None and any(one.get("total") is not None for one in each)
    across = linear(limits, "part of the variance" if sobol else f"change in {_named(name)}")
    if across.low < 0.0:
        marks.append(Rule("quiet", x=0.0))
    return Panel(across, categories([short(path, PATH_LETTERS) for path in order]), marks,
                 f"{short(arm)}: {_named(name)}")  # fmt: skip


def _named(quantity: str) -> str:
    """``uplift_shares`` as "uplift in shares"."""
    label = measure(quantity.removeprefix("uplift_")).label
    return f"uplift in {label}" if quantity.startswith("uplift_") else label


def _numbers(one: Row, sobol: bool) -> list[str]:
    if sobol:
        return [
            _with_half(one.get("total"), one.get("total_half")),
            _with_half(one.get("first"), one.get("first_half")),
        ]
    parts = [_with_half(one.get("mu_star"), one.get("mu_star_half"))]
    return [*parts, *(_number(one.get(word)) for word in ("mu", "sigma", "from_noise"))]


def _number(value: float | None) -> str:
    return "–" if value is None else number(value)


def _with_half(value: float | None, half: float | None) -> str:
    if value is None:
        return "–"
    return with_interval(value, *((float("nan"),) * 2 if half is None else (value - half, value + half)))
