"""Pages of batch changes: what one would do, how far it is, what came of it, undoing it."""

from __future__ import annotations

import csv
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shicheng.base.web import render_part
from shicheng.describing import policies, selectors, services
from shicheng.describing.changing import changeable
from shicheng.describing.errors import BadOperation
from shicheng.describing.operations import VERBS, Operation
from shicheng.describing.states import UNFINISHED
from shicheng.describing.words import KINDS, LOOKS, STATES, say, say_operation, say_selection
from shicheng.holdings import policies as holdings
from shicheng.holdings.words import ElementName
from shicheng.jobs.progress import answer_work, working
from shicheng.kernel.identifiers import new_id
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.search.asking import describe, selection_of
from shicheng.settings import current

PAGE: Final = 50
SHOWN: Final = 50


@desk_page(policies.CHANGE)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Batch changes, newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("text", "").strip()[:100]
    order = request.GET.get("order", "")
    found = selectors.change_sets(actor_of(request), state=state, text=text, order=order)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    listed = [(one, say(one), LOOKS[one.state]) for one in page]
    counted = selectors.counts(actor_of(request))
    context = {
        "page": page, "listed": listed, "said_states": STATES, "state": state, "text": text, "order": order,
        "states": [(code, STATES[code], counted[code]) for code in STATES if counted.get(code)],
        "total": sum(counted.values()),
    }  # fmt: skip
    return render_part(request, "describing/changes.html", "changes", context)


@desk_page(policies.CHANGE, holdings.READ)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Say what a batch change would do to the records chosen, then have it done."""
    actor = actor_of(request)
    asked = QueryDict(request.POST.get("address", "")[:60_000]) if request.method == "POST" else request.GET
    given = request.POST if request.method == "POST" else request.GET
    selection, operation = selection_of(asked), _operation(given)
    context: dict[str, Any] = {
        "words": describe(selection), "address": asked.urlencode(), "hidden": _hidden(asked),
        "elements": sorted(changeable().items(), key=lambda one: one[0] not in _OFTEN), "often": len(_OFTEN),
        "verbs": VERBS.items(), "operation": operation, "said": say_operation(operation), "key": new_id(),
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    try:
        if request.method == "POST":
            made = services.begin_change(
                actor=actor, selection=selection, operation=operation, reason=context["reason"],
                expected=_number(request.POST.get("expected", "")), settings=current(),
                key=_key(request.POST.get("key", "")),
            )  # fmt: skip
            return redirect("describing:change", made.pk)
    except BadOperation as error:
        context["problem"] = error
    if "verb" in given:
        try:
            preview = services.preview_change(actor=actor, selection=selection, operation=operation, settings=current())
            context["preview"] = preview
            context["lines"] = [
                (ref, pair) for line, ref in preview.lines for pair in [line.changed[operation.element]]
            ]
        except BadOperation as error:
            context["problem"] = error
    if "preview" not in context:
        context["number"] = selectors.count_selection(actor, selection, current())
    return render(request, "describing/new.html", context, status=422 if "problem" in context else 200)


@desk_page(policies.CHANGE)
@require_GET
def change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """One batch change; while its job works on it, htmx asks for the bar every second."""
    actor = actor_of(request)
    one = services.change_set(actor, change_id)
    page = {
        "change": one, "said": say(one), "state": STATES[one.state], "look": LOOKS[one.state],
        "kind": KINDS[one.kind], "meant": say_selection(one),
        **working(actor, one.job, busy=one.state in UNFINISHED),
        "undoings": one.undoings.order_by("made_at"),
        "may_undo": one.state == "done" and one.changed and allows(actor, policies.UNDO),
        "left": [] if one.state in ("promised", "failed") else list(islice(selectors.left_out(one, current()), SHOWN)),
        "left_total": one.faulty + one.left, "changed_ones": selectors.first_changed(one, current(), SHOWN),
    }  # fmt: skip
    return answer_work(request, "describing/change.html", page, state=one.state)


@desk_page(policies.CHANGE, policies.UNDO)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Ask for the reason, then have a batch change undone by another one."""
    actor = actor_of(request)
    one = services.change_set(actor, change_id)
    context: dict[str, Any] = {"change": one, "said": say(one), "reason": request.POST.get("reason", "")}
    if request.method == "POST":
        try:
            made = services.undo_change(actor=actor, change_id=one.pk, reason=context["reason"])
        except BadOperation as error:
            context["problem"] = error
        else:
            messages.success(request, _("The batch change is being undone."))
            return redirect("describing:change", made.pk)
    return render(request, "describing/undo.html", context, status=422 if "problem" in context else 200)


@desk_page(policies.CHANGE)
@require_GET
def left(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """The records that were left out, with the reasons, as a table."""
    one = services.change_set(actor_of(request), change_id)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{one.number}-left.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([_("Reference code"), _("Element"), _("Why")])
    for ref, faults in selectors.left_out(one, current()):
        writer.writerows([_plain(ref), str(ElementName(element)), _plain(why)] for element, why in faults)
    return answer


_OFTEN: Final = frozenset(
    {"title", "author", "document_number", "date", "department", "retention", "secrecy", "openness", "keywords", "note"}
)


def _operation(given: QueryDict) -> Operation:
    return Operation(**{name: given.get(name, "")[:5000] for name in ("element", "verb", "value", "find", "between")})


def _hidden(asked: QueryDict) -> list[tuple[str, str]]:
    """The selection again, for a form that asks for the preview."""
    own = {"element", "verb", "value", "find", "between"}
    return [(name, value) for name, values in asked.lists() if name not in own for value in values]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """A cell no spreadsheet would run."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "＝") else text
