"""Processes of one encounter or tick after the other: opinions, and contagion by doses that are remembered."""
