"""Addresses of the API, every one of them behind its door."""

from __future__ import annotations

from django.urls import URLPattern, re_path
from django.urls.resolvers import URLResolver

from shicheng.api.door import behind_door, unknown
from shicheng.api.house import api


def _behind_door(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _behind_door(pattern.url_patterns)
        else:
            pattern.callback = behind_door(pattern.callback)
    return patterns


urlpatterns: list[URLPattern | URLResolver] = [
    *_behind_door(list(api.urls[0])),
    re_path(r"^.*$", behind_door(unknown), name="unknown"),
]
