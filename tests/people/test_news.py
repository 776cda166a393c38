"""What people do at the door stands in the audit log."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from shicheng.audit.models import Entry
from shicheng.people import news
from shicheng.people.services import ANONYMOUS, create_user
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db

PASSWORD = "lancheng-2026-door"


def test_making_an_account_signing_in_and_out_and_failing_are_logged(client: Client) -> None:
    create_user(actor=ANONYMOUS, username="chen", full_name="陈静", password=PASSWORD, roles=[Role.ARCHIVIST])
    client.post(reverse("people:sign_in"), {"username": "chen", "password": "wrong"})
    client.post(reverse("people:sign_in"), {"username": "chen", "password": PASSWORD})
    client.post(reverse("people:sign_out"))
    logged = list(Entry.objects.order_by("position").values_list("event", "actor_name"))
    assert logged == [
        (news.ACCOUNT_MADE, "anonymous"),
        (news.GRANT_GIVEN, "anonymous"),
        (news.SIGN_IN_FAILED, "anonymous"),
        (news.SIGNED_IN, "陈静"),
        (news.SIGNED_OUT, "陈静"),
    ]
    assert PASSWORD not in "".join(Entry.objects.values_list("details_text", flat=True))
