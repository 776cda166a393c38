"""Addresses of this room."""

from django.urls import path

from shicheng.acquiring import event_web, web

urlpatterns = [
    path("", web.acquisitions, name="acquisitions"),
    path("register.<slug:form>", web.export, name="export"),
    path("new", web.new, name="new"),
    path("years", web.years, name="years"),
    path("donors", web.donor_list, name="donors"),
    path("donors/<str:number>", web.donor, name="donor"),
    path("papers/<uuid:paper_id>", web.paper, name="paper"),
    path("events", event_web.event_list, name="events"),
    path("events/list.<slug:form>", event_web.export, name="export_events"),
    path("events/new", event_web.new, name="new_event"),
    path("events/late", event_web.late, name="late"),
    path("events/<str:number>", event_web.event, name="event"),
    path("events/<str:number>/edit", event_web.edit, name="edit_event"),
    path("events/<str:number>/plan", event_web.plan, name="plan"),
    path("events/<str:number>/find", event_web.find, name="find_records"),
    path("events/<str:number>/link", event_web.link, name="link_records"),
    path("<str:number>", web.acquisition, name="acquisition"),
    path("<str:number>/edit", web.edit, name="edit"),
    path("<str:number>/act", web.act, name="act"),
    path("<str:number>/papers", web.keep_paper, name="keep_paper"),
    path("<str:number>/files", web.bring_in, name="bring_in"),
]
