"""Generated networks that the processes of one machine share: drawn by the first that needs one, mapped from its files by all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from viralsim.atomic import write_json
from viralsim.population.generators.generate import Traits
from viralsim.population.network.network import Network
from viralsim.population.network.storage import open_network, save_network

LEAST_FOLLOWS = 1_000_000  # 4 MB, drawn in 0.27 s: of what is smaller every process may have its own
MOST_NETWORKS = 16  # of one run on the disk: a sweep over the network itself draws a new one at every point
_folder: list[Path] = []  # of this process


def share_networks(name: str) -> None:
    """Share networks with all processes of this machine that say the same ``name``, which nobody else can guess."""
    _folder[:] = [folder_of(name)]


def folder_of(name: str) -> Path:
    """Where the networks of ``name`` lie on this machine."""
    return Path(tempfile.gettempdir()) / f"viralsim-{name}"


def forget_networks(name: str) -> None:
    """Remove what was shared under ``name`` on this machine; who has a network open keeps it."""
    if _folder == [folder_of(name)]:  # a cluster inside this process: later audiences are no part of that run
        _folder.clear()
    shutil.rmtree(folder_of(name), ignore_errors=True)


def drawn_once(key: str, follows: float, draw: Callable[[], tuple[Network, Traits]]) -> tuple[Network, Traits]:
    """What ``draw()`` gives: from the shared folder where there is one and the network, of about ``follows``, is worth it."""
    if not _folder or follows < LEAST_FOLLOWS:
        return draw()
    from filelock import FileLock

    folder = _folder[0]
    folder.mkdir(mode=0o700, exist_ok=True)
    place, said = folder / key, folder / f"{key}.json"
    with FileLock(folder / f"{key}.lock"):  # goes with the process, however it ends
        if not said.exists():
            network, traits = draw()
            if len(list(folder.glob("*.json"))) >= MOST_NETWORKS:
                return network, traits
            shutil.rmtree(place, ignore_errors=True)  # of a process that was killed before it wrote the traits
            save_network(network, place, "generated")
            write_json(said, asdict(traits))
        return open_network(place), Traits(**json.loads(said.read_text(encoding="utf-8")))
