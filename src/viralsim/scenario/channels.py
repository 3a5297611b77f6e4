"""The words of the ``channels`` block: who sees whose posts, how likely, how fast."""

from __future__ import annotations

from typing import Annotated, Literal

from viralsim.scenario.amounts import Money
from viralsim.scenario.blocks import Block, Name, block, key, says_nothing
from viralsim.scenario.random_graphs import RandomGraph
from viralsim.units import Factor, Fraction, Hours, PositiveHours, Probability, Real, Whole

Price = Annotated[float, Money(gt=0, le=1e6, unit="currency per 1,000 impressions")]
EdgeMeans = Literal["source follows target", "source reaches target"]
USER_OR_PRESET = "the user's or a preset's to say"


class Generate(Block):
    """A drawn follower network."""

    mean_following: Annotated[float, Real(gt=0, le=10_000, unit="accounts")] = key(
        30.0, "mean number of accounts that a member follows"
    )
    degree_exponent: Annotated[float, Real(gt=2, le=10)] = key(
        2.4, "exponent of the power law of followers", source="assumption; Higgs Twitter in-degree 2.05, out 2.67, 2012"
    )
    reciprocity: Fraction = key(
        0.4, "share of follows that are returned", source="assumption; Higgs Twitter 0.316, 2012; Digg 0.212, 2009"
    )
    clustering: Fraction = key(0.2, "mean local clustering, a target", source="assumption; Higgs Twitter 0.189, 2012")


class Layer(Block):
    """A network that shares a part of its ties with that of another channel."""

    of: Name = key(..., "the channel whose network is the first layer; it is no layer itself")
    overlap: Fraction = key(0.5, "share of ties that both channels have")


