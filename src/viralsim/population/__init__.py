"""Who is there: members and their fields, networks generated, imported and stored."""

from pathlib import Path

from viralsim.kernels import remove_stale_caches  # which finds a place for compiled kernels first

remove_stale_caches(Path(__file__).parent)
