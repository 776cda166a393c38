"""The settings as a page: read only, since they are kept in a file and in the environment."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shicheng.desk import policies
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current
from shicheng.settings.describing import Setting, describe_settings

SOURCES: Final = {
    "default": _("by default"),
    "file": _("settings file"),
    "environment": _("environment"),
    "command": _("given at start"),
}
# What a name begins with tells what it is about; what fits none stands at the end.
_GROUPS: Final[tuple[tuple[Message, tuple[str, ...]], ...]] = (
    (_("The archive"), ("home", "archive_", "language", "time_zone")),
    (_("Database"), ("database", "sqlite_")),
    (_("Store"), ("store", "s3_", "verify_", "free_")),
    (_("Web"), ("host", "port", "allowed_", "https", "web_", "upload", "watch", "trusted_")),
    (_("Signing in"), ("session_", "password_", "sign_in_", "second_", "oidc_", "ldap_", "token_")),
    (_("Work"), ("workers", "inspect_", "scanner", "office", "converter")),
    (_("Programs"), ("api_", "webhook_")),
)
_OTHERS: Final = _("More")


@desk_page(policies.READ_SETTINGS)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Every setting with its value, where it comes from, and what it changes."""
    actor_of(request)
    running = current()
    found, problem = describe_settings(running)
    page: dict[str, Any] = {
        "groups": _grouped(found),
        "sources": SOURCES,
        "file": running.settings_path,
        "file_exists": running.settings_path.exists(),
        "problem": problem,
        "waiting": [one for one in found if one.waiting is not None],
    }
    return render(request, "desk/settings.html", page)


def _grouped(found: list[Setting]) -> list[tuple[Message, list[dict[str, Any]]]]:
    groups: dict[int, list[dict[str, Any]]] = {}
    for one in found:
        fitting = (place for place, (_title, starts) in enumerate(_GROUPS) if one.name.startswith(starts))
        # The description is a text of the code, translated when it is shown.
        groups.setdefault(next(fitting, len(_GROUPS)), []).append({"it": one, "said": Message(one.description)})
    titles = [title for title, _starts in _GROUPS] + [_OTHERS]
    return [(titles[place], groups[place]) for place in sorted(groups)]
