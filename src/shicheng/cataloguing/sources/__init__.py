"""Catalogues in every form they come in, each read as one stream of rows."""
