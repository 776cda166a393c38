"""From an offer to thanks: examined, agreed to by a second person, a deed, what came, papers, and who may know whom."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from api.conftest import make_program
from arranging.test_pool_to_holdings import found
from builders.shelves import make_user
from shicheng.acquiring import (
    aspects,
    counting,
    deeds,
    deliveries,
    donors,
    keeping,
    offers,
    origins,
    papers,
    register,
    selectors,
)
from shicheng.acquiring.errors import AcquisitionNotFound, BadOffer, ChangedMeanwhile, NotNow
from shicheng.acquiring.models import Acquisition, Cost, Delivery, Donor, Opinion, Paper, Series
from shicheng.acquiring.states import ACQUISITION
from shicheng.acquiring.types import ORIGIN, Deed, Giver, Line, Offered
from shicheng.approvals import services as approvals
from shicheng.approvals.errors import OwnRequest
from shicheng.arranging import classifying, filing, forming, numbering, settling
from shicheng.arranging.models import PoolItem
from shicheng.audit.models import Entry
from shicheng.cli.acquiring import acquisitions
from shicheng.describing.models import Authority
from shicheng.holdings.models import Item
from shicheng.ingest import services as ingest
from shicheng.ingest.models import Transfer
from shicheng.kernel.states import IllegalMove, ReasonMissing
from shicheng.people.errors import NotPermitted
from shicheng.people.services import SYSTEM, actor_for
from shicheng.people.types import Role

if TYPE_CHECKING:
    from ingest.fixtures import Here

PHONE, HOME, SECRET = "13900001111", "澜城县北街17号", "顾不言"
GIVER = Giver(SECRET, wish="anonymous", contacts={"phone": PHONE, "address": HOME}, note="儿子代办")
LETTERS = Offered(
    "抗战家书", fonds="L012", period="1938–1945", quantity=12, noted_on=date(2026, 1, 5), condition="虫蛀"
)


def test_states_of_an_acquisition_are_walked_by_one_table() -> None:
    assert set(ACQUISITION.final_states) == {"returned"}
    ways = {(move.verb, source, move.target) for move in ACQUISITION.moves for source in move.sources}
    assert ("agree", "submitted", "agreed") in ways and ("receive", "examined", "received") not in ways
    for state, verb, move in ACQUISITION.pairs():
        if move is None:
            with pytest.raises(IllegalMove):
                ACQUISITION.next(state, verb)
        elif move.needs_reason:
            with pytest.raises(ReasonMissing):
                ACQUISITION.follow(state, verb)
    # Nothing comes in that nobody else agreed to, and nothing is changed while somebody decides.
    assert {move.verb for move in ACQUISITION.moves_from("submitted")} == {"agree", "take_back"}
    assert all("agreed" in move.sources for move in ACQUISITION.moves if move.target == "received")


@pytest.mark.django_db(transaction=True)
def test_an_offer_goes_its_way_to_the_holdings_and_thanks(
    here: Here, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(here)
    wang, li = (actor_for(make_user(name, Role.ARCHIVIST)) for name in ("wang", "li"))
    cataloguer, leader = actor_for(make_user("cao", Role.CATALOGUER)), actor_for(make_user("ling", Role.LEADER))
    elsewhere = actor_for(make_user("bie", Role.ARCHIVIST, fonds="L999"))
    with pytest.raises(BadOffer):
        offers.note_offer(actor=wang, offered=Offered("", fonds="L012"), giver=GIVER)
    assert not Donor.objects.exists() and not Series.objects.exists()  # all or nothing
    one = offers.note_offer(actor=wang, offered=LETTERS, giver=GIVER)
    assert (one.number, one.state, one.donor.number, one.donor.authority) == ("A2026-0001", "noted", "D2026-0001", None)
    assert list(selectors.acquisitions(elsewhere)) == [] and not selectors.donors(cataloguer)
    with pytest.raises(AcquisitionNotFound):
        offers.examine(actor=elsewhere, number=one.number)
    with pytest.raises(NotPermitted):
        offers.decline(actor=leader, number=one.number, reason="x")

    # Its value is examined, a second person agrees.
    with pytest.raises(NotNow):
        offers.examine(actor=wang, number=one.number)
    for _twice in range(2):
        offers.add_opinion(
            actor=wang, number=one.number, person="周研究员", verdict="accept", text="稀见", on=date(2026, 1, 8)
        )
    assert Opinion.objects.count() == 1
    offers.change_offer(actor=wang, number=one.number, offered=LETTERS, revision=1)  # nothing changed
    with pytest.raises(ChangedMeanwhile):
        offers.change_offer(actor=wang, number=one.number, offered=Offered("家书", fonds="L012"), revision=1)
    offers.examine(actor=wang, number=one.number)
    request = offers.submit(actor=wang, number=one.number).request
    with pytest.raises(OwnRequest):
        approvals.approve_request(actor=wang, number=request)
    with pytest.raises(NotNow):
        offers.change_offer(actor=wang, number=one.number, offered=LETTERS)
    approvals.refuse_request(actor=leader, number=request, reason="先问权属")
    assert selectors.acquisition(wang, one.number).state == "examined"
    request = offers.submit(actor=wang, number=one.number).request
    approvals.approve_request(actor=leader, number=request)
    one = selectors.acquisition(cataloguer, one.number)
    assert one.state == "agreed" and aspects.donor_name(cataloguer, one) == "anonymous D2026-0001"

    # The deed, its signed copy, what came.
    signed = date(2026, 2, 1)
    with pytest.raises(NotNow):
        deeds.receive(actor=wang, number=one.number)
    with pytest.raises(BadOffer):
        deeds.write_deed(actor=wang, number=one.number, deed=Deed(signed, price=Decimal(5)), settings=here.settings)
    deed = Deed(signed, terms="无偿捐赠", rights="著作权归捐赠人", closed_until=date(2056, 1, 1), needs_consent=True)
    for _twice in range(2):
        one = deeds.write_deed(actor=wang, number=one.number, deed=deed, settings=here.settings)
    assert (one.deed_number, Series.objects.get(kind="deed").last) == ("征协〔2026〕1号", 1)
    offers.change_offer(
        actor=wang, number=one.number, offered=Offered("别的", way="purchase", quantity=12, condition="修复后")
    )
    one = deeds.receive(actor=wang, number=one.number, lines=[Line("家书", "12 件", "虫蛀")], on=date(2026, 2, 3))
    assert (one.title, one.way, one.condition, one.state) == ("抗战家书", "donation", "修复后", "received")
    for _twice in range(2):
        kept = papers.keep_paper(
            actor=wang,
            number=one.number,
            kind="deed",
            name="../协议.pdf",
            content=b"%PDF-1.4 signed",
            settings=here.settings,
        )
    assert Paper.objects.count() == 1 and kept.name == "协议.pdf"
    deeds.add_cost(
        actor=wang, number=one.number, kind="award", amount=Decimal("800.00"), on=date(2026, 2, 5), text="奖金"
    )
    with pytest.raises(BadOffer):
        deeds.add_cost(actor=wang, number=one.number, kind="award", amount=Decimal("1e30"))

    # Its files go into the pool and say where they come from; a run that was cut off is made good, twice is once.
    folder = here.settings.staging_path / "uploads" / "00000000-0000-0000-0000-000000000001" / "batch"
    folder.mkdir(parents=True)
    for name in ("家书一.txt", "家书二.txt"):
        (folder / name).write_text("吾儿见字如面", encoding="utf-8")
    made = deliveries.bring_in(actor=wang, number=one.number, upload_id=SYSTEM_KEY, path=folder, year=1940, unit="ZJ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shicheng.acquiring.deliveries.move", _cut)
        with pytest.raises(RuntimeError):
            deliveries.take_in(actor=wang, delivery_id=made.pk, settings=here.settings)
    assert Delivery.objects.get().state == "arriving" and PoolItem.objects.count() == 2
    here.run_jobs()
    assert deliveries.take_in(actor=wang, delivery_id=made.pk, settings=here.settings).state == "here"
    one.refresh_from_db()
    assert (one.state, PoolItem.objects.count()) == ("accessioned", 2)
    item = PoolItem.objects.order_by("title").first()
    assert item is not None and item.process[0]["mandate"] == one.deed_number and "agent" not in item.process[0]
    assert item.elements["openness"] == "控制" and "2056-01-01前不开放" in item.elements["control_mark"]
    assert item.elements[f"+{ORIGIN}"] == one.number and SECRET not in json.dumps(item.elements, ensure_ascii=False)
    assert [each.id for each in aspects.came(cataloguer, one).documents]
    with pytest.raises(NotNow):
        deeds.give_back(actor=wang, number=one.number, reason="索回")

    # Thanks; the number stays the same however often it is set.
    for kind in ("receipt", "certificate", "certificate", "letter"):
        paper = papers.issue_paper(actor=li, number=one.number, kind=kind, language="zh-hans", settings=here.settings)
    assert paper.number == "谢函〔2026〕1号" and Series.objects.get(kind="certificate").last == 1
    read, stream = papers.open_paper(actor=wang, paper_id=paper.pk, settings=here.settings)
    with stream:
        assert read.mime == "application/pdf" and stream.read(5) == b"%PDF-"
    for who in (cataloguer, leader):
        with pytest.raises(NotPermitted):
            papers.open_paper(actor=who, paper_id=paper.pk, settings=here.settings)

    # A named donor, a deposit that goes back, an offer that is declined.
    second = offers.note_offer(
        actor=li,
        offered=Offered("老照片", way="deposit", fonds="L012", noted_on=date(2026, 1, 9)),
        giver=Giver("郑照相馆", "body"),
    )
    assert Authority.objects.get(kind="body").pk == second.donor.authority
    third = offers.note_offer(actor=li, offered=Offered("剪报", fonds="L012"), donor=second.donor.number)
    with pytest.raises(ReasonMissing):
        offers.decline(actor=li, number=third.number, reason=" ")
    offers.decline(actor=li, number=third.number, reason="复制品，馆藏已有")
    assert offers.reopen(actor=li, number=third.number).state == "noted"
    Acquisition.objects.filter(pk=second.pk).update(
        state="received", received_on=date(2026, 3, 1), quantity=30, counted_in="张"
    )
    assert deeds.accession(actor=li, number=second.number, note="2库3架").state == "accessioned"
    Acquisition.objects.filter(pk=second.pk).update(deposit_until=date(2026, 5, 31))
    assert [each.number for each in selectors.ending_deposits(cataloguer, date(2026, 6, 1))] == [second.number]
    assert deeds.give_back(actor=li, number=second.number, reason="寄存期满", on=date(2026, 6, 1)).state == "returned"

    # Numbers of the year, the register, and who finds whom.
    year = counting.years(leader)[0]
    assert (year.year, year.noted, year.received, year.returned, str(year.spent)) == (2026, 3, 2, 1, "800.00")
    assert year.things == {"件": 12, "张": 30}
    assert [each.number for each in selectors.acquisitions(wang, text=SECRET)] == [one.number]
    assert not selectors.acquisitions(cataloguer, text=SECRET) and selectors.acquisitions(cataloguer, text="郑照")
    donors.write_donor(
        actor=wang, giver=Giver(SECRET, wish="anonymous", contacts={"phone": PHONE}), number="D2026-0001"
    )
    here.run_jobs()

    # The item it becomes names its acquisition, to whoever may see both.
    shelved = Item(extra={ORIGIN: one.number})
    assert [said for _what, said, _address in origins.belongings_of_item(elsewhere, shelved)] == [
        f"{one.number} {one.deed_number}"
    ]
    assert origins.belongings_of_item(cataloguer, shelved)[0][2] and origins.origin_of_item(shelved)

    # Personal data stands nowhere but where it belongs: pages, lists, API, log, jobs.
    told = "".join(json.dumps(entry.details, ensure_ascii=False) + str(entry.sentence) for entry in Entry.objects.all())
    for form in ("csv", "xlsx"):
        told += _text(register.write_register(wang, form))
    pages = Client()
    pages.force_login(_user(cataloguer))
    for name, args in (("acquisitions", []), ("acquisition", [one.number]), ("years", [])):
        shown = pages.get(reverse(f"acquiring:{name}", args=args))
        assert shown.status_code == 200, name
        told += shown.content.decode()
    assert pages.get(reverse("acquiring:donor", args=[one.donor.number])).status_code == 403
    program = make_program("acquiring.acquisition.read")
    monkeypatch.setattr("shicheng.cli.acquiring.open_archive", lambda _home: here.settings)
    acquisitions(export=tmp_path / "register.xlsx", as_json=True)
    told += (listed := capsys.readouterr().out) + _text((tmp_path / "register.xlsx").read_bytes())
    assert [each["number"] for each in json.loads(listed)] == ["A2026-0003", "A2026-0002", "A2026-0001"]
    acquisitions(by_year=True, as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["costs"] == {"award": "800.00"}
    for path in ("", "/years", f"/{one.number}"):
        answer = program.get(f"/acquisitions{path}")
        assert answer.status_code == 200
        told += answer.content.decode()
    assert program.get(f"/donors/{one.donor.number}").status_code == 403
    for secret in (SECRET, PHONE, HOME, "儿子代办"):
        assert secret not in told, secret
    before = Entry.objects.filter(event="acquiring.donor.looked_at").count()
    knowing = make_program("acquiring.acquisition.read", "acquiring.donor.read")
    assert knowing.get(f"/donors/{one.donor.number}").json()["contacts"] == {"phone": PHONE}
    assert Entry.objects.filter(event="acquiring.donor.looked_at").count() == before + 1

    # All of it lies in the store and comes back from there; twice is once.
    rows = {kind: kind.objects.count() for kind in (Acquisition, Donor, Opinion, Cost, Paper, Delivery)}
    delivered = Delivery.objects.get().documents
    assert delivered
    Delivery.objects.all().delete()
    for kind in (Paper, Cost, Opinion, Acquisition, Donor, Series):
        kind.objects.all().delete()
    objects = [key for key in here.store.iter_objects() if keeping.AcquisitionRestorer().claims(here.store, key)]
    for _twice in range(2):
        for act in keeping.AcquisitionRestorer().acts(SYSTEM, here.store, objects, here.settings):
            act.run()
    again = Acquisition.objects.get(number=one.number)
    assert (again.state, again.donor.contacts, again.costs.get().amount) == (
        "accessioned",
        {"phone": PHONE},
        Decimal("800.00"),
    )
    assert {kind: kind.objects.count() for kind in rows if kind not in (Donor, Acquisition)} == {
        kind: count for kind, count in rows.items() if kind not in (Donor, Acquisition)
    }
    assert Delivery.objects.get().documents == delivered
    assert Acquisition.objects.count() == 2  # that which nobody agreed to was never in the store
    assert offers.note_offer(actor=wang, offered=LETTERS, giver=GIVER).number == "A2026-0004"


@pytest.mark.skipif(
    os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql", reason="what pages ask of the database is asked above"
)
@pytest.mark.django_db(transaction=True)
def test_pages_take_an_offer_from_noting_to_the_pool(here: Here) -> None:
    found(here)
    desk, second = Client(), Client()
    desk.force_login(make_user("wang", Role.ARCHIVIST))
    second.force_login(make_user("ling", Role.LEADER))
    empty = desk.get(reverse("acquiring:acquisitions")).content.decode()
    assert "Nothing was acquired yet" in empty and reverse("acquiring:new") in empty
    assert "Nothing was acquired yet" in desk.get(reverse("acquiring:years")).content.decode()
    given = {"title": "日记", "way": "purchase", "fonds": "L012", "quantity": "3", "counted_in": "册",
             "donor-name": "吴某", "donor-kind": "person", "donor-wish": "named", "donor-phone": PHONE}  # fmt: skip
    bad = desk.post(reverse("acquiring:new"), given | {"quantity": "三"})
    assert bad.status_code == 422 and "日记" in bad.content.decode() and PHONE in bad.content.decode()
    answer = desk.post(reverse("acquiring:new"), given)
    number = Acquisition.objects.get().number
    page = reverse("acquiring:acquisition", args=[number])
    assert answer.headers["Location"] == page

    def act(verb: str, **more: Any) -> Any:
        return desk.post(reverse("acquiring:act", args=[number]), {"verb": verb, **more})

    assert act("nothing").status_code == 422 and act("examine").status_code == 409
    assert act("opinion", person="周", verdict="accept").status_code == 302
    assert act("examine").status_code == 302 and act("submit").status_code == 302
    request = Acquisition.objects.get().request
    asked = second.get(reverse("approvals:request", args=[request])).content.decode()
    assert page in asked and "吴某" not in asked
    second.post(reverse("approvals:decide", args=[request]), {"verdict": "approve", "step": "0"})
    assert second.post(reverse("acquiring:act", args=[number]), {"verb": "deed"}).status_code == 403
    refused = act("deed", signed_on=date.today().isoformat(), terms="一次付清")
    assert refused.status_code == 422 and "一次付清" in refused.content.decode()
    assert act("deed", signed_on=date.today().isoformat(), price="1,200.5", terms="一次付清").status_code == 302
    assert act("receive", lines="日记 | 3 册 | 完好\n\n信封").status_code == 302
    assert Acquisition.objects.get().receipt == [
        {"what": "日记", "quantity": "3 册", "condition": "完好"}, {"what": "信封", "quantity": "", "condition": ""},
    ]  # fmt: skip
    assert act("cost", kind="price", amount="1200.5").status_code == 302
    assert act("issue", kind="certificate").status_code == 422  # it was bought
    assert act("issue", kind="letter").status_code == 302
    paper = SimpleUploadedFile("合同.pdf", b"%PDF-1.4", "application/pdf")
    assert (
        desk.post(reverse("acquiring:keep_paper", args=[number]), {"kind": "deed", "paper": paper}).status_code == 302
    )
    files = SimpleUploadedFile("日记一.txt", "一九五〇年".encode(), "text/plain")
    brought = desk.post(
        reverse("acquiring:bring_in", args=[number]), {"file": files, "year": "1950", "title": "吴某日记"}
    )
    assert brought.status_code == 302
    here.run_jobs()
    item = PoolItem.objects.get()
    assert (item.title, item.year, item.elements["openness"]) == ("吴某日记", 1950, "未审核")
    assert item.process[0]["agent"] == "吴某" and "吴某" in item.elements["note"]
    # Filed like all others, its record says where it comes from.
    actor = here.operator
    forming.describe(actor=actor, item=item.pk, values={"date": "1950", "author": "吴某"})
    classifying.classify(actor=actor, items=[item.pk], category="WS", department="ZJ", retention="Y")
    plan = numbering.preview(actor, "L012", 1950)
    numbering.apply(actor=actor, fonds="L012", year=1950, mark=plan.mark)
    filing.begin_filing(actor=actor, fonds="L012", year=1950)
    here.run_jobs()
    ingest.accept(actor=actor, transfer_id=Transfer.objects.get().pk)
    here.run_jobs()
    settling.settle_all(actor, here.settings)
    held = Item.objects.get()
    assert held.extra[ORIGIN] == number and held.process[0]["action"] == "征集入馆"
    record = "".join(
        desk.get(reverse(f"holdings:{name}", args=[held.pk])).content.decode() for name in ("item", "item_history")
    )
    for words in (page, "征协〔", "吴某", "came into the pool"):
        assert words in record, words
    shown = desk.get(page).content.decode()
    for words in (held.reference_code, "in the holdings", "吴某日记", "合同.pdf", "1,200.50", "征协〔"):
        assert words in shown, words
    fetched = desk.get(reverse("acquiring:paper", args=[Paper.objects.get(kind="deed").pk]))
    assert b"".join(fetched.streaming_content) == b"%PDF-1.4"
    assert second.get(reverse("acquiring:paper", args=[Paper.objects.get(kind="deed").pk])).status_code == 403
    assert "合同.pdf" not in second.get(page).content.decode()
    work = desk.get(reverse("desk:work"), {"whose": "all"}).content.decode()
    assert number not in work  # nothing is left to do with it
    donor = reverse("acquiring:donor", args=[Donor.objects.get().number])
    assert PHONE in desk.get(donor).content.decode()
    assert desk.post(donor, {"donor-name": "", "donor-kind": "person"}).status_code == 422
    listed = desk.get(reverse("acquiring:export", args=["csv"])).content.decode("utf-8-sig")
    assert "吴某" in listed and PHONE not in listed and len(listed.splitlines()) == 2


SYSTEM_KEY = UUID("00000000-0000-0000-0000-000000000001")


def _cut(*_given: Any, **_named: Any) -> None:
    raise RuntimeError("the power went away")


def _user(actor: Any) -> Any:
    from shicheng.people.models import User

    return User.objects.get(pk=actor.user_id)


def _text(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode("utf-8-sig")
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return re.sub(
            r"<[^>]+>", " ", "".join(book.read(name).decode() for name in book.namelist() if "sheet1" in name)
        )
