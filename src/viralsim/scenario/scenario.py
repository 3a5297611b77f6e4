"""A loaded scenario: the spec, its arms, and ``override``, the one door through which a value is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import flag, got, refuse
from viralsim.errors import Problem, ScenarioError
from viralsim.scenario.arms import overlay
from viralsim.scenario.assumptions import Assumption, assumptions_of
from viralsim.scenario.fingerprint import fingerprint
from viralsim.scenario.joint import check_joint, rows_of
from viralsim.scenario.networks_in_memory import NetworkInMemory, is_in_memory, name_of, refuse_wrong_networks
from viralsim.scenario.paths import PathError, canonical, nearest, parse_path, put
from viralsim.scenario.ranges import Range, check_ranges
from viralsim.scenario.reading import Place, write_yaml
from viralsim.scenario.slots import STUDIES, is_whole
from viralsim.scenario.spec import Spec
from viralsim.scenario.study import Until
from viralsim.scenario.study_checks import check_study
from viralsim.scenario.trust import with_trusts_at_one
from viralsim.scenario.validation import Origin, arm_spec, base_spec, examine_all, placed_error


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
    files: set[str] = field(default_factory=set, repr=False)  # files that are known to exist, and names of ``networks``
    networks: Mapping[str, NetworkInMemory] = field(
        default_factory=dict, repr=False
    )  # in memory, by the names in ``data``

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
        """The spec with the overlay of the arm ``name``; ScenarioError where the arm is unknown or makes no valid scenario."""
        if not isinstance(name, str) or name not in self.spec.arms:
            raise ScenarioError(
                [Problem(f"no arm {got(name)}" + nearest(str(name), self.spec.arms), "arms", file=self.origin.file)]
            )
        if not self.spec.arms[name]:
            return self.spec  # nothing is laid over it, and it was checked
        if name not in self._laid_over:
            self._laid_over[name] = arm_spec(self.data, name, self.folder, self.origin, self.files)
        return self._laid_over[name]

    @cached_property
    def _laid_over(self) -> dict[str, Spec]:
        """Arms with an overlay, once they were asked for: a run asks a dozen times, and each check takes 0.2 ms."""
        return {}

    def arm_specs(self) -> dict[str, Spec]:
        """Every arm after its overlay. Arms share one audience: ScenarioError for an overlay that changes members or networks."""
        specs = {name: self.for_arm(name) for name in self.arm_names}
        common = _shared(self.spec)
        for name, spec in specs.items():
            if spec is self.spec:
                continue
            for path, value in _shared(spec).items():
                if value != common[path]:
                    raise ScenarioError(
                        [Problem("arms live in the same worlds: overlay channels, content or campaign, not the audience or time",
                                 f"arms.{name}.{path}")]
                    )  # fmt: skip
        return specs

    def placed(self, error: ScenarioError, arm: str | None = None) -> ScenarioError:
        """An error of building the audience, or an arm, with the file and lines of what is wrong."""
        return placed_error(error, self.data, arm, self.origin)

    def override(self, changes: Mapping[str, Any], *, hours: bool = True) -> Scenario:
        """A new scenario with values changed by ``changes``: path -> value.

        hours: numbers in place of durations are hours, inside blocks too; False: they are refused, as in a file.

        The base is checked at once, an arm when it is asked for. ScenarioError names each path that leads nowhere and
        each value that the schema refuses.
        """
        flag(hours, "hours")
        data, problems, places = self.data, [], []
        if not isinstance(changes, Mapping) or not all(isinstance(path, str) for path in changes):
            raise refuse("changes", 'a mapping of paths to values such as {"content.post.appeal": 0.05}', changes)
        for path, value in changes.items():
            try:
                place: Place = canonical(parse_path(path))
                data = put(data, place, value, hours=hours)
                places.append(place)
            except PathError as error:
                problems.append(Problem(str(error), path, file="override"))
        if problems:
            raise ScenarioError(problems)
        origin = self.origin.changed(places)
        spec = base_spec(data, self.folder, origin, self.files)
        studies = {place[0] for place in places if place[0] in STUDIES}
        wrong = [one for one in check_study(spec, data, self.folder) if one[0][0] in studies] if studies else []
        if wrong:
            raise origin.error(wrong)
        return replace(self, spec=spec, data=data, origin=origin)

    def at_ends(self, ranges: Mapping[str, tuple[float, float]]) -> tuple[Scenario, Scenario]:
        """The scenario with the lowest value of each of the ``ranges``, path -> (lowest, highest), and with the highest; kept."""
        key = tuple(ranges.items())
        if key not in self._ends:
            low, high = (self.override({path: span[end] for path, span in ranges.items()}) for end in (0, 1))
            self._ends[key] = low, high
        return self._ends[key]

    @cached_property
    def _ends(self) -> dict[tuple[tuple[str, tuple[float, float]], ...], tuple[Scenario, Scenario]]:
        """Scenarios at the ends of ranges, once they were asked for: a run asks for them before it begins, and when it does."""
        return {}

    def with_networks(self, networks: Mapping[str, NetworkInMemory]) -> Scenario:
        """A new scenario whose named channels take these networks, without a file: ``{"instagram": network}``.

        They replace whatever the channels' ``network`` blocks say. Where every channel then has a network of its own, these say
        who is there, and ``audience.members`` is left out. The fingerprint says which networks they are; the YAML text of such a
        scenario names them and cannot be loaded again. InputError for a channel that the scenario does not have, or for
        anything but a ``viralsim.Network``.
        """
        refuse_wrong_networks(networks, self.spec.channels)
        data, places = self.data, []
        for channel, network in networks.items():
            place: Place = ("channels", channel, "network")
            data = put(data, place, {"file": name_of(network)})
            places.append(place)
        generated = [
            name for name, one in self.spec.channels.items() if name not in networks and one.network.file is None
        ]
        if networks and not generated and self.spec.audience.members is not None:
            data = put(data, ("audience", "members"), None)
        held = {name_of(network): network for network in networks.values()}
        files, origin = {*self.files, *held}, self.origin.changed(places)
        spec = base_spec(data, self.folder, origin, files)
        return replace(self, spec=spec, data=data, origin=origin, files=files, networks={**self.networks, **held})

    def with_data(self, data: Mapping[str, Any]) -> Scenario:
        """The scenario with other plain data, checked wholly; its folder and networks stay. ScenarioError has all that is wrong."""
        return replace(self, spec=examine_all(data, self.folder, self.origin, self.files), data=data)

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

    def joint_rows(self) -> dict[str, NDArray[np.float64]]:
        """The rows of ``uncertain.joint``: path -> float64[rows], whole numbers rounded; empty where there are none.

        Raises: InputError where its file cannot be read; ScenarioError for a path or value that the scenario cannot have.
        """
        joint = self.spec.joint
        if joint is None:
            return {}
        wrong = list(check_joint(self.spec, self.data, self.folder))
        if wrong:
            raise self.origin.error(wrong)
        return {
            path: np.rint(values) if is_whole(self.data, path) else values
            for path, values in rows_of(joint, self.folder).values.items()
        }

    def input_ranges(self) -> dict[str, Range]:
        """The ranges of ``uncertain``: path -> distribution and ends; ScenarioError for one that the scenario cannot have."""
        wrong = list(check_ranges(self.spec, self.data))
        if wrong:
            raise self.origin.error(wrong)
        return {path: Range(span, is_whole(self.data, path)) for path, span in self.spec.ranges.items()}

    def to_yaml(self) -> str:
        """The scenario as YAML, overrides included, comments not; a comment says which networks the text cannot hold."""
        told = [
            f"# channels.{name}.network was given in Python (Scenario.with_networks): this text names it and does not hold it\n"
            for name, channel in self.spec.channels.items()
            if is_in_memory(channel.network.file)
        ]
        return "".join(told) + write_yaml(dict(self.data))


def _shared(spec: Spec) -> dict[str, object]:
    """What arms have in common, by path."""
    shared: dict[str, object] = {"audience": spec.audience, "tick": spec.tick, "horizon": spec.horizon}
    shared |= {f"channels.{name}.network": channel.network for name, channel in spec.channels.items()}
    return shared | {f"channels.{name}.presence": channel.presence for name, channel in spec.channels.items()}
