"""Addresses of this room."""

from django.urls import path

from shicheng.people import web

urlpatterns = [
    path("set-up", web.set_up, name="set_up"),
    path("sign-in", web.sign_in, name="sign_in"),
    path("sign-out", web.sign_out, name="sign_out"),
    path("accounts", web.accounts, name="accounts"),
    path("accounts/<uuid:user_id>/active", web.switch_account, name="switch_account"),
]
