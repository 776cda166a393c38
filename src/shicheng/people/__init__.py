"""Persons, roles and what they may do."""
