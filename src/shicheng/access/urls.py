"""Addresses of this room."""

from django.urls import path

from shicheng.access import web

urlpatterns = [
    path("", web.home, name="home"),
    path("search", web.results, name="results"),
    path("records/<uuid:item_id>", web.record, name="record"),
    path("files/<uuid:file_id>/pages/<int:page>.png", web.picture, name="picture"),
    path("files/<uuid:file_id>/pages/<int:page>.svg", web.drawing, name="drawing"),
    path("files/<uuid:file_id>/play", web.play, name="play"),
    path("files/<uuid:file_id>/original", web.original, name="original"),
    path("asking", web.asking, name="asking"),
    path("robots.txt", web.robots, name="robots"),
]
