"""Addresses of this room."""

from django.urls import path

from shicheng.holdings import web

urlpatterns = [
    path("", web.items, name="items"),
    path("items/<uuid:item_id>", web.item, name="item"),
    path("files/<uuid:file_id>/pages/<int:page>.png", web.picture, name="picture"),
    path("files/<uuid:file_id>/pages/<int:page>.svg", web.drawing, name="drawing"),
    path("files/<uuid:file_id>/play", web.play, name="play"),
    path("files/<uuid:file_id>/original", web.original, name="original"),
]
