"""What past posts say about the next one, with the coverage that was measured on later posts."""

from viralsim.calibration.backtest import Backtest, backtest
from viralsim.calibration.model import Model, Prior
from viralsim.calibration.posterior import NotConvergedError, Posterior, sample
from viralsim.calibration.prediction import next_post

__all__ = ["Backtest", "Model", "NotConvergedError", "Posterior", "Prior", "backtest", "next_post", "sample"]
