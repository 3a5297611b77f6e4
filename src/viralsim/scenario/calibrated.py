"""The ``calibration`` block: which values of a scenario come from past posts, and how well later posts were predicted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from viralsim.scenario.blocks import Block, key
from viralsim.units import Fraction, PositiveHours, Whole

Level = Literal["50", "80", "95"]
Covered = dict[Level, tuple[Fraction, Fraction]]
Posts = Annotated[int, Whole(ge=0, le=1_000_000, unit="posts")]


class CalibratedOn(Block):
    """The posts that the values were learnt from."""

    posts: Posts = key(..., "how many")
    from_: str | None = key(None, "time of the first", alias="from", source="off")
    to: str | None = key(None, "time of the last", source="off")
    account: Literal["one"] = key("one", "all of one account", source="off")
    sha256: str = key("", "sum of the posts' numbers", source="off", max_length=64)


class Coverage(Block):
    """Of the later posts, each predicted from those before it: the share inside central intervals, and its standard error."""

    impressions: Covered = key({}, "level in % -> [share inside, standard error]", source="off")
    shares: Covered = key({}, "level in % -> [share inside, standard error]", source="off")
    held_out: Posts = key(0, "how many later posts", source="off")


class Calibrated(Block):
    """What was learnt from past posts, written by ``viralsim calibrate``; it changes no world."""

    of: tuple[Annotated[str, Field(max_length=500)], ...] = key(
        (), "paths that were learnt", source="off", max_length=64
    )
    not_of: tuple[Annotated[str, Field(max_length=500)], ...] = key(
        (), "what stays an assumption", source="off", max_length=64
    )
    data: CalibratedOn = key(..., "from which posts")
    coverage: Coverage | None = key(None, "how well later posts were predicted; left out: not measured", source="off")
    horizon: PositiveHours | None = key(None, "until when the posts were counted", source="off")
