"""What a network file is, by its content, and the formats that are no plain edge list."""
