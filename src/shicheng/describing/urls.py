"""Addresses of this room."""

from django.urls import path

from shicheng.describing import change_web, grid_web, sheet_web

urlpatterns = [
    path("", change_web.changes, name="changes"),
    path("new", change_web.new, name="new"),
    path("changes/<uuid:change_id>", change_web.change, name="change"),
    path("changes/<uuid:change_id>/undo", change_web.undo, name="undo"),
    path("changes/<uuid:change_id>/left", change_web.left, name="left"),
    path("grid", grid_web.grid, name="grid"),
    path("grid/ids", grid_web.ids, name="grid_ids"),
    path("grid/rows", grid_web.rows, name="grid_rows"),
    path("sheet", sheet_web.sheet, name="sheet"),
    path("sheet/workbook", sheet_web.workbook, name="workbook"),
    path("grid/save", grid_web.save, name="grid_save"),
]
