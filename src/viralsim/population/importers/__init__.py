"""Networks and members that come from files."""