class Network(Block):
    """Who follows whom: generated, a random graph, a layer of another, or of a file (or folder of ``network import``)."""

    generate: Generate | None = key(None, "draw a network", source="off")
    graph: RandomGraph | None = key(None, "draw a random graph of the literature", source="off")
    layer: Layer | None = key(
        None, "share a part of the ties of another channel", source="off", exclude_if=says_nothing
    )
    file: str | None = key(None, "edge file, or folder made by `network import`", source="off")
    edge_means: EdgeMeans | None = key(None, "direction of an edge of the file", source="off")
    tie_strength: str | None = key(None, "column of tie strengths in [0, 1]", source="off")
    influence_weight: str | None = key(None, "column of influence weights, in-sums at most 1", source="off")
    directed: bool = key(True, "false: every edge of the file runs both ways", source="off")
    temporal: bool | None = key(
        None, "true: the file is a table source, target, from, to; a tie is there in the ticks from to to - 1",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip
    tie_sign: str | None = key(
        None, "column of 1 and -1, friends and foes, in a table source, target; for rules that ask for `sign`",
        source="off", exclude_if=says_nothing,
    )  # fmt: skip

    @property
    def drawn_degree(self) -> float | None:
        """About how many follows a member has where the network is drawn, else None."""
        if self.graph is not None:
            return self.graph.mean_degree
        return None if self.generate is None else self.generate.mean_following


class Lognormal(Block):
    """A lognormal delay."""

    median: PositiveHours = key(2.0, "median delay")
    sigma: Annotated[float, Real(ge=0, le=5)] = key(1.2, "standard deviation of the logarithm")


class PowerLaw(Block):
    """Density constant up to a time, then falling as a power."""

    constant_until: PositiveHours = key(
        300 / 3600, "density is constant until then", source="SEISMIC (Zhao et al.), R package seismic, 2015"
    )
    exponent: Annotated[float, Real(gt=1, le=10)] = key(
        1.2314843, "exponent of the density, 1 + theta", source="SEISMIC (Zhao et al.), R package seismic, 2015"
    )


class Exponential(Block):
    """An exponential delay."""

    mean: PositiveHours = key(2.0, "mean delay")


class ReactionDelay(Block):
    """From an impression to the share that answers it; at most one law, else one tick."""

    lognormal: Lognormal | None = key(None, "a lognormal delay", source="off")
    power_law: PowerLaw | None = key(None, "a power law, as SEISMIC has it", source="off")
    exponential: Exponential | None = key(None, "an exponential delay", source="off")
    fixed: Hours | None = key(None, "always this long; null: one tick", source="off")

    @property
    def law(self) -> Literal["lognormal", "power_law", "exponential", "fixed"]:
        """Which law holds."""
        if self.lognormal is not None:
            return "lognormal"
        if self.power_law is not None:
            return "power_law"
        return "fixed" if self.exponential is None else "exponential"


class FollowerElasticity(Block):
    """How expected impressions grow with the followers of whoever posts: as followers to this power; 1: in proportion."""

    roots: Annotated[float, Real(ge=0, le=2)] = key(
        1.0, "of posts that answer no impression, owned ones too", source="off"
    )
    reshares: Annotated[float, Real(ge=0, le=2)] = key(1.0, "of posts that answer an impression", source="off")


class ImpressionDelay(ReactionDelay):
    """From a post to its being seen; one law. Each post has a time scale of its own."""

    fixed: Hours | None = key(None, "always this long", source="off")
    spread: Annotated[float, Real(ge=0, le=5)] = key(
        0.0, "standard deviation of the logarithm of the time scales of posts", source="off"
    )


class Recommended(Block):
    """The channel shows a post to members who need not follow."""

    per_engagement: Annotated[float, Real(ge=0, le=1_000, unit="impressions")] = key(
        1.0, "further impressions that a share or engagement earns, in expectation"
    )
    share: Annotated[float, Real(ge=0, lt=1, unit="fraction")] | None = key(
        None, "instead of per_engagement: what part of all impressions these are, as a dashboard tells", source="off"
    )
    delay: Hours = key(1.0, "from the share or engagement to these impressions")


class Sends(Block):
    """What a dashboard calls shares is reposts, shown to all followers, and private sends to a few: these are the sends."""

    share: Probability = key(..., "of shares that answer an impression, the part that is sent to a few")
    reaches: Annotated[int, Whole(ge=1, le=1_000, unit="followers")] = key(3, "followers that one send goes to")
    trust: Factor = key(1.0, "factor of the response to a send")


class Channel(Block):
    """One follower network."""

    preset: Name | None = key(None, "word of a preset whose numbers hold where this block has none", source="off")
    presence: Annotated[float, Real(gt=0, le=1, unit="fraction")] = key(
        1.0, "share of the members with an account", source="off"
    )
    network: Network = key(..., "who follows whom")
    visibility: Probability | None = key(None, "chance that a follower is shown one post", source=USER_OR_PRESET)
    organic_reach: Annotated[float, Real(gt=0, le=1, unit="fraction")] | None = key(
        None, "instead of visibility: reach of a post / followers, from a dashboard", source=USER_OR_PRESET
    )
    owned_visibility: Probability | None = key(
        None, "chance that a follower of the brand is shown an owned post; left out: as a member's", source="off"
    )
    follower_elasticity: FollowerElasticity | None = key(
        None, "how impressions of a post grow with the poster's followers; left out: in proportion", source="off"
    )
    envelope: Annotated[float, Real(gt=0, le=1, unit="probability")] | None = key(
        None,
        "chance of an impression at which luck is drawn, then thinned; runs with the same one have the same luck; left out: the "
        "highest that any arm, world or hour needs",
        source="off",
    )
    recommended: Recommended | None = key(None, "recommendation beyond followers; left out: off", source="off")
    reaction_delay: ReactionDelay = block(ReactionDelay, "from an impression to the share that answers it")
    impression_delay: ImpressionDelay | None = key(
        None, "from a post to its being seen by followers; left out: at once", source="off"
    )
    sends: Sends | None = key(
        None, "shares that are sent to a few, not posted; left out: none", source="off", exclude_if=says_nothing
    )
    engagement_rate: Probability = key(0.0, "chance of a like or click, of what is left", source="off")
    cpm_usd: Price | None = key(None, "price of 1,000 paid impressions", source=USER_OR_PRESET)
