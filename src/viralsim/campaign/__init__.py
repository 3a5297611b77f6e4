"""A scenario, an audience and a seeding become the arrays that a world runs on."""
