"""How much of a scenario's outcome is luck and how much is content."""

from viralsim.luck_report.report import ArmLuck, LuckReport, how_much_luck

__all__ = ["ArmLuck", "LuckReport", "how_much_luck"]
