"""Plain arrays in, plain arrays out: the compiled loops. numpy and numba only."""

from pathlib import Path

from viralsim.kernels.stale_caches import remove_stale_caches

remove_stale_caches(Path(__file__).parent)
