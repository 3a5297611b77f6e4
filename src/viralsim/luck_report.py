"""The former home of ``viralsim.experiments.luck``, kept for those who import it."""

from viralsim.experiments.luck import ArmLuck, LuckReport, how_much_luck

__all__ = ["ArmLuck", "LuckReport", "how_much_luck"]
