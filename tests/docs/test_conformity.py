"""The pages of conformity: every function answered, and every page, command and test they name is there."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from django.urls import URLPattern, URLResolver, get_resolver

from shicheng.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
IDS = [
    f"F-{number:02d}"
    for span in ((1, 7), (10, 14), (20, 25), (30, 34), (40, 44), (50, 51), (60, 61), (70, 74))
    for number in range(span[0], span[1] + 1)
]


@pytest.fixture(scope="module")
def conformity() -> ModuleType:
    spec = importlib.util.spec_from_file_location("project_tools_conformity", ROOT / "tools" / "conformity.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def features(conformity: ModuleType) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = conformity.read()
    return found


def addresses() -> set[str]:
    def walk(patterns: list[Any], room: str) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, ":".join(filter(None, (room, one.namespace))))
            elif isinstance(one, URLPattern) and one.name:
                yield f"{room}:{one.name}" if room else one.name

    return set(walk(get_resolver().url_patterns, ""))


def test_every_function_is_answered_and_what_is_claimed_is_shown(features: list[dict[str, Any]]) -> None:
    assert [one["id"] for one in features] == IDS
    for one in features:
        assert one["answer"] in ("yes", "partly", "no"), one["id"]
        assert one["level"] and one["mark"] and one["en"] and one["zh"], one["id"]
        if one["answer"] == "no":
            assert not (one["pages"] or one["commands"] or one["tests"]), one["id"]
        else:
            assert one["said_en"] and one["said_zh"] and one["tests"] and (one["pages"] or one["commands"]), one["id"]


def test_pages_commands_and_tests_that_are_named_exist(features: list[dict[str, Any]]) -> None:
    known, commands = addresses(), typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for one in features:
        assert set(one["pages"]) <= known, one["id"]
        assert set(one["commands"]) <= set(commands), one["id"]
        for test in one["tests"]:
            path, _colons, name = test.partition("::")
            assert (ROOT / path).is_file(), test
            if name:
                assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE), test


def test_the_pages_are_what_the_table_says(conformity: ModuleType, features: list[dict[str, Any]]) -> None:
    for language, path in conformity.PAGES.items():
        assert path.read_text("utf-8") == conformity.page(language, features), "run: tools/conformity.py write"
