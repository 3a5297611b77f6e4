"""Where an answer turns: inputs and their switching values in a client's words."""
