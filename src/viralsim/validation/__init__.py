"""What is known, reproduced or not: exact laws, published results and peers, each with source, tolerance and verdict."""

from viralsim.validation.check import Check, Number, Outcome, Setting
from viralsim.validation.registry import CHECKS, run_checks

__all__ = ["CHECKS", "Check", "Number", "Outcome", "Setting", "run_checks"]
