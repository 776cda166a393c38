"""The store's health and its verification."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Limit
from shicheng.api.schemas.running import DamageOut, DamagePage, JobOut, StoreOut, VerificationOut
from shicheng.base.db import atomic
from shicheng.jobs import policies as job_policies
from shicheng.jobs import services as jobs
from shicheng.settings import current
from shicheng.storage import policies, selectors
from shicheng.storage.work import verify_all

router = Router(tags=["store"])
MOST_VERIFICATIONS = 100


@router.get("/store", response=StoreOut, auth=needs(policies.READ))
def show_store(request: HttpRequest) -> StoreOut:
    """What is kept, how much of it was verified within the term, and what is damaged."""
    health = selectors.health(actor_of(request), current())
    assert health is not None  # the guard has made sure of the permission
    return StoreOut(
        address=health.address, objects=health.objects, files=health.files, bytes=health.bytes,
        verified=health.verified, new=health.new, term_days=health.term_days, damaged=health.damaged,
        missing=health.missing, free_bytes=health.free_bytes,
    )  # fmt: skip


@router.get("/store/damages", response=DamagePage, auth=needs(policies.READ))
def list_damages(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> DamagePage:
    """What verifications found wrong and nobody has mended yet, newest first."""
    rows = selectors.open_damages(actor_of(request))
    found, following = page(rows, name="damages", cursor=cursor, limit=limit, column="found_at", down=True)
    return DamagePage(items=[DamageOut.of(one) for one in found], next=following)


@router.get("/verifications", response=list[VerificationOut], auth=needs(policies.READ))
def list_verifications(request: HttpRequest) -> list[VerificationOut]:
    """The newest verifications."""
    return [VerificationOut.of(one) for one in selectors.runs(actor_of(request))[:MOST_VERIFICATIONS]]


@router.post("/verifications", response={202: JobOut}, auth=needs(policies.VERIFY, job_policies.READ))
def start_verification(request: HttpRequest) -> Any:
    """Have every object verified, and the database against the store both ways, by a job."""
    with atomic():
        job = jobs.enqueue(verify_all, actor=actor_of(request), unique_key="storage:verify")
    return Status(202, JobOut.of(job))
