"""Where a running post ends, from its curve so far and from past posts."""

from viralsim.forecasting.population import Population, fit

__all__ = ["Population", "fit"]
