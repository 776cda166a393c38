"""The pages a description is edited on: form, checks beside the fields, meeting another's edit, history, comparison."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from builders.shelves import HOSTILE, shelve
from shicheng.holdings.models import Item, ItemVersion
from shicheng.kernel.dates import parse_date

pytestmark = pytest.mark.django_db(transaction=True)

REF = "L012-WS·2017-Y-BGS-0001"


@pytest.fixture
def item() -> Item:
    return shelve(REF, files=[])


def typed(item: Item, version: int = 1, **changes: str) -> dict[str, str]:
    """What the form sends when these fields were changed."""
    values = {
        "title": "澜城县养犬管理条例", "author": "县人大常委会", "date": "20170602", "openness": "开放",
        "secrecy": "公开", "reference_code": item.reference_code, "note": "",
    }  # fmt: skip
    return {**values, "version": str(version), "reason": "与原件核对", **changes}


def test_the_form_groups_the_elements_and_saves_a_new_version(archivist: Client, item: Item) -> None:
    page = archivist.get(reverse("holdings:edit", args=[item.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("Content", "Reference code and its parts", "Rights and notes", "M22", 'name="title"'):
        assert words in text
    assert 'name="fonds_code"' not in text and 'name="file_size"' not in text
    answer = archivist.post(
        reverse("holdings:edit", args=[item.pk]), typed(item, title=f"新题名 {HOSTILE}"), follow=True
    )
    assert answer.redirect_chain == [(reverse("holdings:item", args=[item.pk]), 302)]
    assert "Saved as version 2." in answer.content.decode()
    item.refresh_from_db()
    assert (item.title, item.version) == (f"新题名 {HOSTILE}", 2)
    assert HOSTILE not in answer.content.decode()
    again = archivist.post(
        reverse("holdings:edit", args=[item.pk]), typed(item, title=f"新题名 {HOSTILE}"), follow=True
    )
    assert "no new version" in again.content.decode()
    assert ItemVersion.objects.filter(item=item).count() == 2


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(archivist: Client, item: Item) -> None:
    sent = typed(item, date="某年某月", author="", note="多行\n附注", reason="")
    answer = archivist.post(reverse("holdings:edit", args=[item.pk]), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "3 values" in text
    assert 'value="某年某月" autocomplete="off" aria-invalid="true"' in text
    assert "Author is mandatory" in text and "The edit gives no reason." in text
    assert "多行\n附注</textarea>" in text
    item.refresh_from_db()
    assert item.version == 1


def test_one_field_is_judged_while_it_is_filled_in(archivist: Client, limited: Client, item: Item) -> None:
    address = reverse("holdings:check", args=[item.pk, "date"])
    wrong = archivist.post(address, typed(item, date="20171340"), headers={"HX-Request": "true"})
    assert 'class="wrong"' in wrong.content.decode() and "<html" not in wrong.content.decode()
    right = archivist.post(address, typed(item, date="20170603"))
    assert "changed, in order" in right.content.decode()
    same = archivist.post(address, typed(item))
    assert same.content.decode().strip() == ""
    together = archivist.post(
        reverse("holdings:check", args=[item.pk, "year"]), typed(item, year="2016"), headers={"HX-Request": "true"}
    )
    assert "2017" in together.content.decode()
    assert archivist.post(reverse("holdings:check", args=[item.pk, "colour"]), typed(item)).status_code == 404
    assert limited.post(address, typed(item)).status_code == 403
    item.refresh_from_db()
    assert item.version == 1 and parse_date(item.elements["date"]).iso == "2017-06-02"


def test_two_archivists_meet_and_merge(archivist: Client, item: Item) -> None:
    """The second sees what the first saved beside what was typed; what nobody disputes is merged by itself."""
    address = reverse("holdings:edit", args=[item.pk])
    assert archivist.post(address, typed(item, title="甲的题名", author="甲")).status_code == 302
    met = archivist.post(address, typed(item, title="乙的题名", note="乙的附注"))
    text = met.content.decode()
    assert met.status_code == 412
    assert "saved version 2" in text and "甲的题名" in text and "乙的题名" in text and "乙的附注" in text
    assert '<input type="hidden" name="version" value="2">' in text
    assert 'name="take-title"' in text and 'name="take-author"' not in text
    assert 'value="甲"' in text  # what only the other changed is taken over
    item.refresh_from_db()
    assert item.title == "甲的题名" and "note" not in item.elements
    sent = typed(item, 2, title="乙的题名", author="甲", note="乙的附注")
    assert archivist.post(address, {**sent, "take-title": "saved"}).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.author, item.elements["note"], item.version) == ("甲的题名", "甲", "乙的附注", 3)


def test_history_comparison_and_return(archivist: Client, item: Item) -> None:
    address = reverse("holdings:edit", args=[item.pk])
    archivist.post(address, typed(item, title="澜城县城市养犬管理条例", note="新附注"))
    page = archivist.get(reverse("holdings:item_history", args=[item.pk])).content.decode()
    assert "version 2" in page and "Title, Note" in page and "与原件核对" in page
    assert "changed Title, Note: 与原件核对" in page and "holdings.item.edited" not in page
    compared = archivist.get(reverse("holdings:compare", args=[item.pk]), {"a": "1", "b": "2"}).content.decode()
    assert "澜城县<ins>城市</ins>养犬管理条例" in compared and "<ins>新附注</ins>" in compared
    assert "2 elements differ" in compared
    assert archivist.get(reverse("holdings:compare", args=[item.pk]), {"a": "1", "b": "9"}).status_code == 404
    old = archivist.get(reverse("holdings:version", args=[item.pk, 1])).content.decode()
    assert "澜城县养犬管理条例" in old and "Restore" in old
    done = archivist.post(
        reverse("holdings:restore", args=[item.pk, 1]), {"version": "2", "reason": "改错了"}, follow=True
    )
    assert "Saved as version 3." in done.content.decode()
    item.refresh_from_db()
    assert (item.title, item.version, "note" in item.elements) == ("澜城县养犬管理条例", 3, False)
    late = archivist.post(reverse("holdings:restore", args=[item.pk, 2]), {"version": "2", "reason": "x"})
    assert late.status_code == 412


def test_history_and_editing_are_for_archivists_of_the_fonds(
    item: Item, archivist: Client, limited: Client, reader: Client, administrator: Client
) -> None:
    """The item is open, so everyone may read it; how it came to say so is not for everyone."""
    pages = [
        reverse("holdings:edit", args=[item.pk]), reverse("holdings:item_history", args=[item.pk]),
        reverse("holdings:compare", args=[item.pk]), reverse("holdings:version", args=[item.pk, 1]),
    ]  # fmt: skip
    for page in pages:
        assert archivist.get(page).status_code == 200
        for other in (limited, reader, administrator):
            assert other.get(page).status_code == 403, page
        assert Client().get(page).status_code == 302
    for act in (reverse("holdings:edit", args=[item.pk]), reverse("holdings:restore", args=[item.pk, 1])):
        for other in (limited, reader, administrator):
            assert other.post(act, typed(item, title="x")).status_code == 403
    shown = limited.get(reverse("holdings:item", args=[item.pk])).content.decode()
    assert "Its life" not in shown and reverse("holdings:edit", args=[item.pk]) not in shown
    own = archivist.get(reverse("holdings:item", args=[item.pk])).content.decode()
    assert "Its life" in own and reverse("holdings:edit", args=[item.pk]) in own
    item.refresh_from_db()
    assert item.version == 1
