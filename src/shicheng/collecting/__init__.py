"""Collecting at the source: business systems push finished documents into the pool (归档接口)."""
