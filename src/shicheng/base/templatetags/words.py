"""Filters for sizes, counts and addresses."""

from __future__ import annotations

from django import template
from django.http import QueryDict
from django.template.context import Context

from shicheng.kernel.quantities import format_bytes

register = template.Library()


@register.filter
def size(value: int | None) -> str:
    """Write a number of bytes as people read it."""
    return "" if value is None else format_bytes(int(value))


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """Make the query part of the current address with some parameters changed, None taking one away."""
    parameters: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            parameters.pop(key, None)
        else:
            parameters[key] = str(value)
    return "?" + parameters.urlencode() if parameters else "?"
