"""Addresses of this room."""

from django.urls import path

from shicheng.holdings import edit_web, table_web, viewer_web, web

urlpatterns = [
    path("", table_web.items, name="items"),
    path("columns", table_web.choose_columns, name="choose_columns"),
    path("views", table_web.save_view, name="save_view"),
    path("views/<uuid:view_id>/remove", table_web.remove_view, name="remove_view"),
    path("items/<uuid:item_id>", web.item, name="item"),
    path("items/<uuid:item_id>/edit", edit_web.edit, name="edit"),
    path("items/<uuid:item_id>/check/<str:element>", edit_web.check, name="check"),
    path("items/<uuid:item_id>/history", edit_web.item_history, name="item_history"),
    path("items/<uuid:item_id>/compare", edit_web.compare, name="compare"),
    path("items/<uuid:item_id>/versions/<int:number>", edit_web.version, name="version"),
    path("items/<uuid:item_id>/versions/<int:number>/restore", edit_web.restore, name="restore"),
    path("files/<uuid:file_id>/pages/<int:page>.png", web.picture, name="picture"),
    path("files/<uuid:file_id>/pages/<int:page>.svg", web.drawing, name="drawing"),
    path("files/<uuid:file_id>/document", viewer_web.document, name="document"),
    path("files/<uuid:file_id>/zoom/<int:page>.dzi", viewer_web.zoom, name="zoom"),
    path(
        "files/<uuid:file_id>/zoom/<int:page>_files/<int:level>/<int:column>_<int:row>.jpg",
        viewer_web.tile,
        name="tile",
    ),
    path("files/<uuid:file_id>/frames/<int:number>.jpg", viewer_web.frame, name="frame"),
    path("files/<uuid:file_id>/play", web.play, name="play"),
    path("files/<uuid:file_id>/proxy", viewer_web.proxy, name="proxy"),
    path("files/<uuid:file_id>/along", viewer_web.along, name="along"),
    path("files/<uuid:file_id>/waiting", viewer_web.waiting, name="waiting"),
    path("files/<uuid:file_id>/original", web.original, name="original"),
]
