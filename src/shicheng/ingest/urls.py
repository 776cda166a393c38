"""Addresses of this room."""

from django.urls import path

from shicheng.ingest import upload_web, watched_web, web

urlpatterns = [
    path("", web.transfers, name="transfers"),
    path("new", upload_web.upload, name="upload"),
    path("watched", watched_web.watched, name="watched"),
    path("watched/<uuid:batch>/again", watched_web.try_again, name="watched_again"),
    path("uploads", upload_web.archives, name="uploads"),
    path("uploads/folders", upload_web.folders, name="upload_folders"),
    path("uploads/<uuid:upload>", upload_web.one, name="upload_one"),
    path("uploads/<uuid:upload>/files", upload_web.files, name="upload_files"),
    path("uploads/<uuid:upload>/files/<str:key>", upload_web.file, name="upload_file"),
    path("uploads/<uuid:upload>/finish", upload_web.finish, name="upload_finish"),
    path("uploads/<uuid:upload>/remove", upload_web.remove, name="upload_remove"),
    path("<str:number>", web.transfer, name="transfer"),
    path("<str:number>/decide/<str:verb>", web.decide, name="decide"),
    path("<str:number>/receipt.pdf", web.receipt, name="receipt"),
]
