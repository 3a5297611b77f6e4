"""Who carried it: advocates, communities and channels, as far as the stored result has them."""

from __future__ import annotations

import numpy as np

from viralsim.measurement.number_format import listing, number, percent
from viralsim.records.record import ArmOutcomes
from viralsim.report.charts.chart import Axis, Boxes, Chart, Key, Mark, Note, Panel, categories, linear
from viralsim.report.charts.pictures import Picture
from viralsim.report.selectors import Float64, mean_of, present, role, short
from viralsim.results import Result

MOST_ADVOCATES = 12
MOST_COMMUNITIES = 60
TABLE_COMMUNITIES = 15


def advocates(result: Result) -> Picture | None:
    """Shares in the trees of each advocate's planned posts, a panel per arm; None where no arm has advocates."""
    arms = {arm: worlds for arm, worlds in result.arms.items() if len(worlds.advocates.get("id", ()))}
    if not arms:
        return None
    ranked = {arm: _ranked(worlds) for arm, worlds in arms.items()}
    top = max((share for rows in ranked.values() for _, _, share in rows), default=0.0) or 1.0
    along = Axis(0.0, 1.22 * top, "shares of a campaign in trees of these posts")
    panels = [_advocates_of(result, arm, rows[:MOST_ADVOCATES], along) for arm, rows in ranked.items()]
    shown = max(len(rows[:MOST_ADVOCATES]) for rows in ranked.values())
    left_out = "" if all(len(rows) <= MOST_ADVOCATES for rows in ranked.values()) else f"; the first {MOST_ADVOCATES}"
    return Picture(
        "advocates",
        "Which advocates carried it",
        "Shares of a campaign in the trees that began with an advocate's planned posts, these posts counted too, mean "
        f"over the simulations, by the advocate's number{left_out}.",
        " ".join(_concentration(arm, rows) for arm, rows in ranked.items()),
        Chart(panels, height=20.0 * shown + 8.0, columns=2),
        ["arm and advocate", "posts of a campaign", "shares of a campaign", "part of all advocates' shares"],
        [
            [f"{arm}: {name}", number(posts), number(share), percent(share / (sum(r[2] for r in rows) or 1.0))]
            for arm, rows in ranked.items()
            for name, posts, share in rows[: 2 * MOST_ADVOCATES]
        ],
        "Advocates",
    )


def _ranked(worlds: ArmOutcomes) -> list[tuple[str, float, float]]:
    """(advocate, posts, shares) of a campaign, the most shares first; equal ones in their stored order."""
    count = max(worlds.worlds, 1)
    shares = np.asarray(worlds.advocates["shares"], dtype=np.float64) / count
    posts = np.asarray(worlds.advocates["posts"], dtype=np.float64) / count
    order = np.argsort(-shares, kind="stable")
    return [(str(worlds.advocates["id"][i]), float(posts[i]), float(shares[i])) for i in order]


def _advocates_of(result: Result, arm: str, rows: list[tuple[str, float, float]], along: Axis) -> Panel:
    share = np.array([share for _, _, share in rows])
    places = np.arange(len(rows))
    marks: list[Mark] = [Boxes(np.zeros(len(rows)), share, places + 0.36, places - 0.36, role(result, arm))]
    marks += [Note(x, i, number(x), dx=4.0) for i, x in enumerate(share.tolist())]
    return Panel(along, categories([short(name) for name, _, _ in rows]), marks, short(arm))


def _concentration(arm: str, rows: list[tuple[str, float, float]]) -> str:
    total = sum(share for _, _, share in rows)
    if total <= 0.0:
        return f"{arm}: the {len(rows)} advocates brought no share."
    name, _, most = rows[0]
    return f"{arm}: of {len(rows)} advocates, {name} brought the most, {percent(most / total)} of their shares."


def communities(result: Result) -> Picture | None:
    """Members reached in each community, a panel per arm; None where it was not counted or there is one community."""
    found = {
        arm: worlds.reach_by_community.mean(axis=0)
        for arm, worlds in result.arms.items()
        if worlds.reach_by_community is not None and worlds.reach_by_community.shape[1] > 1
    }
    if not found:
        return None
    order = np.argsort(-np.sum(list(found.values()), axis=0), kind="stable")
    shown = order[:MOST_COMMUNITIES]
    places = np.arange(len(shown))
    panels = []
    for arm, means in found.items():
        bars = Boxes(places - 0.4, places + 0.4, np.zeros(len(shown)), means[shown], role(result, arm))
        # each arm has its own scale: where a community is among the others is the question here
        up = linear(means[shown], "members reached")
        panels.append(
            Panel(Axis(-1.0, len(shown), "communities, most reached first", hidden=True), up, [bars], short(arm))
        )
    left_out = f"; the first {MOST_COMMUNITIES} of {len(order)}" if len(order) > MOST_COMMUNITIES else ""
    return Picture(
        "communities",
        "Which communities it reached",
        "Members reached in each community, mean over the simulations, in one order for all arms: most reached by all arms "
        f"together first{left_out}. Each panel has its own scale.",
        " ".join(_half_of(arm, means) for arm, means in found.items()),
        Chart(panels, height=110.0, columns=2),
        ["community", *found],
        [[f"{c}", *(number(float(means[c])) for means in found.values())] for c in order[:TABLE_COMMUNITIES].tolist()],
        "Communities",
    )


def _half_of(arm: str, means: Float64) -> str:
    total = float(means.sum())
    if total <= 0.0:
        return f"{arm} reached nobody."
    needed = int(np.searchsorted(np.cumsum(np.sort(means)[::-1]), 0.5 * total)) + 1
    groups = "one community holds" if needed == 1 else f"{needed} communities hold"
    return f"{arm}: {groups} half of the members it reached, of {len(means)} communities."


def channels(result: Result) -> Picture | None:
    """Members reached on each channel, a point an arm; None where there is one channel."""
    names = present(result, "reach_by_channel")
    if len(names) < 2:
        return None
    arms = list(result.arms)
    means = {arm: [mean_of(result, arm, "reach_by_channel", key) for key in names] for arm in arms}
    thick = 0.8 / len(arms)
    marks: list[Mark] = []
    for i, arm in enumerate(arms):
        places = np.arange(len(names)) - 0.4 + thick * (i + 0.5)
        row = np.array(means[arm])
        marks.append(Boxes(np.zeros(len(row)), row, places + 0.42 * thick, places - 0.42 * thick, role(result, arm)))
        marks += [Note(x, float(y), number(x), dx=4.0) for x, y in zip(row.tolist(), places, strict=True) if x > 0.0]
    top = max(max(row) for row in means.values())
    panel = Panel(Axis(0.0, 1.15 * top, "members reached"), categories([short(key) for key in names]), marks)
    return Picture(
        "channels",
        "Which channels carried it",
        "Members reached on each channel, mean of a campaign. A member can be reached on several.",
        "Mean members reached by channel. "
        + " ".join(
            f"{arm}: {listing([f'{k} {number(v)}' for k, v in zip(names, row, strict=True)])}."
            for arm, row in means.items()
        ),
        Chart(
            [panel], height=18.0 * len(arms) * len(names) + 12.0, legend=[Key(short(a), role(result, a)) for a in arms]
        ),
        ["channel", *arms],
        [[key, *(number(means[arm][i]) for arm in arms)] for i, key in enumerate(names)],
        "Channels",
    )
