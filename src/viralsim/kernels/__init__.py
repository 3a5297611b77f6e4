"""Plain arrays in, plain arrays out: the compiled loops. numpy and numba only."""

from pathlib import Path

from viralsim.kernels.old_caches import forget_old_caches

forget_old_caches(Path(__file__).parent)
