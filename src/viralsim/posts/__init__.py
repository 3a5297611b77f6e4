"""Past posts from the platforms' exports."""

from viralsim.posts.headers import CANONICAL
from viralsim.posts.reading import read

__all__ = ["CANONICAL", "read"]
