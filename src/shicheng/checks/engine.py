"""Runs a plan of checks over a package and makes the report. Pure: no Django, no database of its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from shicheng import __version__
from shicheng.checks import looking
from shicheng.checks.acceptance import acceptance
from shicheng.checks.context import CheckContext, Database, Looked, NotLooked, Observer, Progress
from shicheng.checks.errors import UnknownStage
from shicheng.checks.plan import planned_kinds
from shicheng.checks.rules import codes, item_files, linking, package, reason, safety, totals, values
from shicheng.checks.scanner import Scanner
from shicheng.checks.schemes import scheme_of
from shicheng.checks.texts import for_a_person
from shicheng.checks.types import CheckKind, CheckResult, Level, Outcome, Report, Stage, judge
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.kernel.clock import now
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.reading import read_package
from shicheng.packages.types import Limits, Package

Executor = Callable[[CheckContext], Looked]

_DEFAULT_CATEGORY = "WS"
_LEVELS = {Level.ERROR: 0, Level.WARNING: 1, Level.MANUAL: 2}


def _fixation(context: CheckContext) -> Looked:
    compared = looking.verify_digests(context)
    return compared or NotLooked(_("The package carries no digests, signatures or seals."))


def _opened(context: CheckContext) -> Looked:
    """The checks that share one opening of each file."""
    looking.inspect(context)
    return len(looking.subjects(context))


def _readable(context: CheckContext) -> Looked:
    looking.inspect(context)
    files = len(looking.subjects(context))
    return files or NotLooked(_("There is no file to open."))


# From the deepest cause outward: what an earlier rule reports, a later one only notes as its symptom.
EXECUTORS: dict[str, Executor] = {
    "structure": package.structure,
    "control_files": package.control_files,
    "metadata_readable": package.metadata_readable,
    "paths": package.paths,
    "encryption": package.encryption,
    "consistency": package.consistency,
    "elements": values.elements,
    "code_form": codes.code_form,
    "duplicates": codes.duplicates,
    "mandatory": values.mandatory,
    "special": values.special,
    "datatype": values.datatype,
    "domain": values.domain,
    "length": values.length,
    "secrecy": reason.secrecy,
    "reason": reason.reason,
    "package_metadata": linking.package_metadata,
    "links": linking.links,
    "content": linking.content,
    "attachments": item_files.attachments,
    "package_files": item_files.package_files,
    "process": totals.process,
    "continuity": totals.continuity,
    "items_total": totals.items_total,
    "extra": safety.extra,
    "scanner": safety.scanner,
    "virus": looking.scan,
    "fixation": _fixation,
    "properties": _opened,
    "formats": _opened,
    "readable": _readable,
    "active": _opened,
    "bytes_total": totals.bytes_total,
    "database": safety.database,
}


def check_path(
    path: Path,
    *,
    stage: str = Stage.TRANSFER.value,
    pool: InspectionPool | None = None,
    scanner: Scanner | None = None,
    progress: Progress | None = None,
    workers: int = 2,
    budget: Budget | None = None,
    limits: Limits | None = None,
    scratch: Path | None = None,
) -> Report:
    """Read the package at `path` and run every check of the stage that needs no database.

    `workers` and `budget` are for the processes that open files when no `pool` is given. Raises `UnknownStage`,
    and `UnreadablePackage` when nothing can be read at all.
    """
    wanted = stage_of(stage)
    with ExitStack() as stack:
        read = stack.enter_context(read_package(path, limits=limits, scratch=scratch))
        pool = pool or stack.enter_context(InspectionPool(workers=workers, budget=budget, want_text=False))
        return check_package(read, stage=wanted, pool=pool, scanner=scanner, progress=progress)


def stage_of(name: str) -> Stage:
    """Return the stage of a code; raise `UnknownStage` for a code of none."""
    try:
        return Stage(name.upper())
    except ValueError as error:
        raise UnknownStage(
            _("There is no stage %(name)s of checking.", name=name),
            hint=_("Use one of: %(names)s.", names=", ".join(one.value for one in Stage)),
        ) from error


def check_package(
    package: Package,
    *,
    stage: Stage = Stage.TRANSFER,
    pool: InspectionPool | None = None,
    scanner: Scanner | None = None,
    database: Database | None = None,
    observer: Observer | None = None,
    progress: Progress | None = None,
    edits: Mapping[str, Any] | None = None,
) -> Report:
    """Run the plan of a stage over a package that is open.

    `edits` are an archive's own rows over the tables: {"kinds", "plans", "formats", "scheme"}.
    """
    started, begun = now(), time.perf_counter()
    edits = edits or {}
    category = category_of(package)
    kinds = planned_kinds(stage, category, kind_edits=edits.get("kinds"), plan_edits=edits.get("plans"))
    context = CheckContext(
        package=package,
        stage=stage,
        category=category,
        scheme=scheme_of(category, edits.get("scheme")),
        formats=acceptance(category, edits.get("formats")),
        kinds={kind.seq: kind for kind in kinds},
        today=started.date(),
        pool=pool,
        scanner=scanner,
        database=database,
        observer=observer,
        progress=progress,
    )
    codes.parse_codes(context)
    looked = _run(context, kinds)
    for kind in kinds:
        if kind.manual:
            context.report(
                kind.seq,
                for_a_person(kind.title),
                level=Level.MANUAL,
                advice=_("Look, then sign the check with what you found."),
            )
    findings = sorted(
        context.ledger.findings(), key=lambda f: (_LEVELS[f.level], f.row is None, f.row or 0, f.check, f.path or "")
    )
    results = _results(context, kinds, looked)
    content = [file.size for file in package.content]
    return Report(
        kind=package.kind.value,
        items=len(package.items),
        files=len(content),
        bytes=sum(content),
        verdict=judge(findings, results),
        findings=findings,
        checks=results,
        stage=stage,
        name=package.name,
        category=category,
        fonds_code=package.statement.fonds_code or next((c.fonds for c in context.codes if c is not None), ""),
        agency=package.statement.agency or "",
        started=started.isoformat(timespec="seconds"),
        seconds=time.perf_counter() - begun,
        software=f"shicheng {__version__}",
    )


def category_of(package: Package) -> str:
    """Return the category of a batch: as stated, else that of most reference codes, else WS."""
    if package.statement.category:
        return package.statement.category
    context_codes: Counter[str] = Counter()
    for item in package.items[:1000]:
        parts = item.ref.split("-", 2)
        if len(parts) > 1 and parts[1][:2].isascii() and parts[1][:2].isalpha():
            context_codes[parts[1][:2].upper()] += 1
    return context_codes.most_common(1)[0][0] if context_codes else _DEFAULT_CATEGORY


def _run(context: CheckContext, kinds: list[CheckKind]) -> dict[str, tuple[Looked, float]]:
    """Run the executors of the plan in causal order; return what each looked at and its seconds."""
    wanted = {kind.executor for kind in kinds if kind.executor and not kind.manual}
    looked: dict[str, tuple[Looked, float]] = {}
    for name, executor in EXECUTORS.items():
        if name in wanted:
            begun = time.perf_counter()
            looked[name] = (executor(context), time.perf_counter() - begun)
    return looked


def _results(
    context: CheckContext, kinds: list[CheckKind], looked: Mapping[str, tuple[Looked, float]]
) -> list[CheckResult]:
    levels: dict[str, Counter[Level]] = {}
    for cause in context.ledger:
        levels.setdefault(cause.finding.check, Counter())[cause.finding.level] += 1
    results = []
    for kind in kinds:
        found = levels.get(kind.code, Counter())
        seen, seconds = looked.get(kind.executor, (0, 0.0))
        reason: Message | None = None
        if kind.manual:
            outcome = Outcome.MANUAL
        elif found[Level.ERROR]:
            outcome = Outcome.FAIL
        elif isinstance(seen, NotLooked):
            outcome, reason = Outcome.NOT_CHECKED, seen.reason
        elif not kind.executor:
            outcome, reason = Outcome.NOT_CHECKED, _("Nothing here carries this check out.")
        elif found[Level.MANUAL]:
            outcome, reason = Outcome.MANUAL, _("Some files could not be looked at by the machine.")
        else:
            outcome = Outcome.PASS
            if found[Level.WARNING]:
                reason = _("Passed with %(count)d warnings.", count=found[Level.WARNING])
        results.append(
            CheckResult(
                check=kind.code,
                title=kind.title,
                result=outcome,
                seconds=seconds,
                property=kind.property,
                reason=reason,
                looked_at=0 if isinstance(seen, NotLooked) else seen,
                title_zh=kind.title_zh,
                blocking=kind.blocking,
            )
        )
    return results
