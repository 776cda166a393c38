"""Addresses of this room."""

from django.urls import path

from shicheng.schemes import draft_web, field_web, table_web, web

urlpatterns = [
    path("", web.units, name="units"),
    path("fields", field_web.fields, name="fields"),
    path("fields/<str:category>", field_web.field_table, name="field_table"),
    path("new", web.new_unit, name="new_unit"),
    path("presets/<slug:name>", table_web.preset, name="preset"),
    path("presets/<slug:name>/table.xlsx", table_web.preset_workbook, name="preset_workbook"),
    path("units/<str:code>", web.unit, name="unit"),
    path("units/<str:code>/edit", web.edit_unit, name="edit_unit"),
    path("units/<str:code>/close", web.close_unit, name="close_unit"),
    path("units/<str:code>/begin", draft_web.begin, name="begin"),
    path("units/<str:code>/import", draft_web.import_table, name="import_table"),
    path("units/<str:code>/faults.xlsx", draft_web.faults_workbook, name="faults"),
    path("units/<str:code>/draft/terms", draft_web.set_terms, name="set_terms"),
    path("units/<str:code>/draft/row", draft_web.write_row, name="write_row"),
    path("units/<str:code>/draft/class", draft_web.write_class, name="write_class"),
    path("units/<str:code>/draft/submit", draft_web.submit, name="submit"),
    path("units/<str:code>/draft/discard", draft_web.discard, name="discard"),
    path("units/<str:code>/<int:version>", table_web.schedule, name="schedule"),
    path("units/<str:code>/<int:version>/table.xlsx", table_web.workbook, name="workbook"),
    path("units/<str:code>/<int:version>/try", table_web.try_record, name="try_record"),
    path("units/<str:code>/<int:before>/compare/<int:after>", table_web.compare, name="compare"),
    path("rows/<uuid:row_id>", table_web.row, name="row"),
]
