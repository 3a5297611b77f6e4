"""A campaign launched again and again: the audience and the advocates as the launches before left them."""

from viralsim.programme.launches import run_programme
from viralsim.programme.ledger import ProgrammeWorlds
from viralsim.programme.outcomes import programme_outcomes

__all__ = ["ProgrammeWorlds", "programme_outcomes", "run_programme"]
