"""The names of a table's columns: whether its first row holds them, and which columns are the two ends of an edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from viralsim.tables.columns import plain
from viralsim.tables.numbers import MISSING

# Names of the two ends, in pairs; English, then German, French, Spanish, Dutch, Italian, Portuguese and Japanese.
PAIRS = (
    ("source", "target"), ("src", "dst"), ("src", "tgt"), ("src", "dest"), ("source", "destination"), ("source", "dest"),
    ("from", "to"), ("sender", "receiver"), ("sender", "recipient"), ("origin", "destination"), ("origin", "dest"),
    ("start", "end"), ("ego", "alter"), ("parent", "child"), ("citing", "cited"), ("initiator", "recipient"),
    ("retweeter", "author"), ("who", "whom"),
    ("caller", "callee"), ("subject", "object"), ("left", "right"), ("user", "friend"), ("user", "follower"),
    ("user", "followee"), ("user", "neighbor"), ("user", "neighbour"), ("node", "neighbor"), ("node", "neighbour"),
    ("follower", "followee"), ("follower", "followed"), ("follower", "following"), ("follower", "user"),
    ("followee", "follower"), ("followed", "follower"), ("following", "follower"), ("follower", "friend"),
    ("retweeter", "retweeted"), ("mentioner", "mentioned"), ("truster", "trustee"), ("author", "recipient"),
    ("quelle", "ziel"), ("von", "nach"), ("von", "zu"), ("von", "an"), ("absender", "empfanger"),
    ("source", "cible"), ("de", "vers"), ("expediteur", "destinataire"), ("origen", "destino"), ("fuente", "destino"),
    ("bron", "doel"), ("van", "naar"), ("user", "follows"), ("username", "follows"), ("account", "follows"), ("handle", "follows"),
    ("screenname", "follows"), ("username", "friend"), ("username", "follower"), ("abonnent", "profil"), ("abonnent", "konto"),
    ("folgender", "gefolgter"), ("nutzer", "follower"), ("benutzer", "follower"), ("abonne", "compte"), ("abonne", "profil"),
    ("seguidor", "seguido"), ("seguidor", "cuenta"), ("seguidor", "perfil"),
    ("origine", "destination"), ("origine", "destinazione"), ("mittente", "destinatario"), ("origem", "destino"),
    ("remetente", "destinatario"), ("フォロワー", "フォロー先"), ("始点", "終点"), ("送信元", "送信先"), ("送信者", "受信者"),
)  # fmt: skip
SOURCES = {source for source, _ in PAIRS}
TARGETS = {target for _, target in PAIRS}
KINDS = (
    "",
    "id",
    "node",
    "nodeid",
    "name",
    "user",
    "userid",
    "username",
    "account",
    "label",
    "vertex",
    "screenname",
    "handle",
)
NUMBERED = (("1", "2"), ("a", "b"), ("x", "y"))
STEMS = {"node", "vertex", "user", "id", "person", "actor", "member", "account", "name", "entity", "author", "userid",
         "nodeid", "character", "n", "v", "p"}  # fmt: skip
OTHERS = {
    "id", "label", "name", "type", "weight", "weights", "time", "timestamp", "date", "count", "value", "strength", "directed",
    "edgetype", "user", "users", "account", "hashtag", "tag", "item", "handle", "username", "screenname", "relation",
    "interaction", "retweets", "likes", "mentions", "year", "key", "edgeid", "gewicht", "poids", "peso",
}  # fmt: skip
ROW_NAMES = {
    "",
    "index",
    "unnamed0",
    "row",
    "rowid",
    "rownumber",
    "nr",
    "no",
    "number",
    "x",
    "rn",
    "id",
    "edgeid",
    "key",
}
MOST = 0.9  # of the rows below, so that a bad line does not hide a header
FOLLOWERS = {"follower", "followerid", "abonnent", "folgender", "abonne", "seguidor", "フォロワー"}
FOLLOWED = {
    "followee", "followed", "following", "friend", "followeeid", "followedid", "followingid", "friendid", "user", "userid",
    "username", "nutzer", "benutzer", "profil", "konto", "gefolgter", "compte", "seguido", "cuenta", "perfil", "フォロー先",
}  # fmt: skip
HANDLES = {"username", "screenname", "handle"}
LETTERS = {("u", "v"), ("i", "j"), ("x", "y"), ("a", "b"), ("s", "t")}


class Ends(NamedTuple):
    """Which columns are the two ends."""

    source: int
    target: int


def named_ends(names: Sequence[str]) -> Ends | None:
    """The columns of the two ends by their names; None where the names do not say."""
    words = [plain(name) for name in names]
    for kind in KINDS:  # one kind for both: from_id goes with to_id
        for source, target in PAIRS:
            for a, b in {(source + kind, target + kind), (kind + source, kind + target)}:
                if a in words and b in words:
                    return Ends(words.index(a), words.index(b))
    for first, second in NUMBERED:
        for stem in sorted(STEMS):
            for a, b in ((stem + first, stem + second), (first + stem, second + stem)):
                if a in words and b in words:
                    return Ends(words.index(a), words.index(b))
    if (
        "head" in words and "tail" in words
    ):  # an arc's tail comes first for some, a sentence's head for others: as columns are
        return Ends(*sorted((words.index("head"), words.index("tail"))))
    at = next((i for i, word in enumerate(words) if word in SOURCES), None)
    to = next((i for i, word in enumerate(words) if word in TARGETS and i != at), None)
    return None if at is None or to is None else Ends(at, to)


def are_names(first: Sequence[str], body: Sequence[Sequence[str]], asked: set[str]) -> bool:
    """Whether a first row names the columns of the rows below it.

    It does where its words are known and none of them is an id below; where an asked column is among them; where it has
    words above numbers; and where its first field is empty, as pandas and R write the name of row numbers.
    """
    below = {cell for row in body for cell in row}
    if asked and asked <= set(first):
        return True
    if any(is_number(cell) for cell in first if cell):
        counted = list(first[1:]) == [str(i) for i in range(len(first) - 1)]  # as pandas calls columns without names
        return len(first) > 2 and not first[0] and (counted or not any(cell in below for cell in first[1:]))
    if len(first) > 1 and not first[0]:
        return True
    if named_ends(first) is not None and not any(cell in below for cell in first if cell):
        return not in_series(first, below)
    words = [plain(cell) for cell in first]
    if len(words) > 1 and below and not any(cell in below for cell in first) and _are_a_pair(words, below):
        return True
    if words and all(word in OTHERS | SOURCES | TARGETS for word in words) and not any(cell in below for cell in first):
        return True
    return len(first) > 1 and not any(cell.casefold() in MISSING for cell in first) and _above_numbers(first, body)


def _are_a_pair(words: Sequence[str], below: set[str]) -> bool:
    """Whether two first words are like u and v, employee1 and employee2, or InitiatorId and RecipientId, and no id below is."""
    a, b = words[:2]
    if (a, b) in LETTERS:
        return all(len(cell) > 1 for cell in below)
    if (a[:-1] == b[:-1] and len(a) > 3 and (a[-1], b[-1]) in NUMBERED) or (
        a[-2:] == b[-2:] == "id" and min(len(a), len(b)) > 3
    ):
        stem = a[:-1] if a[:-1] == b[:-1] else "id"
        return not any(stem in plain(cell) for cell in below)
    return False


def _above_numbers(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether words come above numbers: above both ids, or above a weight where the ids occur nowhere below."""
    shares = [sum(map(is_number, column)) / len(column) for column in zip(*body, strict=False)]
    if len(shares) >= 2 and min(shares[:2]) > MOST:
        return True
    below = {cell for row in body for cell in row}
    return len(shares) == len(first) and max(shares[2:], default=0.0) > MOST and not any(c in below for c in first[:2])


