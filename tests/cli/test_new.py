"""``viralsim new``: ten answers make a scenario that checks clean, whatever they are; nothing is lost or overwritten."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import viralsim as vs
from viralsim.calibration.starting import post_rates
from viralsim.cli import main
from viralsim.errors import InputError
from viralsim.scenario.guided import QUESTIONS, guided_scenario

ALL = {
    "name": "Autumn", "channel": "tiktok", "followers": "12,000", "days": "21", "starts": "2027-03-01", "budget_usd": "900",
    "advocates": "10", "cost_usd": "60", "posts": "", "value_usd": "25",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["new", *words], input=typed)


def test_ten_typed_answers_make_the_scenario(folder: Path) -> None:
    """There are ten questions; what is typed is in the file, what is not asked is called assumed, both tiers cost the same."""
    assert len(QUESTIONS) == 10
    done = new("a.yaml", "--no-run", typed="\n".join(ALL[question.key] for question in QUESTIONS) + "\n")
    assert done.exit_code == 0, done.output
    spec = vs.load("a.yaml").spec
    assert (spec.name, spec.horizon, spec.campaign.owned[0].followers) == ("Autumn", 21 * 24, 12_000)
    assert "from 2027-03-01 to 2027-03-21" in (folder / "a.yaml").read_text()
    assert "conversion_rate: 0.005 # assumed: sales per impression" in done.output
    checked = CliRunner().invoke(main, ["check", "a.yaml", "--quick"])
    assert "cost of paid: 900.00 US$" in checked.output
    assert "cost of advocates: 900.00 US$" in checked.output
    assert [path.name for path in folder.iterdir()] == ["a.yaml"]


def test_a_wrong_answer_is_asked_again() -> None:
    """One sentence says what is wrong, and the same question comes again."""
    done = new("a.yaml", "--no-run", "--answer", "name=A", typed="mastodon\nx\n-5\n500\n" + "\n" * 7)
    assert done.exit_code == 0, done.output
    assert "must be one of instagram" in done.output
    assert "must be a whole number from 1 to 1,000,000" in done.output
    assert vs.load("a.yaml").spec.campaign.owned[0].channel == "x"


def test_the_end_of_input_is_a_sentence_and_answers_are_kept(folder: Path) -> None:
    """Exit 2, what was answered is on the disk, and the next start goes on from there."""
    ended = new("a.yaml", "--no-run", typed="Autumn\ntiktok\n")
    assert ended.exit_code == 2
    assert "the input ended at question 3 of 10 (followers)" in ended.output
    assert "Traceback" not in ended.output
    assert not (folder / "a.yaml").exists()
    again = new("a.yaml", "--no-run", typed="\n" * 8)
    assert again.exit_code == 0, again.output
    assert "2 of 10 answers were found" in again.output
    assert vs.load("a.yaml").name == "Autumn"


def test_an_interrupt_keeps_the_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at a question: exit 130, the answers before it are on the disk."""
    said = iter(["Autumn", "tiktok"])

    def stopped() -> str:
        try:
            return next(said)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("builtins.input", stopped)
    done = new("a.yaml", "--no-run")
    assert done.exit_code == 130
    assert yaml.safe_load((folder / "a.yaml.answers.yaml").read_text()) == {"name": "Autumn", "channel": "tiktok"}


@pytest.mark.parametrize("taken", ["a.yaml", "a.html"])
def test_nothing_is_overwritten(folder: Path, taken: str) -> None:
    """A scenario or report of that name stays as it is; exit 2 before anything is asked."""
    (folder / taken).write_text("mine")
    done = new("a.yaml", "--defaults")
    assert done.exit_code == 2
    assert f"{taken}: exists already" in done.output
    assert (folder / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--answer", "followers"), "must be KEY=VALUE"),
        (("--answer", "colour=red"), "there is no question 'colour'"),
        (("--answer", "budget_usd=-5", "--defaults"), "budget_usd: must be an amount above 0"),
        (("--answer", "advocates=1000", "--defaults"), "more than the budget"),
        (("--answer", "starts=tomorrow", "--defaults"), "must be a date"),
        (("--answer", "posts=nowhere.csv", "--defaults"), "there is no file nowhere.csv"),
        (("--answers", "nowhere.yaml"), "cannot be read"),
    ],
)
def test_what_is_no_answer_is_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2, one sentence, no file."""
    done = new("a.yaml", "--no-run", *words)
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
    assert not (folder / "a.yaml").exists()


def test_answers_of_a_file_are_run_and_reported(folder: Path) -> None:
    """From a file of answers to the page: the first screen is printed, the report is there, past posts fill the rates."""
    (folder / "posts.csv").write_text(
        "impressions,reach,shares,clicks\n" + "".join(f"{1000 + i},900,{5 + i % 7},{20 + i}\n" for i in range(12))
    )
    (folder / "people.csv").write_text("handle,channel,followers,cost\nana,instagram,300,20\nbo,instagram,200,15\n")
    answers = {
        **ALL,
        "channel": "instagram",
        "budget_usd": 35,
        "advocates": "people.csv",
        "posts": "posts.csv",
        "days": 2,
    }
    (folder / "answers.yaml").write_text(yaml.safe_dump(answers))
    done = new("a.yaml", "--answers", "answers.yaml")
    assert done.exit_code == 0, done.output
    assert "report: a.html" in done.output
    assert "\nAnswer    " in done.output
    assert "Advocates" in (folder / "a.html").read_text() or "advocates" in (folder / "a.html").read_text()
    rate = sum(5 + i % 7 for i in range(12)) / sum(1000 + i for i in range(12))
    assert vs.load("a.yaml").spec.content["post"].share_rate == pytest.approx(rate, rel=1e-3)


@given(
    name=st.text(min_size=1, max_size=200),
    followers=st.integers(1, 1_000_000),
    days=st.integers(1, 365),
    starts=st.none() | st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)),
    budget=st.floats(1.0, 1e6),
    people=st.integers(1, 1000),
    price=st.floats(0.01, 1e4),
    value=st.floats(0.01, 1e5),
)
def test_whatever_is_answered_loads_or_is_refused(
    name: str,
    followers: int,
    days: int,
    starts: datetime.date | None,
    budget: float,
    people: int,
    price: float,
    value: float,
) -> None:
    """Answers give a scenario that loads with these numbers, or one sentence of what is wrong; never anything else."""
    answers = {
        "name": name, "followers": str(followers), "days": str(days), "starts": "" if starts is None else starts.isoformat(),
        "budget_usd": f"{budget:.12g}", "advocates": str(people), "cost_usd": f"{price:.12g}", "value_usd": f"{value:.12g}",
    }  # fmt: skip
    refused = ""
    try:
        text, _ = guided_scenario(answers, Path(), post_rates)
    except InputError as error:
        refused = str(error).split(":")[0]
    if refused:
        assert refused in ("name", "advocates")
        return
    spec = vs.loads(text).spec
    assert (spec.name, spec.horizon, spec.campaign.owned[0].followers) == (name.strip(), days * 24.0, followers)
    assert spec.campaign.paid[0].budget_usd == pytest.approx(budget, rel=1e-9)
    assert spec.campaign.advocates is not None
    assert spec.campaign.advocates.count == people
