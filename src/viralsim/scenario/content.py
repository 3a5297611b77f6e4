"""The words of the ``content`` block: what can spread."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from viralsim.rules import known
from viralsim.scenario.amounts import Usd
from viralsim.scenario.blocks import USER, Block, Name, block, key, says_nothing
from viralsim.scenario.funnel import Customer, Funnel
from viralsim.scenario.own_rules import OwnResponse, OwnShareProbability, OwnWords
from viralsim.units import Factor, Fraction, Hours, PositiveHours, Probability, Real, Whole

Level = Annotated[float | Literal["uniform"], Real(gt=0, le=1, unit="fraction", word="uniform")]


class Social(Block):
    """Each further impression adds ``gain``, up to ``cap``."""

    gain: Factor = key(0.5, "gain of each further impression")
    cap: Annotated[float, Real(ge=1, le=1_000, unit="factor")] = key(3.0, "largest factor")


class Threshold(Block):
    """Nothing below a threshold of distinct sharers that one follows, then the full appeal; exactly one kind."""

    count: Annotated[int, Whole(ge=1, le=1_000_000, unit="members")] | None = key(None, "this many", source="off")
    fraction: Level | None = key(None, "this share of the accounts followed, or uniform", source="off")
    weight: Level | None = key(None, "this sum of influence weights, or uniform", source="off")

    @property
    def kind(self) -> Literal["count", "fraction", "weight"]:
        """Which threshold holds."""
        if self.count is not None:
            return "count"
        return "fraction" if self.fraction is not None else "weight"


class Reinforcement(OwnWords):
    """How repeated impressions act together: ``simple``, ``social``, ``threshold``, or a rule of your own."""

    place: ClassVar[str] = "reinforcement"

    social: Social | None = key(None, "each further impression adds", source="off")
    threshold: Threshold | None = key(None, "several sharers are needed", source="off")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        if isinstance(value, str) and value not in known(cls.place):
            if value != "simple":
                raise ValueError(f"must be simple, or {{social: ...}}, or {{threshold: ...}}, got {value[:40]!r}")
            return {}
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"const": "simple"}, handler.resolve_ref_schema(handler(schema))]}

    @property
    def kind(self) -> str:
        """Which rule holds: ``simple``, ``social``, ``threshold`` or the word of a rule of one's own."""
        if self.own:
            return next(iter(self.own))
        if self.social is not None:
            return "social"
        return "simple" if self.threshold is None else "threshold"


class ConversionTrust(Block):
    """Factors of the conversion rate by source of the impression."""

    owned: Factor = key(1.0, "owned posts", source="off")
    paid: Factor = key(1.0, "paid impressions", source="off")
    asked: Factor = key(1.0, "planned posts of advocates", source="off")
    earned: Factor = key(1.0, "other posts of members", source="off")
    recommended: Factor = key(1.0, "recommended impressions", source="off")


class Critical(Block):
    """What differs in the content's critical twin; left out: as in the content itself."""

    appeal: Probability | None = key(None, "share probability of the criticism", source="the content's own")
    half_life: PositiveHours | None = key(None, "half-life of the criticism", source="the content's own")
    persistence: Probability | None = key(None, "persistence of the criticism", source="the content's own")


class Content(Block):
    """One thing that can spread."""

    appeal: Probability | None = key(
        None, "share probability of a perfectly matched, fresh impression from an ordinary member", source=USER
    )
    share_rate: Probability | None = key(
        None, "instead of appeal: observed shares per impression, from a dashboard", source=USER
    )
    topics: dict[Name, Fraction] = key({}, "weight of each topic; left out: matches all", source="off", max_length=64)
    tone: dict[Name, Fraction] = key({}, "weight of each tone; left out: matches all", source="off", max_length=64)
    half_life: PositiveHours | None = key(None, "novelty halves in this time; left out: off", source="off")
    released_at: Hours = key(0.0, "when it is fresh, the same in every arm", source="off")
    controversy: Probability = key(0.0, "chance of criticism, times the member's hostility", source="off")
    reinforcement: Reinforcement = block(Reinforcement, "how repeated impressions act together", source="off")
    share_probability: OwnShareProbability | None = key(
        None, "a rule of your own instead of the product of factors", source="off", exclude_if=says_nothing
    )
    response: OwnResponse | None = key(
        None, "a rule of your own for the response to an impression", source="off", exclude_if=says_nothing
    )
    conversion_rate: Probability = key(0.0, "conversions per impression", source="off")
    value_usd: Usd = key(0.0, "value of one conversion", source="off")
    funnel: Funnel | None = key(
        None,
        "steps from an impression to a sale; left out: conversion_rate alone",
        source="off",
        exclude_if=says_nothing,
    )
    customer: Customer | None = key(
        None, "what a customer buys later; left out: one sale is all", source="off", exclude_if=says_nothing
    )
    recall_rate: Probability | None = key(
        None, "chance that who is reached remembers the brand, for brand_lift; left out: not counted", source="off",
        exclude_if=says_nothing,
    )  # fmt: skip
    conversion_trust: ConversionTrust = block(ConversionTrust, "factors of conversion by source", source="off")
    persistence: Probability = key(0.0, "chance to post again in the next tick", source="off")
    reshare: Factor = key(
        1.0, "factor of the response to posts that answer an impression: how much shares are shared again", source="off"
    )
    critical: Critical = block(Critical, "what differs in the critical twin", source="off")

    @property
    def sale_value_usd(self) -> Any:
        """What one sale is worth on average: its value without returns, times the purchases of a customer."""
        kept = 1.0 if self.funnel is None else 1.0 - self.funnel.returned
        return self.value_usd * kept * (1.0 if self.customer is None else self.customer.purchases)
