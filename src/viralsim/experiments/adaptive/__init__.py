"""Sweeps whose points are chosen while they run."""
