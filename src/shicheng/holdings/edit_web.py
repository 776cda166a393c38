"""Pages of one item's description: editing it, its versions, two of them side by side, its life."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.holdings import history, policies, ports, selectors
from shicheng.holdings.edit_form import form_groups, shown_advice
from shicheng.holdings.editing import edit_item, revert_item
from shicheng.holdings.errors import BadValues, EditedMeanwhile, ItemNotFound
from shicheng.holdings.judging import EDITABLE, cleaned, current_values, editable_names, judge_changes
from shicheng.holdings.models import Item
from shicheng.holdings.viewing import elements_of_values
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import require
from shicheng.settings import current


@desk_page(policies.READ, policies.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Edit a description; what others saved meanwhile is shown beside what was typed, and nothing is lost."""
    item = _item(request, item_id)
    if request.method != "POST":
        return _form(request, item, current_values(item), item.version)
    version = _number(request.POST.get("version", ""), item.version)
    before = history.values_at(item, version)
    names = editable_names(item.category)
    typed = {name: cleaned(request.POST[name], name) for name in names if name in request.POST}
    if wanted := request.POST.get("suggest"):
        return _form(request, item, {**before, **typed, **_advised(item, wanted, {**before, **typed})}, version)
    taken = {name for name in typed if request.POST.get(f"take-{name}")}  # what the other saved is to stay
    changes = {name: value for name, value in typed.items() if value != before.get(name, "") and name not in taken}
    try:
        made = edit_item(
            actor=actor_of(request), item_id=item.pk, changes=changes, version=version,
            reason=request.POST.get("reason", ""), settings=current(),
        )  # fmt: skip
    except BadValues as error:
        return _form(request, item, {**before, **changes}, version, error=error)
    except EditedMeanwhile as error:
        item = selectors.item(actor_of(request), item_id)
        return _form(request, item, {**current_values(item), **changes}, item.version, error=error, before=before)
    _tell(request, made.is_new, made.version)
    return redirect("holdings:item", item.pk)


@desk_page(policies.READ, policies.EDIT)
@require_POST
def check(request: HttpRequest, item_id: UUID, element: str) -> HttpResponse:
    """Judge one field while it is filled in; htmx puts the answer beside it."""
    item = _item(request, item_id)
    names = editable_names(item.category)
    if element not in names:
        raise ItemNotFound(message("There is no element named %(name)s.", name=element))
    now = current_values(item)
    typed = {name: cleaned(request.POST[name], name) for name in names if name in request.POST}
    changed = [name for name, value in typed.items() if value != now.get(name, "")]
    faults = [one for one in judge_changes(item, {**now, **typed}, changed) if one.element == element]
    page = {"faults": faults, "is_changed": element in changed}
    return render(request, "holdings/parts/check.html", page)


@desk_page(policies.READ)
@require_safe
def item_history(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The versions of a description and the whole life of the item."""
    actor = actor_of(request)
    item = selectors.item(actor, item_id)
    page = {
        "item": item,
        "versions": history.versions(actor, item),
        "life": history.life(actor, item),
        "may_edit": history.may_edit(actor, item),
    }
    return render(request, "holdings/history.html", page)


@desk_page(policies.READ)
@require_safe
def compare(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Two versions side by side."""
    actor = actor_of(request)
    item = selectors.item(actor, item_id)
    first = _number(request.GET.get("a", ""), max(1, item.version - 1))
    second = _number(request.GET.get("b", ""), item.version)
    listed = history.differences(actor, item, first, second)
    page = {
        "item": item,
        "first": history.version(actor, item, first),
        "second": history.version(actor, item, second),
        "versions": history.versions(actor, item),
        "changed": [one for one in listed if one.is_changed],
        "same": [one for one in listed if not one.is_changed],
    }
    return render(request, "holdings/compare.html", page)


@desk_page(policies.READ)
@require_safe
def version(request: HttpRequest, item_id: UUID, number: int) -> HttpResponse:
    """A description as it was."""
    actor = actor_of(request)
    item = selectors.item(actor, item_id)
    one = history.version(actor, item, number)
    page = {
        "item": item,
        "shown": one,
        "elements": elements_of_values(one.elements, one.extra),
        "may_edit": history.may_edit(actor, item),
    }
    return render(request, "holdings/version.html", page)


@desk_page(policies.READ, policies.EDIT)
@require_POST
def restore(request: HttpRequest, item_id: UUID, number: int) -> HttpResponse:
    """Make a description what it was, as a new version."""
    item = _item(request, item_id)
    made = revert_item(
        actor=actor_of(request), item_id=item.pk, to=number, reason=request.POST.get("reason", ""),
        version=_number(request.POST.get("version", ""), item.version), settings=current(),
    )  # fmt: skip
    _tell(request, made.is_new, made.version)
    return redirect("holdings:item_history", item.pk)


def _item(request: HttpRequest, item_id: UUID) -> Item:
    item = selectors.item(actor_of(request), item_id)
    require(actor_of(request), policies.EDIT, place=policies.place_of(item))
    return item


def _advised(item: Item, wanted: str, values: dict[str, str]) -> dict[str, str]:
    """The suggested value of one element, or of every one the form says nothing of."""
    if wanted != "empty":
        return {one.element: one.value for one in ports.advice(item) if one.element == wanted and wanted in EDITABLE}
    offered = [one for one in ports.advice(item) if one.element in EDITABLE]
    return {one.element: one.value for one in offered if not values.get(one.element)}


def _form(
    request: HttpRequest, item: Item, values: dict[str, str], version: int, *,
    error: BadValues | EditedMeanwhile | None = None, before: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    faults = error.faults if isinstance(error, BadValues) else ()
    saved = error.saved if isinstance(error, EditedMeanwhile) else None
    page = {
        "item": item,
        "made_on": version,
        "groups": form_groups(item, values, before=before, faults=faults, saved=saved),
        "advice": shown_advice(item, values),
        "reason": request.POST.get("reason", ""),
        "reason_faults": [fault for fault in faults if fault.element == "reason"],
        "error": error,
        "is_merge": saved is not None,
        "check_url": reverse("holdings:check", args=[item.pk, "title"]).removesuffix("title"),
    }
    return render(request, "holdings/edit.html", page, status=error.http_status if error else 200)


def _tell(request: HttpRequest, is_new: bool, version: int) -> None:
    if is_new:
        messages.success(request, _("Saved as version %(version)s.") % {"version": version})
    else:
        messages.info(request, _("Nothing differs from what is kept, so there is no new version."))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else otherwise
