"""Edge lists in text: what they look like, their rows, and the members that these name."""
