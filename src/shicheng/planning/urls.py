"""Addresses of this room."""

from django.urls import path

from shicheng.planning import plan_web, web

urlpatterns = [
    path("", web.overview, name="overview"),
    path("findings", web.findings, name="findings"),
    path("findings/<uuid:finding_id>", web.finding, name="finding"),
    path("findings/<uuid:finding_id>/reopen", web.reopen, name="reopen"),
    path("explain", web.explain, name="explain"),
    path("look", web.look, name="look"),
    path("terms", web.general_terms, name="general_terms"),
    path("units/<str:code>", web.unit, name="unit"),
    path("units/<str:code>/notice", web.notice, name="notice"),
    path("units/<str:code>/terms", web.unit_terms, name="unit_terms"),
    path("plans", plan_web.plan_list, name="plans"),
    path("plans/begin", plan_web.begin_plan, name="begin_plan"),
    path("plans/<int:year>", plan_web.plan, name="plan"),
    path("plans/<int:year>/line", plan_web.plan_line, name="plan_line"),
    path("plans/<int:year>/take", plan_web.take_plan, name="take_plan"),
    path("plans/<int:year>/submit", plan_web.submit_plan, name="submit_plan"),
    path("plans/<int:year>/count", plan_web.count_plan, name="count_plan"),
    path("plans/<int:year>/close", plan_web.close_plan, name="close_plan"),
]
