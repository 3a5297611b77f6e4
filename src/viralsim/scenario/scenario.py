"""A loaded scenario: the spec, its arms, and ``override``, the one door through which a value is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from viralsim.arguments import got, refuse
from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.arms import overlay
from viralsim.scenario.assumptions import Assumption, assumptions_of
from viralsim.scenario.fingerprint import fingerprint
from viralsim.scenario.paths import PathError, nearest, parse_path, put
from viralsim.scenario.reading import Place, write_yaml
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import Until
from viralsim.scenario.trust import with_trusts_at_one
from viralsim.scenario.validation import Origin, arm_spec, base_spec, placed_error


@dataclass(frozen=True, eq=False)
class Scenario:
    """A valid scenario; frozen.

    spec: all values with defaults filled in. folder: relative files resolve against it. source_text: the file as read.
    """

    spec: Spec
    folder: Path
    source_text: str
    data: Mapping[str, Any] = field(repr=False)  # the plain data, as written
    origin: Origin = field(repr=False)
    files: set[str] = field(default_factory=set, repr=False)  # files that are known to exist

    def __repr__(self) -> str:
        arms = ", ".join(self.arm_names)
        return f"Scenario({self.name!r}, arms {arms}, seed {self.seed})"

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.spec.name

    @property
    def seed(self) -> int:
        """The seed of all luck."""
        return self.spec.seed

    @property
    def worlds(self) -> int:
        """Number of worlds of each arm; the most where the file says when there are enough."""
        return self.spec.most_worlds

    @property
    def until(self) -> Until | None:
        """When there are enough worlds; None where their number is given."""
        return None if isinstance(self.spec.worlds, int) else self.spec.worlds.until

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms in the order of the file."""
        return tuple(self.spec.arms)

    def for_arm(self, name: str) -> Spec:
        """The spec with the overlay of one arm; ScenarioError where the arm is unknown or makes no valid scenario."""
        if not isinstance(name, str) or name not in self.spec.arms:
            raise ScenarioError(
                [Problem(f"no arm {got(name)}" + nearest(str(name), self.spec.arms), "arms", file=self.origin.file)]
            )
        return arm_spec(self.data, name, self.folder, self.origin, self.files)

    def arm_specs(self) -> dict[str, Spec]:
        """Every arm after its overlay. Arms share one audience: ScenarioError for an overlay that changes members or networks."""
        specs = {name: self.for_arm(name) for name in self.arm_names}
        for name, spec in specs.items():
            for path, value in _shared(spec).items():
                if value != _shared(self.spec)[path]:
                    raise ScenarioError(
                        [Problem("arms live in the same worlds: overlay channels, content or campaign, not the audience or time",
                                 f"arms.{name}.{path}")]
                    )  # fmt: skip
        return specs

    def placed(self, error: ScenarioError, arm: str | None = None) -> ScenarioError:
        """An error of building the audience, or an arm, with the file and lines of what is wrong."""
        return placed_error(error, self.data, arm, self.origin)

    def override(self, changes: Mapping[str, Any]) -> Scenario:
        """A new scenario with values changed: path -> value. Numbers where a duration stands are hours.

        The base is checked at once, an arm when it is asked for. ScenarioError names each path that leads nowhere and
        each value that the schema refuses.
        """
        data, problems, places = self.data, [], []
        if not isinstance(changes, Mapping) or not all(isinstance(path, str) for path in changes):
            raise refuse("changes", 'a mapping of paths to values such as {"content.post.appeal": 0.05}', changes)
        for path, value in changes.items():
            try:
                place: Place = parse_path(path)
                data = put(data, place, value, hours=True)
                places.append(place)
            except PathError as error:
                problems.append(Problem(str(error), path, file="override"))
        if problems:
            raise ScenarioError(problems)
        origin = self.origin.changed(places)
        return replace(self, spec=base_spec(data, self.folder, origin, self.files), data=data, origin=origin)

    def without(self, block: str) -> Scenario:
        """The scenario without one of its optional top-level blocks, such as ``sweep``."""
        data = {word: value for word, value in self.data.items() if word != block}
        return replace(self, spec=base_spec(data, self.folder, self.origin, self.files), data=data)

    def with_trusts_at_one(self) -> Scenario:
        """The scenario with every ``trust`` and ``conversion_trust`` set to 1, in the arms too."""
        data = with_trusts_at_one(self.data)
        return replace(self, spec=base_spec(data, self.folder, self.origin, self.files), data=data)

    def assumptions(self, arm: str | None = None) -> list[Assumption]:
        """Defaults in force and preset values as (path, value, source), of one arm or of the base."""
        if arm is None:
            return assumptions_of(self.data, self.spec)
        return assumptions_of(overlay(self.data, self.data.get("arms", {}).get(arm)), self.for_arm(arm))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content: defaults filled in, files included; comments and order of keys do not matter."""
        return fingerprint(self.spec, [self.for_arm(name) for name in self.arm_names], self.folder)

    def to_yaml(self) -> str:
        """The scenario as YAML, overrides included, comments not."""
        return write_yaml(dict(self.data))


def _shared(spec: Spec) -> dict[str, object]:
    """What arms have in common, by path."""
    shared: dict[str, object] = {"audience": spec.audience, "tick": spec.tick, "horizon": spec.horizon}
    shared |= {f"channels.{name}.network": channel.network for name, channel in spec.channels.items()}
    return shared | {f"channels.{name}.presence": channel.presence for name, channel in spec.channels.items()}
