"""Who is there: members and their fields, networks generated, imported and stored."""

from pathlib import Path

from viralsim.kernels.old_caches import forget_old_caches

forget_old_caches(Path(__file__).parent)
