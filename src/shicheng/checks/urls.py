"""Addresses of this room."""

from django.urls import path

from shicheng.checks import web

urlpatterns = [
    path("", web.catalogue, name="catalogue"),
    path("reports/<uuid:report_id>", web.report, name="report"),
    path("reports/<uuid:report_id>.json", web.report_json, name="report_json"),
    path("reports/<uuid:report_id>.xlsx", web.report_excel, name="report_excel"),
    path("reports/<uuid:report_id>.pdf", web.report_pdf, name="report_pdf"),
    path("reports/<uuid:report_id>/sign", web.sign, name="sign"),
]
