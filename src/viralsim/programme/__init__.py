"""A campaign launched again and again: the audience and the advocates as the launches before left them."""

from viralsim.programme.launches import arm_of_launch, run_programme
from viralsim.programme.ledger import ProgrammeWorlds
from viralsim.programme.outcomes import programme_outcomes

__all__ = ["ProgrammeWorlds", "arm_of_launch", "programme_outcomes", "run_programme"]
