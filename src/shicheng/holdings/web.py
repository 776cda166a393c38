"""Pages of one item and its files."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shicheng.holdings import answers, history, policies, ports, selectors
from shicheng.holdings.file_views import require_file
from shicheng.holdings.motion_web import entities_of
from shicheng.holdings.viewing import view_item
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.schemes import selectors as schemes
from shicheng.settings import current
from shicheng.storage import selectors as store

LIFE_SHOWN = 8


@desk_page(policies.BROWSE)
@require_safe
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item: its document beside its description, its files, its life."""
    actor = actor_of(request)
    one = selectors.item(actor, item_id)
    page = view_item(actor, one, request.GET, current())
    page["door"] = "holdings"
    if allows(actor, policies.READ, place=policies.place_of(one)):
        life = history.life(actor, one)
        page |= {"life": life[:LIFE_SHOWN], "is_life_cut": len(life) > LIFE_SHOWN, "has_history": True}
    page["may_edit"] = history.may_edit(actor, one)
    page["judged"] = schemes.filing_row(actor, one.filing_row) if one.filing_row else None
    page["entities"] = entities_of(actor, one.pk)
    page["belongings"] = ports.belongings(actor, one)
    page["kept"] = store.objects(actor).filter(pk=one.object_id).first()
    return render(request, "holdings/item.html", page)


@desk_page(policies.BROWSE)
@require_safe
def picture(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """A page of a PDF or an image."""
    one = require_file(actor_of(request), file_id, "pages", "office")
    width = request.GET.get("width", "960")
    return answers.answer_picture(one, page, int(width) if width.isdecimal() and len(width) < 6 else 960, current())


@desk_page(policies.BROWSE)
@require_safe
def drawing(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """A page of an OFD."""
    return answers.answer_drawing(require_file(actor_of(request), file_id, "drawing"), page, current())


@desk_page(policies.BROWSE)
@require_safe
def play(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Sound or film for the player."""
    return answers.answer_playing(request, require_file(actor_of(request), file_id, "audio", "video"), current())


@desk_page(policies.BROWSE)
@require_safe
def original(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The file as it came."""
    return answers.answer_original(request, require_file(actor_of(request), file_id), current())
