"""Why somebody may do something or not, for who gives grants: the grants that were looked at and what each lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shicheng.holdings import policies as holdings
from shicheng.holdings.selectors import standing
from shicheng.people import policies, registry, selectors
from shicheng.people.explaining import explain
from shicheng.people.guards import actor_of, desk_page


@desk_page(policies.READ_GRANTS)
@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Explain what an account may do, or whether it may see a record; of the record nothing is shown."""
    actor, query = actor_of(request), request.GET
    permission, code = query.get("permission", ""), query.get("record", "").strip()
    known = {one.code for one in registry.all_permissions()}
    people = selectors.users_with_grants(actor)
    page: dict[str, Any] = {"people": people, "permissions": registry.all_permissions(), "query": query, "problem": ""}
    user = people.filter(username=query.get("user", "")).first()
    if user is not None:
        chosen = permission if permission in known else holdings.READ
        found = standing(code) if code else None
        if code and found is None:
            page["problem"] = _("There is no record with this reference code.")
        else:
            page["explanation"] = explain(user, chosen, found[0] if found else None)
            page["chosen"] = registry.find_permission(chosen)
            page["is_open"] = found is not None and found[1]
    return render(request, "desk/why.html", page)
