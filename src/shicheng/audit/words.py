"""What entries and jobs tell, in words: what they are about, and the names of their details."""

from __future__ import annotations

from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes

ROOMS: Final = {
    "access": _("Portal"),
    "acquiring": _("Acquisition"),
    "api": _("Programs"),
    "approvals": _("Requests"),
    "audit": _("Log"),
    "cataloguing": _("Catalogues"),
    "checks": _("Checks"),
    "collecting": _("Business systems"),
    "desk": _("Desk"),
    "exchange": _("Exports"),
    "holdings": _("Holdings"),
    "ingest": _("Transfers"),
    "jobs": _("Jobs"),
    "people": _("Accounts"),
    "planning": _("Filing watch"),
    "schemes": _("Schemes"),
    "search": _("Search"),
    "storage": _("Store"),
}
SUBJECTS: Final = {
    "transfer": _("transfer"),
    "item": _("item"),
    "fonds": _("fonds"),
    "job": _("job"),
    "schedule": _("schedule"),
    "store": _("store"),
    "object": _("object in the store"),
    "fixity_run": _("verification"),
    "checks_table": _("table of checks"),
    "import": _("catalogue import"),
    "trial": _("trial of a catalogue"),
    "attachment": _("files to attach"),
    "mapping": _("meaning of columns"),
    "report": _("check report"),
    "token": _("token"),
    "user": _("account"),
    "upload": _("upload"),
    "subscription": _("webhook"),
    "webhook": _("webhook"),
    "view": _("view of the items"),
    "export": _("export"),
    "request": _("request"),
    "unit": _("filing unit"),
    "filing_table": _("filing table"),
    "entity": _("business entity"),
    "acquisition": _("acquisition from society"),
    "donor": _("donor"),
    "major_event": _("major event"),
    "finding": _("missing record"),
    "accession_plan": _("plan of accessions"),
    "terms": _("terms of what is expected"),
    "system": _("business system"),
    "push": _("pushed document"),
}
DETAILS: Final = {
    "about": _("about"),
    "accepted": _("accepted"),
    "address": _("network address"),
    "after": _("behind entry"),
    "agency": _("office"),
    "ambiguous": _("more than one record"),
    "answers": _("kept answers removed"),
    "attachment_id": _("files to attach"),
    "attempt": _("attempt"),
    "attributes": _("attributes"),
    "batches": _("batches"),
    "by": _("by"),
    "bytes": _("size"),
    "changes": _("changes"),
    "check": _("check"),
    "code": _("code"),
    "columns": _("columns"),
    "complete": _("complete"),
    "count": _("how many"),
    "created": _("new"),
    "damages": _("damages"),
    "day": _("day"),
    "deliveries": _("deliveries removed"),
    "digest": _("digest"),
    "document": _("document"),
    "entries": _("entries"),
    "errors": _("errors"),
    "events": _("events"),
    "expired": _("expired"),
    "failures": _("failures"),
    "faulty_items": _("items with faults"),
    "figures": _("figures"),
    "files": _("files"),
    "finished": _("finished"),
    "first": _("entity"),
    "first_bad": _("first broken entry"),
    "folder": _("folder"),
    "folders": _("folders"),
    "fonds": _("fonds"),
    "forgotten": _("removed from the list"),
    "form": _("form"),
    "freed": _("space freed"),
    "from": _("in force from"),
    "heads": _("signatures"),
    "held": _("held back"),
    "how": _("way in"),
    "id": _("identifier"),
    "import": _("import"),
    "import_id": _("import"),
    "intact": _("intact"),
    "inventory": _("digest of the inventory"),
    "issuer": _("issuer"),
    "item": _("record"),
    "item_id": _("item"),
    "items": _("items"),
    "job": _("job"),
    "kept": _("kept as they are"),
    "key": _("entry of the table"),
    "kind": _("kind"),
    "known": _("there already"),
    "left": _("left"),
    "lines": _("lines"),
    "made": _("made"),
    "marked": _("with a value kept as it was"),
    "matched": _("found their record"),
    "missing": _("no record"),
    "name": _("name"),
    "new": _("new"),
    "note": _("note"),
    "number": _("number"),
    "object": _("object in the store"),
    "objects": _("objects"),
    "origin": _("begun from"),
    "path": _("path"),
    "pattern": _("pattern"),
    "planned": _("planned"),
    "position": _("position"),
    "problem": _("problem"),
    "problems": _("problems"),
    "query": _("query"),
    "reason": _("reason"),
    "records": _("records"),
    "ref": _("reference code"),
    "refused": _("refused"),
    "rejected": _("rejected"),
    "relation": _("relation"),
    "removed": _("removed"),
    "report": _("report"),
    "request": _("request"),
    "result": _("result"),
    "returned": _("returned to what they were"),
    "revision": _("decision no."),
    "role": _("as"),
    "roles": _("roles"),
    "rows": _("rows"),
    "run": _("run"),
    "schedule_id": _("filing table"),
    "scopes": _("permissions"),
    "second": _("the other entity"),
    "second_id": _("id of the other"),
    "segments": _("parts of the log"),
    "sent": _("sent"),
    "sm3": _("digest (SM3)"),
    "state": _("state"),
    "step": _("step"),
    "subject": _("subject at the provider"),
    "suspects": _("may be doubled"),
    "system": _("business system"),
    "table": _("table"),
    "target": _("name or address"),
    "terms": _("terms"),
    "told": _("reminded"),
    "transfer": _("transfer"),
    "transfer_id": _("transfer"),
    "trial_id": _("trial of a catalogue"),
    "trials": _("trials"),
    "unchanged": _("as before"),
    "undo": _("identifier of the undoing"),
    "unit": _("filing unit"),
    "until": _("until"),
    "updated": _("changed"),
    "url": _("address"),
    "user": _("account"),
    "username": _("account"),
    "verdict": _("verdict"),
    "version": _("version"),
    "warnings": _("warnings"),
    "what": _("what failed"),
    "why": _("cause"),
    "year": _("year"),
}
_SIZES: Final = frozenset({"bytes", "freed", "size"})
_YES, _NO = _("yes"), _("no")


def tell_details(details: dict[str, Any] | None) -> list[tuple[Message | str, str]]:
    """The details of an entry, the arguments or the result of a job, by names and values people can read.

    A name nobody gave words stands as it is.
    """
    return [(DETAILS.get(key, key), tell_value(key, value)) for key, value in (details or {}).items()]


def tell_value(key: str, value: Any) -> str:
    """Write one value: sizes as people read them, lists with commas, messages as sentences."""
    if value in (None, "", [], {}):
        return "–"
    match value:
        case bool():
            return str(_YES if value else _NO)
        case int() if key in _SIZES:
            return format_bytes(value)
        case {"template": str()}:
            return str(Message.from_json(value))
        case [int() as first, int() as last] if key == "rows":
            return f"{first}–{last}"
        case list():
            return ", ".join(tell_value("", one) for one in value)
        case dict():
            return "; ".join(f"{DETAILS.get(name, name)}: {tell_value(name, one)}" for name, one in value.items())
    return str(value)
