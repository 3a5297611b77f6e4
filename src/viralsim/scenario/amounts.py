"""Amounts of money as people write them, and the currency that they are in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from viralsim.tables.cells import even
from viralsim.tables.columns import Kind, Unit
from viralsim.tables.numbers import CellError, Look, look_at
from viralsim.units import Real, parse_number, shown

# ISO 4217: the codes of currencies in use, without funds, metals and codes for testing.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
CURRENCIES = frozenset(_CODES.split())
DEFAULT_CURRENCY = "USD"


def _code(value: str) -> str:
    if value not in CURRENCIES:
        hint = f": did you mean {value.upper()}?" if value.upper() in CURRENCIES else ", such as USD, EUR or GBP"
        raise ValueError(f"must be a currency's code of ISO 4217, got {shown(value)}{hint}")
    return value


Currency = Annotated[str, AfterValidator(_code), WithJsonSchema({"enum": sorted(CURRENCIES)})]


def sign(currency: str) -> str:
    """How a currency is written behind an amount: US$, else its code."""
    return "US$" if currency == DEFAULT_CURRENCY else currency


def _look(text: str) -> Look:
    return look_at([text], Kind.MONEY, Unit())


def parse_money(value: object) -> float:
    """A float of a number, or of an amount as tables have it: ``1,500``, ``$1,500``, ``1.500,50 EUR``.

    Raises: ValueError for what is no amount, or may be two.
    """
    try:
        return parse_number(value)
    except ValueError:
        if not isinstance(value, str) or not any(sign.isdigit() for sign in even(value)):
            raise
    try:
        bare = not _look(value).currencies  # three decimals are no cents: 1,500 is 1500, as with a sign
        amount = float(_look(f"{value} {DEFAULT_CURRENCY}" if bare else value).values()[0])
    except CellError as error:
        raise ValueError(f"{shown(value)} {error}".replace(" of this column", "")) from None
    if not math.isfinite(amount):
        raise ValueError(f"must be an amount of money, got {shown(value)}")
    return amount


def currencies_of(value: object) -> tuple[str, ...]:
    """The currencies that a written amount may be in, by its sign; empty where it has none, or is no amount."""
    try:
        return _look(value).currencies if isinstance(value, str) else ()
    except CellError:
        return ()


@dataclass(frozen=True)
class Money(Real):
    """An amount of money in the scenario's currency."""

    unit: str = "currency"

    def inner_schema(self) -> CoreSchema:
        """Read by ``parse_money``."""
        inner = core_schema.float_schema(allow_inf_nan=False, **self.bounds())
        return core_schema.no_info_before_validator_function(parse_money, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A number, or text with digits."""
        found = super().__get_pydantic_json_schema__(schema, handler)
        return {"anyOf": [found, {"type": "string", "pattern": r"\d"}]}


Usd = Annotated[float, Money(ge=0, le=1e12)]
