"""Networks that Python gives to a scenario: where a file would be named, a name says which network it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from viralsim.arguments import one_of, refuse

_NAME = re.compile(r"memory:[0-9a-f]{32}")
GIVE_AGAIN = (
    "names a network that was given in Python (Scenario.with_networks) and is in no file: give it again there, or write it with "
    "Network.save and name the folder here"
)


@runtime_checkable
class NetworkInMemory(Protocol):
    """What a scenario needs of a network: ``viralsim.Network`` is one."""

    @property
    def followers(self) -> NDArray[np.int32]:
        """Who is shown what each member posts, row by row: int32[E]."""

    @property
    def ids(self) -> NDArray[Any] | None:
        """The original labels of members."""

    def fingerprint(self) -> str:
        """A hash of rows, tie strengths and weights."""


def is_in_memory(file: str | None) -> bool:
    """Whether the ``file`` of a channel's network stands for a network in memory."""
    return file is not None and _NAME.fullmatch(file) is not None


def refuse_wrong_networks(networks: Any, channels: Collection[str]) -> None:
    """InputError where ``networks`` is no mapping of some of ``channels`` to networks."""
    if not isinstance(networks, Mapping):
        raise refuse("networks", 'a mapping of channels to networks such as {"instagram": network}', networks)
    for channel, network in networks.items():
        one_of(channel, "a channel in networks", channels)
        if not isinstance(network, NetworkInMemory):
            raise refuse(f"networks[{channel!r}]", "a viralsim.Network", network, "Network.read and from_... make one")


def name_of(network: NetworkInMemory) -> str:
    """The name that stands for a network: a hash of its rows, tie strengths, weights and ids."""
    digest = blake2b(network.fingerprint().encode(), digest_size=16)
    if network.ids is not None:
        labels = [str(label) for label in network.ids.tolist()]
        digest.update("".join(f"{len(label)}:{label}" for label in labels).encode("utf-8", "surrogatepass"))
    return f"memory:{digest.hexdigest()}"


def names_networks_in_memory(text: str) -> bool:
    """Whether a scenario's text names networks that are in no file."""
    return re.search(rf"file: ['\"]?{_NAME.pattern}", text) is not None
