"""GraphML and GEXF, event by event: nodes by the ids of the XML, edges each with its own direction.

By expat and not by a graph library, since igraph puts an attribute called ``id`` in the place of the XML's ids and reads
every edge as the graph's kind, and networkx refuses graphs with edges of both kinds.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from xml.parsers import expat

from viralsim.errors import NetworkError
from viralsim.population.importers.formats.parsed import (
    Asked,
    Parsed,
    by_kind,
    edges_between,
    refuse_twice,
    renamed,
    weight_column,
)

NAMES = ("label", "name", "v_name", "id")  # attributes of nodes that are mentioned where they differ from the ids


class _Graph(ABC):
    """What the events of an XML file have said so far."""

    where = ""

    def __init__(self, path: Path, data: bytes, asked: Asked) -> None:
        self.path, self.asked = path, asked
        self.nodes: list[str] = []
        self.source: list[str] = []
        self.target: list[str] = []
        self.directed: list[bool] = []
        self.places: list[str] = []
        self.node_names: dict[str, dict[int, str]] = {}  # by attribute
        self.weights: dict[str, dict[int, str]] = {}
        self.defaults: dict[str, str] = {}  # of attributes of edges
        self.graphs = 0
        self.way = True
        self.inside: list[str] = []
        self.keys: dict[str, tuple[str, str]] = {}  # id of an attribute -> (of what, name)
        self.text: list[str] | None = None
        self.attribute = ""
        self.of = ""
        recoded = re.search(rb"encoding=.utf-?16", data[:200], re.IGNORECASE)  # to UTF-8, whatever it still says
        self.parser = expat.ParserCreate("utf-8" if recoded else None, " ")

    def refuse(self, problem: str) -> NetworkError:
        return NetworkError(f"{self.path}:{self.parser.CurrentLineNumber}: {problem}")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(" ", 1)[-1]
        self.inside.append(name)
        method = getattr(self, f"_{name}", None)
        if method is not None:
            method(attributes)

    def end(self, tag: str) -> None:
        name = self.inside.pop()
        if self.text is not None and name in ("data", "default"):
            self._keep(name, "".join(self.text).strip())
            self.text = None
        if name in ("node", "edge"):
            self.of = ""

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _keep(self, name: str, value: str) -> None:
        of, attribute = self.keys.get(self.attribute, ("", self.attribute))
        if name == "default":
            if of in ("edge", "all"):
                self.defaults[attribute] = value
        elif self.of == "node":
            self.node_names.setdefault(attribute, {})[len(self.nodes) - 1] = value
        elif self.of == "edge":
            self.weights.setdefault(attribute, {})[len(self.source) - 1] = value

    def _graph(self, attributes: dict[str, str]) -> None:
        self.graphs += self.inside.count("graph") == 1
        if self.graphs > 1:
            raise self.refuse("the file holds several graphs; name a file with one")
        self.way = self._default_way(attributes)

    @abstractmethod
    def _default_way(self, attributes: dict[str, str]) -> bool:
        """Whether edges run one way where they do not say so themselves."""

    @abstractmethod
    def _way(self, attributes: dict[str, str]) -> bool:
        """Whether an edge runs one way."""

    def _node(self, attributes: dict[str, str]) -> None:
        if "id" not in attributes:
            raise self.refuse("a node has no id; export the graph again")
        self.of = "node"
        self.nodes.append(attributes["id"].strip())

    def _edge(self, attributes: dict[str, str]) -> None:
        if "source" not in attributes or "target" not in attributes:
            raise self.refuse("an edge has no source or no target; export the graph again")
        self.of = "edge"
        self.source.append(attributes["source"].strip())
        self.target.append(attributes["target"].strip())
        self.directed.append(self._way(attributes))
        self.places.append(f":{self.parser.CurrentLineNumber}")


class _GraphML(_Graph):
    where = "edgedefault and directed of the GraphML"

    def _default_way(self, attributes: dict[str, str]) -> bool:
        way = attributes.get("edgedefault", "directed")
        if way not in ("directed", "undirected"):
            raise self.refuse(f'edgedefault must be "directed" or "undirected", got {way[:40]!r}')
        return way == "directed"

    def _way(self, attributes: dict[str, str]) -> bool:
        own = attributes.get("directed")
        if own not in (None, "true", "false"):
            raise self.refuse(f'directed must be "true" or "false", got {str(own)[:40]!r}')
        return self.way if own is None else own == "true"

    def _hyperedge(self, attributes: dict[str, str]) -> None:
        raise self.refuse("an edge between more than two nodes; write a pair for each two of them")

    def _key(self, attributes: dict[str, str]) -> None:
        name = attributes.get("attr.name", attributes.get("id", ""))
        self.keys[attributes.get("id", "")] = (attributes.get("for", "all"), name)
        self.attribute = attributes.get("id", "")

    def _default(self, attributes: dict[str, str]) -> None:
        self.text = []

    def _data(self, attributes: dict[str, str]) -> None:
        self.text, self.attribute = [], attributes.get("key", "")


class _GEXF(_Graph):
    where = "defaultedgetype and type of the GEXF"

    def __init__(self, path: Path, data: bytes, asked: Asked) -> None:
        super().__init__(path, data, asked)
        self.group = ""

    def _default_way(self, attributes: dict[str, str]) -> bool:
        way = attributes.get("defaultedgetype", "undirected")  # as the format's document says
        if way not in ("directed", "undirected", "mutual"):
            raise self.refuse(f"defaultedgetype {way[:40]!r} is unknown; use directed or undirected")
        return way == "directed"

    def _way(self, attributes: dict[str, str]) -> bool:
        own = attributes.get("type")
        if own not in (None, "directed", "undirected", "mutual"):
            raise self.refuse(f"type {str(own)[:40]!r} of an edge is unknown; use directed or undirected")
        return self.way if own is None else own == "directed"

    def _attributes(self, attributes: dict[str, str]) -> None:
        self.group = attributes.get("class", "")

    def _attribute(self, attributes: dict[str, str]) -> None:
        self.attribute = f"{self.group} {attributes.get('id', '')}"
        self.keys[self.attribute] = (self.group, attributes.get("title", attributes.get("id", "")))

    def _default(self, attributes: dict[str, str]) -> None:
        self.text = []

    def _node(self, attributes: dict[str, str]) -> None:
        super()._node(attributes)
        if "label" in attributes:
            self.node_names.setdefault("label", {})[len(self.nodes) - 1] = attributes["label"].strip()

    def _edge(self, attributes: dict[str, str]) -> None:
        super()._edge(attributes)
        if "weight" in attributes:
            self.weights.setdefault("weight", {})[len(self.source) - 1] = attributes["weight"]

    def _attvalue(self, attributes: dict[str, str]) -> None:
        self.attribute = f"{self.of} {attributes.get('for', attributes.get('id', ''))}"
        self._keep("data", attributes.get("value", "").strip())


def read_graphml(path: Path, data: bytes, asked: Asked) -> Parsed:
    """The graph of a GraphML file."""
    return _read(_GraphML(path, data, asked), data)


def read_gexf(path: Path, data: bytes, asked: Asked) -> Parsed:
    """The graph of a GEXF file; when its edges were there is left out."""
    return _read(_GEXF(path, data, asked), data)


def _read(graph: _GraphML | _GEXF, data: bytes) -> Parsed:
    path, parser = graph.path, graph.parser

    def bomb(*said: Any) -> None:
        if len(said) > 4 or said[-1]:  # an entity, or a document type that may declare some; a bare one is harmless
            raise graph.refuse("XML with entities or declarations of its own is refused; export it without")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = bomb
    parser.StartElementHandler, parser.EndElementHandler = graph.start, graph.end
    parser.CharacterDataHandler = graph.data
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NetworkError(f"{path}:{error.lineno}: XML that cannot be read ({error}); export it again") from None
    except NetworkError:
        raise
    except (ValueError, LookupError) as error:
        raise NetworkError(f"{path}: XML in an encoding that cannot be read ({error}); save it as UTF-8") from None
    if not graph.nodes:
        raise NetworkError(f"{path}: the graph has no nodes; export it again")
    return _parsed(graph)


def _parsed(graph: _GraphML | _GEXF) -> Parsed:
    path, asked, notes = graph.path, graph.asked, []
    refuse_twice(path, graph.nodes)
    known = set(graph.nodes)
    for place, *ends in zip(graph.places, graph.source, graph.target, strict=True):
        for end in ends:
            if end not in known:
                raise NetworkError(f"{path}{place}: an edge names node {end[:60]!r}, which is not there; add it")
    weights = {
        name: weight_column(path, name, _values(graph, attribute, name), graph.places)
        for name, attribute in asked.weights().items()
    }
    edges = edges_between(path, graph.nodes, graph.source, graph.target, weights)
    if asked.ids_from is not None:
        values = graph.node_names.get(asked.ids_from)
        if values is None:
            there = ", ".join(sorted(graph.node_names)) or "none"
            raise NetworkError(f'{path}: ids_from: nodes have no attribute "{asked.ids_from}"; they have: {there}')
        edges = renamed(path, edges, [values.get(i, "") for i in range(len(graph.nodes))])
    else:
        notes += _other_names(graph)
    unread = sorted({*graph.weights, *graph.defaults} - set(asked.weights().values()))
    if unread:
        notes.append(f"attributes of edges not read: {', '.join(unread[:8])} (name one in tie_strength to use it)")
    edges, stated = by_kind(edges, graph.directed or [graph.way], graph.where, notes)
    return Parsed(edges, stated, [f"{path.name}: {note}" for note in notes])


def _values(graph: _GraphML | _GEXF, attribute: str, name: str) -> list[str | None]:
    """An attribute of every edge."""
    values, default = graph.weights.get(attribute, {}), graph.defaults.get(attribute)
    if not values and default is None:
        there = ", ".join(sorted({*graph.weights, *graph.defaults})) or "none"
        raise NetworkError(f'{graph.path}: {name}: edges have no attribute "{attribute}"; they have: {there}')
    return [values.get(i, default) for i in range(len(graph.source))]


def _other_names(graph: _GraphML | _GEXF) -> list[str]:
    for attribute in NAMES:
        values = graph.node_names.get(attribute, {})
        if len(values) == len(graph.nodes) and any(values[i] != node for i, node in enumerate(graph.nodes)):
            return [
                f"ids are those of the XML; nodes also have {attribute!r} (such as {values[0][:40]!r}), which ids_from takes"
            ]
    return []
