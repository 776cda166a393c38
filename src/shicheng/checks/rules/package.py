"""The package as such: structure, control files, unsafe paths, readable metadata."""

from __future__ import annotations

from shicheng.checks.causes import Key
from shicheng.checks.context import (
    FILE_LIST,
    ITEM_LIST,
    TOTAL_BYTES,
    TOTAL_FILES,
    TOTAL_ITEMS,
    CheckContext,
    Looked,
    NotLooked,
    column_key,
    file_key,
)
from shicheng.checks.types import Level, Stage
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.types import PackageKind, PackageProblem, ProblemKind

_UNSAFE = frozenset({ProblemKind.ESCAPE, ProblemKind.LINK, ProblemKind.DEVICE, ProblemKind.BOMB})
_REMARKS = frozenset({ProblemKind.NAME})


def paths(context: CheckContext) -> Looked:
    """Report every path, link, device or bomb that was refused."""
    seen = _report(context, _UNSAFE, "own-3", _("Take it out or correct the list, and hand the batch over again."))
    return seen + len(context.package.files)


def structure(context: CheckContext) -> Looked:
    """Report doubled and unfit names, and members that broke off."""
    package = context.package
    _missing_control(context)
    _report(context, {ProblemKind.DUPLICATE}, "1-13", _("Leave only one file of each name."))
    _report(context, _REMARKS, "1-13", _("Rename the file if you can; its name is kept as it is."))
    _report(context, {ProblemKind.DAMAGED}, "3-4", _("Pack and send the package again."))
    return len(package.files)


def encryption(context: CheckContext) -> Looked:
    """Report members the container has encrypted; files encrypted in themselves are found when opened."""
    seen = _report(context, {ProblemKind.ENCRYPTED}, "3-8", _("Hand the file over without a password."))
    return seen + len(context.package.files)


def control_files(context: CheckContext) -> Looked:
    """Report what breaks the form of the description file and the lists."""
    package = context.package
    if package.kind is PackageKind.FOLDER:
        return NotLooked(_("The package is a plain folder and has neither description file nor lists."))
    for problem in package.problems:
        if problem.kind is ProblemKind.LIST and problem.expected:
            name = {"档号": "reference_code", "路径": "path"}.get(problem.expected, problem.expected)
            _one(context, problem, "2-3", _("Put the column in and send the list again."),
                 about=(column_key(name),), covers=_list_keys(context, problem))  # fmt: skip
        elif problem.kind is ProblemKind.LIST:
            covers = _list_keys(context, problem) if not package.items else ()
            _one(context, problem, "1-12", _("Correct the list and send it again."), covers=covers)
        elif problem.kind is ProblemKind.STATEMENT:
            _one(context, problem, "1-12", _("Correct the description file and send it again."))
    return len(package.control)


def metadata_readable(context: CheckContext) -> Looked:
    """Report metadata that could not be read in its encoding or parsed."""
    package = context.package
    for problem in package.problems:
        if problem.kind not in (ProblemKind.ENCODING, ProblemKind.XML):
            continue
        covers: tuple[Key, ...] = (file_key(problem.path),) if problem.path else ()
        _one(context, problem, "3-1", _("Save the file again, as UTF-8 or as well-formed XML without a DTD."),
             covers=covers)  # fmt: skip
    if not package.control and package.kind is PackageKind.FOLDER:
        return NotLooked(_("The package is a plain folder and carries no metadata."))
    return len(package.control)


def consistency(context: CheckContext) -> Looked:
    """Report where checksums that the container carries do not hold."""
    package = context.package
    _report(context, {ProblemKind.DIGEST}, "1-14", _("Pack and send the package again."))
    carried = sum(1 for file in package.files.values() if file.crc32 is not None)
    if context.stage is Stage.KEEPING:
        return len(package.files)  # the store verified each object against its own inventory
    if not carried and package.kind is not PackageKind.BAGIT:
        return NotLooked(
            _("The package carries no checksums of its own; digests of its file list are checked by themselves.")
        )
    return carried or len(package.files)


def _missing_control(context: CheckContext) -> None:
    """Report control files that are not there, and what can't be told without them."""
    package = context.package
    missing = [problem for problem in package.problems if problem.kind is ProblemKind.STRUCTURE]
    without: list[tuple[Key, ...]] = []
    if package.kind is PackageKind.TRANSFER:  # problems come in this order: description file, item list, file list
        if not package.has_statement:
            without.append(())
        if not package.has_item_list:
            without.append((ITEM_LIST, TOTAL_ITEMS, TOTAL_FILES, TOTAL_BYTES))
        if not package.has_file_list:
            without.append((FILE_LIST, TOTAL_FILES, TOTAL_BYTES))
    for place, problem in enumerate(missing):
        covers = without[place] if place < len(without) else ()
        _one(context, problem, "2-10", _("Add the file and hand the batch over again."), covers=covers)
    if not context.described and package.files:
        context.report(
            "2-10",
            _("The package has no list of its items, so that nothing is known of them but their files."),
            level=Level.WARNING,
            about=(ITEM_LIST,),
            advice=_("Describe the items before they are accepted, or ask for an item list."),
        )


def _list_keys(context: CheckContext, problem: PackageProblem) -> tuple[Key, ...]:
    """Say what a broken list explains: without its items or files nothing else can be told."""
    if problem.expected == "路径":
        return (FILE_LIST, TOTAL_FILES, TOTAL_BYTES)
    return (ITEM_LIST, TOTAL_ITEMS, TOTAL_FILES, TOTAL_BYTES, FILE_LIST)


def _report(context: CheckContext, kinds: set[ProblemKind] | frozenset[ProblemKind], seq: str, advice: Message) -> int:
    seen = 0
    for problem in context.package.problems:
        if problem.kind in kinds:
            seen += 1
            _one(context, problem, seq, advice)
    return seen


def _one(
    context: CheckContext,
    problem: PackageProblem,
    seq: str,
    advice: Message,
    *,
    about: tuple[Key, ...] = (),
    covers: tuple[Key, ...] = (),
) -> None:
    remark = problem.kind in _REMARKS and not problem.refused
    if not about and problem.path and not remark and problem.kind not in (
        ProblemKind.STATEMENT, ProblemKind.LIST, ProblemKind.STRUCTURE, ProblemKind.ENCODING, ProblemKind.XML
    ):  # fmt: skip
        about = (file_key(problem.path),)
    ref = problem.ref
    if ref is None and problem.path is not None:
        ref = refs_by_path(context).get(problem.path)
    context.report(
        seq,
        problem.message,
        about=about,
        covers=covers,
        level=Level.WARNING if remark else Level.ERROR,
        ref=ref,
        path=problem.path,
        expected=problem.expected,
        found=problem.found,
        advice=advice,
    )


def refs_by_path(context: CheckContext) -> dict[str, str]:
    """Return the reference code of the item each listed path belongs to."""
    table: dict[str, str] | None = context.notes.get("refs_by_path")
    if table is None:
        table = {}
        for item in context.package.items:
            for entry in item.files:
                ref = item.ref or entry.ref
                if ref:
                    table.setdefault(entry.path, ref)
                    if entry.file is not None:
                        table.setdefault(entry.file.path, ref)
        context.notes["refs_by_path"] = table
    return table
