"""Posts drawn from a known law of posts, as tables of events."""

from __future__ import annotations

import numpy as np
import pandas as pd

from viralsim.forecasting.curve import STANDARD_HOURS
from viralsim.forecasting.hawkes import Floats, simulate
from viralsim.forecasting.post_law import LOG_SCALES, SHIPPED, PostLaw, nodes_of, on_bins

LAW = SHIPPED._replace(level=3.0, level_sd=0.8, scale=-0.5, scale_sd=1.0)


def drawn_counts(posts: int, seed: int, law: PostLaw = LAW) -> Floats:
    """float64[posts, bins] in the standard bins."""
    generator = np.random.default_rng(seed)
    nodes = nodes_of(law, 0.0, 0.0)
    at = generator.choice(LOG_SCALES.size, posts, p=np.exp(nodes.log_scale) / np.exp(nodes.log_scale).sum())
    level = nodes.level_mean[at] + nodes.level_sd * generator.standard_normal(posts)
    rate = np.minimum(np.exp(law.rate + law.rate_sd * generator.standard_normal(posts)), 0.95)
    binned = on_bins(law, STANDARD_HOURS)
    nothing = np.zeros(STANDARD_HOURS.size - 1)
    return simulate(generator, nothing, 0, at, level, rate, binned.arrival, binned.kernel, binned.sizes)


def drawn_events(posts: int, seed: int, law: PostLaw = LAW) -> pd.DataFrame:
    """Events ``post_id, hours``; shares lie evenly within their bins."""
    rows = []
    widths = np.diff(STANDARD_HOURS)
    for post, counts in enumerate(drawn_counts(posts, seed, law).astype(int)):
        hours = [
            low + width * (np.arange(count) + 0.5) / count
            for low, width, count in zip(STANDARD_HOURS[:-1], widths, counts, strict=True)
            if count
        ]
        rows.append(pd.DataFrame({"post_id": post, "hours": np.concatenate([[0.0], *hours])}))
    return pd.concat(rows, ignore_index=True)
