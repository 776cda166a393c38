"""The files of an item: shown, played by ranges, downloaded as they came; a bad file harms nobody."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from builders.pages import faults
from builders.shelves import FILES, HOSTILE, file_ids, shelve
from shicheng.holdings import rendering
from shicheng.holdings.models import File, Item
from shicheng.settings import current

CONTENT = {name: content for name, _mime, content, _text in FILES}


@pytest.fixture
def item(db: None) -> Item:
    return shelve("L012-WS·2017-Y-FGW-0042")


def _bytes(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer


@pytest.mark.parametrize("name", list(CONTENT))
def test_the_page_of_an_item_shows_each_kind_of_file(archivist: Client, item: Item, name: str) -> None:
    answer = archivist.get(reverse("holdings:item", args=[item.pk]), {"file": str(file_ids(item)[name])})
    assert answer.status_code == 200
    assert faults(answer) == []
    text = answer.content.decode()
    wanted = {
        "正文.pdf": "/pages/1.png", "扫描.png": "/pages/1.png", "公告.ofd": "/pages/1.svg", "说明.txt": "<pre",
        "录音.wav": "<audio controls", "数据.bin": "This file is not shown here",
    }[name]  # fmt: skip
    assert wanted in text
    assert "<script>alert" not in text
    assert item.reference_code in text


def test_what_a_text_says_is_shown_escaped(archivist: Client, item: Item) -> None:
    answer = archivist.get(reverse("holdings:item", args=[item.pk]), {"file": str(file_ids(item)["说明.txt"])})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content.decode()
    assert HOSTILE not in answer.content.decode()


def test_a_page_is_a_picture_drawn_once(archivist: Client, item: Item) -> None:
    address = reverse("holdings:picture", args=[file_ids(item)["正文.pdf"], 1])
    with Image.open(io.BytesIO(_bytes(archivist.get(address, {"width": "470"})))) as picture:
        assert picture.format == "PNG"
        assert picture.width == 480
    sha512 = item.files.get(name="正文.pdf").sha512
    kept = current().cache_path / "renditions" / sha512[:2] / f"{sha512}-1-480.png"
    kept.write_bytes(b"drawn before")
    assert _bytes(archivist.get(address, {"width": "470"})) == b"drawn before"
    kept.unlink()


def test_an_ofd_page_is_a_document_with_a_policy_of_its_own(archivist: Client, item: Item) -> None:
    answer = archivist.get(reverse("holdings:drawing", args=[file_ids(item)["公告.ofd"], 1]))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    drawn = _bytes(answer)
    assert b"<svg" in drawn
    assert b"<script" not in drawn


def test_a_page_that_does_not_exist_is_said_in_words(archivist: Client, item: Item) -> None:
    answer = archivist.get(reverse("holdings:picture", args=[file_ids(item)["正文.pdf"], 99]))
    assert answer.status_code == 422
    assert "has no such page" in answer.content.decode()


def test_a_broken_file_costs_only_its_own_view(archivist: Client, db: None) -> None:
    broken = shelve("L012-WS·2017-Y-FGW-0043", files=[("坏.ofd", "application/ofd", b"PK\x03\x04 no zip", None)])
    page = archivist.get(reverse("holdings:item", args=[broken.pk]))
    assert page.status_code == 200
    assert "This file is not shown here" in page.content.decode()
    answer = archivist.get(reverse("holdings:drawing", args=[file_ids(broken)["坏.ofd"], 1]))
    assert answer.status_code == 422


def test_a_file_that_hangs_its_reader_is_given_up(item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    one = File.objects.select_related("item").get(pk=file_ids(item)["扫描.png"])
    monkeypatch.setattr(rendering, "SECONDS", 0.01)
    with pytest.raises(rendering.CannotShow, match="took longer"):
        rendering.page_png(one, 1, 1920, current())


def test_a_reader_that_needs_too_much_memory_is_stopped(item: Item) -> None:
    one = File.objects.select_related("item").get(pk=file_ids(item)["正文.pdf"])
    tight = current().model_copy(update={"inspect_memory": 48 << 20})
    with pytest.raises(rendering.CannotShow):
        rendering.page_png(one, 1, 1440, tight)


def test_the_original_comes_back_byte_for_byte_under_its_own_name(archivist: Client, item: Item) -> None:
    answer = archivist.get(reverse("holdings:original", args=[file_ids(item)["正文.pdf"]]))
    assert _bytes(answer) == CONTENT["正文.pdf"]
    assert answer.headers["Content-Disposition"].endswith("filename*=UTF-8''%E6%AD%A3%E6%96%87.pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_with_quotes_and_line_ends_breaks_no_header(archivist: Client, db: None) -> None:
    name = 'a"b\r\nX-Evil: 1;c.txt'
    odd = shelve("L012-WS·2017-Y-FGW-0044", files=[("plain.txt", "text/plain", b"x", None)])
    File.objects.filter(item=odd).update(name=name)
    answer = archivist.get(reverse("holdings:original", args=[odd.files.get().pk]))
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
    answer.close()
    assert "%22b%0D%0AX-Evil%3A%201%3Bc.txt" in answer.headers["Content-Disposition"]


SOUND = CONTENT["录音.wav"]


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        ("", 200, 0, len(SOUND)),
        ("bytes=0-", 206, 0, len(SOUND)),
        ("bytes=0-99", 206, 0, 100),
        ("bytes=100-199", 206, 100, 200),
        (f"bytes={len(SOUND) - 7}-", 206, len(SOUND) - 7, len(SOUND)),
        ("bytes=-10", 206, len(SOUND) - 10, len(SOUND)),
        ("bytes=-999999999", 206, 0, len(SOUND)),
        ("bytes=5-999999999", 206, 5, len(SOUND)),
        ("bytes=0-1,4-5", 200, 0, len(SOUND)),
        ("items=0-1", 200, 0, len(SOUND)),
    ],
)
def test_sound_is_played_by_ranges(
    archivist: Client, item: Item, wanted: str, status: int, start: int, end: int
) -> None:
    headers = {"Range": wanted} if wanted else {}
    answer = archivist.get(reverse("holdings:play", args=[file_ids(item)["录音.wav"]]), headers=headers)
    assert answer.status_code == status
    assert _bytes(answer) == SOUND[start:end]
    assert answer.headers["Content-Length"] == str(end - start)
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(SOUND)}"


@pytest.mark.parametrize("wanted", [f"bytes={len(SOUND)}-", "bytes=9-3", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(archivist: Client, item: Item, wanted: str) -> None:
    answer = archivist.get(reverse("holdings:play", args=[file_ids(item)["录音.wav"]]), headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(SOUND)}"


def test_a_document_is_not_played_and_a_text_not_drawn(archivist: Client, item: Item) -> None:
    files = file_ids(item)
    assert archivist.get(reverse("holdings:play", args=[files["正文.pdf"]])).status_code == 404
    assert archivist.get(reverse("holdings:picture", args=[files["说明.txt"], 1])).status_code == 404


def test_seals_are_told_with_their_verdict(archivist: Client, item: Item) -> None:
    one = item.files.get(name="公告.ofd")
    kept = current().cache_path / "renditions" / one.sha512[:2] / f"{one.sha512}-seals.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    seal = {"kind": "seal", "state": "invalid", "signer": HOSTILE, "time": "", "algorithm": "SM2", "message": None}
    kept.write_text(json.dumps([seal]))
    text = archivist.get(reverse("holdings:item", args=[item.pk]), {"file": str(one.pk)}).content.decode()
    kept.unlink()
    assert "Signatures and seals" in text
    assert "invalid" in text
    assert "<script>alert" not in text


def test_neighbours_follow_the_order_of_codes(archivist: Client, item: Item) -> None:
    after = shelve("L012-WS·2017-Y-FGW-0043", files=[])
    text = archivist.get(reverse("holdings:item", args=[item.pk])).content.decode()
    assert reverse("holdings:item", args=[after.pk]) in text


def test_the_tree_opens_along_the_way_to_an_item(archivist: Client, item: Item) -> None:
    place = {"fonds": "L012", "category": "WS", "year": "2017"}
    text = archivist.get(reverse("holdings:items"), place).content.decode()
    assert "fonds=L012&amp;category=WS&amp;year=2017&amp;retention=Y" in text
    assert item.title in text
    assert item.title not in archivist.get(reverse("holdings:items"), {**place, "year": "1999"}).content.decode()


def test_the_list_has_pages_of_fifty(archivist: Client, db: None) -> None:
    for number in range(51):
        shelve(f"L012-WS·2018-Y-FGW-{number + 1:04d}", f"第{number + 1}号决定", files=[])
    first = archivist.get(reverse("holdings:items")).content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = archivist.get(reverse("holdings:items") + following[1].replace("&amp;", "&")).content.decode()
    assert 'rel="next"' not in second
    assert (first.count("<tr>"), second.count("<tr>")) == (51, 2)
    assert "第51号决定" in second
