"""Members seen one at a time: a lazy view into the arrays, for inspection, not for loops over millions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from viralsim.errors import InputError

if TYPE_CHECKING:
    from viralsim.mesa_driver.model import ViralityModel


class MemberView:
    """One member of the audience, as they are now."""

    __slots__ = ("_model", "index")

    def __init__(self, model: ViralityModel, index: int) -> None:
        self._model, self.index = model, index

    @property
    def community(self) -> int:
        """Number of the member's community."""
        return int(self._model.compiled.population.audience.community[self.index])

    @property
    def activity(self) -> float:
        """How readily they share, mean 1 over the audience."""
        return float(self._model.compiled.population.audience.activity[self.index])

    @property
    def impressions(self) -> int:
        """Impressions of the campaign's content so far."""
        return int(self._model.exposure_of(self.index))

    @property
    def reached(self) -> bool:
        """Whether they were shown the campaign's content."""
        return self.impressions > 0

    @property
    def shared(self) -> bool:
        """Whether they posted the campaign's content on some channel."""
        return self._model.has_shared(self.index)

    def followers(self, channel: str) -> Any:
        """Indices of those who are shown what they post on a channel, int32."""
        network = self._model.compiled.population.networks[channel]
        return network.followers[network.indptr[self.index] : network.indptr[self.index + 1]]

    def __repr__(self) -> str:
        return f"MemberView({self.index}, community={self.community}, reached={self.reached}, shared={self.shared})"


class Members:
    """The audience as a sequence of ``MemberView``."""

    def __init__(self, model: ViralityModel) -> None:
        self._model = model

    def __len__(self) -> int:
        return self._model.compiled.members

    def __getitem__(self, index: int) -> MemberView:
        if not -len(self) <= index < len(self):
            raise InputError(f"there is no member {index}: the audience has {len(self)}")
        return MemberView(self._model, index % len(self))

    def __iter__(self) -> Iterator[MemberView]:
        return (self[i] for i in range(len(self)))
