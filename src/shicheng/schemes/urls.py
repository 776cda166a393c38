"""Addresses of this room."""

from django.urls import path

from shicheng.schemes import web

urlpatterns = [
    path("", web.units, name="units"),
]
