"""Pushing at the door: twice, side by side, cut, faulty, as a trial; whose token it is and who sees what came."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from api.conftest import Program, make_program
from builders.shelves import make_user
from collecting.parcels import FILES, Sender, admitted, described, found
from shicheng.api.rates import buckets
from shicheng.audit.keys import load_signing_key
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.collecting import pooling, pushing, receipts, receiving, systems
from shicheng.collecting.errors import BadSystem
from shicheng.collecting.models import Attempt, Push, System
from shicheng.jobs.models import Job
from shicheng.kernel import clock
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.states import ReasonMissing
from shicheng.people.granting import Limits, put_grant
from shicheng.people.models import ApiToken, User
from shicheng.people.services import SYSTEM
from shicheng.people.types import Role
from shicheng.schemes.units import close_unit, write_unit

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    buckets._buckets.clear()


def folders(here: Here) -> list[str]:
    area = here.settings.staging_path / "pushes"
    return sorted(one.name for one in area.iterdir()) if area.is_dir() else []


def pointers(answer: Any) -> list[str]:
    return [one["pointer"] for one in answer.json().get("errors", ())]


def clerk(name: str, unit: str, *, role: Role = Role.FILING_CLERK) -> Client:
    user = User(username=name, full_name=name)
    user.set_unusable_password()
    with atomic():
        user.save()
        limits = Limits(fonds="L012", unit=unit) if role == Role.FILING_CLERK else Limits()
        put_grant(actor=SYSTEM, user=user, role=role, limits=limits)
    client = Client()
    client.force_login(user)
    return client


def test_a_document_is_taken_once_however_it_is_sent(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    found(here)
    sender = admitted(here)
    first = sender.push(described(), Idempotency_Key="k1")
    assert first.status_code == 201, first.content.decode()
    body = first.json()
    receipt = body["receipt"]
    assert receipt["number"].startswith("OA-2") and receipt["filing_row"] == "3" and receipt["year"] == 2024
    assert [one["part"] for one in receipt["files"]] == list(FILES)
    key = load_signing_key(here.settings.keys_path)
    assert receipts.is_signed_by(receipt, body["signature"], key.public_key)
    assert not receipts.is_signed_by({**receipt, "document": "OA-2"}, body["signature"], key.public_key)
    [one] = Push.objects.all()
    assert folders(here) == [str(one.pk)] and Job.objects.filter(name="collecting.take").count() == 1
    told = Entry.objects.get(event="collecting.push.received")
    assert told.details["sm3"] == one.digest and "会议" not in json.dumps(told.details, ensure_ascii=False)

    # The same again: by the key of the API, and without it; the same bytes, nothing new.
    again = sender.push(described(), Idempotency_Key="k1")
    assert again.headers["Idempotency-Replayed"] == "true" and again.content == first.content
    once_more = sender.push(described())
    assert (once_more.status_code, once_more.content) == (200, first.content)

    # What is large is read as it comes, and is recognised all the same.
    large = described("OA-L", process={}, files=[described()["files"][0]])
    content = b"0123456789abcdef" * 100_000
    large["files"][0] |= {
        "size": len(content), "digest": {"algorithm": "SHA-256", "value": digest_bytes(content, "sha256")}
    }  # fmt: skip
    taken = sender.push(large, {"main": content}, Idempotency_Key="k2")
    replayed = sender.push(large, {"main": content}, Idempotency_Key="k2")
    assert (taken.status_code, replayed.content) == (201, taken.content)
    assert replayed.headers["Idempotency-Replayed"] == "true"
    reused = sender.push(large, {"main": content[1:]}, Idempotency_Key="k2")
    assert (reused.status_code, reused.json()["code"]) == (422, "api.idempotency.reused")

    # Side by side: one is taken, both get its receipt.
    start, answers = threading.Barrier(2), []

    def send() -> None:
        start.wait()
        try:
            answers.append(sender.push(described("OA-2")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _one in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(one.status_code for one in answers) == [200, 201] and answers[0].content == answers[1].content
    assert Push.objects.count() == 3 and len(folders(here)) == 3

    # Another content under the same name is refused with what differs; the next revision is taken, no earlier one.
    other = described(elements={**described()["elements"], "title": "改了的标题"})
    refused = sender.push(other)
    assert refused.status_code == 409 and pointers(refused) == ["/elements/title"]
    assert refused.json()["code"] == "collecting.document.conflict"
    second = sender.push({**other, "revision": 2})
    assert second.status_code == 201 and second.json()["receipt"]["supersedes"] == receipt["number"]
    assert Push.objects.get(pk=one.pk).state == "superseded"  # nobody had seen it yet
    assert sender.push(described()).content == first.content  # its receipt stays what it was
    later = sender.push({**described(), "revision": 3})
    assert later.status_code == 201 and pointers(sender.push({**other, "revision": 1})) == ["/elements/title"]

    # Reconciling: page by page from the last one known, and the months with their digest.
    listed = sender.get("/receipts?limit=3").json()
    assert [each["position"] for each in listed["items"]] == [1, 2, 3] and listed["more"]
    rest = sender.get(f"/receipts?after={listed['last']}").json()
    assert [each["receipt"]["revision"] for each in rest["items"]] == [2, 3] and not rest["more"]
    assert sender.get("/receipts?after=5").json() == {"items": [], "last": 5, "more": False}
    standing = sender.get(f"/receipts/{receipt['number']}").json()
    assert standing["standing"]["state"] == "superseded" and standing["receipt"] == receipt
    [month] = sender.get("/systems/OA/months").json()
    assert (month["documents"], month["files"]) == (5, 13) and len(month["digest"]) == 64
    assert sender.get("/systems/OA/months?first=2024-02-01&last=2024-01-01").status_code == 422

    # A revision that never reached the pool does not hide the one before from the next.
    aside: list[str] = []
    monkeypatch.setattr(pooling.pool_watch, "set_aside", lambda **named: aside.append(named["key"]) or True)
    monkeypatch.setattr(pooling.loose, "add_documents", lambda **_named: [])

    def revision(number: int) -> Push:
        assert sender.push(described("OA-3", revision=number)).status_code == 201
        return Push.objects.get(document="OA-3", revision=number)

    def take(one: Push) -> dict[str, object]:
        return pooling.take_into_pool(push_id=one.pk, settings=here.settings)

    one = revision(1)
    assert take(one)["state"] == "pooled"
    two, three = revision(2), revision(3)
    assert take(two)["state"] == "superseded" and take(three)["state"] == "pooled"
    assert aside == [two.key, one.key] and take(three)["state"] == "pooled" and len(aside) == 2
    # One comes while the one before is just being handed over: that one goes out of the pool again.
    four = revision(4)
    monkeypatch.setattr(pooling.loose, "add_documents", lambda **_named: revision(5))
    assert take(four)["state"] == "superseded" and aside[2:] == [four.key]
    states = Push.objects.filter(document="OA-3").order_by("revision").values_list("state", flat=True)
    assert list(states) == ["superseded", "superseded", "pooled", "superseded", "received"]


def test_what_is_not_right_is_refused_with_everything_that_is_wrong_and_nothing_stays(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(here)
    sender = admitted(here, kinds=[{"name": "发文", "row": "3"}, {"name": "便函", "row": "-"}], outside="refuse")
    broken = described(kind="便函", elements={"title": "", "date": "2024-05-06", "secrecy": "机密"})
    broken["files"][0]["digest"]["value"] = "0" * 64
    answer = sender.push(broken, {"main": FILES["main"], "draft1": FILES["draft1"], "more": b"x"})
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert sorted(pointers(answer)) == [
        "/elements/secrecy", "/elements/title", "/files", "/files/0/digest/value", "/files/2", "/kind"
    ]  # fmt: skip
    assert "" in pointers(sender.push(None)) and pointers(sender.push("{")) == ["", *["/files"] * 3]
    assert pointers(sender.push(described(kind="请示"))) == ["/kind"]
    assert pointers(sender.push({**described(), "a\x00b": 1})) == ["/a\x00b"]
    outside = described(kind="", elements={"title": "年度考核结果", "date": "2024-05-06"})
    assert pointers(sender.push(outside)) == ["/kind", "/elements"]
    systems.write_system(actor=here.operator, code="OA", name="办公自动化", unit="BGS", outside="refuse")
    assert pointers(sender.push(outside)) == ["/elements"]  # no row of the table takes it
    assert sender.push(described(), cut=40).json()["code"] in ("collecting.document.cut", "api.upload.cut")
    headers = {"Authorization": f"Bearer {sender.secret}"}
    plain = Client().post("/api/v1/filing/documents", "{}", content_type="application/json", headers=headers)
    assert plain.json()["code"] == "collecting.document.unreadable"
    wrong = sender.push(described(unit="RSC"))
    assert (wrong.status_code, wrong.json()["code"]) == (403, "collecting.document.wrong_unit")
    assert Push.objects.count() == 0 and folders(here) == []
    assert Attempt.objects.filter(is_refused=True, is_trial=False).count() >= 8
    codes = {one["code"] for one in sender.get("/systems/OA/attempts").json()}
    assert {"collecting.document.refused", "collecting.document.wrong_unit"} <= codes

    # Cut between the disk and the row: nothing is half there, and the same sent again is taken.
    def die(*_args: object, **_named: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(pushing.jobs, "enqueue", die)
        assert sender.push(described()).status_code == 500
    assert Push.objects.count() == 0 and folders(here) == []
    abandoned = here.settings.staging_path / "pushes" / "01a204df-0000-7000-8000-000000000000"
    abandoned.mkdir()  # what a process that was killed leaves
    (abandoned / "0001").write_bytes(b"half")
    assert sender.push(described()).status_code == 201
    monkeypatch.setattr(receiving, "_YOUNG", -60.0)
    assert receiving.clear_abandoned(here.settings) == 1 and folders(here) == [str(Push.objects.get().pk)]

    # A trial: answered as in earnest, and nothing is kept but what its makers need.
    entries, before = Entry.objects.count(), Push.objects.count()
    tried = sender.push(described("OA-9"), query="?trial=true")
    assert tried.status_code == 200 and tried.json()["receipt"]["trial"] and tried.json()["receipt"]["digest"]
    assert sender.push(broken, query="?trial=true").status_code == 422
    systems.move_system(actor=here.operator, code="OA", verb="try")
    assert sender.push(described("OA-9")).json()["receipt"]["number"] == "OA-TRIAL"
    assert (Push.objects.count(), len(folders(here))) == (before, 1)
    assert Entry.objects.count() == entries + 1  # that it is tried again
    assert [one.is_refused for one in Attempt.objects.filter(is_trial=True)] == [False, True, False]
    monkeypatch.setattr(pushing, "KEPT_ATTEMPTS", 2)
    sender.push(described("OA-10"))
    assert Attempt.objects.count() == 2

    # Stopped: its token is worthless, and only a new one opens the door again.
    with pytest.raises(ReasonMissing):
        systems.move_system(actor=here.operator, code="OA", verb="stop")
    systems.move_system(actor=here.operator, code="OA", verb="stop", reason="换系统")
    assert sender.push(described()).status_code == 401
    with pytest.raises(BadSystem):
        systems.give_token(actor=here.operator, code="OA", days=1)
    assert ApiToken.objects.get().revoked is not None
    for bad in ({"code": "甲"}, {"kind": "x"}, {"ceiling": "绝密"}, {"outside": "x"}, {"name": " "},
                {"kinds": [{"name": "a", "row": "99"}]}, {"is_new": True}):  # fmt: skip
        with pytest.raises(BadSystem):
            systems.write_system(
                **{"actor": here.operator, "code": "OA", "name": "x", "unit": "BGS", **bad}  # type: ignore[arg-type]
            )


def test_each_sees_what_is_of_their_unit_and_administrators_see_no_titles(here: Here) -> None:
    found(here)
    write_unit(actor=here.operator, code="RSC", name="人事处", fonds_code="L012")
    sender = admitted(here)
    ApiToken.objects.update(expires=clock.now() + timedelta(days=3))
    other = admitted(here, "RS", "RSC")
    assert sender.push(described()).status_code == 201
    one = Push.objects.get()
    page, push_page = reverse("collecting:system", args=["OA"]), reverse("collecting:push", args=[one.pk])
    own, beside = clerk("bgs", "BGS"), clerk("rsc", "RSC")
    assert "关于召开会议的通知" in own.get(page).content.decode()
    shown = own.get(push_page).content.decode()
    assert shown.index("李明") < shown.index("同意，印发。") < shown.index("Pushed to the archive")
    assert shown.index("Pushed to the archive") < shown.index("到期鉴定") and "紧急程度" in shown
    for address in (page, push_page):
        assert beside.get(address).status_code == 404
    assert "办公自动化" not in beside.get(reverse("collecting:systems"), {"text": "OA"}).content.decode()
    system = clerk("sys", "", role=Role.SYSTEM_ADMINISTRATOR)
    seen = system.get(page).content.decode()
    assert one.number in seen and "会议" not in seen and "OA-1" not in seen
    assert system.get(push_page).status_code == 403
    assert system.post(reverse("collecting:edit_system", args=["OA"])).status_code == 403

    # By the API: another system, another clerk's token, a program of another fonds.
    for path in ("/receipts?system=OA", f"/receipts/{one.number}", "/systems/OA", "/systems/OA/attempts"):
        assert other.get(path).status_code == 404, path
    assert other.get("/receipts").json()["items"] == []
    assert [each["code"] for each in other.get("/systems").json()] == ["RS"]
    elsewhere = make_program("collecting.push.read", "collecting.system.read", fonds=["L999"])
    assert elsewhere.get(f"/filing/receipts/{one.number}").status_code == 404
    for name, status in (("rsc", 404), ("bgs", 200)):
        by_clerk = make_program("read", username=name)
        assert by_clerk.get(f"/filing/receipts/{one.number}").status_code == status
        assert len(by_clerk.get("/filing/systems").json()) == 1
    close_unit(actor=here.operator, code="BGS")
    assert pointers(sender.push(described("OA-6"))) == ["/unit"]
    close_unit(actor=here.operator, code="BGS", closed=False)
    work, said = reverse("desk:work") + "?whose=all", "See why 1 pushes of 办公自动化 were refused"
    assert said in own.get(work).content.decode() and said not in beside.get(work).content.decode()
    assert "Renew the token of 办公自动化" in system.get(work).content.decode()
    assert sender.push(described("OA-6")).status_code == 201  # it came through, so nothing is to be seen to
    assert said not in own.get(work).content.decode()
    Push.objects.filter(document="OA-6").delete()
    stranger = make_program("collecting.document.push")
    assert Sender(stranger.secret).push(described("OA-5")).json()["code"] == "collecting.system.not_admitted"
    assert sender.get("/systems/OA").json()["documents"] == {"received": 1}
    for path in ("/items", "/pools", "/transfers"):  # its token opens nothing else
        assert Program(sender.secret).get(path).json().get("items", []) == []

    # By pages: written down, tried, given a token that is shown once, renewed, stopped.
    desk = Client()
    desk.force_login(make_user("chen", Role.ARCHIVIST))
    assert "No business system" not in desk.get(reverse("collecting:systems")).content.decode()
    given = {"code": "GB", "name": "广播媒资", "unit": "BGS", "kind": "broadcast", "outside": "take", "ceiling": "",
             "kind-name": ["节目"], "kind-row": ["99"]}  # fmt: skip
    faulty = desk.post(reverse("collecting:new_system"), given)
    assert (
        faulty.status_code == 422 and "has no row 99" in faulty.content.decode() and "节目" in faulty.content.decode()
    )
    assert desk.post(reverse("collecting:new_system"), given | {"kind-row": [""]}).status_code == 302
    made = reverse("collecting:system", args=["GB"])
    assert "Nothing came yet" in desk.get(made).content.decode()
    secret = desk.post(reverse("collecting:give_token", args=["GB"])).content.decode()
    assert "sct_" in secret and "sct_" not in desk.get(made).content.decode()
    desk.post(reverse("collecting:move_system", args=["GB"]), {"verb": "stop", "reason": "试完"})
    assert System.objects.get(code="GB").state == "stopped"
