"""Addresses of this room."""

from django.urls import path

from shicheng.desk import web

urlpatterns = [path("", web.home, name="home")]
