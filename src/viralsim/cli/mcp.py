"""``viralsim mcp``: the commands as tools for assistants that speak the Model Context Protocol."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

import click


@click.command(
    help="Serve check, run, forecast, field-test and report over the Model Context Protocol, on stdin and stdout."
)
@click.option("--work", type=click.Path(path_type=Path), default=Path("viralsim-work"), show_default=True,
              help="The only folder that is written into.")  # fmt: skip
def mcp(work: Path) -> None:
    """Serve until the client closes the connection."""
    from viralsim.mcp_server import server

    found = server(work)
    with redirect_stdout(
        sys.__stdout__
    ):  # the protocol is bytes, which the stream made safe for terminals does not take
        found.run("stdio")
