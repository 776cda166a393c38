"""Addresses of this room."""

from django.urls import path

from shicheng.cataloguing import attachment_web, trial_web, web

urlpatterns = [
    path("", web.imports, name="imports"),
    path("new", trial_web.upload, name="upload"),
    path("trials/<uuid:trial_id>", trial_web.trial, name="trial"),
    path("trials/<uuid:trial_id>/sheet", trial_web.choose_sheet, name="choose_sheet"),
    path("trials/<uuid:trial_id>/try", trial_web.decide, name="decide"),
    path("trials/<uuid:trial_id>/start", trial_web.start, name="start"),
    path("trials/<uuid:trial_id>/discard", trial_web.discard, name="discard"),
    path("trials/<uuid:trial_id>/errors.xlsx", trial_web.errors, name="trial_errors"),
    path("attachments/new", attachment_web.send_files, name="send_files"),
    path("attachments/<uuid:attachment_id>", attachment_web.attachment, name="attachment"),
    path("attachments/<uuid:attachment_id>/again", attachment_web.try_again, name="try_attachment"),
    path("attachments/<uuid:attachment_id>/attach", attachment_web.attach, name="attach_now"),
    path("attachments/<uuid:attachment_id>/report.csv", attachment_web.report, name="attachment_report"),
    path("<str:number>", web.show, name="import"),
    path("<str:number>/undo", web.undo, name="undo"),
    path("<str:number>/suspects", web.suspects, name="suspects"),
    path("<str:number>/errors.xlsx", web.errors, name="errors"),
]
