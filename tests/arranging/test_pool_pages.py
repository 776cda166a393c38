"""The pages of the pool, with and without scripts; who may see which."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from arranging.test_pool_to_holdings import found, write
from builders.shelves import make_user
from shicheng.arranging import collecting
from shicheng.arranging.models import Filing, PoolFile, PoolItem
from shicheng.people.types import Role

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)
POOL = ["L012", 2024]


def desk_of(name: str, *roles: Role, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, *roles, fonds=fonds))
    return client


def shown(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"arranging:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_year_is_arranged_by_pages_without_scripts(here: Here, tmp_path: Path) -> None:
    desk = desk_of("chen", Role.ARCHIVIST)
    other = desk_of("zhao", Role.ARCHIVIST, fonds="L999")
    assert "Nothing is being arranged" in shown(desk, "pools")
    found(here)
    assert "Nothing came yet" in shown(desk, "collect", *POOL)

    # One plain form brings files in; a job takes them.
    files = [BytesIO("关于召开例会的通知\n2024年4月1日".encode()), BytesIO("附件".encode())]
    for file, name in zip(files, ("关于召开例会的通知.txt", "附件1 关于召开例会的通知.txt"), strict=True):
        file.name = name
    sent = desk.post(reverse("arranging:collect", args=POOL), {"unit": "BGS", "file": files})
    assert sent.status_code == 302 and PoolFile.objects.count() == 0
    assert ">being taken in<" in shown(desk, "collect", *POOL)
    here.run_jobs()
    assert PoolFile.objects.count() == 2 and ">being taken in<" not in shown(desk, "collect", *POOL)
    collecting.collect_path(
        actor=here.operator, path=write(tmp_path / "in"), fonds="L012", year=2024, settings=here.settings
    )
    page = shown(desk, "items", *POOL)
    assert "Form all 3 proposed items" in page and "Both carry the document number" in page

    def act(verb: str, **sent: object) -> str:
        answer = desk.post(reverse("arranging:act", args=POOL), {"verb": verb, **sent}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    keys = re.search(r'value="form:([0-9a-f,-]+)"', page)
    assert keys is not None and "1 item is formed" in act(f"form:{keys[1]}")
    assert "item is formed" in act("form_all") or PoolItem.objects.count() == 4
    assert "There is nothing" not in act("up:" + str(PoolFile.objects.filter(order=1)[0].pk))
    assert "One item can" in act("merge", item=[str(PoolItem.objects.all()[0].pk)])
    two = [str(one.pk) for one in PoolItem.objects.all()[:2]]
    asked = {"verb": "merge", "item": two}
    part = desk.post(reverse("arranging:act", args=POOL), asked, headers={"HX-Request": "true"})
    assert b"<html" not in part.content and "Put together" in part.content.decode()
    assert PoolItem.objects.count() == 3
    desk.post(reverse("arranging:undo", args=POOL), {"here": "items"})
    assert PoolItem.objects.count() == 4

    # One item: described, its files' parts set; what two people save at once is not lost.
    item = PoolItem.objects.filter(title__contains="要点").get()
    page = shown(desk, "item", item.pk)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    values = {"verb": "describe", "title": "工作要点", "date": "20240105", "version": version[1], "importance": "2"}
    assert desk.post(reverse("arranging:describe", args=[item.pk]), values).status_code == 302
    again = desk.post(reverse("arranging:describe", args=[item.pk]), values | {"title": "另一个"})
    assert again.status_code == 409 and "另一个" in again.content.decode()
    assert PoolItem.objects.get(pk=item.pk).title == "工作要点"
    file = item.files.all()[1]
    desk.post(reverse("arranging:describe", args=[item.pk]), {"verb": f"part:{file.pk}", f"part-{file.pk}": "copy"})
    assert PoolFile.objects.get(pk=file.pk).part == "copy"
    answer = desk.get(reverse("arranging:original", args=[file.pk]))
    assert b"".join(answer.streaming_content) and "sandbox" in answer.headers["Content-Security-Policy"]

    # Classes, numbers, filing.
    def classify(verb: str, **sent: object) -> str:
        return desk.post(reverse("arranging:classify", args=POOL), {"verb": verb, **sent}, follow=True).content.decode()

    rule = {"kind": "words", "value": "通知", "rule_category": "WS", "rule_department": "BGS", "rule_retention": "D10"}
    assert "The rule is kept" in classify("rule", **rule)
    page = shown(desk, "classes", *POOL)
    take = re.search(r'value="(take:[^"]+)"', page)
    assert take is not None and "Its title has" in page and "1 item is classified" in classify(take[1])
    left = [str(one.pk) for one in PoolItem.objects.filter(category="")]
    chosen = {"category": "WS", "department": "BGS", "retention": "D10"}
    assert f"{len(left)} items are classified" in classify("classify", item=left, **chosen)
    page = shown(desk, "numbers", *POOL)
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark is not None and "L012-WS·2024-D10-BGS-0004" in page
    dated = PoolItem.objects.filter(date="")
    dated.update(date="20240909")
    assert "would be others now" in desk.post(
        reverse("arranging:give_numbers", args=POOL), {"mark": "x"}, follow=True
    ).content.decode()  # fmt: skip
    mark = re.search(r'name="mark" value="(\w+)"', shown(desk, "numbers", *POOL))
    assert mark is not None
    desk.post(reverse("arranging:give_numbers", args=POOL), {"mark": mark[1]})
    assert PoolItem.objects.filter(reference_code=None).count() == 0
    assert "File all 4 items" in shown(desk, "filing", *POOL)
    desk.post(reverse("arranging:file_items", args=POOL), {"which": "all", "agency": "办公室"})
    here.run_jobs()
    number = Filing.objects.get().number
    assert f"Transfer {number}" in shown(desk, "filing", *POOL)
    assert "being filed" in shown(desk, "item", item.pk)

    # An archivist of another fonds sees none of it, whatever address they know.
    for name, args in (
        ("collect", POOL), ("items", POOL), ("classes", POOL), ("numbers", POOL), ("filing", POOL),
        ("item", [item.pk]), ("original", [file.pk]),
    ):  # fmt: skip
        assert other.get(reverse(f"arranging:{name}", args=args)).status_code == 404, name
    for name in ("act", "classify", "give_numbers", "file_items"):
        assert other.post(reverse(f"arranging:{name}", args=POOL), {"verb": "form_all"}).status_code in (403, 404)
    assert "L012" not in other.get(reverse("arranging:pools")).content.decode()
