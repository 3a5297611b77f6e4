"""What one cell may mean as a number, under a decimal point and under a decimal comma.

A cell alone often cannot tell: ``1.234`` is 1234 in Berlin and 1.234 in Boston. ``parse_cell`` keeps both readings; the column
decides (``numbers.py``). Nothing is guessed: a cell that is not wholly understood is no number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

SIGNS = (".", ",")  # decimal signs
LONGEST_CELL = 400

# Empty and these: no value. A dash is what dashboards write where there is nothing.
MISSING = frozenset((
    "", "-", "--", "---", "–", "—", "―", "−", ".", "..", "…", "?", "n/a", "n.a.", "n. a.", "n.a", "na", "#n/a", "#na",
    "#nv", "#nd", "#n/v", "<na>", "null", "none", "nil", "unknown", "unbekannt", "inconnu", "desconocido", "missing",
    "k.a.", "k. a.", "k.a", "nan", "keine angabe", "n.d.", "nd", "s/o", "n.v.", "not available", "tbd", "tba", "tbc",
    "(blank)", "(leer)", "(empty)",
))  # fmt: skip
SPREADSHEET_ERRORS = frozenset(
    {"#ref!", "#div/0!", "#value!", "#name?", "#null!", "#num!", "#spill!", "#calc!", "#getting_data", "#field!", "#error!",
     "#bezug!", "#wert!", "#zahl!", "#überlauf!", "#valeur!", "#nom?", "#nombre!", "#nombre?", "#¡ref!", "#¡valor!",
     "#¿nombre?", "#¡num!", "#¡div/0!", "#rif!", "#valore!", "#nome?", "#referens!", "#värdefel!", "#verw!", "#waarde!"}
)  # fmt: skip

SCALES = {
    "k": 10**3, "tsd": 10**3, "tsd.": 10**3, "tausend": 10**3, "thousand": 10**3, "thousands": 10**3, "mille": 10**3,
    "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6, "mio.": 10**6, "mln": 10**6, "mln.": 10**6, "million": 10**6,
    "millions": 10**6, "millionen": 10**6, "millón": 10**6, "millones": 10**6,
    "b": 10**9, "bn": 10**9, "mrd": 10**9, "mrd.": 10**9, "md": 10**9, "mds": 10**9, "milliarde": 10**9, "milliarden": 10**9,
    "milliard": 10**9, "milliards": 10**9, "billions": 10**9,
    "lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "万": 10**4, "萬": 10**4, "만": 10**4, "億": 10**8,
    "亿": 10**8, "억": 10**8,
}  # fmt: skip
CODES = (
    "USD", "EUR", "GBP", "JPY", "CNY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON",
    "BGN", "TRY", "RUB", "UAH", "INR", "PKR", "BDT", "LKR", "IDR", "MYR", "SGD", "HKD", "TWD", "KRW", "THB", "VND",
    "PHP", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "UYU", "ZAR", "NGN", "KES", "GHS", "EGP", "MAD", "TND", "AED",
    "SAR", "QAR", "KWD", "BHD", "OMR", "JOD", "IQD", "LYD", "ILS", "ISK", "RSD",
)  # fmt: skip
# A sign that several currencies share names them all; the scenario's currency says which.
SYMBOLS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU"),
    "us$": ("USD",), "ca$": ("CAD",), "c$": ("CAD",), "a$": ("AUD",), "au$": ("AUD",), "nz$": ("NZD",), "s$": ("SGD",),
    "hk$": ("HKD",), "mx$": ("MXN",), "r$": ("BRL",), "nt$": ("TWD",),
    "dollar": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"), "dollars": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "€": ("EUR",), "euro": ("EUR",), "euros": ("EUR",), "£": ("GBP", "EGP"), "¥": ("JPY", "CNY"), "円": ("JPY",), "元": ("CNY",),
    "₹": ("INR",), "rs": ("INR", "PKR", "LKR"), "rs.": ("INR", "PKR", "LKR"), "₽": ("RUB",), "₩": ("KRW",), "₺": ("TRY",),
    "₪": ("ILS",), "₫": ("VND",), "฿": ("THB",), "₱": ("PHP",), "₦": ("NGN",), "₴": ("UAH",), "zł": ("PLN",), "kč": ("CZK",),
    "ft": ("HUF",), "kr": ("SEK", "NOK", "DKK", "ISK"), "kr.": ("SEK", "NOK", "DKK", "ISK"), "fr.": ("CHF",), "sfr.": ("CHF",),
    **{code.casefold(): (code,) for code in CODES},
}  # fmt: skip
PER_CENT = {"%": 100, "percent": 100, "per cent": 100, "pct": 100, "prozent": 100, "‰": 1000}
THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR", "JOD", "IQD", "LYD", "TND"})

_BLANK = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
AROUND = _BLANK + _UNSEEN + " \v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"  # what is not seen at the ends of a name
_SPACES = dict.fromkeys(map(ord, _BLANK), " ")
_NOTHING = str.maketrans("", "", _UNSEEN)
_SAME = str.maketrans("−﹣－‐‑‒–＋％﹪٪，．٫٬＄￥￡（）’‘ʼ´`＇′", "-------+%%%,..,$¥£()'''''''")
_EVEN = _SPACES | _NOTHING | _SAME
_WORDS = re.compile(
    "|".join(re.escape(w) for w in sorted({*SCALES, *SYMBOLS, *PER_CENT, "-", "+"}, key=len, reverse=True))
)
_SHAPE = re.compile(r"(?P<head>\D*?)(?P<core>\d[\d.,' ]*\d|\d|[.,]\d+)(?P<power>[eE][+-]?\d{1,3}(?!\d))?(?P<tail>\D*)")
_NO_CENTS = re.compile(r"\s*[.,]\s*-+")  # 500,- and 500.-
_MONTH = r"(?:jan|ene|f[eé][bv]|m[aäå]r|a[bpv]r|ma[iyj]|jui?n|jui?l|ago|ao[uû]|aug|sep|o[ck]t|nov|d[ei][cz]|déc)[a-zà-ÿ]{0,6}"
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([T ].*)?|\d{1,2}:\d{2}(:\d{2})?"
    rf"|\d{{1,2}}[-. /]+{_MONTH}\.?([-. /]+\d{{2,4}})?|{_MONTH}\.?[- ]\d{{1,2}}(,? \d{{4}})?|\d{{1,2}}/\d{{1,4}}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as a number: its reading under either decimal sign, None where it has none.

    written: the digits with their separators. currencies: the codes that its sign may mean. per: 100 for %, 1000 for ‰, else 1.
    """

    point: Decimal | None
    comma: Decimal | None
    written: str
    currencies: tuple[str, ...] = ()
    per: int = 1

    def under(self, sign: str) -> Decimal | None:
        """The reading under a decimal sign."""
        return self.point if sign == "." else self.comma

    def decimals(self, sign: str) -> int:
        """How many decimals it is written with under a decimal sign."""
        return len(self.written.partition(sign)[2])


