"""The grid: its page, the rows it shows, and its saves."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from shicheng.describing import policies
from shicheng.describing.errors import BadRows
from shicheng.describing.grid import MOST_ROWS, Row, save_rows
from shicheng.describing.grid_view import MOST, columns_of, read_cells, words
from shicheng.holdings import policies as holdings
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.search.asking import describe, selection_of
from shicheng.search.choosing import Chosen
from shicheng.settings import current

_LARGEST: Final = 4_000_000  # bytes of one request


@desk_page(policies.GRID, holdings.READ)
@require_GET
def grid(request: HttpRequest) -> HttpResponse:
    """The records chosen as a table to be filled in; the script asks for the rows."""
    actor, selection = actor_of(request), selection_of(request.GET)
    ids = Chosen(actor, selection, current().index_path).ids(most=MOST + 1)
    page = {
        "meant": describe(selection), "address": request.GET.urlencode(), "total": len(ids), "most": MOST,
        "is_cut": len(ids) > MOST, "columns": columns_of(request.GET.get("category", "")), "words": words(),
        "first": read_cells(actor, ids[:20], ["title"]),
    }  # fmt: skip
    return render(request, "describing/grid.html", page)


@desk_page(policies.GRID, holdings.READ)
@require_GET
def ids(request: HttpRequest) -> HttpResponse:
    """The records in their order, at most so many as the grid holds."""
    found = Chosen(actor_of(request), selection_of(request.GET), current().index_path).ids(most=MOST)
    return JsonResponse({"ids": [str(one) for one in found]})


@desk_page(policies.GRID, holdings.READ)
@require_POST
def rows(request: HttpRequest) -> HttpResponse:
    """The cells of some rows, by id."""
    try:
        asked = _read(request)
        listed = [UUID(str(one)) for one in asked.get("ids", [])[:MOST_ROWS]]
        names = [str(name) for name in asked.get("columns", [])[:200]]
    except (ValueError, TypeError, AttributeError):
        return _refused(_unreadable())
    return JsonResponse({"rows": read_cells(actor_of(request), listed, names)})


@desk_page(policies.GRID, holdings.READ)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save some rows; each gets its own answer."""
    try:
        asked = _read(request)
        key = UUID(str(asked["key"]))
        listed = [
            Row(UUID(str(one["id"])), int(one["version"]), {str(k): str(v) for k, v in one["changes"].items()})
            for one in asked["rows"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return _refused(_unreadable())
    try:
        answers = save_rows(
            actor=actor_of(request), key=key, rows=listed, reason=str(asked.get("reason", "")), settings=current()
        )
    except ShichengError as error:
        return _refused(error)
    return JsonResponse({"rows": answers})


def _read(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > _LARGEST:
        raise ValueError("too large")
    asked: dict[str, Any] = json.loads(request.body)
    return asked


def _unreadable() -> BadRows:
    return BadRows(message("The rows can't be read."), hint=message("Load the page again."))


def _refused(error: ShichengError) -> HttpResponse:
    hint = f" {error.hint}" if error.hint else ""
    return JsonResponse({"problem": f"{error}{hint}", "code": error.code}, status=error.http_status)
