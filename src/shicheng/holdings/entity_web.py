"""Pages of business entities of every kind: the list, writing one down, linking it with others."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.base.web import render_part
from shicheng.holdings import entities, entity_rules
from shicheng.holdings.entity_kinds import EntityKind, kinds, relations
from shicheng.holdings.models import Entity
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.schemes.reading_forms import read_day

PAGE: Final = 50


@desk_page(entity_rules.READ)
@require_safe
def entity_list(request: HttpRequest) -> HttpResponse:
    """Business entities of one kind or all, by code."""
    actor = actor_of(request)
    kind, text = request.GET.get("kind", ""), request.GET.get("text", "").strip()
    found = entity_rules.visible(actor)
    counts = entity_rules.counts(actor)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text))
    page = Paginator(found.order_by("kind", "code"), PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "lines": [(one, _label(one.kind), _attributes(one)) for one in page.object_list],
        "kinds": [(name, each.label, counts[name]) for name, each in kinds().items() if counts.get(name)],
        "kind": kind, "text": text, "total": sum(counts.values()),
        "may_write": allows(actor, entity_rules.WRITE),
    }  # fmt: skip
    return render_part(request, "holdings/entities.html", "entities", shown)


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_http_methods(["GET", "POST"])
def write_entity(request: HttpRequest) -> HttpResponse:
    """Choose a kind, then write an entity of it down; or change one."""
    actor, given = actor_of(request), request.POST
    name = given.get("kind", "") or request.GET.get("kind", "")
    kind = kinds().get(name)
    known = request.GET.get("entity", "")
    there = entities.find_entity(actor, UUID(known)) if _is_identity(known) else None
    if there is not None:
        kind = kinds()[there.kind]
    problem: ShichengError | None = None
    if request.method == "POST" and kind is not None:
        try:
            made = entities.write_entity(
                actor=actor, kind=kind.name, fonds=there.fonds_code if there else given.get("fonds", "").strip(),
                code=there.code if there else given.get("code", ""), name=given.get("name", ""),
                attributes={key: given.get(f"attribute-{key}", "") for key in kind.attributes},
                day=read_day(given.get("day", "")),
            )  # fmt: skip
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("It is written down."))
            return redirect("holdings:entity", made.pk)
    page = {
        "problem": problem, "given": given, "kind": kind, "one": there,
        "kinds": [each for each in kinds().values() if each.name not in ("motion", "answer")],
        "fields": _fields(kind, there, given if problem else None),
    }  # fmt: skip
    return render(request, "holdings/entity_form.html", page, status=problem.http_status if problem else 200)


@desk_page(entity_rules.READ, entity_rules.WRITE)
@require_POST
def link_entity(request: HttpRequest, entity_id: UUID) -> HttpResponse:
    """Link an entity with another of its fonds, or take a link away."""
    actor, given = actor_of(request), request.POST
    one = entities.find_entity(actor, entity_id)
    name, _colon, kind = given.get("relation", "").partition(":")
    try:
        if given.get("act") == "remove" and _is_identity(given.get("other", "")):
            other = entities.find_entity(actor, UUID(given["other"]))
            first, second = (other, one) if given.get("back") == "yes" else (one, other)
            entities.unlink_entities(actor=actor, first=first, relation=name, second=second)
        else:
            found = entity_rules.visible(actor).filter(fonds_code=one.fonds_code, code=given.get("code", "").strip())
            other_one = found.filter(kind=kind).first() if kind else found.first()
            if other_one is None:
                raise entity_rules.EntityNotFound(
                    message("There is no such business entity here, or it is not open to you."),
                    hint=message("Give its code as it stands in the list, and write it down first if it is new."),
                )
            entities.link_entities(actor=actor, first=one, relation=name, second=other_one)
    except ShichengError as error:
        messages.error(request, str(error))
    return redirect("holdings:entity", one.pk)


def link_choices(one: Entity) -> list[tuple[str, str]]:
    """Relations an entity of this kind may stand in to others: value of the form, and what it says."""
    found = []
    for relation in relations().values():
        if relation.pairs:
            found += [
                (f"{relation.name}:{second}", f"{relation.label} ({kinds()[second].label})")
                for first, second in relation.pairs
                if first == one.kind
            ]
        else:
            found.append((f"{relation.name}:", str(relation.label)))
    return found


def _fields(kind: EntityKind | None, there: Entity | None, given: Any) -> list[tuple[str, Any, str]]:
    """Name, label and value of each attribute of a kind, for the form."""
    if kind is None:
        return []
    values = there.attributes if there is not None else {}
    return [
        (name, label, given.get(f"attribute-{name}", "") if given is not None else str(values.get(name, "")))
        for name, label in kind.attributes.items()
    ]


def _attributes(one: Entity) -> str:
    known = kinds()[one.kind].attributes if one.kind in kinds() else {}
    return " · ".join(f"{known.get(name, name)} {value}" for name, value in one.attributes.items())


def _label(kind: str) -> object:
    return kinds()[kind].label if kind in kinds() else kind


def _is_identity(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
