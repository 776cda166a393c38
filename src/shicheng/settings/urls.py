"""All addresses: the portal at the root, the desk below /desk/."""

from importlib import import_module
from pathlib import Path

from django.urls import URLPattern, URLResolver, include, path

from shicheng.base import web

_doors = [
    ("", "access"),
    ("people/", "people"),
    ("api/v1/", "api"),
    ("desk/", "desk"),
    ("desk/transfers/", "ingest"),
    ("desk/imports/", "cataloguing"),
    ("desk/arranging/", "arranging"),
    ("desk/collecting/", "collecting"),
    ("desk/requests/", "approvals"),
    ("desk/schemes/", "schemes"),
    ("desk/describing/", "describing"),
    ("desk/checks/", "checks"),
    ("desk/holdings/", "holdings"),
    ("desk/search/", "search"),
    ("desk/exports/", "exchange"),
    ("desk/acquiring/", "acquiring"),
    ("desk/planning/", "planning"),
    ("desk/printing/", "printing"),
    ("desk/jobs/", "jobs"),
    ("desk/store/", "storage"),
    ("desk/audit/", "audit"),
]
_package = Path(__file__).resolve().parent.parent

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", web.health, name="health"),
    path("language", web.choose_language, name="choose_language"),
    *(
        path(prefix, include((import_module(f"shicheng.{room}.urls").urlpatterns, room)))
        for prefix, room in _doors
        if (_package / room / "urls.py").exists()
    ),
]

handler400 = web.bad_request
handler403 = web.forbidden
handler404 = web.not_found
handler500 = web.server_error
