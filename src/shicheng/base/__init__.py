"""Glue between Django and the rooms."""
