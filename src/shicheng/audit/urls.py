"""Addresses of this room."""

from django.urls import path

from shicheng.audit import web

urlpatterns = [
    path("", web.log, name="log"),
    path("verify", web.verify, name="verify"),
    path("export", web.export, name="export"),
]
