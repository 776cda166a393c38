"""Measures Shicheng beside peers and the limits of the machine, all in one run."""
