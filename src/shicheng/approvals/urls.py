"""Addresses of this room."""

from django.urls import path

from shicheng.approvals import web

urlpatterns = [
    path("", web.requests, name="requests"),
    path("<str:number>", web.show, name="request"),
    path("<str:number>/decide", web.decide, name="decide"),
    path("<str:number>/withdraw", web.withdraw, name="withdraw"),
]
