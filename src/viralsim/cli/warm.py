"""``viralsim warm``: compile everything now, so that the first run does not wait."""

from __future__ import annotations

import time

import click


@click.command(help="Compile all kernels now (about a minute, once); later runs start at once.")
def warm() -> None:
    """Compile the spread kernel, the generators and the classic models by running each on a tiny audience."""
    import numpy as np

    import viralsim as vs

    started = time.perf_counter()
    text = """
viralsim: 1
name: warm
worlds: 2
horizon: 6h
audience: {members: 200, communities: {count: 3}}
channels: {x: {network: {generate: {mean_following: 5}}, visibility: 0.5}}
content: {post: {appeal: 0.2}}
campaign: {content: post, organic: [{channel: x, members: 1, posts_at: [0h]}]}
"""
    click.echo("compiling the spread kernel", err=True)
    vs.simulate(vs.loads(text), threads=1)
    click.echo("compiling the classic models", err=True)
    network = vs.Network.from_edges(np.array([0, 1, 2]), np.array([1, 2, 0]), members=3)
    vs.classic.independent_cascade(network, [0], 0.5, worlds=2)
    vs.classic.independent_cascade(network, [0], "weighted_cascade", worlds=2)
    vs.classic.linear_threshold(network, [0], worlds=2)
    vs.classic.sir(network, [0], 0.5, 0.5, 5, 2, 1)
    click.echo(f"ready after {time.perf_counter() - started:.0f} s", err=True)
