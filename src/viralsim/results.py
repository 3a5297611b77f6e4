"""The result of a run as users hold it: a thin face on the stored record, its statistics and its verdict."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from viralsim.arguments import file_path, flag, names_of, number, one_of, refuse
from viralsim.errors import InputError
from viralsim.measurement import arms as arm_statistics
from viralsim.measurement import compare as pairing
from viralsim.measurement import to_json
from viralsim.measurement.arms import STATISTICS, Chance, MeasureSummary
from viralsim.measurement.bands import QUANTILES, quantile_bands
from viralsim.measurement.compare import Comparison
from viralsim.measurement.first_screen import Line, first_screen
from viralsim.measurement.measures import Measure, measures_in
from viralsim.measurement.question import Question, answered
from viralsim.measurement.verdict import Verdict, judge
from viralsim.records import open_more, open_record, save_record
from viralsim.records.record import ArmOutcomes, Goal, PopulationSummary, RunRecord
from viralsim.records.samples import samples
from viralsim.versions import package_version

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from viralsim.report.charts.plots import Plots

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

__all__ = ["ArmOutcomes", "Goal", "PopulationSummary", "Result", "open_result"]


class Result(RunRecord):
    """What ``simulate`` returns: the record of a run and the answers drawn from it.

    Statistics are computed once, when first asked for, from the stored worlds alone; an old result therefore answers without
    the model.
    """

    @cached_property
    def summaries(self) -> Mapping[str, Mapping[str, MeasureSummary]]:
        """Arm -> measure -> statistics over worlds."""
        return arm_statistics.summarise(self)

    @cached_property
    def comparisons(self) -> Sequence[Comparison]:
        """Every ordered pair of arms, every measure, paired by world."""
        return tuple(pairing.compare(self))

    @cached_property
    def verdict(self) -> Verdict:
        """What the worlds say about the goal, in plain sentences, and what would overturn it."""
        return judge(self, self.comparisons)

    @cached_property
    def question(self) -> Question | None:
        """The two arms asked about, with the answer; None if only one arm was run."""
        return answered(self, self.comparisons)

    @cached_property
    def first_screen(self) -> list[Line]:
        """The answer as a client reads it first: labelled parts of whole sentences."""
        return first_screen(self, self.summaries, self.comparisons, self.question, self.verdict)

    @cached_property
    def all_warnings(self) -> tuple[str, ...]:
        """The warnings of the run and those of its statistics."""
        return tuple(dict.fromkeys((*self.warnings, *arm_statistics.tail_warnings(self, self.summaries))))

    def with_fields(self, **changes: Any) -> Result:
        """The result with other fields of the record; statistics of its worlds that were computed are kept."""
        other = replace(self, **changes)
        kept = {k: v for k, v in self.__dict__.items() if k in ("summaries", "comparisons", "question")}
        if other.arms is self.arms:
            other.__dict__.update(kept)
        return other

    @property
    def _measures(self) -> tuple[Measure, ...]:
        """The measures of its arms, those of the scenario's own last."""
        return measures_in(arm.measures for arm in self.arms.values())

    def chances(self, arm: str) -> dict[str, Chance]:
        """The chance of one arm to go ``viral``, to ``flop``, and to end in a ``loss``.

        Raises InputError for an arm that does not exist.
        """
        worlds = self.arm(arm)
        return {
            "viral": arm_statistics.chance(self, worlds, self.viral_when),
            "flop": arm_statistics.chance(self, worlds, self.flop_when),
            "loss": arm_statistics.chance_of_loss(self, worlds),
        }

    def summary(self, statistic: str = "mean") -> pd.DataFrame:
        """A row per arm, a column per measure: the mean over worlds, or another ``statistic``.

        statistic: mean, sd, ci_low, ci_high, p05, p50, p95 or count; InputError for another.
        """
        import pandas as pd

        one_of(statistic, "statistic", (*STATISTICS, "count"))
        names = list(next(iter(self.summaries.values())))
        rows = {arm: [getattr(found[name], statistic) for name in names] for arm, found in self.summaries.items()}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=names)
        table.index.name = "arm"
        return table

    def worlds(self) -> pd.DataFrame:
        """One row per world and arm: columns ``arm``, ``world``, then the measures by name; NaN if not defined."""
        import pandas as pd

        empty = np.full(self.world_count, np.nan)
        parts = [
            pd.DataFrame(
                {
                    "arm": name,
                    "world": np.arange(self.world_count),
                    **{one.name: arm.measures.get(one.name, empty) for one in self._measures},
                }
            )
            for name, arm in self.arms.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def series(
        self, name: str = "shares", quantiles: Sequence[float] = QUANTILES, cumulative: bool = False
    ) -> pd.DataFrame:
        """Quantile bands over worlds: a row per arm and tick; columns arm, tick, hours, mean, q05, q25, ...

        ``name``: of a series, such as shares. ``quantiles``: in [0, 1]. ``cumulative`` sums the increments up to each tick.
        ``hours`` is the end of the tick. Raises InputError for a series that does not exist.
        """
        import pandas as pd

        one_of(name, "name", sorted({key for arm in self.arms.values() for key in arm.series}))
        flag(cumulative, "cumulative")
        if isinstance(quantiles, str | bytes) or not isinstance(quantiles, Iterable):
            raise refuse("quantiles", "a list of numbers in [0, 1]", quantiles)
        quantiles = [number(q, f"quantiles[{i}]", 0, 1) for i, q in enumerate(quantiles)]
        parts = []
        for arm in self.arms.values():
            if name not in arm.series or not len(arm.series[name]):
                continue
            mean, bands = quantile_bands(arm.series[name], quantiles, cumulative)
            tick = np.arange(len(mean))
            named = {f"q{100 * q:02g}": band for q, band in zip(quantiles, bands, strict=True)}
            hours = (tick + 1) * self.tick_hours
            parts.append(pd.DataFrame({"arm": arm.name, "tick": tick, "hours": hours, "mean": mean, **named}))
        return pd.concat(parts, ignore_index=True)

    def segments(self) -> pd.DataFrame:
        """What the members of each segment did, means over worlds: a row per arm, field of ``audience.segments`` and segment.

        Columns: arm, field, segment, members, reach, impressions, shares, conversions. The rows of a field add up to the arm's
        total. There are no rows if the scenario names no segments.
        """
        import pandas as pd

        rows = [
            {"arm": name, "field": field, "segment": segment, **means}
            for name, arm in self.arms.items()
            for field, found in to_json.segments_of(arm).items()
            for segment, means in found.items()
        ]
        return pd.DataFrame(rows, columns=["arm", "field", "segment", *to_json.OF_SEGMENT])

    def compare(self, arm: str, baseline: str | None = None) -> pd.DataFrame:
        """``arm`` minus ``baseline`` (by default the scenario's), paired by world: a row per measure.

        Raises InputError for an arm that does not exist.
        """
        import pandas as pd

        against = baseline if baseline is not None else self.baseline
        if against is None:
            raise InputError("baseline: this result has no baseline, name the arm to compare with")
        one_of(arm, "arm", list(self.arms))
        one_of(against, "baseline", list(self.arms))
        if arm == against:
            raise InputError(f"arm: {arm!r} cannot be compared with itself, name two arms")
        rows = [vars(row) for row in self.comparisons if (row.arm, row.baseline) == (arm, against)]
        return pd.DataFrame(rows).set_index("measure").drop(columns=["few_worlds"])

    def trees(self, arm: str, worlds: int | Iterable[int] = 0) -> pd.DataFrame:
        """The cascade trees of chosen worlds of an arm: a row per post, in the order of posting, parents above their children.

        Columns: world; parent, child: member numbers, -1 for the brand and if nobody convinced the member; tick; source: of the
        impression that convinced (owned, paid, asked, earned, recommended), otherwise who began it (owned, asked, organic);
        channel, content; post, parent_post, root_post: numbers of posts within the world, -1 for none; depth. If the ids come
        from a file, also child_id.
        The worlds run again from the stored scenario, so a saved result has them too.

        Raises: InputError for an arm or world that does not exist, and if the world cannot be run as it was.
        """
        # by name, like ``plot``: running a world again is the business of packages that are above this one
        module = importlib.import_module("viralsim.report.tree_table")
        return cast("pd.DataFrame", module.tree_table(self, arm, worlds))

    @cached_property
    def plot(self) -> Plots:
        """The pictures of the report as matplotlib figures: ``plot.series("shares")``, ``plot.cascade(3)``, ..."""
        # by name: pictures are made of results, so their package is above this one
        module = importlib.import_module("viralsim.report.charts.plots")
        return cast("Plots", module.Plots(self))

    def to_dict(self) -> dict[str, Any]:
        """The object that ``viralsim run --json`` prints: plain numbers, None if something is not defined."""
        return to_json.as_dict(
            self,
            self.summaries,
            self.comparisons,
            self.verdict,
            self.question,
            {name: self.chances(name) for name in self.arms},
            self.all_warnings,
        )

    def to_xarray(self) -> xr.Dataset:
        """The measures as a Dataset over arm and world, the series over arm, series world and tick."""
        try:
            import xarray as xr
        except ImportError as error:
            raise InputError("to_xarray needs xarray: pip install 'viralsim[xarray]'") from error
        empty = np.full(self.world_count, np.nan)
        names = list(self.arms)
        variables: dict[str, Any] = {
            one.name: (("arm", "world"), np.stack([arm.measures.get(one.name, empty) for arm in self.arms.values()]))
            for one in self._measures
        }
        for key in dict.fromkeys(key for arm in self.arms.values() for key in arm.series):
            stacks = [arm.series[key] for arm in self.arms.values() if key in arm.series]
            if len(stacks) == len(names):
                variables[f"{key}_by_tick"] = (("arm", "series_world", "tick"), np.stack(stacks))
        data = xr.Dataset(variables, coords={"arm": names, "world": np.arange(self.world_count)})
        for one in self._measures:
            data[one.name].attrs = {"long_name": one.label, "units": one.unit_in(self.currency)}
        data.attrs = {"scenario": self.scenario_name, "fingerprint": self.fingerprint, "seed": self.seed}
        return data

    def samples(self, origin_date: str, measures: Sequence[str] | None = None) -> pd.DataFrame:
        """Worlds as paired samples in the sample format of the Scenario Modeling Hub, a row per value: see ``records.samples``.

        origin_date: the day of the launch, such as ``2026-03-01``. measures: those that are written beside the series; all by
        default. Raises InputError for text that is not a date, or a measure that does not exist.
        """
        if not isinstance(origin_date, str) or not DAY.fullmatch(origin_date):
            raise refuse("origin_date", "a day such as 2026-03-01", origin_date)
        try:
            day = date.fromisoformat(origin_date)
        except ValueError:
            raise refuse("origin_date", "a day such as 2026-03-01", origin_date) from None
        return samples(self, names_of(measures, "measures", [one.name for one in self._measures]), day)

    def save(self, path: str | Path) -> Path:
        """Write the result into the folder ``path``, whole or not at all; an earlier result there is replaced.

        Raises InputError if it cannot be written.
        """
        return save_record(self, file_path(path, "path"), {"summaries": _summaries_table(self.summaries)})


def open_result(path: str | Path) -> Result:
    """Read the result saved at ``path``, equal to the one that was saved; InputError if there is none, or a damaged one."""
    path = file_path(path, "path")
    record = open_record(path)
    result = Result(**{field.name: getattr(record, field.name) for field in fields(record)})
    if record.versions.get("viralsim") == package_version():  # another version may count in another way
        table = open_more(path, "summaries")
        if table is not None:
            vars(result)["summaries"] = _summaries_of(table)
    return result


def _summaries_table(summaries: Mapping[str, Mapping[str, MeasureSummary]]) -> Any:
    """A row per arm and measure: columns ``arm``, ``measure``, then the statistics by name."""
    import pyarrow as pa

    rows = [{"arm": arm, "measure": name, **asdict(s)} for arm, found in summaries.items() for name, s in found.items()]
    kinds = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    numbers = [(field.name, kinds[str(field.type)]) for field in fields(MeasureSummary)]
    return pa.Table.from_pylist(rows, pa.schema([("arm", pa.string()), ("measure", pa.string()), *numbers]))


def _summaries_of(table: Any) -> dict[str, dict[str, MeasureSummary]]:
    found: dict[str, dict[str, MeasureSummary]] = {}
    for row in table.to_pylist():
        arm, name = row.pop("arm"), row.pop("measure")
        found.setdefault(arm, {})[name] = MeasureSummary(**row)
    return found
