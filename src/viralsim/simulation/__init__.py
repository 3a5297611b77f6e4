"""The front door: a scenario in, every arm in the same worlds, a result out."""

from viralsim.simulation.front import simulate
from viralsim.simulation.run import compile_arms, compile_audience, default_threads

__all__ = ["compile_arms", "compile_audience", "default_threads", "simulate"]
