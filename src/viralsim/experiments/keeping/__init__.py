"""What a sweep keeps beside means."""
