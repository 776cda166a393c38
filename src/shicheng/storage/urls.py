"""Addresses of this room."""

from django.urls import path

from shicheng.storage import web

urlpatterns = [path("", web.health, name="health"), path("verify", web.verify, name="verify")]
