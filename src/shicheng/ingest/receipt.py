"""The receipt 电子档案移交与接收登记表 with its list of digests, in two copies, as PDF/A.

The rows follow the form as it was seen (digest list stating its algorithm, gigabytes with three decimals);
two copies, one for each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shicheng.base.typesetting import set_form
from shicheng.ingest.models import Transfer
from shicheng.kernel.digests import digest_bytes

GIGABYTE = 1024**3
MOST_LINES = 2000  # beyond, the list itself is named by its digest instead of printed


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of the list of digests."""

    content: str
    size: int
    sm3: str


def write_receipt(
    *, transfer: Transfer, archive_name: str, digests: Sequence[DigestLine], findings: dict[str, str], language: str
) -> bytes:
    """Write the receipt as PDF/A-2b; `findings` gives for each property what the receiving check said."""
    with translation.override(language):
        data = _data(transfer, archive_name, digests, findings, language)
    return set_form(Path(__file__).parent / "forms" / "receipt.typ", data)


def _data(
    transfer: Transfer, archive_name: str, digests: Sequence[DigestLine], findings: dict[str, str], language: str
) -> dict[str, object]:
    received = timezone.localtime(transfer.received_at).strftime("%Y-%m-%d %H:%M") if transfer.received_at else ""
    rows = [
        (_("Name of the transfer"), f"{transfer.number}　{transfer.name}"),
        (_("Description of the content"), f"{transfer.fonds_code} {transfer.fonds_name}　{transfer.category}".strip()),
        (
            _("Number of electronic records"),
            _("%(items)s items, %(files)s files; accepted %(accepted)s, held %(held)s")
            % {"items": transfer.items, "files": transfer.files, "accepted": transfer.accepted, "held": transfer.held},
        ),
        (_("Amount of data"), f"{transfer.bytes / GIGABYTE:.3f} GB"),
        (_("Range on the carrier"), _("as in the structure of the package")),
        (_("Kind of carrier"), _("online")),
        (_("Received"), received),
    ]
    checks = [
        (_("Accuracy"), findings.get("authenticity", "")),
        (_("Completeness"), findings.get("integrity", "")),
        (_("Usability"), findings.get("usability", "")),
        (_("Safety"), findings.get("security", "")),
        (_("Look of the carrier"), _("to be looked at by a person")),
        (_("Digests"), _("%(count)s files by SM3, list attached") % {"count": len(digests)}),
    ]
    shown = digests
    note = _("Algorithm: SM3 (GB/T 32905). One line for each file of the transfer as it was received.")
    if len(digests) > MOST_LINES:
        whole = "".join(f"{line.sm3} {line.size} {line.content}\n" for line in digests).encode("utf-8", "replace")
        shown = [
            DigestLine(
                _("the list of all %(count)s files") % {"count": len(digests)},
                sum(line.size for line in digests),
                digest_bytes(whole, "sm3"),
            )
        ]
        note = _(
            "Algorithm: SM3 (GB/T 32905). The list has a line “digest, bytes, path” for each file in the order "
            "of their names; its own digest stands below and the list is kept as package.json."
        )
    return {
        "title": _("Transfer and receipt form for electronic records"),
        "lang": "zh" if language.startswith("zh") else "en",
        "archive": archive_name,
        "agency": transfer.agency,
        "transfer": transfer.number,
        "filled_by": transfer.decided_by,
        "copies": [_("Copy 1 of 2: kept by the transferring unit"), _("Copy 2 of 2: kept by the receiving archive")],
        "rows": [{"label": label, "value": value} for label, value in rows],
        "checks": [{"sender": label + "：", "receiver": f"{label}：{value}"} for label, value in checks],
        "digests": [{"content": line.content, "size": f"{line.size:,}", "digest": line.sm3} for line in shown],
        "labels": {
            "inspection": _("Inspection"),
            "sender": _("Transferring unit"),
            "receiver": _("Receiving archive"),
            "filled_by": _("Filled in by"),
            "reviewed_by": _("Reviewed by"),
            "signature": _("signature, date"),
            "unit": _("Unit"),
            "seal": _("(seal)"),
            "digest_list": _("List of digests"),
            "digest_note": note,
            "content": _("Content"),
            "capacity": _("Bytes"),
            "digest": _("Digest"),
        },
    }
