"""docs/lessons/*.ipynb from the lessons themselves: ``python -m viralsim.lessons.notebooks DIR``.

A notebook is plain JSON (nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html), the same bytes for
the same lesson, so that a change of a lesson is a readable difference. Outputs are not stored.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from viralsim.atomic import write_text
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lessons

# What each lesson claims, counted: a heading, and code whose last value is the answer. ``launch`` is made in every notebook.
CLAIMS = {
    "most_things_die": (
        "How many launches spread at all?",
        """\
shares = result.worlds()["shares"]  # the first post counts as one
{"launches": len(shares), "only the first post": int((shares == 1).sum()), "more than ten shares": int((shares > 10).sum())}""",
    ),
    "threshold_at_one": (
        "Members reached, of 2,000, while visibility grows",
        """\
{at: float(launch(at).summary()["reach"].iloc[0]) for at in (0.02, 0.1, 0.2, 0.3, 0.4, 0.6)}""",
    ),
    "luck": (
        "The best try against the typical one, by the people who post first",
        """\
def best_over_typical(people):
    changed = scenario.override({"campaign.organic[0].members": people})
    shares = vs.simulate(changed, worlds=300).worlds()["shares"]  # always the best of 300
    return float(shares.max() / shares.median())


{people: best_over_typical(people) for people in (1, 3, 10, 30, 50)}""",
    ),
    "hubs_or_bridges": (
        "Shares of bridges minus shares of hubs in the same worlds, with the 95 % interval, while appeal grows",
        """\
def lead(appeal):
    row = launch(appeal).compare("bridges", "hubs").loc["shares"]
    return row[["uplift", "ci_low", "ci_high"]].round(1).to_dict()


{appeal: lead(appeal) for appeal in (0.02, 0.05, 0.2, 0.3, 0.6)}""",
    ),
    "simple_and_complex": (
        "Shares, by the friends needed; 40 members post in any case",
        """\
{friends: float(launch(friends).summary()["shares"].iloc[0]) for friends in (1, 2, 3, 4, 5)}""",
    ),
    "when_seeds_do_not_matter": (
        "How many times more members do the best followed reach than random ones?",
        """\
def advantage(appeal):
    reach = launch(appeal).summary()["reach"]
    return float(reach["best_followed"] / reach["random"])


{appeal: advantage(appeal) for appeal in (0.01, 0.03, 0.1, 0.2, 0.4)}""",
    ),
    "friendship_paradox": (
        "In how many of 12 other networks do named friends reach more than random members, and how many times more?",
        """\
def advantages(advocates):
    found = []
    for seed in range(scenario.spec.seed + 1, scenario.spec.seed + 13):
        other = scenario.override({"seed": seed, "campaign.advocates.count": advocates})
        reach = vs.simulate(other, worlds=20).summary()["reach"]
        found.append(float(reach["named_friends"] / reach["random"]))
    return {"more": sum(ratio > 1 for ratio in found), "median ratio": sorted(found)[6], "least ratio": min(found)}


{advocates: advantages(advocates) for advocates in (2, 8, 40)}""",
    ),
    "paid_against_earned": (
        "Advocates minus paid in the same worlds, with the 95 % interval, while impressions become more expensive",
        """\
def lead(cpm_usd, measure):
    row = launch(cpm_usd).compare("advocates", "paid").loc[measure]
    return row[["uplift", "ci_low", "ci_high"]].round(1).to_dict()


{cpm_usd: {measure: lead(cpm_usd, measure) for measure in ("reach", "shares")} for cpm_usd in (6, 24, 60)}""",
    ),
    "when_it_goes_wrong": (
        "The part of all shares that is criticism",
        """\
def critical_part(controversy):
    found = launch(controversy).summary()
    return (found["critical_shares"] / (found["critical_shares"] + found["shares"])).to_dict()


{controversy: critical_part(controversy) for controversy in (0.0, 0.1, 0.2, 0.5, 1.0)}""",
    ),
    "chance_findings": (
        "In how many of 150 comparisons does one of two equal posts look at least a quarter better, by first posters?",
        """\
def apart(people):
    changed = scenario.override({"campaign.organic[0].members": people})
    shares = vs.simulate(changed, worlds=300).worlds()["shares"].to_numpy().reshape(-1, 2)
    return int((shares.max(axis=1) >= 1.25 * shares.min(axis=1)).sum())


