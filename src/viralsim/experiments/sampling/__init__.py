"""A campaign on a part of its audience, and how far that is from the whole."""
