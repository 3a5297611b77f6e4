"""A scenario from past posts alone: calibrated where they are enough, totals over totals else; what cannot be is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import viralsim as vs
from viralsim.calibration.starting import from_posts
from viralsim.cli import main
from viralsim.errors import InputError

PLAIN = "post,impressions,reach,shares,clicks,followers\na,1000,700,10,40,2000\nb,3000,2100,50,60,2400\n"


def made(folder: Path, text: str, encoding: str = "utf-8") -> vs.Scenario:
    path = folder / "posts.csv"
    path.write_bytes(text.encode(encoding))
    return vs.loads(from_posts(path, "rows.csv").text)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN, "utf-8"),
        (PLAIN.replace(",", ";"), "utf-16"),
        (PLAIN.replace("\n", "\r"), "cp1252"),
        (PLAIN + "Total,4000,2800,60,100,4400\n", "utf-8"),
        (PLAIN + ",4000,2800,60,100,4400\n", "utf-8"),
        (PLAIN.replace("1000", '"1,000"').replace("3000", '"3,000"'), "utf-8"),
        (PLAIN.replace("1000", "1K").replace("2400", "2.4k"), "utf-8"),
        ("Export of May\n\n" + PLAIN, "utf-8"),
        (PLAIN.replace("post,impressions,reach,shares,clicks", "Inlägg,Visningar,Räckvidd,Delningar,Klick"), "latin-1"),
        (PLAIN.replace("impressions,reach,shares,clicks", "Impresiones,Alcance,Veces compartido,Clics"), "utf-8"),
        (PLAIN.replace("impressions,reach,shares,clicks", "Vues,Portée,Partages,Clics sur le lien"), "utf-8"),
    ],
)  # fmt: skip
def test_few_posts_are_totals_over_totals(tmp_path: Path, text: str, encoding: str) -> None:
    """60 shares and 100 clicks of 4,000 impressions; 2,800 reached of 4,400 followers; the followers at the last post."""
    scenario = made(tmp_path, text, encoding)
    spec = scenario.spec
    assert spec.content["post"].share_rate == pytest.approx(60 / 4000)
    assert spec.channels["instagram"].engagement_rate == pytest.approx(100 / 4000)
    assert spec.channels["instagram"].organic_reach == pytest.approx(2800 / 4400, rel=1e-3)
    assert spec.campaign.owned[0].followers == 2400
    assert scenario.joint_rows() == {}


def test_the_text_says_what_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(
        PLAIN.replace("post,", "post,mood,").replace("a,", "a,x,").replace("b,", "b,y,")
        + "Total,,4000,2800,60,100,4400\n"
    )
    start = from_posts(path, "rows.csv")
    assert "# Made from 2 posts in posts.csv." in start.text
    assert "# columns not used: mood." in start.text
    assert "# row of totals left out (line 4)." in start.text
    assert start.why == "not calibrated: 2 unpaid posts, and 8 are the fewest to learn from"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PLAIN.replace("1000", '"45,6"'), r":2: column 'impressions': '45,6' must be a whole number"),
        (PLAIN.replace(",10,", ',"7,8",'), r":2: column 'shares': '7,8' must be a whole number"),
        (PLAIN.replace(",50,", ",-50,"), r":3: column 'shares': '-50' must be at least 0"),
        (PLAIN.replace(",50,", ",5%,"), r":3: column 'shares': '5%' is a percentage"),
        (PLAIN.replace(",50,", ",5000,"), r":3: shares 5000 exceed impressions 3000"),
        (PLAIN.replace(",50,", ",2024-05-01,"), r":3: column 'shares': '2024-05-01' is a date"),
        (PLAIN.replace("1000,700", "0,0").replace("3000,2100", "0,0").replace(",10,", ",0,").replace(",50,", ",0,"), "nobody"),
        (PLAIN.replace("shares", "mood"), r"no column of shares was recognised"),
        (PLAIN.replace("reach", "Delningar"), r":1: columns 'Delningar' and 'shares' both mean shares"),
        (PLAIN.replace("2400\n", "2400,1\n"), r":3: 7 cells where the header has 6"),
        ("post,impressions,reach,shares,clicks\n", "there is no row"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        made(tmp_path, text)


@pytest.mark.parametrize("followers", [True, False])
def test_the_command_writes_a_calibrated_scenario(tmp_path: Path, followers: bool) -> None:
    """Rows lie beside the scenario and are what ``calibrate`` finds; its worlds have the impressions and shares of the posts."""
    generator = np.random.default_rng(2)
    impressions = generator.poisson(np.exp(generator.normal(7.5, 0.3, 30)))
    shares = generator.binomial(impressions, 0.01)
    rows = [
        f"{i},{s},{i // 20}{f',{9000 + k}' * followers}"
        for k, (i, s) in enumerate(zip(impressions, shares, strict=True))
    ]
    export, file = tmp_path / "posts.csv", tmp_path / "new.yaml"
    export.write_text(f"impressions,shares,clicks{',followers' * followers}\n" + "\n".join(rows) + "\n")
    done = CliRunner().invoke(main, ["init", str(file), "--from-posts", str(export)])
    assert done.exit_code == 0, done.output
    scenario = vs.load(file)
    assert set(scenario.joint_rows()) == {"channels.instagram.owned_visibility", "content.post.share_rate"}
    assert scenario.spec.calibration is not None
    arm = vs.simulate(scenario, worlds=1000, arms=["owned_only"], threads=1).arms["owned_only"]
    assert arm.measures["impressions"].mean() == pytest.approx(impressions.mean(), rel=0.15)
    assert arm.measures["shares"].sum() / arm.measures["impressions"].sum() == pytest.approx(0.01, rel=0.15)
    again = CliRunner().invoke(main, ["init", str(file), "--from-posts", str(export)])
    assert again.exit_code == 2
    assert "exists already" in again.output
    file.unlink()
    assert "new.posterior.csv" in CliRunner().invoke(main, ["init", str(file), "--from-posts", str(export)]).output
