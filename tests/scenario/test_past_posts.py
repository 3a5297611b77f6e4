"""A scenario from past posts: totals over totals, whatever dialect the export is in; what cannot be is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs
from viralsim.errors import InputError
from viralsim.scenario.starting import from_posts

PLAIN = "post,impressions,reach,shares,clicks,followers\na,1000,700,10,40,2000\nb,3000,2100,50,60,2400\n"


def made(folder: Path, text: str, encoding: str = "utf-8") -> vs.Scenario:
    path = folder / "posts.csv"
    path.write_bytes(text.encode(encoding))
    return vs.loads(from_posts(path))


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
def test_rates_are_totals_over_totals(tmp_path: Path, text: str, encoding: str) -> None:
    """60 shares and 100 clicks of 4,000 impressions; 2,800 reached of 4,400 followers; the median follower count."""
    spec = made(tmp_path, text, encoding).spec
    assert spec.content["post"].share_rate == pytest.approx(60 / 4000)
    assert spec.channels["instagram"].engagement_rate == pytest.approx(100 / 4000)
    assert spec.channels["instagram"].organic_reach == pytest.approx(2800 / 4400, rel=1e-3)
    assert spec.campaign.owned[0].followers == 2200


def test_the_text_says_what_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(
        PLAIN.replace("post,", "post,mood,").replace("a,", "a,x,").replace("b,", "b,y,")
        + "Total,,4000,2800,60,100,4400\n"
    )
    text = from_posts(path)
    assert "# Made from 2 posts in posts.csv." in text
    assert "# columns not used: mood." in text
    assert "# row of totals left out (line 4)." in text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PLAIN.replace("1000", '"45,6"'), r":2: column 'impressions': '45,6' must be a whole number"),
        (PLAIN.replace(",10,", ',"7,8",'), r":2: column 'shares': '7,8' must be a whole number"),
        (PLAIN.replace(",50,", ",-50,"), r":3: column 'shares': '-50' must be at least 0"),
        (PLAIN.replace(",50,", ",n/a,"), r":3: column 'shares': is empty"),
        (PLAIN.replace(",50,", ",5%,"), r":3: column 'shares': '5%' is a percentage"),
        (PLAIN.replace(",50,", ",5000,"), r":3: column 'shares': shares exceed impressions"),
        (PLAIN.replace(",50,", ",2024-05-01,"), r":3: column 'shares': '2024-05-01' is a date"),
        (PLAIN.replace("1000", "0"), r":2: column 'impressions': must be above 0"),
        (PLAIN.replace("reach", "views"), r":1: column 'reach' is missing"),
        (PLAIN.replace("reach", "Delningar"), r":1: columns 'Delningar' and 'shares' both mean shares"),
        (PLAIN.replace("2400\n", "2400,1\n"), r":3: 7 cells where the header has 6"),
        ("post,impressions,reach,shares,clicks\n", "there is no row"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        made(tmp_path, text)
