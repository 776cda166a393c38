"""The API as one thing."""

from __future__ import annotations

from django.http import Http404
from ninja.errors import HttpError, ValidationError

from shicheng.api.openapi import DescribedApi, Utf8Renderer
from shicheng.api.problems import problem_of
from shicheng.api.rest import (
    acquiring,
    attachments,
    audit,
    authorities,
    changes,
    checks,
    editing,
    events,
    exports,
    fields,
    filing,
    house,
    imports,
    jobs,
    keeping,
    motions,
    planning,
    pool,
    printouts,
    requests,
    schemes,
    search,
    transfers,
    trials,
    uploads,
    webhooks,
)

DESCRIPTION = """Everything the desk and the command line of Shicheng 史宬 do, for programs.

Requests show a token made with `shicheng token create`: `Authorization: Bearer …`. Without one, records that are
open to everyone can be found and read. Problems come as `application/problem+json` (RFC 9457) in the language asked
for with `Accept-Language`; their `code` is stable. Lists are read page by page with `cursor`, which stays right while
rows come and go. A POST with an `Idempotency-Key` may be sent again without harm."""

api = DescribedApi(
    title="Shicheng 史宬", version="1", description=DESCRIPTION, openapi_url=None, docs_url=None,
    urls_namespace="api-v1", renderer=Utf8Renderer(),
)  # fmt: skip
for kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(kind, problem_of)  # type: ignore[arg-type]  # it is never called with a class
api.add_router("", house.router)
api.add_router("/transfers", transfers.router)
api.add_router("/uploads", uploads.router)
api.add_router("/imports/trials", trials.router)
api.add_router("/imports", imports.router)
api.add_router("/mappings", imports.mappings)
api.add_router("/attachments", attachments.router)
api.add_router("", editing.router)  # that of the items, with what edits them
api.add_router("", search.router)
api.add_router("", checks.router)
api.add_router("/jobs", jobs.router)
api.add_router("", keeping.router)
api.add_router("/audit", audit.router)
api.add_router("/exports", exports.router)
api.add_router("/watch", planning.router)
api.add_router("/plans", planning.plan_router)
api.add_router("/pools", pool.router)
api.add_router("/fields", fields.router)
api.add_router("/filing", filing.router)
api.add_router("/changes", changes.router)
api.add_router("/authorities", authorities.router)
api.add_router("/printouts", printouts.router)
api.add_router("/schemes", schemes.router)
api.add_router("/requests", requests.router)
api.add_router("/motions", motions.router)
api.add_router("/acquisitions", acquiring.router)
api.add_router("/donors", acquiring.donor_router)
api.add_router("/major-events", events.router)
api.add_router("/webhooks", webhooks.router)
