"""Plain arrays in, plain arrays out: the compiled loops. numpy and numba only."""
