"""Information packages in and out. Nothing here imports Django."""
