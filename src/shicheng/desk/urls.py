"""Addresses of this room."""

from django.urls import path

from shicheng.desk import settings_page, tokens_page, web, why_page, work_page

urlpatterns = [
    path("settings", settings_page.settings, name="settings"),
    path("tokens", tokens_page.manage_tokens, name="tokens"),
    path("tokens/<uuid:token_id>/revoke", tokens_page.revoke_token, name="revoke_token"),
    path("work", work_page.work, name="work"),
    path("why", why_page.why, name="why"),
    path("", web.home, name="home"),
]
