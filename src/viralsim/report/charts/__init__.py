"""Pictures as data, drawn as SVG and by matplotlib from one description."""
