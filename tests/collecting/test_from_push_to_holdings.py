"""A pushed document on its way: into the pool, superseded, numbered, returned, filed; its process stays with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from collecting.parcels import admitted, described, found
from shicheng.api.rates import buckets
from shicheng.arranging import filing, numbering, settling
from shicheng.arranging.models import Filing, PoolFile, PoolItem
from shicheng.collecting import pooling
from shicheng.collecting.errors import NotReturnable
from shicheng.collecting.models import Push
from shicheng.holdings.models import File, FileText, Item, ItemVersion
from shicheng.ingest import services as ingest
from shicheng.ingest.rebuilding import rebuild_archive
from shicheng.jobs.models import Job
from shicheng.people.types import Role
from shicheng.schemes.models import FilingRow

if TYPE_CHECKING:
    from ingest.fixtures import Here

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_process_of_a_pushed_document_is_found_with_the_filed_record_and_after_a_rebuild(here: Here) -> None:
    buckets._buckets.clear()
    found(here)
    sender = admitted(here)

    def standing(number: str) -> dict[str, object]:
        told: dict[str, object] = sender.get(f"/receipts/{number}").json()["standing"]
        return told

    def push(revision: int = 1, title: str = "关于召开会议的通知") -> str:
        elements = {**described()["elements"], "title": title}
        answer = sender.push(described(elements=elements, revision=revision))
        assert answer.status_code == 201, answer.content.decode()
        return str(answer.json()["receipt"]["number"])

    first = push()
    here.run_jobs()
    one = Push.objects.get()
    [item] = PoolItem.objects.all()
    assert (one.state, standing(first)["state"]) == ("pooled", "in_item")
    assert (item.category, item.department, item.retention) == ("WS", "BGS", "D30")
    assert item.scope_row == str(FilingRow.objects.get().pk) and item.source == "OA:OA-1"
    assert (item.unit, item.year, item.formed_by) == ("BGS", 2024, "办公自动化 (OA)")
    assert list(item.files.values_list("part", flat=True)) == ["main", "draft", "drafting_sheet"]
    assert not list((here.settings.staging_path / "pushes").iterdir())
    Job.objects.update(state="waiting")  # the worker died before it could say that it was done
    here.run_jobs()
    assert PoolItem.objects.count() == 1 and PoolFile.objects.count() == 3

    # A newer revision takes its place as long as nobody has given it a number.
    second = push(2, "关于召开常委会会议的通知")
    here.run_jobs()
    assert standing(first)["state"] == "superseded" and standing(second)["state"] == "in_item"
    assert PoolItem.objects.get().title == "关于召开常委会会议的通知"
    assert PoolFile.objects.filter(is_left_out=True, item=None).count() == 3
    plan = numbering.preview(here.operator, "L012", 2024)
    numbering.apply(actor=here.operator, fonds="L012", year=2024, mark=plan.mark)
    third = push(3)
    here.run_jobs()
    assert Push.objects.get(number=second).state == "pooled" and PoolItem.objects.count() == 2
    with pytest.raises(NotReturnable):
        pooling.return_push(actor=here.operator, push=Push.objects.get(number=second), reason="有误")

    # Returned: by page, with the reason, which the system finds with its receipt.
    desk = Client()
    desk.force_login(make_user("chen", Role.ARCHIVIST))
    address = reverse("collecting:push", args=[Push.objects.get(number=third).pk])
    assert "Return …" in desk.get(address).content.decode()
    desk.post(f"{address}/return", {"reason": "与已编号的文件重复"})
    assert standing(third) == {"state": "returned", "items": [], "reason": "与已编号的文件重复"}
    assert "Return …" not in desk.get(address).content.decode() and PoolItem.objects.count() == 1

    # Filed: the acts stand with the record, in its package, and come back when the database is made anew.
    [begun] = filing.begin_filing(actor=here.operator, fonds="L012", year=2024)
    here.run_jobs()
    ingest.accept(actor=here.operator, transfer_id=Filing.objects.get(pk=begun.pk).transfer)
    here.run_jobs()
    settling.settle_all(here.operator, here.settings)
    held = Item.objects.get()
    assert standing(second)["state"] == "filed" and pooling.settle() == 1 and pooling.settle() == 0
    assert [each["code"] for each in standing(second)["items"]] == ["L012-WS·2024-D30-BGS-0001"]  # type: ignore[attr-defined,index]
    assert [act["action"] for act in held.process] == ["拟稿", "签发", "到期鉴定", "处理单", "推送归档"]
    assert held.process[1]["description"] == "同意，印发。；步骤：领导签发" and second in held.process[4]["mandate"]
    assert [one.draft_state for one in held.files.order_by("order")] == ["正本", "草稿", "发文稿纸"]
    told = desk.get(reverse("holdings:item_history", args=[held.pk])).content.decode()
    assert "签发：同意，印发。" in told and "陈静" in told and second in told
    shown = desk.get(reverse("collecting:system", args=["OA"])).content.decode()
    assert "L012-WS·2024-D30-BGS-0001" in shown and ">filed<" in shown
    for model in (FileText, File, ItemVersion, Item):
        model.objects.all().delete()  # type: ignore[attr-defined]  # each has its rows
    rebuild_archive(actor=here.operator, settings=here.settings)
    again = Item.objects.get()
    assert (again.pk, again.process) == (held.pk, held.process) and again.files.count() == 3
