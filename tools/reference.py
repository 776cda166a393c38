"""The reference pages, made from what the code registers: `write` makes them, `check` fails if one is out of date."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
_NOTE = "<!-- Made by tools/reference.py from the code. Change the code, then run: make docs -->"


def prepare() -> None:
    """Set Django up on an empty folder, in English, and import every module, so that all registries are full."""
    from shicheng.cli.setup import prepare as prepare_django

    if "django" not in sys.modules or not _apps_ready():
        prepare_django(Path(tempfile.mkdtemp(prefix="shicheng-reference-")), language="en")
    from django.apps import apps

    import shicheng

    rooms = {config.name for config in apps.get_app_configs()}
    source = ROOT / "src" / "shicheng"
    # A room that is not installed registers nothing that anybody could meet.
    waiting = {path.parent.name for path in source.glob("*/apps.py") if f"shicheng.{path.parent.name}" not in rooms}

    for module in pkgutil.walk_packages(shicheng.__path__, "shicheng."):
        parts = module.name.split(".")
        if parts[1] in waiting:
            continue
        if "migrations" not in parts and "management" not in parts and parts[-1] not in ("__main__", "wsgi"):
            importlib.import_module(module.name)


def _apps_ready() -> bool:
    from django.apps import apps

    return apps.ready


def cell(text: object) -> str:
    """Write text so that it stays in one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a table."""
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + " --- |" * len(names)
    for row in rows:
        yield "| " + " | ".join(cell(one) for one in row) + " |"


def sentence(documented: object) -> str:
    """Return the first sentence of a docstring."""
    text = " ".join((getattr(documented, "__doc__", None) or "").split("\n\n")[0].split())
    return text


def settings_page() -> Iterator[str]:
    """Every setting."""
    from shicheng.settings.types import Settings

    yield "# Settings"
    yield ""
    yield "Settings stand in `shicheng.toml` in the archive's folder, or in the environment as `SHICHENG_` and the"
    yield "name in capitals; the environment wins. Unknown keys are refused. Lists are JSON in the environment."
    yield "The folder itself is given by `--home` or `SHICHENG_HOME` and can't stand in the file."
    for name, field in Settings.model_fields.items():
        kind = getattr(field.annotation, "__name__", str(field.annotation).replace("typing.", ""))
        if field.default_factory is not None:
            default = "the number of processors, at most 8" if name == "workers" else "computed"
        else:
            default = f"`{field.default!r}`" if not isinstance(field.default, Path) else f"`{field.default}`"
        yield ""
        yield f"## {name}"
        yield ""
        yield str(field.description)
        yield ""
        yield f"Kind: `{kind if '[' not in str(field.annotation) else str(field.annotation).replace('typing.', '')}`."
        yield f"Default: {default}. Environment: `SHICHENG_{name.upper()}`."


def commands_page() -> Iterator[str]:
    """Every command with its arguments and options."""
    import typer

    from shicheng.cli.main import app

    yield "# Commands"
    yield ""
    yield "Every command takes `--home DIR` (or `SHICHENG_HOME`) and `--json`. In a pipe there are no progress bars."
    yield "Exit codes: 0 done, 1 done but something is wrong or was held back, 2 could not be done, 4 not permitted."
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        for full, one in [
            (name, command),
            *((f"{name} {sub}", c) for sub, c in getattr(command, "commands", {}).items()),
        ]:
            if hasattr(one, "commands"):
                continue
            arguments = [p for p in one.params if p.param_type_name == "argument"]
            yield ""
            yield f"## {full}"
            yield ""
            shown = "".join(f" {p.name.upper()}" if p.required else f" [{p.name.upper()}]" for p in arguments)
            yield f"`shicheng {full}{shown} [OPTIONS]`"
            yield ""
            yield cell(one.help or "")
            rows = [(f"`{p.name.upper()}`", p.help or "", "") for p in arguments]
            for p in one.params:
                if p.param_type_name == "option":
                    plain = p.default is None or p.default in ("", False) or callable(p.default)
                    rows.append((f"`{', '.join(p.opts)}`", p.help or "", "" if plain else f"`{p.default}`"))
            yield ""
            yield from table(("Argument or option", "Meaning", "Default"), rows)


def jobs_page() -> Iterator[str]:
    """Every job and schedule."""
    from shicheng.jobs import registry

    yield "# Jobs"
    yield ""
    yield "A job is a row of the database. It is run at least once, and its body is safe to run twice. The lease says"
    yield "after how many seconds another worker takes the job when its worker died; see"
    yield "[how jobs work](../topics/jobs.md)."
    schedules = {schedule.kind.name: schedule for schedule in registry.schedules()}
    for name in registry.names():
        kind = registry.find_job(name)
        yield ""
        yield f"## {name}"
        yield ""
        yield sentence(kind.function)
        yield ""
        every = schedules.get(name)
        yield (
            f"Shown as “{kind.label}”. Lease {kind.lease} s, {kind.tries} tries"
            + (f", every {every.every // 3600} h by schedule." if every else ".")
        )  # fmt: skip


def events_page() -> Iterator[str]:
    """Every event of the audit log."""
    from shicheng.audit.registry import all_events

    yield "# Events of the audit log"
    yield ""
    yield "A code is `room.thing.verbed`. No code is ever given another meaning, because the log is kept for ever."
    yield ""
    rows = [(f"`{one.code}`", one.label, one.sentence.template if one.sentence else "") for one in all_events()]
    yield from table(("Code", "Label", "Sentence in time lines"), rows)


def permissions_page() -> Iterator[str]:
    """Every permission and the roles that have it."""
    from shicheng.people.registry import all_permissions

    yield "# Permissions"
    yield ""
    yield "What no role has is refused. The operator at the command line has every role, because who can read the"
    yield "archive's files can do all of it anyway."
    yield ""
    rows = []
    for one in all_permissions():
        roles = ", ".join(sorted(str(getattr(role, "value", role)) for role in one.roles))
        rows.append((f"`{one.code}`", one.label, "everyone" if one.everyone else roles))
    yield from table(("Code", "Meaning", "Roles"), rows)


def checks_page() -> Iterator[str]:
    """Every check kind of the catalogue."""
    from shicheng.checks.catalogue import builtin_kinds
    from shicheng.checks.types import Stage

    stages = {Stage.FILING: "Filing 归档", Stage.TRANSFER: "Transfer and receipt 移交与接收",
              Stage.KEEPING: "Long-term keeping 长期保存"}  # fmt: skip
    yield "# Checks"
    yield ""
    yield "The catalogue of the four-property checks 四性检测. Numbers follow DA/T 70-2018 as far as it was seen;"
    yield "the last column says how sure that is: **S** seen in the norm's own summary, **S-v** seen at vendors,"
    yield "**R** recall, **?** the norm's text was not available and nothing was invented, **own** this program's own"
    yield "rule. Catalogue, plans, accepted formats and value rules are data that an archive edits by rows of its own."
    for stage, title in stages.items():
        yield ""
        yield f"## {title}"
        yield ""
        rows = []
        for kind in builtin_kinds():
            if kind.stage is stage:
                how = "by a person" if kind.manual else ("automatic" if kind.executor else "–")
                rows.append((f"`{kind.code}`", kind.title_zh, kind.title, kind.property.value, how, kind.mark))
        yield from table(("Code", "检测项目", "Check", "Property", "How", "Source"), rows)


def errors_page() -> Iterator[str]:
    """Every error a person can meet."""
    from shicheng.kernel.errors import ShichengError

    yield "# Errors"
    yield ""
    yield "Each error has a stable code. The command line prints its message and hint and ends with the exit code;"
    yield "pages and JSON answers carry the code and the HTTP status."
    yield ""
    rows: dict[str, tuple[object, ...]] = {}
    for kind in _subclasses(ShichengError):
        if "code" in vars(kind):
            rows.setdefault(kind.code, (f"`{kind.code}`", sentence(kind), kind.exit_code, kind.http_status))
    yield from table(("Code", "Meaning", "Exit code", "HTTP status"), (rows[code] for code in sorted(rows)))


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("shicheng."):
            yield one
            yield from _subclasses(one)


def states_page() -> Iterator[str]:
    """The state tables as diagrams."""
    from shicheng.ingest.states import TRANSFER, UPLOAD, WATCHED
    from shicheng.jobs.states import JOB

    yield "# States"
    yield ""
    yield "A state machine is one table; services, buttons, these diagrams and an exhaustive test are fed by it."
    for title, machine in (("Transfer 移交", TRANSFER), ("Upload", UPLOAD), ("Watched batch", WATCHED), ("Job", JOB)):
        yield ""
        yield f"## {title}"
        yield ""
        yield "```mermaid"
        yield from machine.diagram().rstrip("\n").split("\n")
        yield "```"
        reasons = [move.verb for move in machine.moves if move.needs_reason]
        if reasons:
            yield ""
            yield "These moves need a reason: " + ", ".join(f"`{verb}`" for verb in reasons) + "."


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "settings": settings_page,
    "commands": commands_page,
    "jobs": jobs_page,
    "events": events_page,
    "permissions": permissions_page,
    "checks": checks_page,
    "errors": errors_page,
    "states": states_page,
}


def texts() -> dict[str, str]:
    """Return every page as it should be, by its name."""
    prepare()
    from django.utils import translation

    with translation.override("en"):
        return {name: "\n".join([_NOTE, "", *page()]) + "\n" for name, page in PAGES.items()}


def out_of_date() -> list[str]:
    """Return the pages that are missing or differ from what the code registers."""
    return [
        name
        for name, text in texts().items()
        if not (FOLDER / f"{name}.md").exists() or (FOLDER / f"{name}.md").read_text("utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    if arguments == ["write"]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in texts().items():
            (FOLDER / f"{name}.md").write_text(text, "utf-8")
        print(f"{len(PAGES)} pages written to {FOLDER.relative_to(ROOT)}.")
        return 0
    if arguments == ["check"]:
        old = out_of_date()
        if old:
            print(
                f"Out of date: {', '.join(f'docs/reference/{name}.md' for name in old)}. Run: make docs",
                file=sys.stderr,
            )
        return 1 if old else 0
    print("usage: reference.py write|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
