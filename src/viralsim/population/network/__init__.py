"""Who sees whose posts: rows of followers, what is known of edges, storage."""
