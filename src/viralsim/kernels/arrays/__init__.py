"""What the arrays of an arm may hold, and rows of them that differ by world."""
