"""Addresses of this room."""

from django.urls import path

from shicheng.jobs import web

urlpatterns = [
    path("", web.jobs, name="jobs"),
    path("<uuid:job_id>", web.job, name="job"),
    path("<uuid:job_id>/cancel", web.cancel, name="cancel"),
    path("<uuid:job_id>/retry", web.retry, name="retry"),
    path("prove-log", web.prove_log, name="prove_log"),
    path("schedules/<str:name>", web.switch_schedule, name="switch_schedule"),
]
