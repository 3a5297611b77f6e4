"""The strategist's page: a plan as cards with sliders, its answer beside them, two plans side by side."""
