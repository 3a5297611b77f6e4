"""Ten questions, and the scenario that their answers make, with a comment on whatever was not asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from viralsim.errors import InputError
from viralsim.scenario.presets import presets
from viralsim.scenario.reading import read_yaml
from viralsim.scenario.starting import guided_template

SHARE_RATE = 0.0019  # the median of 496 posts of one brand
SHARE_SOURCE = "assumed: the median of 496 posts of one brand (Moro et al. 2016)"
SHARE_RANGE = "{lognormal: {median: 0.0019, sigma: 1.04}, from: 0.000084, to: 0.043}   # the spread of the same posts"
LEAST_MEMBERS, MOST_MEMBERS = 20_000, 2_000_000
MOST_DAYS, MOST_FOLLOWERS, MOST_ADVOCATES, MOST_USD = 365, 1_000_000, 100_000, 1_000_000_000.0
FULL_NAME = 200  # characters

Answers = Mapping[str, Any]


class PostRates(NamedTuple):
    """Rates of past posts: total over total; engagement is None without clicks.

    spread: a line of ``uncertain`` for the share rate of single posts; empty where they do not differ.
    """

    posts: int
    share: float
    engagement: float | None
    spread: str


@dataclass(frozen=True)
class Question:
    """One question: the key of its answer, its words, its default in words, and how an answer is read."""

    key: str
    text: str
    default: str
    read: Callable[[str], Any]


def _name(text: str) -> str:
    if not text.strip() or len(text) > FULL_NAME or not text.isprintable():
        raise InputError(f"must be a name of 1 to {FULL_NAME} characters")
    return text.strip()


def _channel(text: str) -> str:
    word = text.strip().lower()
    if word not in presets():
        raise InputError(f"must be one of {', '.join(presets())}")
    return word


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text.replace(",", "").replace("_", "").strip())
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise InputError(f"must be a whole number from {least:,} to {most:,}")
        return value

    return read


def _usd(text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("$", "").strip())
    except ValueError:
        value = -1.0
    if not 0.0 < value <= MOST_USD:
        raise InputError(f"must be an amount above 0, at most {MOST_USD:,.0f}")
    return value


def _date(text: str) -> datetime.date | None:
    if not text.strip():
        return None
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise InputError("must be a date such as 2027-03-01, or nothing") from None


def _file(text: str) -> Path | None:
    if not text.strip():
        return None
    path = Path(text.strip()).expanduser()
    if not path.is_file():
        raise InputError(f"there is no file {path}: name one, or nothing")
    return path


def _advocates(text: str) -> int | Path:
    if text.strip().replace(",", "").lstrip("-").isdigit():
        return _whole(1, MOST_ADVOCATES)(text)
    found = _file(text)
    if found is None:
        raise InputError("must be a number of people, or a CSV file of them")
    return found


QUESTIONS = (
    Question("name", "What is the campaign called?", "Spring launch", _name),
    Question("channel", "On which channel does it run?", "instagram", _channel),
    Question("followers", "How many followers does the brand have there?", "5000", _whole(1, MOST_FOLLOWERS)),
    Question("days", "How many days does it last?", "14", _whole(1, MOST_DAYS)),
    Question("starts", "On which date does it begin? (2027-03-01, or nothing)", "", _date),
    Question("budget_usd", "How much money may be spent, in US$?", "2000", _usd),
    Question("advocates", "How many advocates could be asked, or which CSV file lists them?", "20", _advocates),
    Question(
        "cost_usd", "How much does one advocate cost, in US$? (of a file: for whom it gives no price)", "50", _usd
    ),
    Question("posts", "Which CSV export of past posts is there? (a file, or nothing)", "", _file),
    Question("value_usd", "How much is one sale worth to you, in US$ of margin?", "30", _usd),
)


def read_answers(path: Path) -> dict[str, str]:
    """Answers by key from a YAML or JSON file, as text; InputError where a key is none of a question."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}): give a YAML file of answers") from None
    data = read_yaml(text, str(path)).data
    if not isinstance(data, Mapping):
        raise InputError(f"{path}: must map keys to answers, such as followers: 5000")
    return checked_keys({str(key): "" if value is None else str(value) for key, value in data.items()}, f"{path}: ")


def checked_keys(answers: dict[str, str], where: str = "") -> dict[str, str]:
    """The answers; InputError where one belongs to no question."""
    known = [question.key for question in QUESTIONS]
    unknown = next((key for key in answers if key not in known), None)
    if unknown is not None:
        raise InputError(f"{where}there is no question {unknown!r}: choose from {', '.join(known)}")
    return answers


