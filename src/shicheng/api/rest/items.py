"""The holdings: items, their files and versions, and the tree they stand in."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, anyone, needs
from shicheng.api.openapi import RANGED
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.items import BranchOut, FileOut, ItemOut, ItemPage, ItemRow, TextOut, tag_of
from shicheng.api.schemas.running import EntryOut
from shicheng.audit import policies as audit_policies
from shicheng.audit import selectors as audit
from shicheng.holdings import answers, policies, selectors
from shicheng.holdings.errors import ItemNotFound
from shicheng.holdings.selectors import ItemQuery
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.settings import current

router = Router(tags=["items"])
Year = Annotated[str, Query(pattern=r"^([0-9]{1,4}|∅)?$", description="Filing year; ∅ is none.")]


@router.get("/items", response=ItemPage, auth=anyone)
def list_items(
    request: HttpRequest,
    ref: Filter = "",
    title: Filter = "",
    fonds: Filter = "",
    category: Filter = "",
    year: Year = "",
    retention: Filter = "",
    department: Filter = "",
    openness: Filter = "",
    transfer: Filter = "",
    order: Literal["code", "-code"] = "code",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> ItemPage:
    """Items the caller may see, in the order of their codes. Without a token: opened records."""
    filters = {
        "fonds": fonds, "category": category, "year": year, "retention": retention, "department": department,
        "openness": openness, "transfer": transfer,
    }  # fmt: skip
    rows = selectors.items(actor_of(request), ItemQuery(filters=filters, title=title))
    if ref:
        rows = rows.filter(reference_code=ref)
    name = " ".join(["items", order, ref, title, *filters.values()])
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="code_sort", down=order.startswith("-"))
    return ItemPage(items=[ItemRow.of(one) for one in found], next=following)


@router.get("/items/{key}", response=ItemOut, auth=anyone)
def show_item(request: HttpRequest, response: HttpResponse, key: str) -> ItemOut:
    """One item by its id or reference code. For a code with a slash use `GET /items?ref=`.

    Its ETag is what an edit sends back as If-Match.
    """
    one = selectors.item(actor_of(request), key)
    response.headers["ETag"] = tag_of(one)
    return ItemOut.of(one)


@router.get("/items/{key}/files", response=list[FileOut], auth=anyone)
def list_files(request: HttpRequest, key: str) -> list[FileOut]:
    """The files of an item."""
    return [FileOut.of(one) for one in selectors.item(actor_of(request), key).files.all()]


@router.get("/items/{key}/history", response=list[EntryOut], auth=needs(audit_policies.READ_HISTORY))
def list_history(request: HttpRequest, key: str) -> list[EntryOut]:
    """What happened to an item, oldest first, from the audit log."""
    actor = actor_of(request)
    one = selectors.item(actor, key)
    require(actor, policies.READ, place=policies.place_of(one))
    return [EntryOut.of(entry) for entry in audit.history(actor, ("item", str(one.pk)))]


@router.get("/files/{file_id}", response=FileOut, auth=anyone)
def show_file(request: HttpRequest, file_id: UUID) -> FileOut:
    """One file with its digests and its format."""
    return FileOut.of(selectors.file(actor_of(request), file_id))


@router.get("/files/{file_id}/content", auth=anyone, openapi_extra=RANGED)
def fetch_file(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The bytes of a file as it came, whole or the one range asked for. The ETag is its SHA-256."""
    return answers.answer_original(request, selectors.file(actor_of(request), file_id), current())


@router.get("/files/{file_id}/text", response=TextOut, auth=anyone)
def show_text(request: HttpRequest, file_id: UUID) -> TextOut:
    """The text drawn from a file, as the search knows it."""
    text = selectors.file_text(selectors.file(actor_of(request), file_id))
    if text is None:
        raise ItemNotFound(_("No text could be drawn from this file."), hint=_("Read its content instead."))
    return TextOut(text=text)


@router.get("/fonds", response=list[BranchOut], auth=anyone)
def list_fonds(request: HttpRequest) -> list[BranchOut]:
    """The fonds that hold items the caller may see, with their numbers."""
    return [BranchOut.of(one) for one in selectors.branches(actor_of(request), {})]


@router.get("/tree", response=list[BranchOut], auth=anyone)
def list_branches(
    request: HttpRequest, fonds: Filter, category: Filter = "", year: Year = "", retention: Filter = ""
) -> list[BranchOut]:
    """The branches one level below a place in the tree: fonds, category, year, retention, department."""
    filters = {"fonds": fonds, "category": category, "year": year, "retention": retention}
    chosen = {name: value for name, value in filters.items() if value}
    return [BranchOut.of(one) for one in selectors.branches(actor_of(request), chosen)]
