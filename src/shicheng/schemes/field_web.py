"""Pages of the fields of descriptions: what holds for each category, and laying down the next version."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.packages.elements import ELEMENTS
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.schemes.field_services import READ_FIELDS, WRITE_FIELDS, BadField, lay_down, newest_version, tables
from shicheng.schemes.fields import AUTHORITIES, REQUIRED, TYPES, Field, fields_of, presets

_SPARE: Final = 3  # empty lines for further fields
_PLAIN: Final = ("code", "zh", "en", "type", "required", "authority", "help_zh", "help_en", "norm", "mark", "element")
ALL: Final = "all"


@desk_page(READ_FIELDS)
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """The categories with the fields that hold for each now, and the tables to begin from."""
    actor = actor_of(request)
    today = timezone.localdate()
    newest: dict[str, Any] = {}
    for row in tables(actor).filter(begins__lte=today).order_by("version"):
        newest[row.category] = row
    listed = [
        (code or ALL, _("All others") if not code else f"{code} {CATEGORIES[code]}", fields_of(code), newest.get(code))
        for code in (*CATEGORIES, "")
    ]
    page = {"listed": listed, "presets": presets().values(), "may_write": allows(actor, WRITE_FIELDS)}
    return render(request, "schemes/fields.html", page)


@desk_page(READ_FIELDS)
@require_http_methods(["GET", "POST"])
def field_table(request: HttpRequest, category: str) -> HttpResponse:
    """The fields of one category; who may lay them down finds them as a form."""
    code = "" if category == ALL else category
    if code and code not in CATEGORIES:
        raise Http404
    actor, problem = actor_of(request), None
    shown = fields_of(code)
    if begun := presets().get(request.GET.get("preset", "")):
        shown = begun.fields
    lines = [_line(one) for one in shown]
    if request.method == "POST":
        lines = _sent(request.POST)
        try:
            made = lay_down(
                actor=actor, category=code, fields=lines,
                reason=request.POST.get("reason", ""), version=_number(request.POST.get("version", "")),
                begins=_day(request.POST.get("begins", "")),
            )  # fmt: skip
        except ShichengError as error:
            problem = error
        else:
            messages.success(
                request, _("Version %(version)s of the fields holds from %(day)s on.")
                % {"version": made.version, "day": made.begins.isoformat()},
            )  # fmt: skip
            return redirect("schemes:fields")
    page = {
        "category": category, "label": _("All others") if not code else f"{code} {CATEGORIES[code]}",
        "lines": [{**one, "values": one["values"] if isinstance(one["values"], str) else "\n".join(one["values"])}
                  for one in lines],
        "spare": range(_SPARE), "problem": problem,
        "version": newest_version(actor, code), "versions": tables(actor).filter(category=code),
        "types": TYPES.items(), "required": REQUIRED.items(), "authorities": AUTHORITIES.items(),
        "elements": [(one.name, one.label_zh, one.label_en) for one in ELEMENTS], "presets": presets().values(),
        "today": timezone.localdate().isoformat(), "reason": request.POST.get("reason", ""),
        "begins": request.POST.get("begins", ""), "may_write": allows(actor, WRITE_FIELDS), "begun": begun,
    }  # fmt: skip
    return render(request, "schemes/field_table.html", page, status=problem.http_status if problem else 200)


def _line(one: Field) -> dict[str, Any]:
    return {**one.to_json(), "values": "\n".join(one.values), "label": one.label}


def _sent(given: QueryDict) -> list[dict[str, Any]]:
    """The lines of the form in their order; those marked to go, and empty ones, are left out."""
    numbers = sorted({int(found[1]) for name in given if (found := re.fullmatch(r"f(\d{1,3})-\w+", name))})
    lines: list[tuple[float, dict[str, Any]]] = []
    for number in numbers:

        def get(name: str, number: int = number) -> str:
            return given.get(f"f{number}-{name}", "").strip()[:4000]

        line: dict[str, Any] = {name: get(name) for name in _PLAIN}
        if get("gone") or not (line["element"] or line["zh"] or line["code"]):
            continue
        line["values"] = [value.strip() for value in re.split(r"[\n;；]", get("values")) if value.strip()]
        line["repeatable"] = bool(get("repeatable"))
        line["most"] = _number(get("most")) or 2000
        line["type"], line["required"] = line["type"] or "text", line["required"] or "may"
        line["code"] = line["code"] or line["element"]
        place = get("place")
        lines.append((float(place) if re.fullmatch(r"\d{1,4}(\.\d+)?", place) else number + 1, line))
    lines.sort(key=lambda one: one[0])
    return [line for _place, line in lines]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadField(
            message("“%(text)s” is no day.", text=text[:40]), hint=message("Write it as 2026-01-31.")
        ) from None