def even(text: str) -> str:
    """The cell in plain signs: one kind of blank, of minus and of digit, nothing invisible."""
    if not text.isascii():
        text = text.translate(_EVEN)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):  # a spreadsheet's way to keep digits as text
        text = text[2:-1].strip()
    return text


def is_missing(text: str) -> bool:
    """Whether an evened cell says that there is no value."""
    return text.casefold() in MISSING


def is_error(text: str) -> bool:
    """Whether an evened cell is what a spreadsheet shows for a broken formula or a column too narrow."""
    return text.startswith("#") and (text.casefold() in SPREADSHEET_ERRORS or set(text) == {"#"})


def looks_like_a_date(text: str) -> bool:
    """Whether an evened cell is a date or a time of day."""
    return _DATE.fullmatch(text) is not None


def parse_cell(text: str) -> Cell | None:
    """The readings of an evened cell that is not missing; None where it is no number."""
    if len(text) > LONGEST_CELL:
        return None
    negative = text.startswith("(") and text.endswith(")")  # accounting's minus
    text = text[1:-1].strip() if negative else text.removeprefix("'")
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    head, core, tail = match["head"], match["core"], match["tail"]
    if core[0] in ".," and head[-1:].isalpha():  # the point of an abbreviation: Rs.500
        head, core = head + core[0], core[1:]
    if ended := _NO_CENTS.match(tail):
        tail = tail[ended.end() :]
    words = _words(head), _words(tail)
    if words[0] is None or words[1] is None:
        return None
    return _with_words(core, match["power"] or "", negative, words[0], words[1])


def _words(text: str) -> list[str] | None:
    """The known words around a number, in order; None where something else is there."""
    found, at = [], 0
    text = text.casefold()
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        match = _WORDS.match(text, at)
        if match is None:
            return None
        found.append(match[0])
        at = match.end()
    return found


def _with_words(core: str, power: str, negative: bool, before: list[str], after: list[str]) -> Cell | None:
    words = before + after
    scales = [SCALES[w] for w in words if w in SCALES]
    currencies = [SYMBOLS[w] for w in words if w in SYMBOLS]
    per = [PER_CENT[w] for w in words if w in PER_CENT]
    signs = [w for w in before if w in "+-"]
    if len(scales) + len(per) > 1 or len(currencies) > 1 or len(signs) + negative > 1 or (per and currencies):
        return None
    if any(w in SCALES for w in before) or "+" in after or "-" in after:
        return None  # K12 is no number, 10K+ is more than one, and 12- may be the beginning of a range
    if power and scales:
        return None
    negative = negative or "-" in signs
    if negative:
        core = "-" + core
    readings = [_reading(core, power, sign) for sign in SIGNS]
    if scales:
        readings = [None if r is None else r * scales[0] for r in readings]
    point, comma = readings
    if point is None and comma is None:
        return None
    return Cell(point, comma, core.removeprefix("-"), currencies[0] if currencies else (), per[0] if per else 1)


_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,' ])\d{3})(?:\1\d{3})*")
_INDIAN = re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}")


def _reading(core: str, power: str, sign: str) -> Decimal | None:
    """The digits under a decimal sign; groups are of three digits with one sign between them, or Indian."""
    if core.count(sign) > 1:
        return None
    whole, _, decimals = core.removeprefix("-").partition(sign)
    if decimals and not decimals.isdigit():
        return None
    if whole and not whole.isdigit():
        if power or not (_GROUPED.fullmatch(whole) or (sign == "." and _INDIAN.fullmatch(whole))):
            return None
        whole = re.sub(r"\D", "", whole)
    return Decimal(f"{'-' if core[0] == '-' else ''}{whole or '0'}.{decimals or '0'}{power}")
