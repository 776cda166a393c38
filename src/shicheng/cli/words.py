"""Results as a person at a terminal reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.table import Table

from shicheng.cli.output import out, print_json
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes

if TYPE_CHECKING:
    from shicheng.audit.models import Entry
    from shicheng.audit.types import ChainReport
    from shicheng.checks.types import Report
    from shicheng.holdings.models import Item
    from shicheng.ingest.types import Outcome
    from shicheng.ingest.verification import Verification
    from shicheng.search.types import Results
    from shicheng.settings import Settings
    from shicheng.storage.moving import MovePlan, MoveReport

PROPERTIES = {
    "authenticity": _("authenticity"),
    "integrity": _("integrity"),
    "usability": _("usability"),
    "security": _("security"),
}
LEVELS = {"error": ("✗", "red"), "warning": ("!", "yellow"), "manual": ("?", "cyan")}
MOST = 200


def say(text: object, style: str | None = None) -> None:
    """Print one line without reading marks in it."""
    out.print(str(text), style=style, markup=False)


def print_report(report: Report) -> None:
    """Print what a check found: faults first, then what waits for a person, then what was not looked at."""
    say(
        _(
            "%(name)s: %(items)s items, %(files)s files, %(size)s",
            name=report.name or report.kind,
            items=report.items,
            files=report.files,
            size=format_bytes(report.bytes),
        )
    )
    shown = sorted(report.findings, key=lambda one: list(LEVELS).index(one.level))
    for finding in shown[:MOST]:
        mark, colour = LEVELS[finding.level]
        where = finding.ref or str(_("whole batch"))
        say(f"{mark} {finding.check}  {where}  [{PROPERTIES[finding.property]}]", colour)
        say(f"    {finding.message}")
        if finding.advice is not None:
            say(f"    → {finding.advice}")
    if len(shown) > MOST:
        say(_("… and %(count)s more; --json shows all.", count=len(shown) - MOST))
    unseen = [check for check in report.checks if check.result == "not_checked"]
    if unseen:
        say(_("Not checked:"))
        for check in unseen:
            name = f"{check.check} {check.title}"
            told = _("%(check)s: %(reason)s", check=name, reason=check.reason) if check.reason else name
            say(f"  {told}")
    verdicts = {
        "pass": (_("Passed."), "green"),
        "review": (_("No fault found; some points wait for a person to look."), "green"),
        "fail": (_("Failed: %(count)s faults.", count=len(report.errors)), "red"),
    }
    text, colour = verdicts[report.verdict]
    say(text, colour)


def print_outcome(outcome: Outcome) -> None:
    """Print what became of a transfer."""
    say(
        _(
            "Transfer %(number)s: %(state)s; %(accepted)s items accepted, %(held)s held, %(files)s files, %(size)s, "
            "%(seconds)s s",
            number=outcome.transfer,
            state=state_word(outcome.state),
            accepted=outcome.accepted,
            held=outcome.held,
            files=outcome.files,
            size=format_bytes(outcome.bytes),
            seconds=f"{outcome.seconds:.1f}",
        ),
        "green" if outcome.state == "stored" and not outcome.held else "yellow",
    )
    if outcome.state == "failed":
        say(
            _(
                "The batch has faults. See them at the desk, or take the sound items with --accept-passing "
                "--reason “…”, or send a mended batch with --resubmit %(number)s.",
                number=outcome.transfer,
            )
        )


def state_word(state: str) -> str:
    """The state of a transfer in words."""
    from shicheng.ingest.words import STATES

    return str(STATES.get(state, state))


def print_results(results: Results) -> None:
    """Print hits as a table."""
    for note in results.notes:
        say(note, "yellow")
    table = Table(box=None, pad_edge=False)
    for heading, wraps in ((_("Reference code"), False), (_("Date"), False), (_("Title"), True), (_("Author"), True)):
        table.add_column(str(heading), overflow="fold", no_wrap=not wraps)
    from rich.text import Text

    for hit in results.hits:
        table.add_row(Text(hit.ref), Text(hit.date or ""), Text(hit.title), Text(hit.creator or ""))
    if results.hits:
        out.print(table)
    say(_("%(total)s found in %(ms)s ms", total=results.total, ms=f"{results.seconds * 1000:.1f}"))


def print_item(item: Item, history: Iterable[Entry], settings: Settings, *, as_json: bool) -> None:
    """Print one record whole."""
    from django.utils.timezone import localtime

    from shicheng.audit.registry import describe
    from shicheng.packages.elements import BY_NAME
    from shicheng.storage.services import open_store

    store = open_store(settings)
    files: list[dict[str, Any]] = []
    for one in item.files.all():
        local = store.local_path(item.object_id, one.logical_path)
        files.append(
            {
                "name": one.name,
                "draft_state": one.draft_state,
                "size": one.size,
                "format": one.format_name,
                "puid": one.puid,
                "sm3": one.sm3,
                "sha256": one.sha256,
                "sha512": one.sha512,
                "path": str(local) if local else None,
            }
        )
    events = [{"at": entry.at.isoformat(), "event": entry.event, "actor": entry.actor_name} for entry in history]
    record: dict[str, Any] = {
        "ref": item.reference_code,
        "id": str(item.pk),
        "title": item.title,
        "fonds": item.fonds.code,
        "fonds_name": item.fonds.name,
        "transfer": item.transfer,
        "object": item.object_id,
        "openness": item.openness,
        "secrecy": item.secrecy,
        "elements": item.elements,
        "extra": item.extra,
        "files": files,
        "events": events,
    }
    if as_json:
        print_json(record)
        return
    say(item.title, "bold")
    say(item.reference_code)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in item.elements.items():
        element = BY_NAME.get(name)
        label = (element.label_zh if settings.language.startswith("zh") else element.label_en) if element else name
        table.add_row(label, value)
    for name, value in item.extra.items():
        table.add_row(name, value)
    out.print(table, markup=False)
    for each in files:
        say(f"• {each['name']}  {format_bytes(each['size'])}  {each['format']}  SM3 {each['sm3']}")
        if each["path"]:
            say(f"  {each['path']}")
    for entry in history:
        told = describe(entry.event, actor_name=entry.actor_name, details=entry.details)
        say(f"  {localtime(entry.at):%Y-%m-%d %H:%M}  {told}")


def print_verification(result: Verification) -> None:
    """Print what a verification of the archive found."""
    for damage in result.damaged:
        say(f"✗ {damage.ref}  {damage.path}  {damage.problem}", "red")
    say(
        _(
            "%(objects)s objects, %(files)s files, %(size)s verified in %(seconds)s s; audit log: %(entries)s entries",
            objects=result.objects,
            files=result.files,
            size=format_bytes(result.bytes),
            seconds=f"{result.seconds:.1f}",
            entries=result.audit_entries,
        )
    )
    if result.intact:
        say(_("All sound."), "green")
    else:
        say(_("Damage found: restore the files named above from a backup."), "red")


def print_chain(result: ChainReport) -> None:
    """Print how the audit log came out."""
    for problem in result.problems:
        say(f"✗ {problem}", "red")
    say(_("%(count)s entries", count=result.entries))
    say(_("The chain is whole.") if result.intact else _("The chain is broken."), "green" if result.intact else "red")


def print_plan_of_move(plan: MovePlan) -> None:
    """Print what a move will do and what stands in its way, before anything is done."""
    if plan.is_there:
        return
    if plan.moves_database:
        say(_("Database: %(here)s → %(there)s", here=plan.here.database, there=plan.there.database))
        say(
            _(
                "  %(tables)s tables, %(rows)s rows, audit log of %(entries)s entries",
                tables=plan.tables,
                rows=plan.rows,
                entries=plan.entries,
            )
        )
    else:
        say(_("Database: stays in %(here)s", here=plan.here.database))
    if plan.moves_store:
        say(_("Store: %(here)s → %(there)s", here=plan.here.store, there=plan.there.store))
        say(
            _(
                "  %(objects)s objects with %(size)s; %(verified)s of them were copied and verified before",
                objects=plan.objects,
                size=format_bytes(plan.bytes),
                verified=plan.verified,
            )
        )
    else:
        say(_("Store: stays in %(here)s", here=plan.here.store))
    say(
        _(
            "Stays in %(home)s: settings file, keys, search index, staging area with %(transfers)s transfers",
            home=plan.settings.home,
            transfers=plan.transfers,
        )
    )
    if plan.goes_on:
        say(_("An earlier attempt at this move is gone on with."))
    if plan.used_by:
        say(_("At work on the archive now: %(others)s", others=", ".join(plan.used_by)), "yellow")
    for obstacle in plan.obstacles:
        say(f"✗ {obstacle}", "red")


def print_move(report: MoveReport) -> None:
    """Print what a move did."""
    plan, objects = report.plan, report.objects
    if report.state == "unchanged":
        say(
            _(
                "The archive is there already: %(database)s, %(store)s.",
                database=plan.here.database,
                store=plan.here.store,
            )
        )
        return
    if plan.moves_store:
        say(
            _(
                "%(copied)s objects with %(size)s copied, %(verified)s read back and verified, %(skipped)s were there.",
                copied=objects.copied,
                size=format_bytes(objects.bytes),
                verified=objects.verified,
                skipped=objects.skipped,
            )
        )
    if report.state == "copied":
        say(_("The archive is as it was. To move it: stop what works on it and start the same without --ahead."))
        return
    if plan.moves_database:
        say(
            _(
                "%(tables)s tables with %(rows)s rows are the same in both databases.",
                tables=len(report.tables),
                rows=sum(one.rows for one in report.tables),
            )
        )
    say(_("Audit log: %(count)s entries, whole, the same end: %(head)s", count=report.entries, head=report.head))
    if plan.moves_database:
        say(_("Kept, no longer used: the database %(address)s", address=report.kept_database))
    if plan.moves_store:
        say(_("Kept, no longer used: the store %(address)s", address=report.kept_store))
    say(_("Kept: the settings as they were, %(file)s", file=report.kept_settings))
    say(_("The archive is moved."), "green")
