"""What a split of a budget brings: the search for it, several goals at once, how often each member is shown a line."""
