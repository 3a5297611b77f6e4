"""The advocates' file: who is asked, where, with how many followers, for what, and which member of the audience plays them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.creators.terms import (
    OTHERS,
    TERMS,
    CreatorsTable,
    Terms,
    given,
    is_per_post,
    read_terms,
    refuse_unknown_money,
)
from viralsim.campaign.segments import chosen_for, chosen_for_creators
from viralsim.errors import InputError, Problem, ScenarioError
from viralsim.member_names import handle_key
from viralsim.scenario.blocks import filled
from viralsim.tables import Column, Kind, Table, read_table

if TYPE_CHECKING:
    from viralsim.campaign.shared_arrays import CompiledAudience
    from viralsim.scenario.campaign import Advocates
    from viralsim.scenario.spec import Spec

COLUMNS = (
    Column("handle", Kind.ID, (
        "username", "user name", "user", "account", "account name", "account username", "creator", "creator name", "creator handle",
        "influencer", "influencer name", "influencer handle", "profile", "profile name", "screen name", "advocate", "ambassador",
        "instagram handle", "ig handle", "tiktok handle", "twitter handle", "konto", "profil", "nutzername", "benutzername",
        "benutzer", "kontoname", "compte", "nom d'utilisateur", "utilisateur", "createur", "cuenta", "usuario", "nombre de usuario",
        "perfil", "creador",
    ), required=True, otherwise=("name", "full name", "nom", "nombre", "id")),
    Column("channel", Kind.ID, (
        "platform", "network", "social network", "social media", "kanal", "plattform", "netzwerk", "canal", "plateforme",
        "plataforma", "reseau", "reseau social", "red", "red social",
    )),
    Column("followers", Kind.COUNT, (
        "follower", "followers count", "subscribers", "subscriber", "subs", "fans", "audience", "audience size", "abonnenten",
        "followerzahl", "abonnes", "seguidores", "suscriptores", "foljare",
    ), required=True),
    Column("topics", Kind.TEXT, ("topic", "themen", "thema", "sujets", "temas", "tema", "categories", "category", "niche")),
    Column("tone", Kind.TEXT, ("tones", "tone of voice", "ton", "tonalitat", "tonalitaet", "tono", "style")),
    Column("cost_usd", Kind.MONEY, (
        "cost", "costs", "fee", "fees", "price", "rate", "rate card", "cost per post", "price per post", "fee per post",
        "rate per post",
        "budget", "amount", "payment", "compensation", "honorar", "gage", "vergutung", "verguetung", "preis", "preis pro post",
        "kosten", "kosten pro post", "betrag", "prix", "cout", "couts", "tarif", "cachet", "montant", "precio", "costo", "coste",
        "tarifa", "honorarios", "importe",
    )),
    Column("willingness", Kind.SHARE, (
        "willingness to post", "probability", "likelihood", "chance", "chance to post", "acceptance", "acceptance rate",
        "response rate", "bereitschaft", "wahrscheinlichkeit", "zusagequote", "probabilite", "taux d'acceptation", "probabilidad",
        "disposicion", "tasa de aceptacion",
    )),
    *TERMS,
    *OTHERS,
)  # fmt: skip
PATH = "campaign.advocates"
WARN_FACTOR, REFUSE_FACTOR = 2.0, 10.0  # between the followers in the file and those of the member who plays them


@dataclass
class Person:
    """One advocate of the file, on one channel or several. rows: their rows in the table."""

    handle: str
    rows: list[int]
    followers: dict[int, float]  # by channel
    member: int = -1


@dataclass(frozen=True)
class Listed:
    """The file as arrays, one entry per person. fit: how well topics and tone suit the content, in [0, 1]."""

    members: NDArray[np.int64]
    handles: list[str]
    channels: NDArray[np.bool_]  # [A, C]
    willingness: NDArray[np.float64]
    cost_usd: NDArray[np.float64]
    fit: NDArray[np.float64]
    terms: Terms
    notes: tuple[str, ...] = field(default=())


def read_advocates(compiled: CompiledAudience, spec: Spec, tier: Advocates, folder: Path) -> Listed:
    """Read the advocates of a tier from its file, or from its ``creators``.

    A campaign's real advocates are not in a generated audience: the members whose follower counts are nearest play them,
    each once, in the order of the file. Raises ScenarioError with file, line and remedy.
    """
    path = Path(filled(tier.listed)) if tier.file is None else folder / tier.file
    among, of_row = chosen_for(compiled.population, tier), chosen_for_creators(compiled.population, tier)
    try:
        table = (
            CreatorsTable(tier.creators, COLUMNS, spec.currency)
            if tier.file is None
            else read_table(path, COLUMNS, currency=spec.currency)
        )
        if tier.file is not None:
            refuse_unknown_money(table)
        repeated: list[str] = []
        people = _people(table, compiled, tier.channels or compiled.channels, repeated)
        _cast(table, people, compiled, among, of_row)
        notes = [f"{path.name}: {note}" for note in (*_followers_notes(table, people, compiled, tier), *repeated)]
        rows, handles = [p.rows for p in people], [p.handle for p in people]
        terms = read_terms(table, rows, handles, spec, len(tier.posts_at))
        posted = [spec.content[name or tier.content or spec.campaign.content] for name in terms.content]
        fit = np.ones(len(people))
        for name, weights, known in (
            ("topics", [one.topics for one in posted], compiled.population.audience.topic_names),
            ("tone", [one.tone for one in posted], compiled.population.audience.tone_names),
        ):
            fit = fit * _fit(table, people, name, weights, known, notes)
        willingness = _of_person(table, people, "willingness", tier)
        cost, terms = _prices(table, people, tier, terms, notes)
    except InputError as error:
        raise ScenarioError([Problem(str(error), f"{PATH}.{'creators' if tier.file is None else 'file'}")]) from error
    for person, suits in zip(people, fit, strict=True):
        if suits == 0.0:
            notes.append(
                f"{path.name}: topics and tone of {person.handle} share nothing with the content: nobody answers them"
            )
    channels = np.zeros((len(people), len(compiled.channels)), dtype=bool)
    for row, person in enumerate(people):
        channels[row, list(person.followers)] = True
    members = np.array([person.member for person in people], dtype=np.int64)
    notes += [f"{path.name}: {note}" for note in table.notes]
    return Listed(members, [p.handle for p in people], channels, willingness, cost, fit, terms, tuple(notes))


def _people(table: Table, compiled: CompiledAudience, allowed: Sequence[str], repeated: list[str]) -> list[Person]:
    """The rows by person: a handle on several channels is one, and so are rows that repeat each other, noted in ``repeated``."""
    followers = table.numbers("followers")
    channels = {name.casefold(): c for c, name in enumerate(compiled.channels) if name in allowed}
    named = table.texts("channel") if "channel" in table else [""] * len(table)
    people: dict[str, Person] = {}
    for row, (handle, channel) in enumerate(zip(table.texts("handle"), named, strict=True)):
        if not handle_key(handle):
            raise InputError(f"{table.where(row, 'handle')}: is empty: name the advocate")
        if not channel and len(channels) == 1:
            channel = allowed[0]
        if channel.casefold() not in channels:
            where = table.where(row, "channel") if "channel" in table else f"{table.path}: column channel"
            raise InputError(f"{where}: {channel!r} must be one of {', '.join(allowed)}")
        if np.isnan(followers[row]):
            raise InputError(f"{table.where(row, 'followers')}: is empty: give the number of followers of {handle}")
        person = people.setdefault(handle_key(handle), Person(handle, [], {}))
        c = channels[channel.casefold()]
        if c in person.followers:
            first = person.rows[list(person.followers).index(c)]
            lines = table.rows_said((first, row))
            if not _repeats(table, first, row):
                raise InputError(
                    f"{table.path}: {handle} is on {channel} twice ({lines}) with other values: leave one out"
                )
            repeated.append(f"{handle} is on {channel} twice with the same values ({lines}): one person")
            continue
        person.rows.append(row)
        person.followers[c] = float(followers[row])
    return list(people.values())


def _repeats(table: Table, first: int, second: int) -> bool:
    """Whether two rows say the same of a person."""
    for name, found in table.columns.items():
        if found.column.kind in (Kind.ID, Kind.TEXT):
            words = table.texts(name)
            same = handle_key(words[first]) == handle_key(words[second])
        else:
            numbers = table.numbers(name)
            same = np.array_equal(numbers[[first]], numbers[[second]], equal_nan=True)
        if not same:
            return False
    return True


def _cast(
    table: Table,
    people: list[Person],
    compiled: CompiledAudience,
    among: NDArray[np.bool_],
    of_row: Mapping[int, NDArray[np.bool_]],
) -> None:
    """Give each person the free member of ``among`` (bool[N]) whose follower counts are nearest, summed over their channels.

    of_row: who may play a row's person beside that, bool[N].
    """
    free = among.copy()
    for person in people:
        distance = np.zeros(compiled.members)
        for c, followers in person.followers.items():
            distance += np.abs(compiled.networks[c].follower_count() - followers)
            distance[~compiled.present_on(c)] = np.inf
        distance[~free] = np.inf
        for row in person.rows:
            if row in of_row:
                distance[~of_row[row]] = np.inf
        person.member = int(np.argmin(distance))
        if not np.isfinite(distance[person.member]):
            names = ", ".join(compiled.channels[c] for c in person.followers)
            raise InputError(f"{table.where(person.rows[0], 'handle')}: no member of {names} is left for {person.handle}: "
                             "the file names more advocates than the audience has members there"
                             + (", or than among leaves" if not among.all() or of_row else ""))  # fmt: skip
        free[person.member] = False


def _followers_notes(table: Table, people: list[Person], compiled: CompiledAudience, tier: Advocates) -> list[str]:
    """What to say where a member has other numbers of followers than the file; from a factor of 10 on an error."""
    notes = []
    for person in people:
        for c, said in person.followers.items():
            network = compiled.networks[c]
            has = int(network.indptr[person.member + 1] - network.indptr[person.member])
            factor = max(said, 1.0) / max(has, 1) if said >= has else max(has, 1) / max(said, 1.0)
            both = f"{person.handle} has {said:,.0f} followers in the file and {has:,} here on {compiled.channels[c]}"
            if said > compiled.members:
                notes.append(
                    f"{both}: the audience of {compiled.members:,} is a sample, and {has / said:.2%} of them can be reached"
                )
            elif factor >= REFUSE_FACTOR and tier.followers_differ != "allow":
                raise InputError(
                    f"{table.where(person.rows[0], 'followers')}: {both}: no member left comes nearer. Give an audience or network "
                    "in which somebody has so many, or say followers_differ: allow"
                )
            elif factor >= WARN_FACTOR:
                notes.append(f"{both}: no member left comes nearer")
    return notes


def _prices(
    table: Table, people: list[Person], tier: Advocates, terms: Terms, notes: list[str]
) -> tuple[NDArray[np.float64], Terms]:
    """(the tier's price of each, float64[A]; their terms). A price for each post is a fee; who is paid otherwise needs no price."""
    if is_per_post(table) and "cost_per" not in tier.model_fields_set:
        title = table.columns["cost_usd"].title
        notes.append(f"column {title!r}: paid for each post that is made; say cost_per: enrolled to pay it once")
        fees = given(table, [p.rows for p in people], [p.handle for p in people], "cost_usd")
        silent = np.isnan(fees) & (terms.of["fee_per_post_usd"] == 0.0) & ~_is_paid(terms)
        default = np.where(silent, float(tier.cost_usd), 0.0)
        if silent.any() and not silent.all():
            _say_default(table, people, np.flatnonzero(silent), "cost_usd", tier)
        return default, replace(
            terms, of={**terms.of, "fee_per_post_usd": terms.of["fee_per_post_usd"] + np.nan_to_num(fees)}
        )
    return _of_person(table, people, "cost_usd", tier, _is_paid(terms)), terms


def _is_paid(terms: Terms) -> NDArray[np.bool_]:
    """Who is paid by something else than the tier's price, bool[A]."""
    amounts = [values for name, values in terms.of.items() if name != "promo_discount"]
    return np.asarray(np.sum(amounts, axis=0) > 0.0)


def _of_person(
    table: Table, people: list[Person], name: str, tier: Advocates, paid: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """A number of each person; rows of one person must agree, and an empty cell takes what the scenario says of the tier.

    paid: who needs none, bool[A]; an empty cell is 0 for them.

    Raises: InputError for an empty cell among filled ones where the scenario says nothing: no price is not a price of 0.
    """
    default = float(getattr(tier, name))
    elsewhere = np.zeros(len(people), bool) if paid is None else paid
    values = given(table, [p.rows for p in people], [p.handle for p in people], name)
    silent = np.isnan(values) & ~elsewhere
    if np.isnan(values).all():
        return np.where(silent, default, 0.0)
    values[elsewhere & np.isnan(values)] = 0.0
    values[silent] = default
    _say_default(table, people, np.flatnonzero(silent), name, tier)
    return values


def _say_default(table: Table, people: list[Person], silent: NDArray[np.int64], name: str, tier: Advocates) -> None:
    """Note who gets the tier's number; InputError where the scenario says none: no price is not a price of 0."""
    for person in (people[i] for i in silent):
        if name not in tier.model_fields_set and not (tier.file is None and name == "willingness"):
            raise table.refusal(
                person.rows[0], name, f"is empty for {person.handle}: fill it, or give campaign.advocates.{name}"
            )
        default = float(getattr(tier, name))
        table.notes.append(
            f"column {table.columns[name].title!r}: nothing for {person.handle}, who gets the tier's {default:g}"
        )


def _fit(
    table: Table,
    people: list[Person],
    name: str,
    weights: Sequence[Mapping[str, float]],
    known: tuple[str, ...],
    notes: list[str],
) -> NDArray[np.float64]:
    """Overlap of each person's words with the content's weights, in [0, 1]: the law of ``match``, with interest 1 or 0."""
    fit = np.ones(len(people))
    if name not in table:
        return fit
    if not known:
        notes.append(
            f"{table.path.name}: column {table.columns[name].title!r} not used: the audience declares no {name}"
        )
        return fit
    by_case = {word.casefold(): word for word in known}
    cells = table.texts(name)
    for i, person in enumerate(people):
        words: set[str] = set()
        for row in person.rows:
            for word in filter(None, (part.strip() for part in re.split(r"[;,/|]", cells[row]))):
                if word.casefold() not in by_case:
                    raise InputError(f"{table.where(row, name)}: {word!r} is unknown; known are {', '.join(known)}")
                words.add(by_case[word.casefold()])
        total = sum(weights[i].values())
        if words and total > 0:
            fit[i] = sum(weight for word, weight in weights[i].items() if word in words) / total
    return fit
