"""Wrong arguments of rivals, groups, ties that come and go: a call that works, and for each argument values that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrong_values import COMMON, FLAG, IDS, NAN, NETWORKS, NOT_WHOLE, PATH, PROBABILITY, RATES, WORLDS, Wrong

import viralsim as vs
from viralsim import classic

TICKS = [[0], [0, 1, 2.5], [0, 1, -1], [0, 1, NAN], "abc", None, [0, 1, 2**31]]
CHANGING: dict[Callable[..., Any], tuple[dict[str, Any], Wrong]] = {
    classic.competing_cascades: (
        {"network": PATH, "seeds": [[0], [3]], "probability": 0.5},
        {
            **COMMON,
            "network": NETWORKS,
            "worlds": WORLDS,
            "seeds": [None, 3, "ab", [], [[0], [0]], [[0], [9]], [[0], None], [[-1]], [[0.5]]],
            "probability": [*PROBABILITY, (0.5,), (0.5, 1.5), (0.5, NAN)],
        },
    ),
    classic.group_contagion: (
        {
            "groups": [[0, 1], [1, 2, 3]],
            "seeds": [0],
            "infection": {2: 0.1, 3: 0.5},
            "recovery": 0.1,
            "ticks": 3,
            "members": 4,
        },
        {
            **COMMON,
            "worlds": WORLDS,
            "groups": [None, 3, "ab", [[0]], [[0, 0]], [[0, 9]], [[0, NAN]], [["a", "b"]], [3]],
            "seeds": [[9], [-1], [0.5], "a", None],
            "infection": [None, 3, {}, {1: 0.5}, {2: 1.5}, {2: NAN}, {2.5: 0.1}, {"a": 0.1}, [0.1]],
            "recovery": RATES["beta"],
            "ticks": RATES["ticks"],
            "members": [*NOT_WHOLE, 0, -1],
        },
    ),
    vs.Network.from_temporal_edges: (
        {"source": [0, 1, 2], "target": [1, 2, 3], "from_tick": [0, 0, 0], "to_tick": [5, 5, 5]},
        {
            "source": IDS,
            "target": IDS,
            "from_tick": [*TICKS, [0, 5, 0]],
            "to_tick": [*TICKS, [0, 5, 5]],
            "members": [2, 2.5, -1, True, "5"],
            "ids": [["a"] * 4, 3, [[1]]],
            "directed": FLAG,
        },
    ),
    vs.rules.register: (
        {"place": "measure"},
        {
            "place": ["nowhere", 3, None, ["measure"]],
            "word": [len, lambda: 1.0],
            "limits": [3, "ab", [("a", 1)]],
        },
    ),
    vs.rules.read_file: ({"path": "rules.py"}, {"path": ["nowhere.py", 3, None, ["a"]]}),
    vs.rules.known: ({"place": "measure"}, {"place": ["nowhere", 3, ["measure"]]}),
}
