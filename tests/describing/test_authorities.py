"""Authorities: found by every variant, linked with records, merged and split again, and given back by the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builders.shelves import make_user
from describing.shelf import shelve_rows
from shicheng.describing import linking
from shicheng.describing.authorities import fold_name, last_name, merge, save_authority, split, suggest
from shicheng.describing.errors import AuthorityNotFound, BadAuthority
from shicheng.describing.grid import Row, save_rows
from shicheng.describing.models import Authority, AuthorityLink, AuthorityName
from shicheng.describing.rebuilding import restore_authorities
from shicheng.holdings.models import Item, ItemVersion
from shicheng.jobs.models import Job
from shicheng.kernel.identifiers import new_id
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role

if TYPE_CHECKING:
    from ingest.fixtures import Here

AUTHORS = ("县政府；县委", "县人民政府", "县委", "县政府办公室")
ROWS = [
    [f"B012-WS·2016-Y-CXW-{n:04d}", f"第{n}件", "2016", str(n), author, "王明、李红" if n == 1 else ""]
    for n, author in enumerate(AUTHORS, 1)
]


def test_names_are_compared_without_width_case_and_blanks() -> None:
    assert fold_name(" ＡＢＣ 公司 ") == fold_name("abc公司") == "abc公司"
    assert last_name("王明；李") == ("王明；", "李") and last_name("李") == ("", "李")


@pytest.fixture
def records(here: Here) -> Here:
    """Four records that name bodies, one of them persons too."""
    names = ("reference_code", "title", "year", "item_number", "author", "persons")
    shelve_rows(here, [dict(zip(names, row, strict=True)) for row in ROWS])
    return here


def named(kept: Authority) -> list[int]:
    """Numbers of the records linked with an authority."""
    found = AuthorityLink.objects.filter(authority=kept).values_list("item__reference_code", flat=True)
    return sorted(int(code[-4:]) for code in found)


def write(here: Here, name: str, *variants: str, kind: str = "body") -> Authority:
    made = save_authority(actor=here.operator, kind=kind, name=name, variants=variants)
    here.run_jobs()
    return made


def test_authorities_from_first_to_last(records: Here) -> None:
    here = records
    government = write(here, "县政府", "县府")
    assert named(government) == [1]
    save_authority(
        actor=here.operator, kind="body", name="县政府", variants=["县府", "县人民政府"], key=government.pk, revision=1
    )
    here.run_jobs()
    assert named(government) == [1, 2]
    person = write(here, "王明", kind="person")
    assert named(person) == [1]
    for wrong in (
        {"kind": "body", "name": "县 政 府"}, {"kind": "ship", "name": "x"}, {"kind": "body", "name": " "},
        {"kind": "body", "name": "另一个", "variants": ["县府"]}, {"kind": "body", "name": "x", "dates": "x" * 201},
        {"kind": "body", "name": "县政府", "key": government.pk, "revision": 1},
    ):  # fmt: skip
        with pytest.raises(BadAuthority):
            save_authority(actor=here.operator, **wrong)  # type: ignore[arg-type]
    assert suggest(here.operator, "body", "县人") == ["县政府"] and suggest(here.operator, "person", "县") == []

    # What is changed is linked anew, and what goes lets its links go.
    linking.follow(watch=lambda: None)
    fourth = Item.objects.get(reference_code=ROWS[3][0])
    row = [Row(fourth.pk, fourth.version, {"author": "县府"})]
    save_rows(actor=here.operator, key=new_id(), rows=row, reason="核对", settings=here.settings)
    assert linking.follow(watch=lambda: None) > 0 and named(government) == [1, 2, 4]
    assert [item.pk for item in linking.records(here.operator, government)][-1] == fourth.pk
    elsewhere = Actor("user", "zhao", new_id(), frozenset({Role.ARCHIVIST}), frozenset({"T001"}))
    assert not linking.records(elsewhere, government).exists()
    reader = Actor("user", "li", new_id(), frozenset({Role.READER}))
    assert suggest(reader, "", "县") == []
    with pytest.raises(NotPermitted):
        save_authority(actor=reader, kind="body", name="x")

    committee = write(here, "县委", "中共县委")
    assert named(committee) == [1, 3]
    merge(actor=here.operator, key=committee.pk, into=government.pk, reason="试")
    here.run_jobs()
    assert named(government) == [1, 2, 3, 4] and named(committee) == []
    assert suggest(here.operator, "body", "中共") == ["县政府"]
    with pytest.raises(AuthorityNotFound):
        merge(actor=here.operator, key=committee.pk, into=government.pk, reason="试")
    for key, into in ((government.pk, government.pk), (government.pk, person.pk)):
        with pytest.raises(BadAuthority):
            merge(actor=here.operator, key=key, into=into, reason="试")
    told = everything()
    AuthorityLink.objects.all().delete()
    Authority.objects.update(merged_into=None)
    AuthorityName.objects.all().delete()
    Authority.objects.all().delete()
    restore_authorities()
    assert everything() == told and named(government) == [1, 2, 3, 4]

    split(actor=here.operator, key=committee.pk, reason="不是一个机构")
    here.run_jobs()
    assert named(government) == [1, 2, 4] and named(committee) == [1, 3]
    with pytest.raises(BadAuthority):
        split(actor=here.operator, key=committee.pk, reason="再来")

    gone = Item.objects.filter(reference_code__in=(ROWS[0][0], ROWS[2][0]))
    ids = list(gone.values_list("pk", flat=True))
    ItemVersion.objects.filter(item_id__in=ids).delete()
    gone._raw_delete("default")  # as undoing an import does it
    linking.relink(ids)
    assert named(committee) == [] and not Job.objects.filter(state="failed").exists()


def everything() -> tuple[object, ...]:
    return (
        list(Authority.objects.order_by("pk").values_list("pk", "kind", "name", "merged_into", "revision", "made_by")),
        list(AuthorityName.objects.order_by("kind", "folded").values_list("name", "authority", "is_main", "came_from")),
    )


def test_pages_of_authorities(records: Here) -> None:
    here = records
    client = Client()
    client.force_login(make_user("chen", Role.ARCHIVIST))
    assert "Write persons, bodies" in client.get(reverse("describing:authorities")).content.decode()
    form = {"kind": "body", "name": "县委", "variants": "中共县委\n县委会", "dates": "1949-", "note": "附注"}
    made = client.post(reverse("describing:new_authority"), form)
    assert made.status_code == 302
    assert client.post(reverse("describing:new_authority"), form).status_code == 422
    kept = Authority.objects.get()
    here.run_jobs()
    page = client.get(reverse("describing:authority", args=[kept.pk])).content.decode()
    assert "2 records" in page and ROWS[2][0] in page and "right name" in page and "Author" in page
    table = SimpleUploadedFile(
        "a.csv",
        "类别,名称,异名,生卒,附注\n人,王明,,1950-,\n机构,县委,县委员会,,\n机构,县政府,县委会,,\n船,某,,,\n".encode(
            "gb18030"
        ),
    )
    taken = client.post(reverse("describing:take_in_authorities"), {"table": table}).content.decode()
    assert "1 new, 1 with further names, 2 rows left out" in taken and "belongs to 县委 already" in taken
    listed = client.get(reverse("describing:authorities"), {"text": "县委员", "order": "records"}).content.decode()
    assert "县委" in listed and "王明" not in listed
    answer = client.get(reverse("describing:authority_table"))
    out = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "person,王明,,1950-," in out and "中共县委; 县委会; 县委员会" in out
    assert client.get(reverse("describing:suggest"), {"kind": "body", "text": "某；中共"}).json() == {
        "names": ["某；县委"]
    }
    options = client.get(
        reverse("describing:suggest"), {"kind": "body", "author": "县"}, headers={"HX-Request": "true"}
    )
    assert b'<option value="\xe5\x8e\xbf\xe5\xa7\x94">' in options.content
    other = save_authority(actor=here.operator, kind="body", name="县委会议")
    found = client.get(reverse("describing:authority", args=[other.pk]), {"other": "县委"}).content.decode()
    assert str(kept.pk) in found
    merged = client.post(reverse("describing:merge_authority", args=[other.pk]), {"into": str(kept.pk), "reason": "同"})
    assert merged.status_code == 302
    assert "Merged into" in client.get(reverse("describing:authority", args=[other.pk])).content.decode()
    back = client.post(reverse("describing:split_authority", args=[other.pk]), {"reason": "不同"})
    assert back.status_code == 302 and Authority.objects.get(pk=other.pk).merged_into is None
    edit = client.get(reverse("describing:edit_authority", args=[kept.pk])).content.decode()
    assert "中共县委\n" in edit and 'name="revision"' in edit
    item = Item.objects.get(reference_code=ROWS[2][0])
    assert "kind=body" in client.get(reverse("holdings:edit", args=[item.pk])).content.decode()
