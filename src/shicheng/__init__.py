"""Shicheng 史宬: an electronic archives system."""

__version__ = "0.1.0"
