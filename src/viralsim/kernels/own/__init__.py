"""Rules of one's own inside the kernels."""
