"""Files nobody listed, the scanner and the database: whether they are there and answer."""

from __future__ import annotations

from shicheng.checks.context import FILE_LIST, CheckContext, Looked, NotLooked, file_key
from shicheng.checks.rules.linking import unlisted
from shicheng.kernel.messages import message as _
from shicheng.packages.types import PackageKind

_SHOWN = 50


def extra(context: CheckContext) -> Looked:
    """Report all files that no list names, in one finding."""
    package = context.package
    if package.kind is PackageKind.FOLDER:
        return NotLooked(_("The package has no list of its files to compare with."))
    loose = [path for path in unlisted(context) if context.ledger.explains(file_key(path)) is None]
    if loose:
        names = ", ".join(loose[:_SHOWN]) + (" …" if len(loose) > _SHOWN else "")
        context.report(
            "4-3",
            _("%(count)d files are in the package that no list names: %(paths)s.", count=len(loose), paths=names),
            about=(FILE_LIST,),
            path=loose[0] if len(loose) == 1 else None,
            expected="0",
            found=names,
            advice=_("Take them off the carrier, or list them if they belong to the records."),
        )
    return len(package.files)


def scanner(context: CheckContext) -> Looked:
    """Ask the scanner whether it is there."""
    if context.scanner is None:
        return NotLooked(_("No virus scanner is set up here."))
    try:
        context.scanner.version()
    except (OSError, ValueError) as error:
        context.scanner = None
        return NotLooked(_("The virus scanner does not answer: %(reason)s", reason=str(error)))
    return 1


def database(context: CheckContext) -> Looked:
    """Ask the database whether its records can be read."""
    if context.database is None:
        return NotLooked(_("This run works without an archive's database."))
    return context.database.ping()
