"""The app's parts without a browser: limits, lessons, background runs, one world stepped and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from counting import calls

import viralsim as vs
from viralsim.app.controls import controls
from viralsim.app.curve import pictures
from viralsim.app.limits import MOST_BYTES, MOST_WORLDS, read_upload, within_limits
from viralsim.app.session import Session
from viralsim.app.settings import changed, settings
from viralsim.app.stepping import layout, play, without
from viralsim.errors import InputError
from viralsim.lessons import Lesson, lesson, lessons
from viralsim.lessons.real import real_lessons

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.key)
def test_every_lesson_runs_over_its_slider(one: Lesson) -> None:
    """Both ends of a lesson's slider make a valid scenario within the limits, and what it moves changes the worlds."""
    ends = []
    for value in (one.slider.low, one.slider.high):
        scenario = within_limits(one.scenario().override({one.slider.path: one.slider.exactly(value)}))
        result = vs.simulate(scenario, worlds=60, repeat_trust=False)
        arm = result.arms[scenario.arm_names[0]].measures
        ends.append([arm[name].mean() for name in ("reach", "shares", "critical_shares")])
    assert ends[0] != ends[1]
    assert one.minutes > 0
    assert min(map(len, (one.question, one.prediction, one.surprise, one.teacher))) > 20
    assert one.glossary


def test_lessons_are_a_course() -> None:
    """Twelve simulated lessons and two on real posts, numbered, each key once; an unknown one is refused by name."""
    assert [one.order for one in (*lessons(), *real_lessons())] == list(range(1, 15))
    with pytest.raises(InputError, match="most_things_die"):
        lesson("nothing")


def test_threshold_lesson_shows_its_surprise() -> None:
    """Far below R = 1 the seeds are all there is; far above it nearly everybody is reached."""
    one = lesson("threshold_at_one")
    reach = [
        vs.simulate(one.scenario().override({one.slider.path: v}), worlds=60).summary()["reach"].iloc[0] / 2000
        for v in (one.slider.low, one.slider.high)
    ]
    assert reach[0] < 0.01
    assert reach[1] > 0.9


def test_seeds_lesson_shows_its_surprise() -> None:
    """With poor content the best followed bring many times what random members bring; with good content nearly the same."""
    one = lesson("when_seeds_do_not_matter")
    ratio = []
    for value in (one.slider.low, one.slider.high):
        means = vs.simulate(one.scenario().override({one.slider.path: value}), worlds=100).summary()["reach"]
        ratio.append(means["best_followed"] / means["random"])
    assert ratio[0] > 3
    assert ratio[1] < 1.2


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("channels: {x: {network: {file: /etc/passwd}}}", "cannot read files"),
        ("audience: {members_file: ../secret.csv}", "cannot read files"),
        ("audience: {members: 9, demographics: ../secret.csv}", "cannot read files"),
        ("arms: {a: {campaign.advocates.file: /etc/passwd}}", "cannot read files"),
        ("x: !!python/object/apply:os.system ['id']", "upload"),
        ("name: [", "upload"),
    ],
)
def test_a_hostile_upload_is_refused(line: str, word: str) -> None:
    """No file of this machine, no code, no broken YAML: each is an error in words."""
    with pytest.raises(InputError, match=word):
        read_upload(f"viralsim: 1\n{line}\n".encode())


def test_uploads_have_a_size() -> None:
    """Too large a file, too many members, too long a horizon are refused; worlds are cut."""
    text = (ROOT / "scenarios" / "hands_of_the_gods.yaml").read_text()
    assert read_upload(text.encode()).worlds == MOST_WORLDS
    with pytest.raises(InputError, match="larger than"):
        read_upload(b"#" * (MOST_BYTES + 1))
    with pytest.raises(InputError, match=r"audience\.members"):
        read_upload(text.replace("members: 20000", "members: 20000000").encode())
    with pytest.raises(InputError, match="horizon"):
        read_upload(text.replace("horizon: 5d", "horizon: 1000d").encode())
    with pytest.raises(InputError, match="no text"):
        read_upload(b"\xff\xfe\x00")


def test_controls_stay_within_the_schema() -> None:
    """Every slider's both ends are values that the schema takes."""
    scenario = vs.load(ROOT / "scenarios" / "advocates_vs_paid.yaml")
    found = controls(scenario)
    assert {"campaign.advocates.count", "channels.instagram.visibility"} <= {one.path for one in found}
    for one in found:
        for value in (one.low, one.high):
            assert scenario.override({one.path: int(value) if one.whole else value})


def test_a_played_world_is_the_world_of_the_run() -> None:
    """Who shared at the end are the nodes of that world; each tick's changes add up; without an advocate nobody is won."""
    scenario = lesson("when_seeds_do_not_matter").scenario()
    played = play(scenario, "best_followed", 5)
    result = vs.simulate(scenario, worlds=6, repeat_trust=False)
    assert len(played.shared) == result.arm("best_followed").measures["shares"][5]
    assert played.shared <= played.reached
    member = played.advocates[0]
    other = play(without(scenario, "best_followed", played.advocates, member), "best_followed", 5)
    assert member not in other.shared
    assert other.shared < played.shared
    assert max(max(map(len, played.changes)), 1) <= 2000
    with pytest.raises(InputError, match="cannot be drawn"):
        play(vs.load(ROOT / "scenarios" / "hands_of_the_gods.yaml"), "campaign", 0)


