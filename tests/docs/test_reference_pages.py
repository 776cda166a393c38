"""What the code registers is written down, and what is written down is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def test_reference_pages_are_what_the_code_registers() -> None:
    # In a process of its own: other tests register jobs and events that are not the program's.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, str(ROOT / "tools" / "reference.py"), "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_registered_thing_has_its_entry(reference: ModuleType) -> None:
    reference.prepare()
    from shicheng.audit.registry import all_events
    from shicheng.checks.catalogue import builtin_kinds
    from shicheng.jobs import registry
    from shicheng.people.registry import all_permissions
    from shicheng.settings.types import Settings

    def page(name: str) -> str:
        return (DOCS / "reference" / f"{name}.md").read_text("utf-8")

    wanted = {
        "settings": [f"\n## {name}\n" for name in Settings.model_fields],
        "jobs": [f"\n## {name}\n" for name in registry.names() if not name.startswith("test.")],
        "events": [f"`{one.code}`" for one in all_events() if not one.code.startswith("test.")],
        "permissions": [f"`{one.code}`" for one in all_permissions()],
        "checks": [f"`{kind.code}`" for kind in builtin_kinds()],
    }
    for name, entries in wanted.items():
        text = page(name)
        assert entries and [entry for entry in entries if entry not in text] == []


def test_every_error_has_one_code_and_a_sentence(reference: ModuleType) -> None:
    reference.prepare()
    from shicheng.kernel.errors import ShichengError

    by_code: dict[str, set[str]] = {}
    for kind in reference._subclasses(ShichengError):
        if "code" in vars(kind):
            assert reference.sentence(kind), kind
            by_code.setdefault(kind.code, set()).add(f"{kind.__module__}.{kind.__qualname__}")
    assert {code: kinds for code, kinds in by_code.items() if len(kinds) > 1} == {}


def test_every_setting_is_described(reference: ModuleType) -> None:
    from shicheng.settings.types import Settings

    assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    inside = [target for target in targets if target and not target.startswith(("http:", "https:", "mailto:"))]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_commands_in_the_documents_exist(reference: ModuleType) -> None:
    reference.prepare()
    import typer

    from shicheng.cli.main import app

    root = typer.main.get_command(app)
    for page in PAGES:
        for line in re.findall(r"^(?:\.venv/bin/)?shicheng (.*)$", page.read_text("utf-8"), flags=re.MULTILINE):
            words = line.split("#")[0].split()
            command = root.commands.get(words[0])  # type: ignore[attr-defined]
            if command is not None and len(words) > 1 and hasattr(command, "commands"):
                command = command.commands.get(words[1])
            assert command is not None, f"{page.name}: {line}"
            known = {option for one in command.params for option in one.opts}
            assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, f"{page.name}: {line}"


def test_words_of_the_glossary_are_names_the_code_could_use() -> None:
    rows = [line.split("|") for line in (DOCS / "glossary.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    names = [name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row[3])]
    assert len(names) > 40
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    # One concept, one word: a name stands for one row.
    assert {name for name in names if names.count(name) > 1} == set()


def test_words_the_code_uses_most_are_in_the_glossary() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    for model in (
        "fonds",
        "item",
        "file",
        "transfer",
        "check",
        "package",
        "fixation",
        "retention",
        "secrecy",
        "receipt",
    ):
        assert f"`{model}`" in text
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src" / "shicheng").glob("*/models.py"))
    for model in ("Fonds", "Item", "File", "Transfer"):
        assert f"class {model}(" in source


def test_paths_in_the_map_of_norms_exist() -> None:
    text = (DOCS / "standards" / "README.md").read_text("utf-8")
    paths = set(re.findall(r"`(tests/[^`]*)`", text))
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []
    marks = re.findall(r"^\| (?:DA/T|GB|RFC|OCFL|PREMIS|Decree|档|three).*$", text, flags=re.MULTILINE)
    assert [row for row in marks if not re.search(r"\| *(S-v|S|R|\?)[^|]*\|", row)] == []


@pytest.mark.parametrize("page", sorted((DOCS / "zh").rglob("*.md")), ids=lambda page: page.name)
def test_each_chinese_page_has_its_english_one(page: Path) -> None:
    assert (DOCS / page.relative_to(DOCS / "zh")).exists()


def test_pages_for_people_are_there_in_both_languages() -> None:
    english = {path.relative_to(DOCS) for folder in ("howto", "topics") for path in (DOCS / folder).glob("*.md")}
    english |= {Path("start.md"), Path("README.md")}
    assert [str(path) for path in sorted(english) if not (DOCS / "zh" / path).exists()] == []
