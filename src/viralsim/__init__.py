"""viralsim."""
