"""The REST API: a door for programs to everything the desk and the command line do."""
