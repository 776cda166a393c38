"""The navigation, and filters for times and shares."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shicheng.audit.words import tell_details
from shicheng.desk import navigation
from shicheng.people import policies
from shicheng.people.types import Actor

register = template.Library()


@register.inclusion_tag("desk/rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    """Draw the navigation for whoever looks at the page."""
    request = context["request"]
    match = request.resolver_match
    return {
        "entries": navigation.entries(request.actor, match.view_name if match else ""),
        "archive_name": context["archive_name"],
        "version": context["version"],
    }


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Tell whether whoever looks at the page may do something anywhere."""
    actor: Actor = context["actor"]
    return policies.allows(actor, permission)


@register.filter
def duration(seconds: float | None) -> str:
    """Write a span of seconds roughly, as people say it."""
    if seconds is None:
        return ""
    if seconds < 90:
        whole = max(1, round(seconds))
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    minutes = round(seconds / 60)
    if minutes < 90:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def rate(value: float | None) -> str:
    """Write a number a second with as many digits as matter."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


@register.filter
def lookup(table: dict[str, Any], key: str) -> Any:
    """Look a value up in a table of words; the key itself if it is not there."""
    return table.get(key, key)


@register.filter
def told(details: dict[str, Any] | None) -> list[tuple[Any, str]]:
    """Names and values of the details of an entry or a job, in words."""
    return list(tell_details(details))


@register.filter
def pairs(table: dict[str, Any] | None) -> list[tuple[str, Any]]:
    """Names and values of a table; templates would take its own key `items` for the method."""
    return list(table.items()) if table else []
