"""Records given out in the forms other systems take."""