def is_node_table(names: Sequence[str]) -> bool:
    """Whether the names are those of a table with a row per node: one has an id and a label, or a handle and a name."""
    words = {plain(name) for name in names}
    called = ("id" in words and words & {"label", "name", "username"}) or ("name" in words and words & HANDLES)
    return named_ends(names) is None and bool(called)


def meaning_of(source: str, target: str) -> str | None:
    """What an edge says by the names of its ends: who is a follower follows; None where they do not tell."""
    ends = (plain(source), plain(target))
    if (ends[0] in FOLLOWERS and ends[1] in FOLLOWED) or ends[1] == "follows":
        return "source follows target"
    if ends[1] in FOLLOWERS and ends[0] in FOLLOWED:
        return "source reaches target"
    return None


def is_number(cell: str) -> bool:
    """Whether a field is written as a number, with either decimal sign."""
    return bool(re.fullmatch(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?", cell))


def in_series(first: Sequence[str], below: set[str]) -> bool:
    """Whether other ids go on from those of a row: node1, node2 above node3."""
    stems = {re.sub(r"[0-9A-Za-z]$", "", cell) for cell in first if re.search(r"[12abxyAB]$", cell)} - {""}
    if not stems:
        return False
    return any(
        re.sub(r"[0-9]+$|(?<=[_\s])[A-Za-z]$", "", cell) in stems for cell in below if re.search(r"[0-9A-Za-z]$", cell)
    )
