"""What a sweep keeps of each point beside means: quantiles over worlds, measures by expression, the worlds themselves."""

from __future__ import annotations

import ast
import base64
import io
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import file_path
from viralsim.atomic import atomic_path
from viralsim.errors import InputError
from viralsim.measurement.measures import NAMES
from viralsim.records.record import ArmOutcomes

if TYPE_CHECKING:
    import pandas as pd

    from viralsim.scenario import Scenario
    from viralsim.scenario.study import Sweep

F8 = NDArray[np.float64]
WORLDS = "worlds"  # folder of the worlds of points, a Parquet file each, named by the point's id
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.USub: operator.neg, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le,
}  # fmt: skip
# With the fewest and the most arguments: NumPy takes a further one for the array to write into, which would be a measure.
_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "log": (np.log, 1, 1), "sqrt": (np.sqrt, 1, 1), "abs": (np.abs, 1, 1), "where": (np.where, 3, 3),
    "min": (lambda *values: reduce(np.minimum, values), 2, 99), "max": (lambda *values: reduce(np.maximum, values), 2, 99),
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """quantiles: in [0, 1]. derived: name -> expression. worlds: whether the worlds of each point are written."""

    quantiles: tuple[float, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    worlds: bool = False

    @property
    def asked(self) -> list[Any]:
        """What is asked, for the id of a point; empty where nothing is: a point without it has its usual id."""
        if not (self.quantiles or self.derived or self.worlds):
            return []
        return [list(self.quantiles), sorted(self.derived.items()), self.worlds]

    def columns(self, own: list[str]) -> list[str]:
        """The names of the numbers that it adds to a row; ``own``: the scenario's own measures."""
        names = [f"{name}{end}" for name in self.derived for end in ("", "_sd", "_low", "_high")]
        every = (*NAMES, *own, *self.derived)
        return names + [f"{name}_q{100 * q:02g}" for name in every for q in self.quantiles]

    def derive(self, arm: ArmOutcomes) -> dict[str, F8]:
        """The derived measures of each world, float64[W]; a division by 0 is infinity or NaN."""
        return {name: evaluate(text, arm.measures, name) for name, text in self.derived.items()}

    def quantiles_of(self, name: str, values: F8) -> dict[str, float]:
        """The quantiles of a measure over the worlds in which it is defined; NaN if it is in none."""
        defined = values[np.isfinite(values)]
        found = np.quantile(defined, self.quantiles) if len(defined) else np.full(len(self.quantiles), np.nan)
        return {f"{name}_q{100 * q:02g}": float(x) for q, x in zip(self.quantiles, found, strict=True)}


def kept_of(sweep: Sweep | None) -> Kept:
    """What a ``sweep`` block asks to keep."""
    return Kept() if sweep is None else Kept(tuple(sweep.quantiles), dict(sweep.derive), bool(sweep.keep_worlds))


def check_derived(kept: Kept, scenario: Scenario) -> None:
    """InputError for an expression that cannot be evaluated, or a name that is taken, before anything runs."""
    own = [] if scenario.spec.measures is None else list(scenario.spec.measures.own)
    one = {name: np.ones(1) for name in (*NAMES, *own)}
    for name, text in kept.derived.items():
        if name in one or not name.isidentifier():
            raise InputError(
                f"sweep.derive.{name}: must be a word of letters, digits and underscores that no measure has"
            )
        evaluate(text, one, name)


def evaluate(text: str, measures: Mapping[str, F8], name: str = "derive") -> F8:
    """An expression of measures in each world, float64[W]: + - * / **, comparisons, numbers, log sqrt abs min max where.

    Nothing is run as code. Raises InputError for anything else.
    """

    def value(node: ast.AST) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return np.float64(node.value)  # whose 1 / 0 is infinity, as in arrays
        if isinstance(node, ast.Name) and node.id in measures:
            return measures[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](value(node.operand))
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATORS:
            return np.asarray(_OPERATORS[type(node.ops[0])](value(node.left), value(node.comparators[0])), np.float64)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _FUNCTIONS
            and not node.keywords
        ):
            function, fewest, most = _FUNCTIONS[node.func.id]
            if not fewest <= len(node.args) <= most:
                count = f"{fewest} or more" if most > fewest else str(fewest)
                raise _no_expression(name, text, f"{node.func.id} takes {count} in its brackets, got {len(node.args)}")
            return function(*map(value, node.args))
        raise _no_expression(name, text, f"{ast.unparse(node)!r} is no measure, number or operation")

    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _no_expression(name, text, "a sign, a word or a bracket is missing or too many") from None
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(value(tree.body), dtype=np.float64)
    except (OverflowError, RecursionError):
        raise _no_expression(name, text, "it is too long, or a number in it is too large") from None
    worlds = len(next(iter(measures.values())))
    return np.broadcast_to(found, worlds).astype(np.float64)


def _no_expression(name: str, text: str, why: str) -> InputError:
    known = "use measures, numbers, + - * / **, one comparison, log sqrt abs min max where"
    return InputError(f"sweep.derive.{name}: {text!r} is no expression of measures ({why}): {known}")


def pack_worlds(arms: Mapping[str, ArmOutcomes], derived: Mapping[str, Mapping[str, F8]]) -> str:
    """The worlds of a point as Parquet in base64: a row per arm and world, columns arm, world, then the measures."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for name, arm in arms.items():
        columns: dict[str, Any] = {"arm": [name] * arm.worlds, "world": np.arange(arm.worlds)}
        tables.append(pa.table({**columns, **arm.measures, **derived[name]}))
    stream = io.BytesIO()
    pq.write_table(pa.concat_tables(tables), stream, compression="zstd")
    return base64.b64encode(stream.getvalue()).decode("ascii")


def write_worlds(folder: Path, identity: str, packed: str) -> None:
    """Write the worlds of a point, whole or not at all."""
    target = folder / WORLDS / f"{identity}.parquet"
    target.parent.mkdir(exist_ok=True)
    with atomic_path(target) as building:
        building.write_bytes(base64.b64decode(packed))


def read_worlds(folder: str | Path, point: int) -> pd.DataFrame:
    """The worlds of one point of a sweep that kept them: columns arm, world, then the measures; nothing else is read.

    Raises InputError if the folder holds no such point, or its worlds were not kept.
    """
    import pandas as pd

    from viralsim.arguments import integer_at_least
    from viralsim.experiments.table import read_table

    place, number = file_path(folder, "folder"), integer_at_least(point, "point", 0)
    table = read_table(place, ["point", "id"])
    identity = table.loc[table["point"] == number, "id"]
    if identity.empty:
        raise InputError(f"point: {place} has no point {number}, it has 0 to {int(table['point'].max())}")
    file = place / WORLDS / f"{identity.iloc[0]}.parquet"
    if not file.is_file():
        raise InputError(
            f"point: the worlds of point {number} were not kept: set keep_worlds in the sweep block and run it again"
        )
    return pd.read_parquet(file)
