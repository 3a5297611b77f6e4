"""Paired benchmarks: ours and a peer on the same work, in turns, in one process. ``python -m benchmarks --help``."""
