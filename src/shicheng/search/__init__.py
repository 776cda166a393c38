"""Finding: the index, the query language, and the follower that keeps the index up to date."""
