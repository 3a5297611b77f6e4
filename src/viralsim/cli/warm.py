"""``viralsim warm``: compile everything now, so that the first run does not wait."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click


@click.command(help="Compile all kernels now (about a minute, once); later runs start at once.")
def warm() -> None:
    """Compile the spread kernel, the generators, the classic models, the import and forecasts by running each on something tiny."""
    import numpy as np
    import pandas as pd

    import viralsim as vs
    from viralsim.population.importers.convert import import_network
    from viralsim.simulation.compile_ahead import compile_beside, compile_shortcuts, tiny_scenario

    started = time.perf_counter()
    click.echo("compiling the spread kernel", err=True)
    compile_beside()
    compile_shortcuts()
    vs.simulate(tiny_scenario(), threads=1)
    click.echo("compiling the classic models", err=True)
    network = vs.Network.from_edges(np.array([0, 1, 2]), np.array([1, 2, 0]), members=3)
    vs.classic.independent_cascade(network, [0], 0.5, worlds=2)
    vs.classic.independent_cascade(network, [0], "weighted_cascade", worlds=2)
    vs.classic.linear_threshold(network, [0], worlds=2)
    vs.classic.sir(network, [0], 0.5, 0.5, 5, 2, 1)
    click.echo("compiling the import of networks", err=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, edge in {
            "numbers": "0 1",
            "gaps": "0 2",
            "wide": "50000000000 70000000000",
            "names": "ann bob",
        }.items():
            path = Path(folder) / f"{name}.txt"
            path.write_text(edge + "\n", encoding="utf-8")
            import_network(path, Path(folder) / name)
    click.echo("compiling forecasts", err=True)
    post = pd.DataFrame({"post_id": [1, 1], "hours": [0.0, 1.0]})
    vs.forecasting.fit(post).predict([0.0, 0.5])
    click.echo(f"ready after {time.perf_counter() - started:.0f} s", err=True)
