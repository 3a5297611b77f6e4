"""A sweep on machines that are reached by SSH.

Run it: .venv/bin/python examples/dask_over_ssh.py points.yaml found host1 host2

Needs `pip install asyncssh`. Users, ports and keys are those of ~/.ssh/config and ~/.ssh/known_hosts. Every machine has viralsim in
the same version, its Python at the same path. The scheduler runs on the first of them. The same command again goes on where it was.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from distributed import SSHCluster

import viralsim as vs
from viralsim.experiments import SweepOutcome, plan_of, run_sweep

WORKERS_PER_MACHINE = 8


def sweep(
    file: Path, out: Path, machines: list[str], workers: int = WORKERS_PER_MACHINE, **connect: Any
) -> SweepOutcome:
    """Start scheduler and workers, run the sweep, end them. connect: what ``asyncssh.connect`` takes."""
    plan = plan_of(vs.load(file))
    with SSHCluster(
        [machines[0], *machines],
        connect_options=connect,
        worker_options={"n_workers": workers, "nthreads": 1},
        scheduler_options={"port": 0, "dashboard_address": ":0"},
    ) as cluster:
        return run_sweep(plan, out, cluster=cluster.scheduler_address)


def main() -> None:
    """Sweep a file's points on the machines that are named."""
    file, out, *machines = sys.argv[1:]
    print(sweep(Path(file), Path(out), machines))


if __name__ == "__main__":
    main()
