"""What was seen, and how far it can be trusted: measures, statistics over worlds, paired statistics between arms."""
