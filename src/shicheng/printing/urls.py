"""Addresses of this room."""

from django.urls import path

from shicheng.printing import web

urlpatterns = [
    path("", web.printouts, name="printouts"),
    path("new", web.new, name="new"),
    path("<uuid:job_id>", web.printout, name="printout"),
    path("<uuid:job_id>/content", web.content, name="content"),
]
