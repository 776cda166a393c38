"""Addresses of this room."""

from django.urls import path

from shicheng.holdings import arranged_web, edit_web, fonds_web, renumber_web, table_web, viewer_web, web

urlpatterns = [
    path("", table_web.items, name="items"),
    path("columns", table_web.choose_columns, name="choose_columns"),
    path("views", table_web.save_view, name="save_view"),
    path("views/<uuid:view_id>/remove", table_web.remove_view, name="remove_view"),
    path("gather", arranged_web.gather, name="gather"),
    path("fonds", fonds_web.fonds_register, name="fonds_register"),
    path("fonds.xlsx", fonds_web.register_book, name="register_book"),
    path("fonds/record", fonds_web.record, name="record_fonds"),
    path("fonds/<str:code>", fonds_web.one_fonds, name="fonds"),
    path("fonds/<str:code>/place", fonds_web.place, name="place_fonds"),
    path("fonds/<str:code>/papers", fonds_web.keep_paper, name="keep_paper"),
    path("fonds/<str:code>/volumes", arranged_web.list_volumes, name="volumes"),
    path("fonds/<str:code>/boxes", arranged_web.list_boxes, name="boxes"),
    path("fonds/<str:code>/boxes/fill", arranged_web.fill_boxes, name="fill_boxes"),
    path("fonds/<str:code>/renumber", renumber_web.renumber, name="renumber"),
    path("papers/<uuid:paper_id>", fonds_web.paper, name="paper"),
    path("volumes/<uuid:volume_id>", arranged_web.one_volume, name="volume"),
    path("boxes/<uuid:box_id>", arranged_web.one_box, name="box"),
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
