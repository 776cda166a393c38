"""Addresses of the pages about what people may do."""

from django.urls import path

from shicheng.people import power_web as web

urlpatterns = [
    path("grants", web.grants, name="grants"),
    path("grants/<uuid:grant_id>/end", web.end_grant, name="end_grant"),
    path("duties", web.duties_page, name="duties"),
    path("duties/<uuid:duty_id>/end", web.end_duty, name="end_duty"),
    path("emergencies", web.emergencies_page, name="emergencies"),
    path("emergencies/<uuid:emergency_id>/decide", web.decide_emergency, name="decide_emergency"),
    path("emergencies/<uuid:emergency_id>/end", web.end_emergency, name="end_emergency"),
]
