"""What a file is: identification, inspection, text and renditions. Nothing here imports Django."""
