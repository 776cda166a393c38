"""The papers of a transfer: its control files, report, receipt and the list of all it brought, kept in the store.

With the items' own objects they are enough to make the package anew exactly as it came, and the row of the
transfer with its report.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shicheng.checks import keeping_reports as checks
from shicheng.checks.types import Property, Report
from shicheng.ingest.models import Transfer
from shicheng.ingest.receipt import DigestLine, write_receipt
from shicheng.ingest.stored_items import describe
from shicheng.ingest.types import Papers
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_bytes, digest_stream
from shicheng.packages.types import Package, PackageFile
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.types import DraftFile, ObjectDraft

FIELDS = (
    "number",
    "attempt",
    "name",
    "source",
    "kind",
    "container",
    "agency",
    "fonds_code",
    "fonds_name",
    "category",
    "items",
    "files",
    "bytes",
    "content_digest",
    "reason",
    "decided_by",
)
MOMENTS = ("announced_at", "received_at", "decided_at", "stored_at")


def store_papers(
    *,
    store: Store,
    package: Package,
    transfer: Transfer,
    report: Report,
    accepted: int,
    held: int,
    settings: Settings,
) -> Papers:
    """Store the papers of this attempt as an object, or as its next version; safe to run twice."""
    earlier = _earlier(store, transfer)
    attempt = f"attempt-{transfer.attempt}"
    if earlier is not None and f"{attempt}/transfer.json" in earlier:
        with store.open(transfer.object_id, f"{attempt}/transfer.json") as stream:
            at = datetime.fromisoformat(json.loads(stream.read())["stored_at"])
        return Papers(describe(store, transfer.object_id), at)
    at = clock.now()
    everything = sorted(package.files.values(), key=lambda file: file.raw_path)
    transfer.accepted, transfer.held = accepted, held  # as the receipt says; the row follows when all is durable
    digests = [DigestLine(file.path, file.size, _sm3(file)) for file in everything]
    receipt = write_receipt(
        transfer=transfer,
        archive_name=settings.archive_name,
        digests=digests,
        findings=_said(report),
        language=settings.language,
    )
    files = [
        _paper(
            f"{attempt}/transfer.json", _json(transfer_record(transfer, accepted=accepted, held=held, stored_at=at))
        ),
        _paper(f"{attempt}/package.json", _json([_line(file) for file in everything])),
        _paper(f"{attempt}/report.json", _json(report.to_record())),
        _paper(f"{attempt}/reports.json", _json(checks.records_of(("transfer", str(transfer.pk))))),
        _paper(f"{attempt}/receipt.pdf", receipt),
    ]
    for number, file in enumerate(everything):
        if file.path in package.control:
            files.append(_control(f"{attempt}/papers/{_plain_name(file, number)}", file))
    files += [DraftFile(logical_path=path, source=None) for path in earlier or ()]
    assert transfer.decided_at is not None
    draft = ObjectDraft(
        object_id=transfer.object_id,
        created=transfer.decided_at,
        user=transfer.decided_by,
        message=f"{transfer.number} {attempt}",
        files=files,
        base=store.inventory(transfer.object_id).head if earlier is not None else None,
    )
    return Papers(store.put_objects([draft])[0], at)


def transfer_record(transfer: Transfer, *, accepted: int, held: int, stored_at: datetime) -> dict[str, Any]:
    """The row of a transfer as it is kept in the store."""
    record: dict[str, Any] = {name: getattr(transfer, name) for name in FIELDS}
    for name in MOMENTS:
        moment = stored_at if name == "stored_at" else getattr(transfer, name)
        record[name] = moment.isoformat() if moment else None
    return {**record, "id": str(transfer.pk), "report": str(transfer.report), "accepted": accepted, "held": held}


def _earlier(store: Store, transfer: Transfer) -> list[str] | None:
    """Logical paths the object holds already, None if there is no object yet."""
    if not store.has(transfer.object_id):
        return None
    return sorted(store.inventory(transfer.object_id).state())


def _said(report: Report) -> dict[str, str]:
    """One line for each property, for the receipt."""
    said = {}
    counts = report.counts()
    for property_ in Property:
        looked = sum(1 for check in report.checks if check.property is property_ and check.result in ("pass", "fail"))
        errors = counts[property_.value]["error"]
        line = _("%(count)s points checked") % {"count": looked}
        said[property_.value] = (
            line
            + "，"
            + (ngettext("%(errors)s fault", "%(errors)s faults", errors) % {"errors": errors} if errors else _("sound"))
        )
    return said


def _line(file: PackageFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "raw": base64.b64encode(file.raw_path).decode("ascii"),
        "size": file.size,
        "sm3": _sm3(file),
    }


def _sm3(file: PackageFile) -> str:
    if "sm3" in file.digests:
        return file.digests["sm3"]
    with file.open() as stream:
        return digest_stream(stream, ("sm3",))[0]["sm3"]


def _control(path: str, file: PackageFile) -> DraftFile:
    assert file.local is not None  # staged
    return DraftFile(logical_path=path, source=file.local, digests=None)


def _plain_name(file: PackageFile, number: int) -> str:
    """The name of a control file, numbered where it is not alone at the top."""
    return file.path if "/" not in file.path else f"{number:06d}-{file.path.rpartition('/')[2]}"


def _paper(path: str, content: bytes) -> DraftFile:
    return DraftFile(
        logical_path=path, source=content, digests={name: digest_bytes(content, name) for name in STORE_ALGORITHMS}
    )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