{people: apart(people) for people in (10, 40, 200)}""",
    ),
    "spillover": (
        "Of 100 people reached because of the ad, how many does a comparison of the two groups find, by follows that cross over?",
        """\
def found(mixing):
    treated, control = launch(mixing).arms["campaign"].reach_by_community.mean(axis=0)
    return round(float(100 * (treated - control) / (treated + control)), 1)


{mixing: found(mixing) for mixing in (0.0, 0.1, 0.3, 0.5)}""",
    ),
    "limited_attention": (
        "Shares, by the posts a day of every other account; ten members post in any case",
        """\
{posts: float(launch(posts).summary()["shares"].iloc[0]) for posts in (0, 2, 4, 8, 20)}""",
    ),
}


def notebook(one: Lesson) -> dict[str, Any]:
    """A lesson as a notebook of format 4.5, ready for ``json.dumps``. Raises: InputError where its claim is not written."""
    if one.key not in CLAIMS:
        raise InputError(
            f"lesson {one.key!r} has no claim in {__name__}: add the code that counts what its surprise says"
        )
    slider, (heading, claim) = one.slider, CLAIMS[one.key]
    cells = [
        _text("question", _opening(one)),
        _code("scenario", f'import viralsim as vs\n\nscenario = vs.loads("""\\\n{one.scenario_text.rstrip()}\n""")'),
        _text(
            "slider", f"## Move the slider\n\nChange `value`, then run this cell and those below again: {slider.label}."
        ),
        _code("parameters", _parameters(one), tags=["parameters"]),
        _code("launch", _launch(one)),
        _code("over-time", f"result.plot.series({_measure(one)!r})"),
        _code("spread", _spread(one)),
        _text("claim-heading", f"## {heading}"),
        _code("claim", claim),
        _text("surprise", f"## What is surprising\n\n{one.surprise}"),
        _text("teacher", f"<details><summary>For the teacher</summary>\n\n{one.teacher}\n\n</details>"),
        _text("words", "## Words\n\n" + "\n".join(f"- *{word}*: {text}" for word, text in one.glossary.items())),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def as_text(one: Lesson) -> str:
    """The file of a lesson's notebook."""
    return json.dumps(notebook(one), indent=1, ensure_ascii=False) + "\n"


def write(folder: str | Path) -> list[Path]:
    """Write every lesson's notebook into ``folder``, each whole or not at all; returns the files."""
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    written = []
    for one in lessons():
        path = home / f"{one.key}.ipynb"
        write_text(path, as_text(one))
        written.append(path)
    return written


def _opening(one: Lesson) -> str:
    return (
        f"# {one.order}. {one.title}\n\n**{one.question}**\n\n{one.minutes} minutes. Needs `pip install 'viralsim[report]'`; "
        f"the very first run compiles for about a minute.\n\n## Predict first\n\n{one.prediction}"
    )


def _parameters(one: Lesson) -> str:
    s = one.slider
    return f"value = {s.value:g}  # {s.label}: from {s.low:g} to {s.high:g} in steps of {s.step:g}\nworlds = 300  # launches"


def _launch(one: Lesson) -> str:
    """The function that all later cells call, and the result at the slider's value."""
    kept = ["reach", "shares"] if _measure(one) == "shares" else ["reach", "shares", _measure(one)]
    columns = json.dumps(kept)
    return f'''\
def launch(at):
    """Every arm in the same worlds, with the slider at a value."""
    return vs.simulate(scenario.override({{"{one.slider.path}": at}}), worlds=worlds)


result = launch(value)
result.summary()[{columns}].round(2)'''


def _measure(one: Lesson) -> str:
    return "critical_shares" if one.key == "when_it_goes_wrong" else "shares"


def _spread(one: Lesson) -> str:
    """Several arms are compared world by world; of one arm the long tail is shown."""
    kind = "comparison" if len(one.scenario().arm_names) > 1 else "distribution"
    return f"result.plot.{kind}({_measure(one)!r})"


def _text(key: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": key, "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(key: str, source: str, tags: list[str] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": key,
        "metadata": {"tags": tags} if tags else {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m viralsim.lessons.notebooks DIR")
    write(sys.argv[1])
