"""A lesson as a page: what it shows, in the app and in a folder of files."""
