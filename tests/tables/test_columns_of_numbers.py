"""Numbers in columns of a file, as people and programs write them: each is read as what it means, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.errors import InputError
from viralsim.tables import Column, Kind, read_table
from viralsim.tables.numbers import look_at

NOTHING = float("nan")


def read(
    kind: Kind, cells: list[str], folder: Path, header: str = "amount", currency: str = "USD", low: float = 0.0
) -> list[float]:
    """The values of one column of a file whose cells are all quoted."""
    path = folder / "table.csv"
    quoted = [f'{i},"{cell}"' for i, cell in enumerate(cells)]
    path.write_text("\n".join([f"id,{header}", *quoted]) + "\n", encoding="utf-8")
    columns = [Column("id", Kind.ID, required=True), Column("amount", kind, required=True)]
    values = read_table(path, columns, currency=currency).numbers("amount", low=low, high=1e15)
    assert values.dtype == np.float64
    return values.tolist()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234,567"], [1_234_567]),
        (["1.234.567"], [1_234_567]),
        (["1 234 567"], [1_234_567]),
        (["1\u00a0234", "12\u202f345", "1\u2009234\u2009567"], [1234, 12_345, 1_234_567]),
        (["1'234'567", "1\u2019234"], [1_234_567, 1234]),
        (["12,34,567"], [1_234_567]),  # India
        (["1,234"], [1234]),  # nobody is followed by 1.234 people
        (["12.300", "1.100"], [12_300, 1100]),
        (["12.300", "40.000"], [12_300, 40_000]),
        (["12,000", "5,000", "800"], [12_000, 5_000, 800]),
        (["12.000", "1010.0"], [12, 1010]),
        (["1.2K", "3,000"], [1200, 3000]),
        (["1,2K"], [1200]),
        (["3,4 Mio.", "12 Tsd.", "2 Mrd"], [3_400_000, 12_000, 2_000_000_000]),
        (["1.5m", "2M", "10k", "1.2B"], [1_500_000, 2_000_000, 10_000, 1_200_000_000]),
        (["3.5万", "2 lakh"], [35_000, 200_000]),
        (["1.2E+06", "1e3"], [1_200_000, 1000]),
        (["１２３４", "٣٤"], [1234, 34]),
        (["+5", "  7 ", "'8", '=""9""'], [5, 7, 8, 9]),
        (
            ["-", "n/a", "NA", "", "12", "#N/A", "–", "k.A."],
            [NOTHING, NOTHING, NOTHING, NOTHING, 12, NOTHING, NOTHING, NOTHING],
        ),
        (["007"], [7]),
    ],
)
def test_counts(tmp_path: Path, cells: list[str], values: list[float]) -> None:
    np.testing.assert_array_equal(read(Kind.COUNT, cells, tmp_path), values)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,234.50", "12"], [1234.5, 12]),
        (["1.234,50", "1.234"], [1234.5, 1234]),
        (["0,5", "1,234"], [0.5, 1.234]),
        (["0.5", "1,234"], [0.5, 1234]),
        (["$1,500", "$500"], [1500, 500]),
        (["US$ 1,500.00", "USD 500", "1.2k USD", "$2M", "500 $"], [1500, 500, 1200, 2_000_000, 500]),
        (["1.500", "500,00"], [1500, 500]),
        (["(1,234.50)", "-3", "−4", "－６"], [-1234.5, -3, -4, -6]),
        (["500.-", "500,-", "1'250.-"], [500, 500, 1250]),
        (["1.50", "2.25"], [1.5, 2.25]),
        ([".5", "0.25"], [0.5, 0.25]),
        (["1.2345", "2.234"], [1.2345, 2.234]),
    ],
)
def test_amounts(tmp_path: Path, cells: list[str], values: list[float]) -> None:
    np.testing.assert_array_equal(read(Kind.MONEY, cells, tmp_path, low=-1e9), values)


@pytest.mark.parametrize(
    ("header", "cells", "values"),
    [
        ("amount", ["60%", "40 %", "0%"], [0.6, 0.4, 0]),
        ("amount", ["0.6", "1", "0"], [0.6, 1, 0]),
        ("amount", ["0,6", "0,25"], [0.6, 0.25]),
        ("amount (%)", ["60", "7"], [0.6, 0.07]),
        ("amount in %", ["60%", "7.5%"], [0.6, 0.075]),
        ("amount pct", ["60,5"], [0.605]),
        ("amount (0-100)", ["60", "100"], [0.6, 1]),
        ("amount (0-1)", ["1", "0.3"], [1, 0.3]),
        ("amount", ["5‰"], [0.005]),
        ("amount", ["％６０".replace("％６０", "６０％")], [0.6]),
        ("amount", ["60%", "n/a"], [0.6, NOTHING]),
    ],
)
def test_shares(tmp_path: Path, header: str, cells: list[str], values: list[float]) -> None:
    np.testing.assert_array_equal(read(Kind.SHARE, cells, tmp_path, header), values)


@pytest.mark.parametrize(
    ("kind", "cells", "line", "value", "why"),
    [
        (Kind.MONEY, ["1,234"], 2, "1,234", "can be 1234 or 1.234"),
        (Kind.MONEY, ["100", "1.234"], 3, "1.234", "can be 1.234 or 1234"),
        (Kind.NUMBER, ["1,500", "2,750"], 2, "1,500", "can be 1500 or 1.5"),
        (Kind.COUNT, ["12,000", "5.000"], 3, "5.000", "has another separator"),
        (Kind.COUNT, ["5", "12,3"], 3, "12,3", "must be a whole number"),
        (Kind.COUNT, ["10.5"], 2, "10.5", "must be a whole number"),
        (Kind.COUNT, ["1.2345K"], 2, "1.2345K", "must be a whole number"),
        (Kind.COUNT, ["5", "-3"], 3, "-3", "must be at least 0"),
        (Kind.COUNT, ["(40)"], 2, "(40)", "must be at least 0"),
        (Kind.COUNT, ["5", "inf"], 3, "inf", "finite"),
        (Kind.COUNT, ["nan"], 2, "nan", "finite"),
        (Kind.COUNT, ["1e999"], 2, "1e999", "finite"),
        (Kind.COUNT, ["#REF!"], 2, "#REF!", "is a spreadsheet's error"),
        (Kind.COUNT, ["#BEZUG!"], 2, "#BEZUG!", "is a spreadsheet's error"),
        (Kind.COUNT, ["####"], 2, "####", "is a spreadsheet's error"),
        (Kind.COUNT, ["2024-01-02"], 2, "2024-01-02", "is a date"),
        (Kind.COUNT, ["01.02.2024"], 2, "01.02.2024", "is a date"),
        (Kind.COUNT, ["1. Feb"], 2, "1. Feb", "is a date"),
        (Kind.NUMBER, ["02-Jan"], 2, "02-Jan", "is a date"),
        (Kind.COUNT, ["10K+"], 2, "10K+", "is no number"),
        (Kind.COUNT, ["~500"], 2, "~500", "is no number"),
        (Kind.COUNT, ["100-200"], 2, "100-200", "is no number"),
        (Kind.COUNT, ["1,23,4"], 2, "1,23,4", "is no number"),
        (Kind.COUNT, ["1 2"], 2, "1 2", "is no number"),
        (Kind.COUNT, ["1,2345"], 2, "1,2345", "must be a whole number"),
        (Kind.COUNT, ["1.234.56"], 2, "1.234.56", "is no number"),
        (Kind.COUNT, ["500²"], 2, "500²", "is no number"),
        (Kind.COUNT, ["0x1F"], 2, "0x1F", "is no number"),
        (Kind.COUNT, ["1_000"], 2, "1_000", "is no number"),
        (Kind.COUNT, ["many"], 2, "many", "is no number"),
        (Kind.COUNT, ["50%"], 2, "50%", "is a percentage"),
        (Kind.COUNT, ["$5"], 2, "$5", "is an amount of money: give the number itself"),
        (Kind.NUMBER, ["1.5", "2,5"], 3, "2,5", "another decimal sign"),
        (Kind.MONEY, ["1,234.5", "1.234,5"], 3, "1.234,5", "another decimal sign"),
        (Kind.MONEY, ["$5", "€6"], 3, "€6", "is in EUR and other rows are in USD"),
        (Kind.SHARE, ["7"], 2, "7", "between 0 and 1"),
        (Kind.SHARE, ["0.6", "60"], 3, "60", "and other cells are parts of 1"),
        (Kind.SHARE, ["150%"], 2, "150%", "between 0 and 1"),
        (Kind.SHARE, ["-5%"], 2, "-5%", "between 0 and 1"),
    ],
)
def test_what_is_in_doubt_is_refused(
    tmp_path: Path, kind: Kind, cells: list[str], line: int, value: str, why: str
) -> None:
    with pytest.raises(InputError, match=why) as refused:
        read(kind, cells, tmp_path)
    assert str(refused.value).startswith(f"{tmp_path / 'table.csv'}:{line}: column 'amount': {value!r} ")


@pytest.mark.parametrize(
    ("kind", "header", "cells", "why"),
    [
        (Kind.SHARE, "amount (%)", ["0.6", "0.5"], "can be a part of 1 or a percentage"),
        (Kind.SHARE, "amount (%)", ["0.6", "60"], "can be a part of 1 or a percentage"),
        (Kind.SHARE, "amount (1-5)", ["1"], "scale of 1-5"),
        (Kind.COUNT, "amount (%)", ["5"], "is not in per cent"),
        (Kind.COUNT, "amount (EUR)", ["5"], "is not money"),
        (Kind.MONEY, "amount (EUR)", ["5"], "is in EUR and the scenario counts in USD"),
        (Kind.MONEY, "amount in €", ["5"], "is in EUR and the scenario counts in USD"),
        (Kind.MONEY, "amount", ["5 €"], "is in EUR and the scenario counts in USD"),
        (Kind.MONEY, "amount eur", ["$5"], "is in EUR and the scenario counts in USD"),
    ],
)
def test_headers_that_contradict_are_refused(
    tmp_path: Path, kind: Kind, header: str, cells: list[str], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        read(kind, cells, tmp_path, header)


@pytest.mark.parametrize(
    ("header", "cells", "currency", "values"),
    [
        ("amount (USD)", ["5", "$6"], "USD", [5, 6]),
        ("amount (EUR)", ["5", "6,50 €"], "EUR", [5, 6.5]),
        ("amount", ["$5"], "CAD", [5]),
        ("amount (kUSD)", ["1.5"], "USD", [1500]),
        ("amount in Tsd. €", ["1,5"], "EUR", [1500]),
        ("amount", ["Fr. 1'200", "CHF 80"], "CHF", [1200, 80]),
        ("amount", ["Rs.500"], "INR", [500]),
    ],
)
def test_amounts_in_the_currency_of_the_scenario(
    tmp_path: Path, header: str, cells: list[str], currency: str, values: list[float]
) -> None:
    assert read(Kind.MONEY, cells, tmp_path, header, currency) == values


def test_thousands_in_the_header_are_multiplied(tmp_path: Path) -> None:
    assert read(Kind.COUNT, ["1.5", "20"], tmp_path, "amount (k)") == [1500, 20_000]


@given(st.lists(st.floats(0, 1e6, allow_nan=False) | st.integers(0, 10**12), min_size=1, max_size=20))
def test_plain_numbers_are_read_alike_with_and_without_the_shortcut(numbers: list[float]) -> None:
    """A column that needs no thought goes another way than one with a thousands sign in it: same numbers."""
    texts = [*(np.format_float_positional(n, trim="-") if isinstance(n, float) else str(n) for n in numbers), "0.5"]
    quick = look_at(texts, Kind.NUMBER).values()
    slow = look_at([*texts, "1,000.5"], Kind.NUMBER).values()
    np.testing.assert_array_equal(quick, slow[:-1])
    np.testing.assert_array_equal(quick, [*map(float, numbers), 0.5])
