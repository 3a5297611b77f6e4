"""What past posts say about the next one, with the coverage that was measured on later posts."""

from typing import TYPE_CHECKING, Any

from viralsim.calibration.backtest import Backtest, backtest
from viralsim.calibration.model import Model, Prior
from viralsim.calibration.posterior import NotConvergedError, Posterior, sample
from viralsim.calibration.prediction import next_post

if TYPE_CHECKING:
    from viralsim.calibration.calibrating import Calibration, calibrate

__all__ = [
    "Backtest", "Calibration", "Model", "NotConvergedError", "Posterior", "Prior", "backtest", "calibrate", "next_post", "sample",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in ("Calibration", "calibrate"):  # they simulate, and a next post does not
        from viralsim.calibration import calibrating

        return getattr(calibrating, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
