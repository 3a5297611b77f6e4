"""A channel's network: for every member, who is shown what that member posts."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viralsim.arguments import file_path, flag, integer_at_least, is_single, is_whole, refuse
from viralsim.errors import InputError, NetworkError
from viralsim.errors import ViralsimWarning as ViralsimWarning
from viralsim.member_names import find_members
from viralsim.population.importers.labels import (
    LARGEST_MEMBER,
    column,
    is_label_array,
    member_numbers,
    number_labels,
    unique_labels,
)
from viralsim.population.network.edges import Edges, build_rows, dropped_edges, is_signs, refuse_sparse_ids, reverses
from viralsim.population.network.spans import TieSpans

if TYPE_CHECKING:
    import pandas as pd

REACHES = "source reaches target"
BUILD = "build networks with Network.from_edges"


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Rows of followers (compressed sparse rows): information flows from a row's member to those listed in it.

    ``followers[indptr[u]:indptr[u + 1]]`` lists, ascending and without repeats, who is shown what ``u`` posts.

    indptr: int64[N + 1]. followers: int32[E]. tie_strength: float32[E] in [0, 1] or None (1 for all).
    influence_weight: float32[E], sums over the sources of a member at most 1, or None. ids: the original labels [N],
    or None where they are ``0..N-1``. edge_position: int64[E_given], where each edge given to ``from_edges`` lies
    (a parallel edge at the place of the first of its kind, a self-loop at -1), or None. notes: what was left out or assumed when
    it was read. spans: when each follow is there, for ties that come and go; None: always. tie_sign: int8[E], 1 of friends and
    -1 of foes, for rules of one's own that ask for ``sign``; None where ties have none.
    """

    indptr: NDArray[np.int64]
    followers: NDArray[np.int32]
    tie_strength: NDArray[np.float32] | None = None
    influence_weight: NDArray[np.float32] | None = None
    ids: NDArray[Any] | None = None
    edge_position: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    spans: TieSpans | None = None
    tie_sign: NDArray[np.int8] | None = None

    def __post_init__(self) -> None:
        for name in ("indptr", "followers"):
            if not isinstance(getattr(self, name), np.ndarray) or getattr(self, name).ndim != 1:
                raise refuse(name, "a one-dimensional array", getattr(self, name), BUILD, NetworkError)
        if self.indptr.dtype != np.int64 or self.followers.dtype != np.int32:
            raise NetworkError(f"indptr must be int64 and followers int32: {BUILD}")
        if len(self.indptr) == 0 or int(self.indptr[0]) != 0 or int(self.indptr[-1]) != len(self.followers):
            raise NetworkError(f"indptr must start at 0 and end at the number of follows: {BUILD}")
        if (np.diff(self.indptr) < 0).any():
            raise NetworkError(f"indptr must rise from row to row: {BUILD}")
        if self.follows and not 0 <= self.followers.min() <= self.followers.max() < self.members:
            raise NetworkError(f"followers must be member numbers 0..{self.members - 1}: {BUILD}")
        for name in ("tie_strength", "influence_weight"):
            values = getattr(self, name)
            if values is not None and (values.dtype != np.float32 or len(values) != len(self.followers)):
                raise NetworkError(f"{name} must be float32, one per follow: {BUILD}")
        if self.tie_sign is not None and not is_signs(self.tie_sign, self.follows):
            raise NetworkError(f"tie_sign must be int8, 1 or -1 per follow: {BUILD}")
        if self.ids is not None and len(self.ids) != self.members:
            raise NetworkError(f"ids must have one entry per member: {self.members}, got {len(self.ids)}")
        if self.spans is not None and (
            not isinstance(self.spans, TieSpans) or np.shape(self.spans.start) != (self.follows + 1,)
        ):
            raise refuse("spans", "those of from_temporal_edges", self.spans, BUILD, NetworkError)

    def __repr__(self) -> str:
        return f"Network(members={self.members}, follows={self.follows})"

    @property
    def members(self) -> int:
        """Number of members N."""
        return len(self.indptr) - 1

    @property
    def follows(self) -> int:
        """Number of follows E: ordered pairs (who posts, who is shown it)."""
        return len(self.followers)

    def follower_count(self) -> NDArray[np.int64]:
        """How many are shown what each member posts: int64[N]."""
        return np.diff(self.indptr)

    def following_count(self) -> NDArray[np.int32]:
        """How many members each member follows (in-degree of the information flow): int32[N]."""
        from viralsim.population.network.csr import count_entries

        count: NDArray[np.int32] = count_entries(self.members, self.followers)
        return count

    def sources(self) -> NDArray[np.int32]:
        """The poster of each follow: int32[E], the row number of each entry of ``followers``."""
        return np.repeat(np.arange(self.members, dtype=np.int32), self.follower_count())

    def without_edge_position(self) -> Network:
        """The same network without the memory of the order in which edges were given (8 bytes a given edge)."""
        return replace(self, edge_position=None, notes=())

    def placed(self, who: NDArray[np.int64], members: int) -> Network:
        """The network as that of the members ``who`` (int64[N], ascending) among ``members``; the others have no follows."""
        row_length = np.zeros(members, np.int64)
        row_length[who] = self.follower_count()
        indptr = np.concatenate([[0], np.cumsum(row_length)])
        followers: NDArray[np.int32] = who.astype(np.int32)[self.followers]
        return replace(self, indptr=indptr, followers=followers, ids=None, edge_position=None, notes=())

    def fingerprint(self) -> str:
        """A hash of what a world can see of the network: rows, tie strengths, weights. Ids are left out."""
        from hashlib import blake2b

        digest = blake2b(digest_size=16)
        for array in (self.indptr, self.followers, self.tie_strength, self.influence_weight, *(self.spans or ())):
            digest.update(b"|" if array is None else np.ascontiguousarray(array).view(np.uint8).data)
        if self.tie_sign is not None:  # what has none keeps the fingerprint that it had before ties had signs
            digest.update(np.ascontiguousarray(self.tie_sign).view(np.uint8).data)
        return digest.hexdigest()

    @classmethod
    def read(
        cls,
        path: str | Path,
        edge_means: str = REACHES,
        directed: bool | None = None,
        tie_strength: str | int | None = None,
        influence_weight: str | int | None = None,
        sep: str | None = None,
        ids_from: str | None = None,
        tie_sign: str | None = None,
    ) -> Network:
        """The network of the file at ``path``, of any known format, or of a folder; see ``importers.read.read_network``.

        edge_means: "source reaches target" or "source follows target". tie_strength, influence_weight: columns, by name or
        number. sep: the separator; None finds it. ids_from: a file with a row per member. directed: None is what the file
        states, else True. tie_sign: a column of 1 and -1, in a table with source and target.
        ``notes`` says what was left out, assumed or odd. Raises NetworkError with file, line and remedy.
        """
        from viralsim.population.importers.read import read_with_notes
        from viralsim.population.importers.tie_tables import read_signed

        file_path(path, "path")
        if directed is not None:
            flag(directed, "directed")
        columns = (("tie_strength", tie_strength), ("influence_weight", influence_weight))
        words = (("sep", sep), ("ids_from", ids_from))
        for name, key in columns:
            if key is not None and not isinstance(key, str) and not is_whole(key):
                raise refuse(name, "the name of a column or its number", key, error=NetworkError)
        for name, word in (*words, ("tie_sign", tie_sign)):
            if word is not None and not (isinstance(word, str) and word):
                raise refuse(name, "text", word, error=NetworkError)
        if tie_sign is not None:
            given = [name for name, value in (*columns, *words) if value is not None]
            if given:
                raise NetworkError(f"{given[0]}: is not read of a network with signs: leave it out")
            return read_signed(path, tie_sign, edge_means, directed)
        return read_with_notes(
            path, edge_means=edge_means, directed=directed, tie_strength=tie_strength, influence_weight=influence_weight,
            sep=sep, ids_from=ids_from,
        )  # fmt: skip

    @classmethod
    def open(cls, folder: str | Path) -> Network:
        """Map the ``folder`` that ``save`` or ``network import`` wrote; NetworkError where it holds none, or a torn one."""
        from viralsim.population.network.storage import open_network

        return open_network(file_path(folder, "folder"))

    def save(self, folder: str | Path) -> None:
        """Write the network as a folder for ``open``, whole or not at all. NetworkError where the folder is taken."""
        from viralsim.population.network.storage import save_network

        save_network(self, file_path(folder, "folder"))

    def numbers_of(self, labels: ArrayLike | Sequence[Any]) -> NDArray[np.int64]:
        """The positions of members by their ``labels``, ids (or numbers where there are none): int64[labels], in the order given.

        Raises: InputError that names what is not there, is negative, or no whole number.
        """
        given = np.asarray(labels, dtype=object).reshape(-1).tolist()
        found, wrong = find_members(given, self.members, self.ids, repeats=True)
        if wrong:
            raise InputError(f"labels: {wrong[0].sentence}")
        return found

    @classmethod
    def generate(cls, word: str, members: int, seed: int = 1, **options: Any) -> Network:
        """A random graph of the literature, by its word.

        options: of erdos_renyi mean_degree, directed; of configuration degrees, or degree_exponent and mean_degree; of
        barabasi_albert links, power, directed; of watts_strogatz neighbours, rewiring; of stochastic_block blocks (how
        many, or one per member), inside, outside; of forest_fire forward, backward, ambassadors, directed; of lfr
        mean_degree, most, degree_exponent, community_exponent, mixing, smallest_community; of a generator of your own its
        parameters. Undirected graphs have both arcs of each edge; newcomers of a directed growing graph follow those whom
        they find. Drawn with igraph where it has the model: the same version, word, members, seed and options give the same
        graph.

        Raises InputError for another word, option or value.
        """
        from viralsim.population.generators.random_graphs import random_graph

        return random_graph(word, members, seed, **options)

    @classmethod
    def from_edges(
        cls,
        source: ArrayLike,
        target: ArrayLike,
        members: int | None = None,
        *,
        tie_strength: ArrayLike | None = None,
        influence_weight: ArrayLike | None = None,
        ids: ArrayLike | None = None,
        keep_edge_order: bool = True,
        directed: bool = True,
        tie_sign: ArrayLike | None = None,
    ) -> Network:
        """Build a network from edges; information flows from ``source`` to ``target``.

        source, target: [E] whole numbers (member numbers ``0..members-1``) or text and other labels, which are
        numbered in sorted order (or in the order of ``ids`` where given) and kept in ``ids``. members: the number of
        members; left out: the largest number plus 1, or the number of labels. tie_strength: [E] in [0, 1].
        influence_weight: [E], the weights into one member sum to at most 1. keep_edge_order: fill ``edge_position``;
        without it, numbers given one per edge elsewhere are taken in row order, and not in the order given here.
        directed: False gives both arcs of each edge; ``edge_position`` then holds the E arcs as given and after
        them the E reversed ones. tie_sign: [E] of 1 and -1.

        Self-loops and parallel edges are dropped, and a ``ViralsimWarning`` counts them; the first of parallel
        edges keeps its strength. O(members + E). Raises ``NetworkError`` for what cannot be a network.
        """
        src, dst = column(source, "source"), column(target, "target")
        if len(src) != len(dst):
            raise NetworkError(f"source has {len(src)} entries and target {len(dst)}: give one of each per edge")
        labels = None if ids is None else unique_labels(column(ids, "ids"))
        flag(directed, "directed")
        flag(keep_edge_order, "keep_edge_order")
        if members is not None:
            integer_at_least(members, "members", 0, LARGEST_MEMBER + 1, NetworkError)
        if members is None and labels is not None:
            members = len(labels)
        if is_label_array(src) or is_label_array(dst):
            a, b, labels = number_labels(src, dst, labels)
            if members is not None and members != len(labels):
                raise NetworkError(
                    f"members is {members} but the labels of the edges name {len(labels)}; pass ids= with all members"
                )
            members = len(labels)
        else:
            a, b = member_numbers(src, "source", members), member_numbers(dst, "target", members)
            if members is None:
                members = 1 + int(max(a.max(initial=-1), b.max(initial=-1)))
                refuse_sparse_ids(members, len(a))
        ends = a.astype(np.int32), b.astype(np.int32)
        given = Edges(*ends, int(members), tie_strength, influence_weight, labels, directed, tie_sign)
        return cls.of_edges(given, keep_edge_order=keep_edge_order)

    @classmethod
    def from_temporal_edges(
        cls, source: ArrayLike, target: ArrayLike, from_tick: ArrayLike, to_tick: ArrayLike, members: int | None = None,
        *, ids: ArrayLike | None = None, directed: bool = True,
    ) -> Network:  # fmt: skip
        """A network whose ties come and go: a tie is there in the ticks ``from_tick <= t < to_tick`` of its row, each [E].

        A tie may have several rows; those that overlap are joined. Positions in a row, and so the luck of an impression, are those
        of the network of all ties that ever are: one that is always there has the worlds of ``from_edges``. source, target,
        members, ids, directed: as in ``from_edges``. Raises NetworkError for ticks that are none.
        """
        from viralsim.population.network.spans import spans_of_edges

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ViralsimWarning)  # a tie with two spans is no parallel edge
            network = cls.from_edges(source, target, members, ids=ids, directed=directed)
        twice = 1 if directed else 2
        first, last = (np.tile(np.asarray(ticks), twice) for ticks in (from_tick, to_tick))
        position = cast("NDArray[np.int64]", network.edge_position)
        return replace(network, spans=spans_of_edges(position, first, last, network.follows), edge_position=None)

    def snapshot(self, tick: int | None = None) -> Network:
        """The network of the ties that are there in ``tick``, without times; of all that ever are if no tick is given.

        Strengths, weights and signs go with their ties; members and ids stay. Raises NetworkError for what is no tick.
        """
        from viralsim.population.network.spans import snapshot_of

        return snapshot_of(self, tick)

    @classmethod
    def of_edges(
        cls, edges: Edges, notes: tuple[str, ...] = (), *, edge_means: str = REACHES, keep_edge_order: bool = True
    ) -> Network:  # fmt: skip
        """Build a network of ``Edges`` whose member numbers are known to be good; see ``from_edges``."""
        if reverses(edge_means):
            edges = edges._replace(source=edges.target, target=edges.source)
        rows = build_rows(edges, keep_edge_order)
        if rows.loops or rows.parallels:
            warnings.warn(dropped_edges(rows.loops, rows.parallels), ViralsimWarning, stacklevel=3)
        return cls(
            rows.indptr,
            rows.followers,
            rows.tie_strength,
            rows.influence_weight,
            edges.ids,
            rows.position,
            notes,
            tie_sign=rows.tie_sign,
        )

    @classmethod
    def from_networkx(
        cls, graph: Any, *, tie_strength: str | None = None, influence_weight: str | None = None, edge_means: str = REACHES
    ) -> Network:  # fmt: skip
        """A network of a networkx graph: members in the order of its nodes, whose labels become the ids.

        tie_strength, influence_weight: names of edge attributes; others are not read: ``notes`` says so, and a ``ViralsimWarning``
        where they are numbers other than 1. edge_means: "source reaches target" or "source follows target". An undirected graph
        gives both arcs of each edge. Raises NetworkError for what is no graph, or has no such attribute.
        """
        from viralsim.population.importers.adapters import edges_of_networkx

        return cls.of_edges(*edges_of_networkx(graph, tie_strength, influence_weight), edge_means=edge_means)

    @classmethod
    def from_igraph(
        cls, graph: Any, *, tie_strength: str | None = None, influence_weight: str | None = None, edge_means: str = REACHES
    ) -> Network:  # fmt: skip
        """An igraph graph as in ``from_networkx``; the vertex attribute ``name`` (else ``id``) becomes the ids; or NetworkError."""
        from viralsim.population.importers.adapters import edges_of_igraph

        return cls.of_edges(*edges_of_igraph(graph, tie_strength, influence_weight), edge_means=edge_means)

    @classmethod
    def from_scipy(
        cls, matrix: Any, *, weighted: bool = False, directed: bool = True, ids: ArrayLike | None = None, edge_means: str = REACHES
    ) -> Network:  # fmt: skip
        """A network of a square scipy sparse matrix or array: an entry in row u, column v is an edge u to v.

        weighted: take the entries as tie strengths; else their sizes are not read, with a ``ViralsimWarning`` where they are not 1.
        directed: False adds the transposed entries. ids: as in ``from_edges``, edge_means as in ``from_networkx``. Raises
        NetworkError for what is no such matrix.
        """
        from viralsim.population.importers.adapters import edges_of_scipy

        return cls.of_edges(*edges_of_scipy(matrix, weighted, directed, ids), edge_means=edge_means)

    @classmethod
    def from_pandas(
        cls,
        frame: pd.DataFrame,
        source: str,
        target: str,
        *,
        edge_means: str = REACHES,
        tie_strength: str | None = None,
        influence_weight: str | None = None,
        members: int | None = None,
        ids: ArrayLike | None = None,
        directed: bool = True,
    ) -> Network:
        """A row of ``frame`` per edge: source, target, tie_strength, influence_weight name columns; or NetworkError.

        members, ids, directed: as in ``from_edges``; edge_means as in ``from_networkx``. ``notes`` names the columns that were not
        read, and a ``ViralsimWarning`` one that is called like a weight.
        """
        from viralsim.population.importers.unread import unread_columns

        if not hasattr(frame, "columns"):
            raise refuse("frame", "a DataFrame", frame, error=NetworkError)
        for name in (source, target, *(one for one in (tie_strength, influence_weight) if one is not None)):
            if is_single(name) is False or name not in frame.columns:
                known = ", ".join(map(str, frame.columns))
                raise NetworkError(f'the table has no column "{name}"; it has: {known}')
        if reverses(edge_means):
            source, target = target, source
        strength, weight = (
            None if name is None else frame[name].to_numpy() for name in (tie_strength, influence_weight)
        )
        network = cls.from_edges(
            frame[source].to_numpy(), frame[target].to_numpy(), members, tie_strength=strength, influence_weight=weight,
            ids=ids, directed=directed,
        )  # fmt: skip
        asked = (source, target, tie_strength, influence_weight)
        return replace(network, notes=unread_columns(dict(frame.items()), asked))
