"""Describing records: grids, batch changes, authorities, and what documents say of themselves."""
