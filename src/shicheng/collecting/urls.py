"""Addresses of this room."""

from django.urls import path

from shicheng.collecting import web

urlpatterns = [
    path("", web.systems_list, name="systems"),
    path("new", web.new_system, name="new_system"),
    path("systems/<str:code>", web.system, name="system"),
    path("systems/<str:code>/edit", web.edit_system, name="edit_system"),
    path("systems/<str:code>/state", web.move_system, name="move_system"),
    path("systems/<str:code>/token", web.give_token, name="give_token"),
    path("pushes/<uuid:push_id>", web.push, name="push"),
    path("pushes/<uuid:push_id>/return", web.return_push, name="return_push"),
]
