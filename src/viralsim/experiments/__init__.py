"""Many scenarios beside each other: plans of points, their runs, and what is decided from them."""

from viralsim.experiments.adaptive.sweep import AdaptiveOutcome, adaptive_sweep
from viralsim.experiments.keeping.kept import read_worlds
from viralsim.experiments.plan import Plan, plan_of
from viralsim.experiments.point_runner import Runner, run_points
from viralsim.experiments.sweep import SweepOutcome, run_sweep
from viralsim.experiments.table import read_table

__all__ = [
    "AdaptiveOutcome",
    "Plan",
    "Runner",
    "SweepOutcome",
    "adaptive_sweep",
    "plan_of",
    "read_table",
    "read_worlds",
    "run_points",
    "run_sweep",
]
