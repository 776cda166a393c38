"""The home page of the desk: what waits, what went wrong, the week in numbers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shicheng.desk.today import view_today
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current


@desk_page()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done today."""
    return render(request, "desk/home.html", view_today(actor_of(request), current()))
