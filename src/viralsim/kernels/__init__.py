"""Plain arrays in, plain arrays out: the compiled loops. numpy and numba only."""

from pathlib import Path

from viralsim.kernel_cache import ensure_cache_folder
from viralsim.stale_caches import remove_stale_caches as remove_stale_caches

ensure_cache_folder(Path(__file__).parents[1])
remove_stale_caches(Path(__file__).parent)
