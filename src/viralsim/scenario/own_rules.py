"""Rules of one's own as words of the schema: what is registered for a place is a key, its parameters are numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import ConfigDict, create_model, model_validator

from viralsim.rules import Rule, known
from viralsim.scenario.blocks import Block, key
from viralsim.units import Real

if TYPE_CHECKING:
    from viralsim.scenario.spec import Spec

WIDEST = 1e30  # of a parameter for which the rule names no limits


class OwnWords(Block):
    """A rule of your own, by its word; exactly one. See docs/how-to/own-rule.md."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    place: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _own_words(cls, value: Any) -> Any:
        if isinstance(value, str) and value in known(cls.place):
            value = {value: {}}
        if not isinstance(value, dict):
            return value
        own = {word: said for word, said in value.items() if word not in cls.model_fields}
        if not own:
            return value
        read = words_model(cls.place, tuple(known(cls.place).values())).model_validate(own)
        filled = {word: getattr(read, word).model_dump() for word in own if getattr(read, word) is not None}
        return {**{word: said for word, said in value.items() if word in cls.model_fields}, **filled}

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """Word -> the values of its parameters."""
        return dict(self.model_extra or {})


class OwnShareProbability(OwnWords):
    """The share probability by a rule of your own."""

    place: ClassVar[str] = "share_probability"


class OwnResponse(OwnWords):
    """The response to an impression by a rule of your own."""

    place: ClassVar[str] = "response"


class OwnMeasures(OwnWords):
    """Measures of your own, by their words."""

    place: ClassVar[str] = "measure"


@lru_cache(maxsize=256)
def parameters_model(rule: Rule) -> type[Block]:
    """The parameters of a rule as a block."""
    fields: dict[str, Any] = {
        name: (Annotated[float, Real(ge=low, le=high)], key(default, "a parameter of the rule"))
        for name, default in rule.parameters.items()
        for low, high in (rule.limits.get(name, (-WIDEST, WIDEST)),)
    }
    model: type[Block] = create_model(f"own_{rule.word}", __base__=Block, __doc__=f"The rule {rule.word}.", **fields)
    return model


@lru_cache(maxsize=64)
def words_model(place: str, rules: tuple[Rule, ...]) -> type[Block]:
    """The registered words of a place as keys of a block."""
    fields: dict[str, Any] = {
        rule.word: (parameters_model(rule) | None, key(None, "a rule of your own")) for rule in rules
    }
    model: type[Block] = create_model(f"own_{place}", __base__=Block, __doc__="Rules of your own.", **fields)
    return model


def own_rules_of(spec: Spec) -> list[Rule]:
    """The rules that a scenario, or an arm of it, names, each once, by place and word.

    Raises: KeyError where one is no longer registered.
    """
    named = sorted(set(_named(spec)))
    return [known(place)[word] for place, word in named]


def _named(spec: Spec) -> Iterator[tuple[str, str]]:
    for content in spec.content.values():
        blocks: tuple[OwnWords | None, ...] = (content.reinforcement, content.share_probability, content.response)
        for block in blocks:
            if block is not None:
                yield from ((block.place, word) for word in block.own)
    for channel in spec.channels.values():
        graph = channel.network.graph
        yield from (("generator", word) for word in ([] if graph is None else graph.own))
    yield from (("measure", word) for word in ([] if spec.measures is None else spec.measures.own))


def digests(specs: Iterator[Spec] | list[Spec]) -> list[tuple[str, str, str]]:
    """(place, word, digest) of every rule that any of the specs names; empty where none does."""
    found = {(rule.place, rule.word, rule.digest) for spec in specs for rule in own_rules_of(spec)}
    return sorted(found)
