"""Arms after their overlays: they live in the same worlds, so an overlay leaves audience and time alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from viralsim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from viralsim.scenario.scenario import Scenario


def check_overlays(scenario: Scenario, specs: Mapping[str, Any]) -> None:
    """Arms share one audience: an overlay that changes members or networks is refused."""
    base = scenario.spec
    for name, spec in specs.items():
        fixed = [
            ("audience", spec.audience, base.audience),
            ("tick", spec.tick, base.tick),
            ("horizon", spec.horizon, base.horizon),
        ]
        fixed += [(f"channels.{c}.network", spec.channels[c].network, base.channels[c].network) for c in base.channels]
        fixed += [
            (f"channels.{c}.presence", spec.channels[c].presence, base.channels[c].presence) for c in base.channels
        ]
        for path, own, shared in fixed:
            if own != shared:
                raise ScenarioError(
                    [Problem("arms live in the same worlds: overlay channels, content or campaign, not the audience or time",
                             f"arms.{name}.{path}")]
                )  # fmt: skip


def arm_specs(scenario: Scenario) -> dict[str, Any]:
    """Every arm of the scenario after its overlay."""
    specs = {name: scenario.for_arm(name) for name in scenario.arm_names}
    check_overlays(scenario, specs)
    return specs
