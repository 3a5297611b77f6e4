"""Advocates: whom to enrol, what each is worth, and what is lost without him, on the scenario's full model."""

from viralsim.advocates.break_even import EqualMoney, equal_money, saturation
from viralsim.advocates.counterfactual import Changed, add, remove
from viralsim.advocates.programme import Judged, programme_launches
from viralsim.advocates.ranking import Found, Listed, find
from viralsim.advocates.tier import Tier
from viralsim.advocates.value import Shapley, curve, shapley

__all__ = [
    "Changed",
    "EqualMoney",
    "Found",
    "Judged",
    "Listed",
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
