"""What to decide, and what is worth finding out first: value of information, robust plans, tests in the field."""
