"""Numbers on the command line: click takes nan and inf for numbers, no option of ours does."""

from __future__ import annotations

import math
from typing import Any

import click

from viralsim.errors import InputError


class Finite(click.FloatRange):
    """A finite number, in a range where one is given."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error where it is none or outside. InputError where it is not finite."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            raise InputError(f"{param.opts[0] if param is not None else 'number'}: must be finite, got {value}")
        return found

    def _describe_range(self) -> str:
        """What help says of the range: nothing where there is none."""
        return "" if self.min is None and self.max is None else super()._describe_range()
