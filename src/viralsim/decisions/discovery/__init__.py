"""Where a plan fails: boxes and trees of the inputs, influences from given data, patterns that a model can show."""
