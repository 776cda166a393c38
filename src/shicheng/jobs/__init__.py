"""Jobs: leased rows that survive the death of any process, and the workers that run them."""
