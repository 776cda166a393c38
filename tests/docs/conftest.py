"""The tools of the project, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_tool(name: str) -> ModuleType:
    """Import tools/<name>.py, which lies outside the packages."""
    known = sys.modules.get(f"project_tools_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(f"project_tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def messages() -> ModuleType:
    return load_tool("messages")


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    return load_tool("reference")
