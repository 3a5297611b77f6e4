"""What the worlds of a scenario say about one curve: what acting now changes, and whether it was luck."""
