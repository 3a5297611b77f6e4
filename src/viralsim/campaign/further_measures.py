"""Measures that a scenario asks for by its keys: steps of a funnel, earned media value, brand lift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from viralsim.campaign.numbers import number
from viralsim.campaign.plan import IMPRESSIONS_PER_CPM
from viralsim.kernels.arm_inputs import Source
from viralsim.kernels.batch import RawWorlds
from viralsim.kernels.counts import Count
from viralsim.scenario.frequency import EFFECTIVE_REACH, frequency_measures, line_measure
from viralsim.scenario.funnel import Funnel
from viralsim.scenario.spec import Spec

F8: TypeAlias = NDArray[np.float64]


def further_measures(spec: Spec, raw: RawWorlds) -> Mapping[str, Callable[[], F8]]:
    """Name -> maker of float64[W]; empty where the scenario asks for none."""
    content, cpm = spec.content[spec.campaign.content], spec.campaign.earned_media_cpm_usd
    makers: dict[str, Callable[[], F8]] = {}
    if content.funnel is not None:
        makers["clicks"] = partial(_before, content.funnel, raw, ("landing", "checkout"))
        makers["landings"] = partial(_before, content.funnel, raw, ("checkout",))
        makers["returns"] = lambda: raw.counts[:, Count.CONVERSIONS] * number(filled_funnel(content.funnel).returned)
    if cpm is not None:
        makers["earned_media_value_usd"] = lambda: np.asarray(_earned(raw) * number(cpm) / IMPRESSIONS_PER_CPM)
    goals = [EFFECTIVE_REACH, *map(line_measure, range(len(spec.campaign.paid)))]
    for name in frequency_measures(spec):
        makers[name] = partial(_floats, raw, goals.index(name))
    if content.recall_rate is not None:
        makers["brand_lift"] = lambda: np.asarray(raw.counts[:, Count.REACH] * number(content.recall_rate))
    return makers


def _floats(raw: RawWorlds, goal: int) -> F8:
    """Members who reached a frequency goal, float64[W]."""
    return np.asarray(raw.often_reached[:, goal], dtype=np.float64)


def filled_funnel(funnel: Funnel | None) -> Funnel:
    """The funnel, or one whose steps everybody takes."""
    return Funnel() if funnel is None else funnel


def _sales(raw: RawWorlds) -> F8:
    """Sales by source, float64[W, 5]."""
    first = Count.CONVERSIONS_OWNED
    return np.asarray(raw.counts[:, first : first + len(Source)], dtype=np.float64)


def _before(funnel: Funnel, raw: RawWorlds, steps: tuple[str, ...]) -> F8:
    """Members expected to have come as far as before ``steps``: sales of each source over the chance of these steps."""
    sales, found = _sales(raw), np.zeros(len(raw.counts))
    for source in Source:
        chance = np.asarray(funnel.passed(source.name.lower(), steps), dtype=np.float64)
        found += np.divide(sales[:, source], chance, out=np.zeros_like(found), where=chance > 0.0)
    return found


def _earned(raw: RawWorlds) -> F8:
    """Impressions that nobody paid for or asked for, float64[W]."""
    counts = raw.counts
    return np.asarray(counts[:, Count.IMPRESSIONS_EARNED] + counts[:, Count.IMPRESSIONS_RECOMMENDED], dtype=np.float64)
