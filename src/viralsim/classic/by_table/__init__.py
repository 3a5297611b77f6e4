"""Models given as a table of transitions: in discrete time, and event by event."""
