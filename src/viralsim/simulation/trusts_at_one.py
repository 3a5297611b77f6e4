"""The arms once more with every trust at 1, for the verdict: in as many worlds as the signs of their differences need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from viralsim.campaign.shared_arrays import CompiledAudience
from viralsim.records.merge import join_worlds
from viralsim.records.record import ArmOutcomes
from viralsim.scenario import Scenario
from viralsim.simulation.all_arms import run_all
from viralsim.simulation.run import Progress, Run, join

FIRST_WORLDS = 60  # where all is clear after these, no more are run
TRUST_WORLDS = 200  # it asks for a sign, not for digits
CLEAR = 4.0  # standard errors between a difference and whatever would be another finding


def measures_with_trusts_at_one(
    run: Run, compiled_audiences: list[CompiledAudience], watch: Progress | None
) -> dict[str, Any] | None:
    """The same arms with every trust at 1, where some trust is not, in the first worlds: measures by arm.

    Arms that no trust touches are not run again. Raises KeyboardInterrupt where someone stopped it.
    """
    scenario = run.scenario.with_trusts_at_one()
    touched = tuple(name for name in run.names if scenario.for_arm(name) != run.scenario.for_arm(name))
    if not touched:
        return None
    as_it_is = {name: join(run, name)[0].measures for name in run.names}
    looks = [min(count, len(run.worlds)) for count in (FIRST_WORLDS, TRUST_WORLDS)]
    parts: dict[str, list[tuple[Any, ArmOutcomes]]] = {name: [] for name in touched}
    found: dict[str, Any] = {}
    for first, last in zip([0, *looks], looks, strict=False):
        if first == last:
            break
        again = Run(scenario, run.seed, run.worlds[first:last], touched, run.threads, watch)
        run_all(again, compiled_audiences)
        for name in touched:
            parts[name].append((np.arange(first, last), join(again, name)[0]))
        joined = {name: join_worlds(parts[name], last).measures for name in touched}
        found = {
            name: joined[name] if name in joined else {key: values[:last] for key, values in as_it_is[name].items()}
            for name in run.names
        }
        if _is_clear(scenario, found, run.names):
            break
    return found


def _is_clear(scenario: Scenario, found: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Whether more worlds would hardly change a finding: each difference is far from 0 and from the smallest that matters.

    Not where worlds share an audience or a row of a posterior: the errors of findings are then larger than those of single worlds.
    """
    goal = scenario.spec.goal
    if goal is None or scenario.spec.populations > 1 or scenario.spec.joint is not None:
        return False
    edges = np.array([-goal.matters_from, 0.0, goal.matters_from])
    for one, other in combinations(names, 2):
        difference = np.asarray(found[one][goal.measure] - found[other][goal.measure])
        error = float(difference.std(ddof=1)) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
        if not bool((np.abs(difference.mean() - edges) > CLEAR * error).all()):
            return False
    return True