def test_layout_keeps_everyone_on_the_page() -> None:
    """All members have a place of their own within the unit square."""
    community = np.repeat(np.arange(7), [900, 400, 300, 200, 100, 99, 1]).astype(np.int32)
    x, y = layout(community)
    assert min(x.min(), y.min()) >= 0
    assert max(x.max(), y.max()) <= 1
    discs = [(x[community == c].mean(), y[community == c].mean(), np.ptp(x[community == c]) / 2) for c in range(6)]
    for i, (ax, ay, ar) in enumerate(discs):
        for bx, by, br in discs[:i]:
            assert np.hypot(ax - bx, ay - by) > 0.98 * (ar + br), "two communities overlap"
    assert len({(round(float(a), 5), round(float(b), 5)) for a, b in zip(x, y, strict=True)}) > 1980


def test_the_curve_names_every_arm() -> None:
    """Both pictures carry the arms' names and a text for who does not see them."""
    result = vs.simulate(lesson("paid_against_earned").scenario(), worlds=40, repeat_trust=False)
    text = pictures(result)
    assert text.count("<svg") == text.count("aria-label=") == 2
    assert text.count(">advocates<") == 2


def test_every_setting_can_be_changed_or_says_why() -> None:
    """Every key has what the schema says; typed as it stands it changes nothing; a wrong value is the schema's error."""
    scenario = vs.load(ROOT / "scenarios" / "advocates_vs_paid.yaml")
    found = {one.path: one for one in settings(scenario)}
    paths = {"launch_at", "audience.members", "channels.instagram.visibility", "campaign.advocates.cost_per"}
    assert paths <= set(found)
    assert {f"arms.{name}" for name in scenario.arm_names} <= set(found)
    for one in found.values():
        assert changed(scenario, one.path, one.text)[2].spec == scenario.spec, one.path
    assert found["campaign.advocates.cost_per"].choices == ("enrolled", "asked", "posted")
    assert "source" in found["audience.members"].note
    with pytest.raises(InputError, match="must be a duration"):
        changed(scenario, "tick", "soon")
    with pytest.raises(InputError, match="cannot read files"):
        changed(scenario, "channels.instagram.network", "{file: /etc/passwd}")


def test_a_block_that_is_not_set_comes_in_with_its_first_key() -> None:
    """Every key of every block that the schema knows can be typed by itself; the rest of the block is the schema's default.

    A block with more than one key that it needs is refused in words that name what is missing.
    """
    scenario = lesson("luck").scenario()
    found = {one.path: one for one in settings(scenario)}
    assert found["audience.attention.feed_capacity"].group == "audience.attention (not set)"
    path, value, after = changed(scenario, "content.post.reinforcement.threshold.count", "2")
    assert (path, value) == ("content.post.reinforcement.threshold", {"count": "2"})
    threshold = after.spec.content["post"].reinforcement.threshold
    assert threshold is not None
    assert threshold.count == 2
    assert "content.post.reinforcement.threshold.count" in {one.path for one in settings(after)}
    assert changed(after, path, "")[2].spec == scenario.spec
    session = Session(None, None, "", scenario, None)  # type: ignore[arg-type]
    session.set(path, value)
    session.set(f"{path}.count", 3)
    assert session.question.scenario().spec.content["post"].reinforcement.threshold.count == 3  # type: ignore[union-attr]
    session.set(path, None)
    assert session.question.scenario().spec == scenario.spec
    with pytest.raises(InputError, match=r"campaign\.advocates\.count: is required"):
        changed(scenario, "campaign.advocates.trust", "2")


def test_bombs_and_giants_are_refused_at_once() -> None:
    """Aliases that multiply, and 1e12 members, are refused in words, with no more work than an honest scenario takes."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)
    )
    text = (ROOT / "scenarios" / "hands_of_the_gods.yaml").read_text()
    giant = text.replace("members: 20000", "members: 1000000000000")
    assert giant != text

    def refused(hostile: str) -> None:
        with pytest.raises(InputError):
            read_upload(hostile.encode())

    honest = calls(lambda: read_upload(text.encode()))
    for hostile in (bomb, giant):
        assert calls(lambda hostile=hostile: refused(hostile)) < 2 * honest  # type: ignore[misc]


def test_a_name_is_text_and_not_script() -> None:
    """A script as the name of an arm is in the picture as text."""
    text = (ROOT / "scenarios" / "advocates_vs_paid.yaml").read_text()
    first = vs.load(ROOT / "scenarios" / "advocates_vs_paid.yaml").arm_names[0]
    evil = "<script>alert(1)</script>"
    scenario = read_upload(text.encode()).override(
        {"arms": {evil: {}, first: {}}, "baseline": first, "question": None, "equal_money": False}
    )
    drawn = pictures(vs.simulate(scenario, worlds=4, repeat_trust=False))
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_port_in_use_is_told_with_a_remedy() -> None:
    """Where another program listens, the command says which port to take instead, exit code 2, and no server starts."""
    import socket

    from click.testing import CliRunner

    from viralsim.cli import main

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = CliRunner().invoke(main, ["app", "--port", str(port)])
    assert told.exit_code == 2
    assert f"--port {port}: cannot be used" in told.output
    assert f"choose another, --port {port % 65535 + 1}" in told.output
    assert "viralsim app on" not in told.output
