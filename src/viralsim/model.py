"""The former home of ``viralsim.mesa_driver.model``, kept for those who import it."""

from viralsim.mesa_driver.model import ViralityModel

__all__ = ["ViralityModel"]
