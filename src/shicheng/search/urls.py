"""Addresses of this room."""

from django.urls import path

from shicheng.search import web

urlpatterns = [path("", web.page, name="page")]
