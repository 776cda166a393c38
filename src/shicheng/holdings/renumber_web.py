"""The page on which held items get other codes: paste old and new, look, decide with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shicheng.holdings import fonds, policies, renumbering
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import require


@desk_page(policies.READ, policies.RENUMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def renumber(request: HttpRequest, code: str) -> HttpResponse:
    """Show what would become of pasted codes; apply it when the reason is given."""
    actor = actor_of(request)
    home = fonds.find_fonds(actor, code)
    require(actor, policies.RENUMBER, fonds=code)
    text = request.POST.get("pairs", "")[:2_000_000]
    pairs = renumbering.read_pairs(text)
    shown, status = None, 200
    try:
        if request.POST.get("verb") == "apply":
            renumbering.decide(
                actor=actor, fonds=code, pairs=pairs, reason=request.POST.get("reason", ""),
                mark=request.POST.get("mark", ""),
            )  # fmt: skip
            messages.success(request, _("%(n)s items get their new codes now.") % {"n": len(pairs)})
            return redirect("holdings:renumber", code)
        shown = renumbering.preview(actor, code, pairs) if pairs else None
    except ShichengError as error:
        messages.error(request, f"{error.message} {error.hint or ''}")
        shown, status = renumbering.preview(actor, code, pairs[: renumbering.MOST]), error.http_status
    page = {
        "fonds": home,
        "text": text,
        "shown": shown,
        "reason": request.POST.get("reason", ""),
        "past": list(renumbering.renumberings(actor, code)[:20]),
    }
    return render(request, "holdings/renumber.html", page, status=status)
