"""Shicheng 史宬: an electronic archives system."""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the door for Python programs when it is first asked for, and not before.

    By name, so that the rooms below, which import this package, don't depend on what lies above them. Type checkers
    read `__init__.pyi`.
    """
    if name == "open_archive":
        from importlib import import_module

        return import_module("shicheng.door").open_archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
