"""Pages of the pool: the list of pools, forming items, one item, classes, numbers, filing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from shicheng.arranging import acting, filing, forming_all, numbering, policies, selectors, steps, viewing
from shicheng.arranging.models import Filing
from shicheng.base.web import render_part
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

Act = Callable[[], str]


@desk_page(policies.READ)
@require_safe
def pools(request: HttpRequest) -> HttpResponse:
    """Every pool, with what waits in it."""
    actor = actor_of(request)
    page = {"pools": selectors.pools(actor), "fonds": list(policies.open_fonds(actor))}
    return render(request, "arranging/pools.html", page)


@desk_page(policies.READ)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Go to the pool of a fonds and year."""
    fonds, year = request.GET.get("fonds", "").strip(), request.GET.get("year", "").strip()
    if not (fonds and year.isdecimal() and len(year) == 4):
        messages.error(request, _("Choose a fonds and a year of four digits."))
        return redirect("arranging:pools")
    pool = selectors.pool(actor_of(request), fonds, int(year))
    return redirect("arranging:items" if pool.loose or pool.waiting else "arranging:collect", pool.fonds, pool.year)


@desk_page(policies.READ)
@require_safe
def items(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Loose files and the items that are formed of them; or how far the job is that forms them."""
    if getattr(request, "htmx", False) and "watch" in request.GET:
        job = forming_all.forming_now(actor_of(request), fonds, year)
        if job is None:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "arranging/parts/forming.html", {"forming": job})
    return _board(request, fonds, year)


@desk_page(policies.READ, policies.ARRANGE)
@require_POST
def act(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Form items and change them: one act for each button of the board."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    _try(request, lambda: acting.act(actor, fonds, year, request.POST))
    if getattr(request, "htmx", False):
        return _board(request, fonds, year)
    return _back(request, "arranging:items", fonds, year)


@desk_page(policies.READ)
@require_safe
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item of the pool."""
    return render(request, "arranging/item.html", viewing.view_item(actor_of(request), item_id))


@desk_page(policies.READ, policies.ARRANGE)
@require_POST
def describe(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change what describes an item, or its files."""
    actor = actor_of(request)
    one = selectors.pool_item(actor, item_id)
    done = _try(request, lambda: acting.act_on_item(actor, one, request.POST))
    if done and request.POST.get("verb") == "take_apart":
        return redirect("arranging:items", one.fonds.code, one.year)
    if not done and request.POST.get("verb") == "describe":
        page = viewing.view_item(actor, item_id) | {"typed": request.POST}
        return render(request, "arranging/item.html", page, status=409)
    return redirect("arranging:item", item_id)


@desk_page(policies.READ)
@require_safe
def classes(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Items and the classes proposed for them."""
    page = viewing.view_classes(actor_of(request), fonds, year, request.GET)
    return render(request, "arranging/classes.html", page)


@desk_page(policies.READ, policies.ARRANGE)
@require_POST
def classify(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Give items a class, keep or remove a rule."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    _try(request, lambda: acting.act_on_classes(actor, fonds, year, request.POST))
    return _back(request, "arranging:classes", fonds, year)


@desk_page(policies.READ)
@require_safe
def numbers(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """The codes that would be given, old beside new."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)
    return render(request, "arranging/numbers.html", viewing.view_numbers(actor, fonds, year, request.GET))


@desk_page(policies.READ, policies.NUMBER)
@require_POST
def give_numbers(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Give the codes that were shown."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)

    def apply() -> str:
        plan = numbering.apply(
            actor=actor, fonds=fonds, year=year, mark=request.POST.get("mark", ""),
            template=request.POST.get("template", ""), again=request.POST.get("again") == "yes",
        )  # fmt: skip
        return _("%(n)s items have their numbers.") % {"n": len(plan.lines)}

    done = _try(request, apply)
    return redirect("arranging:filing" if done else "arranging:numbers", fonds, year)


@desk_page(policies.READ)
@require_safe
def filings(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """What can be filed, and what became of what was."""
    return render(request, "arranging/filing.html", viewing.view_filing(actor_of(request), fonds, year))


@desk_page(policies.READ, policies.FILE)
@require_POST
def file_items(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Hand chosen items over, or all that are numbered; or give a filing up."""
    actor = actor_of(request)
    selectors.pool(actor, fonds, year)

    def begin() -> str:
        if given_up := viewing.keys_of([request.POST.get("give_up", "")]):
            filing.give_up(actor=actor, filing_id=given_up[0], settings=current())
            return _("The filing is given up; its items are in the pool again.")
        chosen = viewing.keys_of(request.POST.getlist("item")) if request.POST.get("which") == "chosen" else None
        begun = filing.begin_filing(
            actor=actor, fonds=fonds, year=year, items=chosen, agency=request.POST.get("agency", "")
        )
        return " ".join(_begun(one) for one in begun)

    _try(request, begin)
    return redirect("arranging:filing", fonds, year)


@desk_page(policies.READ, policies.ARRANGE)
@require_POST
def undo(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    """Undo the last step of the pool."""
    actor = actor_of(request)
    shown = viewing.keys_of([request.POST.get("step", "")])

    def take_back() -> str:
        step = steps.undo(actor=actor, fonds=fonds, year=year, step_id=shown[0] if shown else None)
        return _("Undone: %(words)s.") % {"words": step.label}

    _try(request, take_back)
    here = request.POST.get("here", "items")
    known = ("collect", "items", "classes", "numbers", "filing")
    return redirect(f"arranging:{here if here in known else 'items'}", fonds, year)


def _begun(one: Filing) -> str:
    words = {"n": one.items_count, "number": one.number}
    if one.number:
        return ngettext(
            "%(n)s item is being handed over again as transfer %(number)s.",
            "%(n)s items are being handed over again as transfer %(number)s.", one.items_count,
        ) % words  # fmt: skip
    return ngettext(
        "%(n)s item is being handed over as a transfer.", "%(n)s items are being handed over as a transfer.",
        one.items_count,
    ) % words  # fmt: skip


def _board(request: HttpRequest, fonds: str, year: int) -> HttpResponse:
    page = viewing.view_items(actor_of(request), fonds, year, request.GET)
    page["is_part"] = bool(getattr(request, "htmx", False))
    return render_part(request, "arranging/items.html", "board", page)


def _try(request: HttpRequest, act: Act) -> bool:
    """Carry an act out and say how it went, above the page it leads back to."""
    try:
        messages.success(request, act())
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, f"{error.message} {error.hint or ''}".strip())
        return False
    return True


def _back(request: HttpRequest, name: str, fonds: str, year: int) -> HttpResponse:
    query = request.POST.get("query", "").removeprefix("?")[:500]
    return redirect(reverse(name, args=[fonds, year]) + (f"?{query}" if query else ""))
