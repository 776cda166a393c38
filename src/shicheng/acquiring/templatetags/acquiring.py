"""A filter for values whose names templates can't write."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def get(table: Mapping[str, object] | None, name: str) -> object:
    """The value of a name, "" if it is not there."""
    return (table or {}).get(name, "")
