"""Where a running post ends, from its curve so far and from past posts, and what acting now would change."""

from viralsim.forecasting.acting import OpenArm, OpenArms, arms
from viralsim.forecasting.population import Population, fit

__all__ = ["OpenArm", "OpenArms", "Population", "arms", "fit"]
