"""The catalogue of check kinds: what can be checked at which stage, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from shicheng.checks.errors import BrokenTable, UnknownCheck
from shicheng.checks.texts import bilingual, plain_chinese
from shicheng.checks.types import CheckKind, Property, Stage
from shicheng.kernel.messages import message as _

_FOLDER = Path(__file__).resolve().parent
_PACKAGE = {
    Stage.FILING: {"{包}": "归档信息包", "{package}": "filing package", "{范围}": "归档内容与归档范围一致"},
    Stage.TRANSFER: {
        "{包}": "移交信息包",
        "{package}": "transfer package",
        "{范围}": "移交内容与移交范围、移交清单一致",
    },
    Stage.KEEPING: {"{包}": "保存信息包", "{package}": "archival package", "{范围}": "保存内容与接收范围一致"},
}
_OWN = "own-"


def read_table(name: str) -> dict[str, Any]:
    """Read one of the tables that lie beside this module."""
    with (_FOLDER / name).open("rb") as stream:
        return tomllib.load(stream)


@cache
def builtin_kinds() -> tuple[CheckKind, ...]:
    """Every check kind of the catalogue as shipped, all stages, in the order of the norm."""
    return tuple(_kinds(read_table("catalogue.toml")))


def kinds_of(stage: Stage, edits: Mapping[str, Mapping[str, Any]] | None = None) -> list[CheckKind]:
    """Return the kinds of one stage with an archive's own edits laid over them.

    An edit may change `enabled`, `blocking`, `manual`, `title`, `purpose`, `target` and `method` of a code.
    """
    kinds = [kind for kind in builtin_kinds() if kind.stage is stage]
    if not edits:
        return kinds
    return [apply_edit(kind, edits[kind.code]) if kind.code in edits else kind for kind in kinds]


def find_kind(code: str) -> CheckKind:
    """Return the kind of a code; raise `UnknownCheck` if there is none."""
    for kind in builtin_kinds():
        if kind.code == code:
            return kind
    raise UnknownCheck(
        _("The catalogue has no check %(code)s.", code=code), hint=_("Choose one of the codes the catalogue lists.")
    )


def code_of(stage: Stage, seq: str) -> str:
    """Return the code printed for an item: `YJ-1-7`, or `SC-YJ-2` for the archive's own rules."""
    return f"SC-{stage.value}-{seq.removeprefix(_OWN)}" if seq.startswith(_OWN) else f"{stage.value}-{seq}"


def apply_edit(kind: CheckKind, edit: Mapping[str, Any]) -> CheckKind:
    """Return the kind with an archive's edit laid over it."""
    known: dict[str, Any] = {}
    for name in ("enabled", "blocking", "manual"):
        if name in edit:
            known[name] = bool(edit[name])
    for name in ("title", "purpose", "target", "method"):
        if name in edit:
            known[name] = bilingual(edit[name])
            if name == "title":
                known["title_zh"] = plain_chinese(edit[name])
    return replace(kind, **known)


def _kinds(table: Mapping[str, Any]) -> Iterable[CheckKind]:
    for row in table["kind"]:
        for name in row["stages"]:
            stage = Stage(name)
            try:
                yield _kind(stage, row)
            except (KeyError, ValueError) as error:
                raise BrokenTable(
                    _(
                        "The catalogue breaks its form at %(seq)s: %(reason)s.",
                        seq=row.get("seq", "?"),
                        reason=str(error),
                    )
                ) from error


def _kind(stage: Stage, row: Mapping[str, Any]) -> CheckKind:
    def text(name: str) -> dict[str, str]:
        filled = {}
        for language, value in row.get(name, {}).items():
            for mark, word in _PACKAGE[stage].items():
                value = value.replace(mark, word)
            filled[language] = value
        return filled

    return CheckKind(
        stage=stage,
        property=Property(row["property"]),
        seq=row["seq"],
        code=code_of(stage, row["seq"]),
        title_zh=plain_chinese(text("title")),
        title=bilingual(text("title")),
        purpose=bilingual(text("purpose")),
        target=bilingual(text("target")),
        method=bilingual(text("method")),
        executor=row.get("executor", ""),
        blocking=row.get("blocking", True),
        enabled=row.get("enabled", True),
        manual=row.get("manual", False),
        mark=row["mark"],
    )
