"""Addresses of this room."""

from django.urls import path

from shicheng.exchange import web

urlpatterns = [
    path("", web.exports, name="exports"),
    path("new", web.new, name="new"),
    path("<uuid:job_id>", web.export, name="export"),
    path("<uuid:job_id>/content", web.content, name="content"),
]
