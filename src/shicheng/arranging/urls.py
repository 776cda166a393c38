"""Addresses of this room."""

from django.urls import path

from shicheng.arranging import collect_web, web

urlpatterns = [
    path("", web.pools, name="pools"),
    path("choose", web.choose, name="choose"),
    path("items/<uuid:item_id>", web.item, name="item"),
    path("items/<uuid:item_id>/change", web.describe, name="describe"),
    path("files/<uuid:file_id>/original", collect_web.original, name="original"),
    path("<str:fonds>/<int:year>/collect", collect_web.collect, name="collect"),
    path("<str:fonds>/<int:year>/uploads/<uuid:upload>/finish", collect_web.finish, name="finish"),
    path("<str:fonds>/<int:year>/items", web.items, name="items"),
    path("<str:fonds>/<int:year>/act", web.act, name="act"),
    path("<str:fonds>/<int:year>/classes", web.classes, name="classes"),
    path("<str:fonds>/<int:year>/classify", web.classify, name="classify"),
    path("<str:fonds>/<int:year>/numbers", web.numbers, name="numbers"),
    path("<str:fonds>/<int:year>/numbers/give", web.give_numbers, name="give_numbers"),
    path("<str:fonds>/<int:year>/filing", web.filings, name="filing"),
    path("<str:fonds>/<int:year>/file", web.file_items, name="file_items"),
    path("<str:fonds>/<int:year>/undo", web.undo, name="undo"),
]
