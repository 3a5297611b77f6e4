"""The words of random graphs of the literature, as a channel's network."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from viralsim.scenario.blocks import Block, key, says_nothing
from viralsim.scenario.own_rules import OwnWords
from viralsim.units import Fraction, Real, Whole

Degree = Annotated[float, Real(gt=0, le=10_000, unit="ties")]
Count = Annotated[int, Whole(ge=1, le=10_000, unit="ties")]
DIRECTED = "false: every tie runs both ways"


class ErdosRenyi(Block):
    """Every pair is tied with the same probability."""

    mean_degree: Degree = key(10.0, "mean number of ties of a member")
    directed: bool = key(False, DIRECTED, source="off")


class Configuration(Block):
    """A random graph whose degrees follow a power law."""

    degree_exponent: Annotated[float, Real(gt=2, le=10)] = key(2.5, "exponent of the power law of degrees")
    mean_degree: Degree = key(10.0, "mean number of ties of a member")


class BarabasiAlbert(Block):
    """Newcomers tie to members by their degree."""

    links: Count = key(3, "ties of a newcomer", source="assumption")
    power: Annotated[float, Real(ge=0, le=10)] = key(
        1.0, "power of the degree that draws newcomers", source="Barabasi, Albert 1999"
    )
    directed: bool = key(False, DIRECTED, source="off")


class WattsStrogatz(Block):
    """A ring of neighbours with some ties rewired."""

    neighbours: Annotated[int, Whole(ge=2, le=10_000, unit="ties")] = key(10, "ties of a member on the ring, even")
    rewiring: Fraction = key(0.1, "chance that a tie is rewired", source="assumption")


class StochasticBlock(Block):
    """Ties are likelier within the audience's communities than between them."""

    inside: Annotated[float, Real(ge=0, le=10_000, unit="ties")] = key(8.0, "mean number of ties to the own community")
    outside: Annotated[float, Real(ge=0, le=10_000, unit="ties")] = key(2.0, "mean number of ties to all others")


class ForestFire(Block):
    """Newcomers tie to whom a fire from their ambassadors burns."""

    forward: Annotated[float, Real(ge=0, lt=0.5)] = key(
        0.3, "chance that the fire passes a tie to an older member", source="assumption"
    )
    backward: Fraction = key(0.2, "that of a tie to a newer one, as a share of forward", source="assumption")
    ambassadors: Count = key(1, "members at whom a newcomer's fire begins", source="assumption")
    directed: bool = key(False, DIRECTED, source="off")


class Lfr(Block):
    """Communities and degrees that both follow power laws."""

    mean_degree: Annotated[float, Real(ge=1, le=10_000, unit="ties")] = key(10.0, "mean number of ties of a member")
    most: Count = key(50, "the largest number of ties", source="assumption")
    degree_exponent: Annotated[float, Real(gt=1, le=10)] = key(2.5, "exponent of the power law of degrees")
    community_exponent: Annotated[float, Real(gt=1, le=10)] = key(
        1.5, "that of the sizes of communities", source="Lancichinetti, Fortunato, Radicchi 2008: 1 to 2"
    )
    mixing: Fraction = key(0.2, "share of a member's ties that leave their community", source="assumption")
    smallest_community: Count = key(20, "the smallest community", source="assumption")


class RandomGraph(OwnWords):
    """A random graph of the literature, or a generator of your own; exactly one."""

    place: ClassVar[str] = "generator"

    erdos_renyi: ErdosRenyi | None = key(None, "every pair alike", source="off")
    configuration: Configuration | None = key(None, "power-law degrees", source="off")
    barabasi_albert: BarabasiAlbert | None = key(None, "the rich get richer", source="off")
    watts_strogatz: WattsStrogatz | None = key(None, "a small world", source="off")
    stochastic_block: StochasticBlock | None = key(None, "communities", source="off")
    forest_fire: ForestFire | None = key(None, "a growing graph that densifies", source="off")

    lfr: Lfr | None = key(None, "communities of many sizes", source="off", exclude_if=says_nothing)

    @property
    def chosen(self) -> tuple[str, dict[str, Any]]:
        """The word and its options."""
        for own in self.own.items():
            return own
        word = next(name for name in type(self).model_fields if getattr(self, name) is not None)
        return word, getattr(self, word).model_dump()

    @property
    def mean_degree(self) -> float:
        """About how many ties a member has; of a generator of one's own nothing is known, so 0."""
        if self.forest_fire is not None:
            fire = self.forest_fire
            return 2.0 * fire.ambassadors / (1.0 - fire.forward / (1.0 - fire.forward))
        if self.barabasi_albert is not None:
            return 2.0 * self.barabasi_albert.links
        if self.watts_strogatz is not None:
            return float(self.watts_strogatz.neighbours)
        if self.stochastic_block is not None:
            return self.stochastic_block.inside + self.stochastic_block.outside
        drawn = self.erdos_renyi or self.configuration or self.lfr
        return 0.0 if drawn is None else drawn.mean_degree
