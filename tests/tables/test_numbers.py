"""Numbers as people write them: read as meant, or refused."""

from __future__ import annotations

import math

import pytest

from viralsim.tables.numbers import CellError, read_numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234,567", "12"], [1234567, 12]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1 234", "1\u00a0234", "1\u202f234", "1'234", "1\u2019234"], [1234] * 5),
        (["12,34,567"], [1234567]),  # Indian grouping
        (["1.234,5", "1.234"], [1234.5, 1234]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["0,5", "1,25"], [0.5, 1.25]),
        (["0.125", "12.5"], [0.125, 12.5]),
        (["$1,234.50", "US$ 20", "20 USD", "-$5", "$-5"], [1234.5, 20, 20, -5, -5]),
        (["€ 1.234,50", "3 €"], [1234.5, 3]),
        (["(1,234.0)"], [-1234]),
        (["60%", "5 %", "0,5"], [0.6, 0.05, 0.5]),
        (["1.2K", "3M", "2,5 Mio.", "4 Tsd."], None),
        (["1.2K", "3M", "12k", "4 Tsd."], [1200, 3_000_000, 12_000, 4000]),
        (["3,4 Mio.", "2 Mrd"], [3_400_000, 2e9]),
        (["\u22125", "\uff11\uff12"], [-5, 12]),  # a true minus; full-width digits
        (["1.25E+06"], [1_250_000]),
        (["", "-", "n/a", "NA", "7"], [None, None, None, None, 7]),
    ],
)
def test_what_is_meant(cells: list[str], expected: list[float | None] | None) -> None:
    """Grouping, decimal sign, currency, percentages and thousands; two decimal signs in one column are refused."""
    if expected is None:
        with pytest.raises(CellError, match="decimal sign"):
            read_numbers(cells, whole=False)
        return
    values = read_numbers(cells, whole=False).values
    assert [v if v is None else pytest.approx(v) for v in expected] == values


@pytest.mark.parametrize(
    "cell",
    [
        "1,23,4",
        "12,3456,7",
        "1.2.3",
        "1..2",
        "twelve",
        "#REF!",
        "#DIV/0!",
        "1 2",
        "12-",
        "0x10",
        "1,234,56",
        "--5",
        "5%%",
    ],
)
def test_what_is_no_number(cell: str) -> None:
    """No cell becomes another number: it is refused with its row."""
    with pytest.raises(CellError) as refused:
        read_numbers(["7", cell], whole=False)
    assert refused.value.row == 1


@pytest.mark.parametrize("cell", ["1,234", "1.234", "12,000"])
def test_an_ambiguous_cell_is_refused_unless_its_column_settles_it(cell: str) -> None:
    """1,234 can be 1234 or 1.234: another cell decides, or counting does, which is then noted."""
    with pytest.raises(CellError, match="can be"):
        read_numbers([cell, "5"], whole=False)
    counted = read_numbers([cell, "5"], whole=True)
    assert counted.values[0] == int(cell.replace(",", "").replace(".", ""))
    assert cell in counted.notes[0]
    decimal = cell[1 if cell[1] in ",." else 2]
    settled = read_numbers([cell, f"5{decimal}5"], whole=False).values[0]
    assert settled == pytest.approx(float(cell.replace(",", ".")))


def test_currencies_of_a_column_agree() -> None:
    """One currency is told, two are refused."""
    assert read_numbers(["$5", "$6.50"], whole=False).currency == "USD"
    with pytest.raises(CellError, match="EUR"):
        read_numbers(["$5", "6 €"], whole=False)
    assert read_numbers(["5", "6"], whole=False).currency == ""


def test_percentages_are_marked() -> None:
    """A reader of shares can tell 60 % from 60."""
    read = read_numbers(["60%", "60"], whole=False)
    assert read.percent == [True, False]
    assert math.isclose(read.values[0] or 0.0, 0.6)
