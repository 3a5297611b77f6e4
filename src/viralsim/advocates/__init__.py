"""Advocates: whom to enrol, what each is worth, and what is lost without them, on the scenario's full model."""

from viralsim.advocates.break_even import EqualMoney, equal_money, saturation
from viralsim.advocates.counterfactual import Counterfactual, add, remove
from viralsim.advocates.programme import ProgrammeResult, programme_launches
from viralsim.advocates.ranking import RankedAdvocate, Ranking, find
from viralsim.advocates.tier import Tier
from viralsim.advocates.value import Shapley, curve, shapley

__all__ = [
    "Counterfactual",
    "EqualMoney",
    "ProgrammeResult",
    "RankedAdvocate",
    "Ranking",
    "Shapley",
    "Tier",
    "add",
    "curve",
    "equal_money",
    "find",
    "programme_launches",
    "remove",
    "saturation",
    "shapley",
]
