"""The page of something that a job works on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def answer_work(request: HttpRequest, template: str, page: dict[str, Any], *, state: str) -> HttpResponse:
    """Show the page; htmx, which asks every second, gets the bar alone, or is told to load the page again.

    It is, when the state is no more the one that the page shows (`seen`), or `page["job"]` is none or finished.
    """
    if not getattr(request, "htmx", False):
        return render(request, template, page)
    if request.GET.get("seen") != state or page["job"] is None or page["job"].is_finished:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "jobs/parts/bar.html", page)
