"""Addresses of this room."""

from django.urls import path

from shicheng.ingest import web

urlpatterns = [
    path("", web.transfers, name="transfers"),
    path("new", web.upload, name="upload"),
    path("<str:number>", web.transfer, name="transfer"),
    path("<str:number>/decide/<str:verb>", web.decide, name="decide"),
    path("<str:number>/receipt.pdf", web.receipt, name="receipt"),
]
