"""Addresses of this room."""

from django.urls import path

from shicheng.describing import authority_web, change_web, grid_web, sheet_web

urlpatterns = [
    path("", change_web.changes, name="changes"),
    path("new", change_web.new, name="new"),
    path("changes/<uuid:change_id>", change_web.change, name="change"),
    path("changes/<uuid:change_id>/undo", change_web.undo, name="undo"),
    path("changes/<uuid:change_id>/left", change_web.left, name="left"),
    path("authorities", authority_web.authority_list, name="authorities"),
    path("authorities/new", authority_web.new_authority, name="new_authority"),
    path("authorities/table.csv", authority_web.authority_table, name="authority_table"),
    path("authorities/take-in", authority_web.take_in, name="take_in_authorities"),
    path("authorities/suggest", authority_web.suggest, name="suggest"),
    path("authorities/<uuid:key>", authority_web.authority, name="authority"),
    path("authorities/<uuid:key>/edit", authority_web.edit_authority, name="edit_authority"),
    path("authorities/<uuid:key>/merge", authority_web.merge, name="merge_authority"),
    path("authorities/<uuid:key>/split", authority_web.split, name="split_authority"),
    path("grid", grid_web.grid, name="grid"),
    path("grid/ids", grid_web.ids, name="grid_ids"),
    path("grid/rows", grid_web.rows, name="grid_rows"),
    path("sheet", sheet_web.sheet, name="sheet"),
    path("sheet/workbook", sheet_web.workbook, name="workbook"),
    path("grid/save", grid_web.save, name="grid_save"),
]
