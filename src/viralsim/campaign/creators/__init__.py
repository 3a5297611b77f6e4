"""What creators are paid, and what is bought beside their posts."""
