"""What the API answers, one file for each thing it is about."""
