"""Files spoilt as they are on their way to a program: cut, doubled, in another encoding, with numbers that are none."""

from __future__ import annotations

import random
from collections.abc import Callable

TOKENS = (
    *(b",", b";", b"\t", b'"', b"'", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf", b" "),
    *(b"#", b"%", b"{", b"}", b"<", b">", b"[", b"(" * 300, b"=A1", b"NA", b"nan", b"inf", b"-1", b"1e309"),
    *(b"1.25E+18", b"007", b"1,5", b"$1,500", b"60%", b"9" * 30, b"1" * 5000),
    *(letter.encode() for letter in ("\u0661", "\u00e9", "\u2028", "\U0001f600", "\u202e")),
)  # fmt: skip


def _span(text: bytes, chance: random.Random, longest: int) -> slice:
    start = chance.randrange(len(text) + 1)
    return slice(start, start + chance.randint(0, longest))


def _cut(text: bytes, chance: random.Random) -> bytes:
    span = _span(text, chance, 40)
    return text[: span.start] + text[span.stop :]


def _end(text: bytes, chance: random.Random) -> bytes:
    return text[: chance.randrange(len(text) + 1)]


def _double(text: bytes, chance: random.Random) -> bytes:
    span = _span(text, chance, 60)
    return text[: span.stop] + text[span.start :]


def _spoil(text: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(text) + 1)
    return text[:start] + bytes([chance.randrange(256)]) + text[start + 1 :]


def _insert(text: bytes, chance: random.Random) -> bytes:
    start, token = chance.randrange(len(text) + 1), chance.choice(TOKENS)
    return text[:start] + token + text[start:]


def _replace(text: bytes, chance: random.Random) -> bytes:
    """One separator, quote or sign in place of another, everywhere."""
    old, new = (chance.choice((b",", b";", b"\t", b" ", b'"', b".", b"\n", b":", b"-")) for _ in range(2))
    return text.replace(old, new)


def _swap_lines(text: bytes, chance: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def _recode(text: bytes, chance: random.Random) -> bytes:
    return text.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8-sig")), "replace"
    )


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cut, _cut, _double, _double, _spoil, _spoil, _insert, _insert, _insert),
    *(_end, _replace, _swap_lines, _recode),
)


def mutated(text: bytes, chance: random.Random) -> bytes:
    """A text with one to four things done to it."""
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(WAYS)(text, chance)
    return text
