"""Transfers in: received, checked, accepted or returned, and built into archival packages."""
