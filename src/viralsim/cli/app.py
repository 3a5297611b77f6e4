"""``viralsim app``: the web app, on this machine alone unless a class is asked for."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(help="Open the web app: scenarios, lessons, one world tick by tick. On this machine alone.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port.")
@click.option("--class", "room", is_flag=True, help="Bind to the local network, with a join code for pupils.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Goes on with the class of this file.",
)
@click.option("--open/--no-open", "show", default=False, help="Open a browser.")
def app(file: Path | None, port: int, room: bool, keep: Path | None, show: bool) -> None:
    """Serve until interrupted."""
    from viralsim.errors import InputError
    from viralsim.scenario import load

    if keep is not None and not room:
        raise InputError("--keep FILE keeps a class: add --class")
    start = load(file) if file is not None else None
    try:
        import nicegui  # noqa: F401
    except ImportError as error:
        raise InputError("the app needs NiceGUI: pip install 'viralsim[app]'") from error
    from viralsim.app.limits import within_limits
    from viralsim.app.server import LOOPBACK, serve

    if start is not None:
        start = within_limits(start, str(file))
    _refuse_taken_port("0.0.0.0" if room else LOOPBACK, port)
    click.echo(f"viralsim app on http://{LOOPBACK}:{port} (Ctrl-C ends it)")
    serve(start, port, room=room, show=show, keep=keep)


def _refuse_taken_port(host: str, port: int) -> None:
    """InputError where another program listens there, before the server says so in its own words."""
    import socket

    from viralsim.errors import InputError

    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            trial.bind((host, port))
        except OSError as error:
            raise InputError(
                f"--port {port}: cannot be used ({error.strerror or error}): choose another, --port {port % 65535 + 1}, "
                "or end the program that listens there"
            ) from error
