"""The words of the way from an impression to a customer: click, landing page, checkout, return, and what a customer is worth."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from viralsim.scenario.blocks import Block, block, key
from viralsim.units import Fraction, PositiveHours, Probability, Whole

SOURCES = ("owned", "paid", "asked", "earned", "recommended")
HOURS_PER_YEAR = 8760.0


class Rate(Block):
    """Chance of one step: a number for all, or one for each source of the impression."""

    owned: Probability = key(1.0, "from owned posts", source="off")
    paid: Probability = key(1.0, "from paid impressions", source="off")
    asked: Probability = key(1.0, "from planned posts of advocates", source="off")
    earned: Probability = key(1.0, "from other posts of members", source="off")
    recommended: Probability = key(1.0, "from recommended impressions", source="off")

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Rate) else dict.fromkeys(SOURCES, value)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": ["number", "string"]}, handler.resolve_ref_schema(handler(schema))]}


class Funnel(Block):
    """Steps between an impression and a sale. A conversion is a sale: its chance is ``conversion_rate`` times all steps."""

    click: Rate = block(Rate, "who clicks", source="off")
    landing: Rate = block(Rate, "of clicks, who sees the landing page to its end", source="off")
    checkout: Rate = block(Rate, "of these, who buys", source="off")
    returned: Fraction = key(0.0, "of sales, what is sent back: no value is left of it", source="off")

    def passed(self, source: str, steps: tuple[str, ...] = ("click", "landing", "checkout")) -> Any:
        """The chance of these steps together, from one source."""
        chance: Any = 1.0
        for step in steps:
            chance = chance * getattr(getattr(self, step), source)
        return chance


class Customer(Block):
    """What a customer buys after the first sale, with the same value each time."""

    repeat: Probability = key(0.0, "chance to buy again, after each purchase", source="off")
    orders: Annotated[int, Whole(ge=0, le=1_000, unit="orders")] = key(0, "further purchases at most", source="off")
    every: PositiveHours = key(720.0, "time between two purchases")
    discount_rate: Fraction = key(0.0, "what a year takes off the value of later purchases", source="off")

    @property
    def purchases(self) -> Any:
        """Expected number of purchases, the first included, each discounted to the day of the sale."""
        years = self.every / HOURS_PER_YEAR
        return sum((self.repeat / (1.0 + self.discount_rate) ** years) ** k for k in range(self.orders + 1))
