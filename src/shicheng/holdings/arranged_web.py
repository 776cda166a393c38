"""Pages of volumes and boxes, and of what is put into them from the table of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.holdings import boxes, fonds, policies, volumes
from shicheng.holdings.boxing import WIDTHS
from shicheng.holdings.browsing import filters_of
from shicheng.holdings.errors import BadArrangement
from shicheng.holdings.selectors import select
from shicheng.holdings.words import retention_label
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows

PAGE = 100
_CLASS = ("category", "year", "retention", "department")


@desk_page(policies.READ)
@require_safe
def list_volumes(request: HttpRequest, code: str) -> HttpResponse:
    """Volumes of a fonds."""
    actor, text = actor_of(request), request.GET.get("text", "").strip()[:200]
    home = fonds.find_fonds(actor, code)
    found = volumes.volumes(actor, code, text=text)
    page = {"fonds": home, "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "text": text}
    return render(request, "holdings/volumes.html", page)


@desk_page(policies.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def one_volume(request: HttpRequest, volume_id: UUID) -> HttpResponse:
    """A volume with its items; its title, note and order are changed here."""
    actor = actor_of(request)
    one = volumes.volume(actor, volume_id)
    if request.method == "POST":
        return _change_volume(request, one)
    items = list(volumes.items_of(actor, one))
    page = {
        "volume": one,
        "items": items,
        "pages": sum(item.pages or 0 for item in items),
        "retention": retention_label(one.retention),
        "may_arrange": allows(actor, policies.ARRANGE, fonds=one.fonds.code),
    }
    return render(request, "holdings/volume.html", page)


@desk_page(policies.READ)
@require_safe
def list_boxes(request: HttpRequest, code: str) -> HttpResponse:
    """Boxes of a fonds, and the boxes that what lies in none would fill."""
    actor = actor_of(request)
    home = fonds.find_fonds(actor, code)
    chosen = {name: request.GET.get(name, "").strip()[:200] for name in _CLASS}
    width = request.GET.get("width", "")
    plan = None
    if width.isdecimal() and len(width) < 4:
        try:
            plan = boxes.preview(
                actor, code, width=int(width), filters=chosen, both_sides=request.GET.get("both") == "yes"
            )
        except BadArrangement as error:
            messages.error(request, f"{error.message} {error.hint or ''}")
    listed = Paginator(boxes.boxes(actor, code), PAGE).get_page(request.GET.get("page"))
    page = {
        "fonds": home,
        "page": listed,
        "rows": [(one, *boxes.first_and_last(one), retention_label(one.retention)) for one in listed],
        "plan": plan,
        "chosen": chosen,
        "choices": _choices(boxes.classes(actor, code)),
        "width": width,
        "both": request.GET.get("both") == "yes",
        "widths": WIDTHS,
        "may_arrange": allows(actor, policies.ARRANGE, fonds=code),
    }
    return render(request, "holdings/boxes.html", page)


def _choices(found: Mapping[str, Sequence[str]]) -> list[tuple[str, object, list[tuple[str, object]]]]:
    """The narrowing of a class as a form shows it: name, label, values with their words."""
    words: dict[str, Callable[[str], object]] = {
        "category": lambda code: f"{code} {CATEGORIES.get(code, '')}".strip(), "retention": retention_label,
    }  # fmt: skip
    labels = {
        "category": _("Category"), "year": _("Filing year"), "retention": _("Retention period"),
        "department": _("Department (subject)"),
    }  # fmt: skip
    return [
        (name, labels[name], [(value, words.get(name, str)(value)) for value in values])
        for name, values in found.items()
    ]


@desk_page(policies.READ, policies.ARRANGE)
@require_POST
def fill_boxes(request: HttpRequest, code: str) -> HttpResponse:
    """Make the boxes that were shown."""
    sent = request.POST
    width = sent.get("width", "")
    back = reverse("holdings:boxes", args=[code])
    try:
        made = boxes.fill(
            actor=actor_of(request), fonds=code, width=int(width) if width.isdecimal() and len(width) < 4 else 0,
            filters={name: sent.get(name, "") for name in _CLASS}, mark=sent.get("mark", ""),
            both_sides=sent.get("both") == "yes",
        )  # fmt: skip
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, f"{error.message} {error.hint or ''}")
        return redirect(back)
    messages.success(request, _("%(n)s boxes are made.") % {"n": len(made)})
    return redirect(back)


@desk_page(policies.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def one_box(request: HttpRequest, box_id: UUID) -> HttpResponse:
    """A box with what lies in it and its end-sheet."""
    actor = actor_of(request)
    one = boxes.box(actor, box_id)
    if request.method == "POST":
        return _change_box(request, one)
    first, last = boxes.first_and_last(one)
    items = list(boxes.items_in(actor, one))
    page = {
        "box": one,
        "items": items,
        "pages": sum(item.pages or 0 for item in items),
        "first": first,
        "last": last,
        "widths": WIDTHS,
        "retention": retention_label(one.retention),
        "may_arrange": allows(actor, policies.ARRANGE, fonds=one.fonds.code),
    }
    return render(request, "holdings/box.html", page)


@desk_page(policies.READ, policies.ARRANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def gather(request: HttpRequest) -> HttpResponse:
    """Put items chosen in the table into a volume or a box."""
    actor = actor_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    keys = _chosen(request, sent)
    found = list(policies.visible(actor).filter(pk__in=keys[:1]).select_related("fonds"))
    if not keys or not found:
        messages.error(request, _("Choose items in the table first."))
        return redirect("holdings:items")
    home = found[0].fonds
    if request.method == "POST":
        try:
            address = _gather(request, home.code, keys)
        except ShichengError as error:
            if error.http_status in (403, 404):
                raise
            messages.error(request, f"{error.message} {error.hint or ''}")
        else:
            return redirect(address)
    page: dict[str, Any] = {
        "fonds": home,
        "keys": keys,
        "volumes": list(volumes.volumes(actor, home.code)[:500]),
        "boxes": list(boxes.boxes(actor, home.code)[:500]),
        "sent": sent,
    }
    return render(request, "holdings/gather.html", page)


def _gather(request: HttpRequest, code: str, keys: list[UUID]) -> str:
    actor, sent = actor_of(request), request.POST
    match sent.get("verb"):
        case "volume":
            made = volumes.make(
                actor=actor, fonds=code, title=sent.get("title", ""), items=keys, code=sent.get("code", ""),
                is_virtual=sent.get("kind") != "real",
            )  # fmt: skip
            return reverse("holdings:volume", args=[made.pk])
        case "add":
            one = volumes.add(actor=actor, key=_key(sent.get("volume", "")), items=keys)
            return reverse("holdings:volume", args=[one.pk])
        case "box":
            number = sent.get("number", "")
            count = boxes.move(
                actor=actor, items=keys, number=int(number) if number.isdecimal() and len(number) < 9 else 0, fonds=code
            )
            messages.success(request, _("%(n)s items lie in box %(number)s now.") % {"n": count, "number": number})
            return reverse("holdings:boxes", args=[code])
    raise BadArrangement(message("The page sent nothing that can be done."), hint=message("Load it again."))


def _chosen(request: HttpRequest, sent: Any) -> list[UUID]:
    if sent.get("which") == "all" and request.method != "POST":
        found = select(actor_of(request), filters_of(sent)).order_by("code_sort", "id")
        return list(found.values_list("pk", flat=True)[: volumes.MOST])
    keys = []
    for value in sent.getlist("item"):
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    return keys


def _change_volume(request: HttpRequest, one: Any) -> HttpResponse:
    sent = request.POST
    verb, _colon, about = sent.get("verb", "").partition(":")
    version = sent.get("version", "")
    given: dict[str, Any] = {
        "actor": actor_of(request), "key": one.pk,
        "version": int(version) if version.isdecimal() and len(version) < 9 else None,
    }  # fmt: skip
    try:
        if verb == "save":
            volumes.change(**given, title=sent.get("title"), code=sent.get("code"), note=sent.get("note"))
        elif verb in ("up", "down", "out"):
            volumes.change(**given, items=_reordered(actor_of(request), one, verb, _key(about)))
        else:
            raise BadArrangement(message("The page sent nothing that can be done."), hint=message("Load it again."))
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, f"{error.message} {error.hint or ''}")
    else:
        messages.success(request, _("Saved."))
    return redirect("holdings:volume", one.pk)


def _reordered(actor: Any, one: Any, verb: str, key: UUID) -> list[UUID]:
    keys = [item.pk for item in volumes.items_of(actor, one)]
    if key in keys:
        place = keys.index(key)
        keys.remove(key)
        if verb != "out":
            keys.insert(max(0, place + (-1 if verb == "up" else 1)), key)
    return keys


def _change_box(request: HttpRequest, one: Any) -> HttpResponse:
    sent = request.POST
    verb, _colon, about = sent.get("verb", "").partition(":")
    width = sent.get("width", "")
    try:
        if verb == "out":
            boxes.take_out(actor=actor_of(request), items=[_key(about)], fonds=one.fonds.code)
        elif verb == "check":
            boxes.change(actor=actor_of(request), key=one.pk, checked=True)
        else:
            boxes.change(
                actor=actor_of(request), key=one.pk, note=sent.get("note"), location=sent.get("location"),
                width=int(width) if width.isdecimal() and len(width) < 4 else None,
            )  # fmt: skip
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, f"{error.message} {error.hint or ''}")
    else:
        messages.success(request, _("Saved."))
    return redirect("holdings:box", one.pk)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadArrangement(
            message("The page sent nothing that can be done."), hint=message("Load it again.")
        ) from None
