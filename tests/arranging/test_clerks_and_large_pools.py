"""What the filing clerk of one unit sees and may do, page by page; and that a large pool asks no more."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arranging.test_pool_to_holdings import found
from builders.shelves import make_user, shelve
from shicheng.arranging import forming_all, selectors
from shicheng.arranging.models import Batch, PoolFile, PoolItem
from shicheng.holdings.models import Fonds
from shicheng.kernel import clock
from shicheng.people.granting import Limits, give_grant
from shicheng.people.services import SYSTEM
from shicheng.people.types import Role
from shicheng.schemes.models import Schedule
from shicheng.schemes.units import write_unit

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)
POOL = ["L012", 2024]
OTHERS = "代表委密议"  # stands in everything of the other unit


def brought(unit: str, names: list[str], year: int = 2024, cluster: bool = False) -> list[PoolFile]:
    """Files in the pool as a batch of a unit leaves them; their bytes are never asked for here."""
    home = Fonds.objects.get(code="L012")
    batch = Batch.objects.create(
        fonds=home, unit=unit, year=year, name=f"{names[0]}等", state="here", added_by="t", added_at=clock.now()
    )
    rows = [
        PoolFile(batch=batch, fonds=home, unit=unit, year=year, path=name, local=f"{place:x}", size=9, sha512="",
                 sha256="", sm3=f"{unit}{place}", cluster=name[:6] if cluster else "")
        for place, name in enumerate(names)
    ]  # fmt: skip
    return PoolFile.objects.bulk_create(rows)


def clerk_of(name: str, unit: str) -> Client:
    user = make_user(name)
    give_grant(actor=SYSTEM, user_id=user.pk, role=Role.FILING_CLERK, limits=Limits(fonds="L012", unit=unit))
    client = Client()
    client.force_login(user)
    return client


def test_a_filing_clerk_works_in_their_own_unit_and_finds_nothing_of_another(here: Here) -> None:
    found(here)
    for code in ("BGS", "DBW"):
        write_unit(actor=here.operator, code=code, name=f"{code}室", fonds_code="L012")
    own = brought("BGS", ["关于召开例会的通知.txt", "附件1 关于召开例会的通知.txt", "会议记录.txt"])
    theirs = brought("DBW", [f"{OTHERS}的报告.txt", f"附件 {OTHERS}的报告.txt"])
    shelve("L012-WS·2017-Y-DBW-0001", f"{OTHERS}纪要", openness="未审核", files=[])
    clerk, other = clerk_of("zhu", "BGS"), clerk_of("ruan", "DBW")
    forming_all.form_proposed(actor=here.operator, fonds="L012", year=2024)
    mine = PoolItem.objects.get(unit="BGS")
    [foreign] = PoolItem.objects.filter(unit="DBW")
    PoolItem.objects.filter(pk=foreign.pk).update(category="WS", retention="Y", department="DBW")

    # Every page of theirs, and nothing of the other unit on any of them.
    places = [
        (f"arranging:{name}", POOL) for name in ("collect", "items", "classes", "numbers", "filing")
    ] + [("arranging:item", [mine.pk]), ("arranging:pools", []), ("desk:home", []), ("desk:work", []),
         ("holdings:items", []), ("search:page", []), ("schemes:units", []), ("schemes:unit", ["BGS"]),
         ("approvals:requests", []), ("printing:printouts", []), ("printing:new", []), ("people:duties", []),
         ("people:me", []), ("desk:tokens", [])]  # fmt: skip
    pages = {}
    for name, args in places:
        answer = clerk.get(reverse(name, args=args))
        assert answer.status_code == 200, name
        pages[name] = answer.content.decode()
        assert OTHERS not in pages[name], name
    assert '<select id="pool-unit"' in pages["arranging:collect"] and ">BGS BGS室<" in pages["arranging:collect"]
    assert "The archivists give the numbers" in pages["arranging:numbers"] and "0001" not in pages["arranging:numbers"]
    for name in ("arranging:items", "arranging:filing", "arranging:classes"):
        assert 'href="/desk/holdings/fonds' not in pages[name], "a way that leads nowhere for them"
    assert "Rules of this fonds" not in pages["arranging:classes"] and "Give this code" not in pages["arranging:item"]
    row = re.search(r"L012</span>.*?</tr>", pages["arranging:pools"], re.DOTALL)
    assert row is not None and re.findall(r'">(\d+)</a></td>', row[0]) == ["1", "1", "0", "0"]
    assert clerk.get(reverse("arranging:collect", args=["L012", 2031])).status_code == 200  # a year nobody began

    # What is not theirs can't be reached by knowing its address, nor changed.
    for name, args in (("item", [foreign.pk]), ("original", [theirs[0].pk]), ("collect", ["L999", 2024])):
        assert clerk.get(reverse(f"arranging:{name}", args=args)).status_code == 404, name
    assert clerk.post(reverse("arranging:describe", args=[foreign.pk]), {"verb": "take_apart"}).status_code == 404
    for verb in (f"form:{theirs[0].pk}", f"loosen:{theirs[0].pk}", f"put:{foreign.pk}"):
        clerk.post(reverse("arranging:act", args=POOL), {"verb": verb, "file": [str(own[2].pk), str(theirs[1].pk)]})
    assert set(foreign.files.values_list("pk", flat=True)) == {one.pk for one in theirs}
    assert PoolFile.objects.get(pk=own[2].pk).item is None
    for name in ("give_numbers", "file_items"):
        assert clerk.post(reverse(f"arranging:{name}", args=POOL), {"which": "all"}).status_code == 403, name
    sent = {"unit": "DBW", "file": []}
    assert clerk.post(reverse("arranging:collect", args=POOL), sent).status_code in (403, 422)
    folder = {"name": "一月", "files": 1, "bytes": 3}
    begun = clerk.post(reverse("ingest:upload_folders"), folder, content_type="application/json")
    assert begun.status_code == 201 and clerk.get(reverse("ingest:upload")).status_code == 403

    # Steps of one unit are undone by its clerk, whatever another did meanwhile.
    clerk.post(reverse("arranging:act", args=POOL), {"verb": "form_each", "file": [str(own[2].pk)]})
    other.post(reverse("arranging:describe", args=[foreign.pk]), {"verb": "describe", "title": f"{OTHERS}二"})
    assert OTHERS not in clerk.get(reverse("arranging:items", args=POOL)).content.decode()
    clerk.post(reverse("arranging:undo", args=POOL), {"here": "items"})
    assert PoolFile.objects.get(pk=own[2].pk).item is None
    assert PoolItem.objects.get(pk=foreign.pk).title == f"{OTHERS}二"

    # The table of their own unit is theirs to draft, that of another is not.
    preset = {"from": "peoples-congress"}
    assert clerk.post(reverse("schemes:begin", args=["BGS"]), preset).status_code == 302
    draft = Schedule.objects.get()
    assert (draft.unit.code, draft.state) == ("BGS", "draft")
    for name in ("terms", "row", "class"):
        view = {"terms": "schedule", "row": "write_row", "class": "write_class"}[name]
        assert clerk.get(reverse(f"schemes:{view}", args=["BGS", 1] if name == "terms" else ["BGS"])).status_code == 200
    assert "Submit" in clerk.get(reverse("schemes:schedule", args=["BGS", 1])).content.decode()
    assert "Submit" not in other.get(reverse("schemes:schedule", args=["BGS", 1])).content.decode()
    assert other.get(reverse("schemes:write_row", args=["BGS"])).status_code == 403
    assert clerk.get(reverse("schemes:import_table", args=["DBW"])).status_code == 403
    clerk.post(reverse("schemes:begin", args=["DBW"]), preset)
    assert Schedule.objects.count() == 1


@pytest.mark.skipif(
    os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql",
    reason="how many questions are asked is the same on both, and what they ask is tried on both by other tests",
)
def test_a_large_pool_is_shown_in_parts_by_the_same_few_questions(here: Here) -> None:
    found(here)
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))

    def asked(year: int, **query: str) -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse("arranging:items", args=["L012", year]), query)
        return len(queries), answer.content.decode()

    def names(count: int) -> list[str]:
        return [
            f"{n:06d}{kind}关于第{n}件事项的{word}.txt" for n in range(count)
            for kind, word in (("", "报告"), (" 附件1 ", "报告"))
        ]  # fmt: skip

    brought("BGS", names(60), year=2023, cluster=True)
    brought("BGS", names(350), cluster=True)
    few, small = asked(2023)
    many, large = asked(2024)
    assert few == many < 40
    assert "Form all 60 proposed items" in small and "Part 1 of" not in small
    assert "Part 1 of 4: 200 of 700 files" in large and "Form the 100 items proposed here" in large
    assert "Part 4 of 4: 100 of 700 files" in asked(2024, part="99")[1]

    # What is proposed here is formed at once; what is proposed everywhere by a job, which may be cut off.
    keys = re.search(r'value="form:([^"]+)"', large)
    assert keys is not None and keys[1].count(";") == 99
    act = reverse("arranging:act", args=["L012", 2024])
    client.post(act, {"verb": f"form:{keys[1]}"})
    assert PoolItem.objects.count() == 100
    formed = client.post(act, {"verb": "form_proposed"}, follow=True).content.decode()
    assert "are being formed in the background" in formed and PoolItem.objects.count() == 100
    watched = client.get(
        reverse("arranging:items", args=["L012", 2024]), {"watch": "1"}, headers={"HX-Request": "true"}
    )
    assert watched.status_code == 200 and "<html" not in watched.content.decode()
    made = forming_all.form_in_parts(actor=here.operator, fonds="L012", year=2024)
    here.run_jobs()
    assert made == 250 and PoolItem.objects.count() == 350  # the job found nothing left to form
    assert selectors.pool(here.operator, "L012", 2024).loose == 0
    assert asked(2024)[0] <= many + 2
