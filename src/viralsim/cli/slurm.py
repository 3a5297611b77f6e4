"""A Slurm job script for a sweep: an array of shards, and a job after them that joins what they found."""

from __future__ import annotations

import shlex
from pathlib import Path

from viralsim.atomic import atomic_path
from viralsim.errors import InputError
from viralsim.experiments.plan import Plan
from viralsim.rules.registry import files_read

JOBS = 20


def write_script(
    target: Path,
    plan: Plan,
    scenario: Path,
    out: Path,
    jobs: int | None = None,
    threads: int | None = None,
    worlds: int | None = None,
    seed: int | None = None,
) -> None:
    """Write the script, whole or not at all; InputError where there is something already that is no such script.

    jobs: of the array, 20 by default and never more than there are points. threads: of each job, 1 by default.
    """
    if target.is_file() and "viralsim sweep" not in target.read_text(encoding="utf-8", errors="replace"):
        raise InputError(f"{target} holds something that is no job script of viralsim: choose another file")
    with atomic_path(target) as building:
        building.write_text(script(plan, scenario, out, jobs, threads, worlds, seed), encoding="utf-8")


def script(
    plan: Plan,
    scenario: Path,
    out: Path,
    jobs: int | None = None,
    threads: int | None = None,
    worlds: int | None = None,
    seed: int | None = None,
) -> str:
    """The text of the script."""
    shards, cores = min(jobs or JOBS, len(plan.points)), threads or 1
    folder = shlex.quote(str(out))
    words = ["viralsim", "sweep", shlex.quote(str(scenario)), "--out", folder]
    words += ["--shard", f'"$SLURM_ARRAY_TASK_ID/{shards}"', "--workers", "0", "--threads", '"$SLURM_CPUS_PER_TASK"']
    words += [] if worlds is None else ["--worlds", str(worlds)]
    words += [] if seed is None else ["--seed", str(seed)]
    words += [word for file in files_read() for word in ("--rules", shlex.quote(file))]
    name = "".join(c if c.isalnum() else "-" for c in plan.scenario.name)[:40]
    return f"""#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={cores}
#SBATCH --output={out.name}-%A-%a.log
# {len(plan.points):,} points of {len(plan.arms)} arms and {plan.worlds:,} worlds. Add your own account, partition, time and memory:
# `viralsim sweep ... --dry-run` predicts them. A job that was killed or requeued goes on where it was; when all are done:
#   viralsim merge {folder}
# or at once: sbatch --dependency=afterok:JOBID --wrap "viralsim merge {folder}"
set -euo pipefail
{" ".join(words)}
"""
