"""Addresses of this room."""

from django.urls import path

from shicheng.search import web

urlpatterns = [
    path("", web.page, name="page"),
    path("guide", web.guide, name="guide"),
    path("kept", web.keep, name="keep"),
    path("kept/<uuid:search_id>", web.look, name="look"),
    path("kept/<uuid:search_id>/remove", web.forget, name="forget"),
]
