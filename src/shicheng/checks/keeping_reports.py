"""Reports with their signatures as plain values, to be kept outside the database and read back from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shicheng.checks.models import ManualResult, StoredReport

_SAID = ("subject_kind", "subject_id", "transfer", "stage", "run", "fonds_code", "verdict", "errors", "warnings")
_SIGNED = ("check_code", "passed", "remark", "signed_by")


def records_of(subject: tuple[str, str]) -> list[dict[str, Any]]:
    """Every report on a subject, the first run first. For the rooms that keep them: asks for no leave."""
    found = StoredReport.objects.filter(subject_kind=subject[0], subject_id=subject[1])
    return [_record(one) for one in found.order_by("made_at", "run").prefetch_related("manual_results")]


def restore_reports(records: Sequence[dict[str, Any]]) -> int:
    """Write back reports that are missing, as they were; returns how many. To be called inside `atomic()`.

    The log tells of them already: nothing is logged.
    """
    there = set(StoredReport.objects.filter(pk__in=[one["id"] for one in records]).values_list("pk", flat=True))
    missing = [one for one in records if UUID(one["id"]) not in there]
    StoredReport.objects.bulk_create(
        [
            StoredReport(
                id=UUID(one["id"]),
                record=one["record"],
                made_by=one["made_by"],
                made_at=datetime.fromisoformat(one["made_at"]),
                **{name: one[name] for name in _SAID},
            )
            for one in missing
        ]
    )
    ManualResult.objects.bulk_create(
        [
            ManualResult(
                id=UUID(signed["id"]),
                report_id=UUID(one["id"]),
                signed_by_id=UUID(signed["signed_by_id"]) if signed["signed_by_id"] else None,
                signed_at=datetime.fromisoformat(signed["signed_at"]),
                **{name: signed[name] for name in _SIGNED},
            )
            for one in missing
            for signed in one["signatures"]
        ]
    )
    return len(missing)


def _record(one: StoredReport) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "record": one.record,
        "made_by": one.made_by,
        "made_at": one.made_at.isoformat(),
        **{name: getattr(one, name) for name in _SAID},
        "signatures": [
            {
                "id": str(signed.pk),
                "signed_by_id": str(signed.signed_by_id) if signed.signed_by_id else None,
                "signed_at": signed.signed_at.isoformat(),
                **{name: getattr(signed, name) for name in _SIGNED},
            }
            for signed in one.manual_results.all()
        ],
    }
