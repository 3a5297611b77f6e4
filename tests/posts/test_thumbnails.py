"""Thumbnails shown are no impressions of a video, in whichever language YouTube Studio wrote its export."""

from __future__ import annotations

from pathlib import Path

import pytest

import viralsim as vs


@pytest.mark.parametrize(
    ("published", "views", "shares", "impressions", "clicked"),
    [
        ("Hora de publicación del vídeo", "Visualizaciones", "Veces compartido", "Impresiones",
         "Porcentaje de clics de las impresiones (%)"),
        ("Heure de publication de la vidéo", "Vues", "Partages", "Impressions", "Taux de clics par impression (%)"),
    ],
)  # fmt: skip
def test_views_are_taken(
    tmp_path: Path, published: str, views: str, shares: str, impressions: str, clicked: str
) -> None:
    """Views become impressions, the row of totals goes, and posts have their times."""
    lines = [",".join((published, views, shares, impressions, clicked)), ",54078,12,400000,4.2"]
    lines += [f"2026-01-{day:02d},{4000 + day},{day % 3},{30000 + day},4.{day % 10}" for day in range(1, 13)]
    file = tmp_path / "studio.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    past = vs.posts.read(file)
    assert past["impressions"].tolist() == [4000 + day for day in range(1, 13)]
    assert past["published_at"].dt.day.tolist() == list(range(1, 13))