def guided_scenario(
    answers: Mapping[str, str], folder: Path, read_rates: Callable[[Path], PostRates]
) -> tuple[str, list[str]]:
    """(text of the scenario, what was assumed) from answers by key; those left out take their defaults.

    folder: where the scenario will be; files are named from there. read_rates: what past posts of a file say.
    Raises InputError for an answer that is none.
    """
    given: dict[str, Any] = {}
    for question in QUESTIONS:
        try:
            given[question.key] = question.read(answers.get(question.key, question.default))
        except InputError as error:
            raise InputError(f"{question.key}: {error}, got {answers.get(question.key, '')!r}") from None
    assumed = [f"{q.key}: {q.default or 'none'}" for q in QUESTIONS if q.key not in answers]
    rates = None if given["posts"] is None else read_rates(given["posts"])
    filled = {**_plan(given, folder), **_content(given, rates)}
    text = guided_template(filled)
    assumed += [" ".join(line.split()) for line in text.splitlines() if "assumed" in line and not line.startswith("#")]
    return text, assumed


def _plan(given: Answers, folder: Path) -> dict[str, str]:
    """What is decided: people, money, dates."""
    days, channel = given["days"], given["channel"]
    begins: datetime.date | None = given["starts"]
    dates = "" if begins is None else f": from {begins} to {begins + datetime.timedelta(days=days - 1)}"
    weekly = ", ".join(f"{day}d" for day in range(0, days, 4)) if days > 1 else "0h"
    asked = ", ".join(f"{day}d" for day in dict.fromkeys((min(1, days - 1), days // 2)))
    return {
        "name": yaml.safe_dump(given["name"], allow_unicode=True, width=10_000).splitlines()[0],
        "channel": channel,
        "followers": str(given["followers"]),
        "members": str(min(MOST_MEMBERS, max(LEAST_MEMBERS, 2 * given["followers"]))),
        "least_members": f"{LEAST_MEMBERS:,}",
        "days": str(days),
        "dates": dates,
        "owned_at": weekly,
        "asked_at": asked,
        "budget_usd": f"{given['budget_usd']:.12g}",
        "value_usd": f"{given['value_usd']:.12g}",
        "matters_from": f"{max(1.0, round(0.1 * given['budget_usd'] / given['value_usd'])):g}",
        **_tier(given, folder),
    }


def _tier(given: Answers, folder: Path) -> dict[str, str]:
    """The advocates: a file of people, or a number at a price, with what is left of the budget for whoever runs it."""
    people, price, budget = given["advocates"], given["cost_usd"], given["budget_usd"]
    if isinstance(people, Path):
        import os

        try:
            name = os.path.relpath(people.resolve(), folder.resolve())
        except ValueError:  # on another drive
            name = str(people.resolve())
        shown = yaml.safe_dump(name.replace(os.sep, "/"), allow_unicode=True, width=10_000).splitlines()[0]
        lines = [
            f"    file: {shown}    # your answer",
            f"    cost_usd: {price:.12g}    # for whom the file gives no price",
        ]
        return {"tier": "\n".join(lines), "equal_money": "# equal_money is left out: the prices of the file decide"}
    left = budget - people * price
    if left < -0.01 * budget:
        raise InputError(
            f"advocates: {people:,} at {price:,.12g} US$ cost {people * price:,.12g} US$, more than the budget of "
            f"{budget:,.12g} US$: ask fewer, or raise the budget"
        )
    lines = [
        f"    count: {people}                # your answer",
        "    choose: degree              # assumed: the best followed",
        f"    cost_usd: {price:.12g}                # your answer",
    ]
    if left > 0.0:
        lines.append(
            f"    programme: {{setup_usd: {left:.12g}}}    # assumed: the rest of the budget pays whoever runs it"
        )
    return {"tier": "\n".join(lines), "equal_money": "equal_money: [paid, advocates]"}


def _content(given: Answers, rates: PostRates | None) -> dict[str, str]:
    """What spreads: rates of past posts, or published ones."""
    if rates is None:
        return {
            "share_rate": f"{SHARE_RATE:g}",
            "share_source": SHARE_SOURCE,
            "rates": "",
            "uncertain": f"\nuncertain:    # no two posts appeal alike\n  content.post.share_rate: {SHARE_RANGE}",
        }
    return {
        "share_rate": f"{rates.share:.4g}",
        "share_source": f"shares / impressions of {rates.posts} posts of {given['posts'].name}",
        "rates": ""
        if rates.engagement is None
        else f"    engagement_rate: {rates.engagement:.4g}       # clicks / impressions of the same posts\n",
        "uncertain": f"\nuncertain:\n{rates.spread}" if rates.spread else "",
    }
