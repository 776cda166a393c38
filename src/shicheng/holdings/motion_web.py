"""Pages of motions and suggestions: the list with the open ones, one motion's whole way, writing and answering."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.audit import selectors as audit
from shicheng.base.web import render_part
from shicheng.holdings import entities, entity_rules, motion_sheet, motions, selectors
from shicheng.holdings.entity_kinds import kinds, relations
from shicheng.holdings.entity_web import link_choices
from shicheng.holdings.models import Entity, EntityItem
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows, whole_fonds
from shicheng.people.types import Actor
from shicheng.schemes.importing import received
from shicheng.schemes.selectors import today

PAGE: Final = 50
STATES: Final = {
    "open": message("no answer yet"),
    "partly": message("an answer is missing"),
    "answered": message("answered"),
}
_SPLIT: Final = re.compile(r"[、,，;；\n]+")


@desk_page(entity_rules.READ)
@require_safe
def motion_list(request: HttpRequest) -> HttpResponse:
    """Motions and suggestions, and which of them have no answer."""
    actor, query = actor_of(request), request.GET
    state, text, session = query.get("state", ""), query.get("text", "").strip(), query.get("session", "")
    found = motions.motions(actor, state=state, text=text, session=_identity(session))
    page = Paginator(found, PAGE).get_page(query.get("page"))
    counts = motions.state_counts(actor)
    shown = {
        "page": page,
        "ways": [(way, STATES[way.state], _is_late(way)) for way in map(motions.way_of, page.object_list)],
        "states": [(code, label, counts[code]) for code, label in STATES.items() if counts[code]],
        "total": sum(counts.values()),
        "state": state, "text": text, "session": session,
        "sessions": motions.sessions_of(actor),
        "may_write": allows(actor, entity_rules.WRITE),
    }  # fmt: skip
    return render_part(request, "holdings/motions.html", "motions", shown)


@desk_page(entity_rules.READ)
@require_safe
def entity(request: HttpRequest, entity_id: UUID) -> HttpResponse:
    """One business entity: a motion with its whole way, anything else with what it is linked to."""
    actor = actor_of(request)
    one = entities.find_entity(actor, entity_id)
    name = "motion" if one.kind == "motion" else "entity"
    return render(request, f"holdings/{name}.html", _view(actor, one))


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_http_methods(["GET", "POST"])
def write_motion(request: HttpRequest) -> HttpResponse:
    """Write a motion down, or change one."""
    actor = actor_of(request)
    problem: ShichengError | None = None
    if request.method == "POST":
        given = request.POST
        try:
            made = motions.write_motion(actor=actor, fonds=given.get("fonds", "").strip(), motion=_motion(given))
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("The motion is written down."))
            return redirect("holdings:entity", made.pk)
    page = {
        "problem": problem, "given": request.POST, "types": motions.TYPES,
        "fonds_choices": sorted(whole_fonds(actor, entity_rules.WRITE) or ()),
    }  # fmt: skip
    return render(request, "holdings/motion_form.html", page, status=problem.http_status if problem else 200)


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_http_methods(["GET", "POST"])
def import_motions(request: HttpRequest) -> HttpResponse:
    """Read a workbook of motions: all of it, or nothing and every fault named."""
    actor, sent = actor_of(request), request.FILES.get("motions")
    page: dict[str, Any] = {"given": request.POST, "headers": [words[0] for words in motion_sheet.HEADERS.values()]}
    status = 200
    if request.method == "POST":
        try:
            with received(sent if isinstance(sent, UploadedFile) else None) as (path, name):
                taken = motion_sheet.import_motions(
                    actor=actor, fonds=request.POST.get("fonds", "").strip(), path=path, name=name
                )
        except ShichengError as error:
            page["problem"], status = error, error.http_status
        else:
            if not taken.faults:
                said = _("%(motions)s motions and %(answers)s answers are written down.")
                messages.success(request, said % {"motions": taken.motions, "answers": taken.answers})
                return redirect("holdings:motions")
            page["faults"], status = taken.faults[:PAGE], 422
            page["count"] = len(taken.faults)
    return render(request, "holdings/motion_import.html", page, status=status)


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_POST
def answer_motion(request: HttpRequest, entity_id: UUID) -> HttpResponse:
    """Write the answer of a handling unit down."""
    actor, given = actor_of(request), request.POST
    one = entities.find_entity(actor, entity_id)
    names = ("handling_unit", "day", "number", "result", "satisfaction", "feedback", "record")
    answer = motions.Answer(**{name: " ".join(given.get(name, "").split()) for name in names})
    try:
        motions.answer_motion(actor=actor, motion=one, answer=answer)
    except ShichengError as error:
        page = {**_view(actor, one), "problem": error, "given": given}
        return render(request, "holdings/motion.html", page, status=error.http_status)
    messages.success(request, _("The answer is written down."))
    return redirect("holdings:entity", one.pk)


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_POST
def give_record(request: HttpRequest, entity_id: UUID) -> HttpResponse:
    """Give the entity a record, or take one from it."""
    actor, given = actor_of(request), request.POST
    one = entities.find_entity(actor, entity_id)
    try:
        if given.get("act") == "remove" and _identity(given.get("item", "")):
            entities.undocument_entity(actor=actor, entity=one, item_id=UUID(given["item"]))
        else:
            entities.document_entity(actor=actor, entity=one, key=given.get("record", ""), role=one.kind)
    except ShichengError as error:
        messages.error(request, str(error))
    return redirect("holdings:entity", one.pk)


def _view(actor: Actor, one: Entity) -> dict[str, Any]:
    known, words = kinds()[one.kind], relations()
    page: dict[str, Any] = {
        "one": one, "kind": known.label,
        "attributes": [(known.attributes.get(name, name), value) for name, value in one.attributes.items()],
        "documents": _documents(actor, one),
        "may_write": allows(actor, entity_rules.WRITE, fonds=one.fonds_code),
        "history": audit.history(actor, ("entity", one.pk)),
    }  # fmt: skip
    if one.kind == "motion":
        way = motions.way_of(one)
        records = {
            answer.pk: _documents(actor, answer)
            for answer in [each for _unit, _link, listed in way.handled for each in listed] + way.other_answers
        }
        return page | {
            "way": way, "state": STATES[way.state], "is_late": _is_late(way), "records": records,
            "satisfactions": motions.SATISFACTION,
        }  # fmt: skip
    out, back = one.links_out.select_related("second"), one.links_in.select_related("first")
    links = [(words[each.relation].label, each.second, each.relation, "") for each in out]
    links += [(words[each.relation].back, each.first, each.relation, "yes") for each in back]
    return page | {"links": links, "relations": link_choices(one)}


def _documents(actor: Actor, one: Entity) -> list[EntityItem]:
    """Records of an entity, those the actor may see."""
    return list(one.documents.filter(item__in=selectors.items(actor)).select_related("item").order_by("id"))


def _motion(given: Any) -> motions.Motion:
    plain = {name: " ".join(given.get(name, "").split()) for name in (
        "number", "title", "type", "term", "session", "topic", "handed_over", "received", "due", "priority"
    )}  # fmt: skip
    if not plain["number"] or not plain["title"]:
        raise entity_rules.BadEntity(
            message("The motion has no number or no title."), hint=message("Give both as they stand on its paper.")
        )
    return motions.Motion(**plain, deputies=_names(given, "deputies"), handling_units=_names(given, "handling_units"))


def _names(given: Any, field: str) -> tuple[str, ...]:
    found = (" ".join(each.split()) for each in _SPLIT.split(given.get(field, "")))
    return tuple(dict.fromkeys(each for each in found if each))[:200]


def _is_late(way: motions.Way) -> bool:
    due = way.motion.attributes.get("due", "")
    return way.state != "answered" and bool(due) and date.fromisoformat(due) < today()


def _identity(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""


def entities_of(actor: Actor, item_id: UUID) -> list[tuple[str, Entity]]:
    """What a record documents, for its page."""
    rows = EntityItem.objects.filter(Q(item_id=item_id), entity__in=entity_rules.visible(actor))
    return [(str(kinds()[each.entity.kind].label), each.entity) for each in rows.select_related("entity")]
