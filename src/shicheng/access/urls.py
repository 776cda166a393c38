"""Addresses of this room."""

from django.urls import path

from shicheng.access import web

urlpatterns = [
    path("", web.home, name="home"),
    path("search", web.results, name="results"),
    path("records/<uuid:item_id>", web.record, name="record"),
    path("names/<uuid:key>", web.name, name="name"),
    path("files/<uuid:file_id>/pages/<int:page>.png", web.picture, name="picture"),
    path("files/<uuid:file_id>/pages/<int:page>.svg", web.drawing, name="drawing"),
    path("files/<uuid:file_id>/document", web.document, name="document"),
    path("files/<uuid:file_id>/zoom/<int:page>.dzi", web.zoom, name="zoom"),
    path("files/<uuid:file_id>/zoom/<int:page>_files/<int:level>/<int:column>_<int:row>.jpg", web.tile, name="tile"),
    path("files/<uuid:file_id>/frames/<int:number>.jpg", web.frame, name="frame"),
    path("files/<uuid:file_id>/play", web.play, name="play"),
    path("files/<uuid:file_id>/proxy", web.proxy, name="proxy"),
    path("files/<uuid:file_id>/along", web.along, name="along"),
    path("files/<uuid:file_id>/waiting", web.waiting, name="waiting"),
    path("files/<uuid:file_id>/original", web.original, name="original"),
    path("asking", web.asking, name="asking"),
    path("robots.txt", web.robots, name="robots"),
]
