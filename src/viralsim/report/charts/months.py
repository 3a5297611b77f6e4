"""A programme launch by launch: what each arm has earned so far, and who is there."""

from __future__ import annotations

import numpy as np

from viralsim.measurement.number_format import number
from viralsim.measurement.payback import SHOWN, launches_table
from viralsim.report.charts.chart import Axis, Band, Chart, Line, Mark, Note, Panel, Rule, linear
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import role, short
from viralsim.results import Result

SO_FAR = "net_usd_so_far"
PEOPLE = ("members", "fans", "customers", "advocates")


def months(result: Result) -> Picture | None:
    """Net value so far with its 95 % interval, then members, fans, customers, advocates, a line per arm; else None."""
    tables = {name: launches_table(result, name) for name, arm in result.arms.items() if arm.launches}
    if not tables:
        return None
    launches = len(next(iter(tables.values()))["members"])
    x = np.arange(1, launches + 1, dtype=np.float64)
    time = Axis(0.5, launches + 0.5, "launch")
    limits = np.array(
        [value for t in tables.values() for end in ("", "_low", "_high") for value in t[SO_FAR + end]], np.float64
    )
    marks: list[Mark] = [Rule(y=0.0)]
    for name, t in tables.items():
        low, middle, high = (np.array(t[SO_FAR + end], np.float64) for end in ("_low", "", "_high"))
        if np.isfinite(low).all():
            marks.append(Band(x, low, high, role(result, name)))
        end = Note(float(x[-1]), float(middle[-1]), short(name), dy=-6.0, anchor="end", role=role(result, name))
        marks += [Line(x, middle, role(result, name)), end]
    panels = [
        Panel(
            time,
            linear(np.append(limits[np.isfinite(limits)], 0.0), f"net value so far, {result.currency}"),
            marks,
            "Net value so far",
        )
    ]
    for who in PEOPLE:
        values = {name: np.array(t[who], np.float64) for name, t in tables.items()}
        if any(column.any() for column in values.values()):
            up = linear(np.append(np.concatenate(list(values.values())), 0.0), who)
            panels.append(
                Panel(
                    time, up, [Line(x, column, role(result, name)) for name, column in values.items()], who.capitalize()
                )
            )
    ends = ", ".join(
        f"{short(name)} {number(float(t[SO_FAR][-1] or 0.0))} {result.currency}" for name, t in tables.items()
    )
    return Picture(
        "months",
        "Launch by launch",
        "A colour per arm, as everywhere on this page; means over the simulations, the band is the 95 % interval of the mean.",
        f"Net value summed up to each launch, and who is in the audience at each launch. At the end: {ends}.",
        Chart(panels, height=170.0, narrow_columns=1),
        ["arm", "launch", *SHOWN.values()],
        [
            [
                name,
                str(launch + 1),
                *("-" if t[key][launch] is None else number(float(t[key][launch] or 0.0)) for key in SHOWN),
            ]
            for name, t in tables.items()
            for launch in range(launches)
        ],
        "Launch by launch",
    )
