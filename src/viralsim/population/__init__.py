"""Who is there: members and their fields, networks generated, imported and stored."""

from pathlib import Path

from viralsim.stale_caches import remove_stale_caches

remove_stale_caches(Path(__file__).parent)
