"""Where a running post ends, what acting now would change, and after the campaign whether it was luck."""

from viralsim.forecasting.population import Population, fit
from viralsim.forecasting.worlds.acting import OpenArm, OpenArms, arms
from viralsim.forecasting.worlds.reviewing import ArmReview, Review, review

__all__ = ["ArmReview", "OpenArm", "OpenArms", "Population", "Review", "arms", "fit", "review"]
