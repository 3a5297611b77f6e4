"""The cascade trees of chosen worlds as one table, for pandas, networkx, igraph and Parquet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import integer_at_least, is_single
from viralsim.report.trees import Replayed, replay
from viralsim.results import Result

if TYPE_CHECKING:
    import pandas as pd

    from viralsim.campaign.shared_arrays import CompiledAudience

ORGANIC = "organic"


def tree_table(result: Result, arm: str, worlds: int | Iterable[int]) -> pd.DataFrame:
    """A row per post that began or carried a cascade; see ``Result.trees``."""
    import pandas as pd

    asked = [worlds] if is_single(worlds) else list(worlds)  # type: ignore[arg-type]
    result.arm(arm)
    numbers = [integer_at_least(world, "worlds", 0, result.world_count - 1) for world in asked]
    audiences: dict[int, CompiledAudience] = {}
    parts = [_of_world(replay(result, arm, world, audiences), world) for world in dict.fromkeys(numbers)]
    return pd.concat(parts, ignore_index=True) if parts else _empty()


def _of_world(found: Replayed, world: int) -> pd.DataFrame:
    """The posts of one world, in the order in which they were made."""
    import pandas as pd

    posts, compiled = found.posts, found.compiled
    count = len(posts.member)
    has_parent = posts.parent >= 0
    columns: dict[str, Any] = {
        "world": np.full(count, world),
        "parent": np.where(has_parent, posts.member[posts.parent], -1),
        "child": posts.member,
        "tick": posts.tick,
        "source": _sources(found),
        "channel": pd.Categorical.from_codes(posts.channel, pd.Index(compiled.channels)),
        "content": pd.Categorical.from_codes(posts.content, pd.Index(found.arm.contents)),
        "post": np.arange(count),
        "parent_post": posts.parent,
        "root_post": posts.root,
        "depth": posts.depth,
    }
    ids = compiled.population.audience.ids
    if ids is not None:
        columns["child_id"] = [None if member < 0 else ids[member] for member in posts.member]
    return pd.DataFrame(columns)


def _sources(found: Replayed) -> pd.Categorical[str]:
    """What made each post: the source of the impression that convinced, else who plans or begins it."""
    import pandas as pd

    from viralsim.kernels.arm_inputs import Source

    posts = found.posts
    words = [source.name.lower() for source in Source]
    begun = np.where(posts.member < 0, Source.OWNED, np.where(posts.advocate >= 0, Source.ASKED, len(words)))
    codes: NDArray[np.int64] = np.where(posts.cause >= 0, posts.cause, begun)
    return pd.Categorical.from_codes(codes, pd.Index([*words, ORGANIC]))


def _empty() -> pd.DataFrame:
    """No rows, the columns of every table."""
    import pandas as pd

    names = ("world", "parent", "child", "tick", "source", "channel", "content", "post", "parent_post", "root_post")
    return pd.DataFrame({name: [] for name in (*names, "depth")})
