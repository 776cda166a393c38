"""Printing by pages, API and command; the filing stamp on renditions of real files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image, ImageChops

from builders.batches import pdf_file
from builders.shelves import make_user, ofd_file, shelve
from shicheng.audit import services as audit
from shicheng.audit.models import Entry
from shicheng.cli.printing import print_paper
from shicheng.holdings.models import Box, BoxedItem, Item
from shicheng.jobs.models import Job
from shicheng.jobs.worker import run_until_done
from shicheng.kernel import clock
from shicheng.people.services import SYSTEM
from shicheng.people.tokens import create_token
from shicheng.people.types import Actor, Role
from shicheng.printing.errors import NothingToPrint
from shicheng.printing.keeping import write_printout
from shicheng.printing.services import print_order
from shicheng.printing.types import Order
from shicheng.search.selections import Selection
from shicheng.settings import current
from shicheng.storage.services import open_store

pytestmark = pytest.mark.django_db(transaction=True)
MM = 25.4 / 72
CHEN = Actor(kind="user", name="chen", roles=frozenset({Role.ARCHIVIST}), fonds=frozenset({"L012"}))
REF = "L012-WS·2017-Y-BGS-0003"


def client_of(name: str, *roles: Role, fonds: str = "") -> Client:
    client = Client()
    client.force_login(make_user(name, *roles, fonds=fonds))
    return client


def stamped(item: Item, target: Path) -> pypdfium2.PdfDocument:
    """The item's stamped rendition."""
    order = Order(kind="stamp", selection=Selection(ids=(item.pk,)), language="en")
    print_order(actor=SYSTEM, order=order, target=target, settings=current())
    return pypdfium2.PdfDocument(io.BytesIO(target.read_bytes()))


def red_box(document: pypdfium2.PdfDocument) -> tuple[float, float, float, float]:
    """Left, top, width and height in millimetres of what is red on the first page, as it is looked at."""
    picture = document[0].render(scale=4).to_pil().convert("RGB")
    red = picture.point(lambda level: level).split()
    mask = red[0].point(lambda level: 255 if level > 120 else 0)
    other = red[1].point(lambda level: 255 if level < 110 else 0)
    box = ImageChops.multiply(mask, other).getbbox()
    assert box is not None
    scale = 4 / MM
    return box[0] / scale, box[1] / scale, (box[2] - box[0]) / scale, (box[3] - box[1]) / scale


def white_picture() -> bytes:
    """A scan with nothing on it."""
    out = io.BytesIO()
    Image.new("RGB", (700, 990), "white").save(out, format="PNG")
    return out.getvalue()


def turned(content: bytes, angle: int) -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.pages[0].rotate(angle, relative=False)
        document.save(out)
    return out.getvalue()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_the_stamp_has_its_size_and_the_original_stays_as_it_is(tmp_path: Path, angle: int) -> None:
    content = turned(pdf_file("正文"), angle)
    item = shelve(REF, files=[("正文.pdf", "application/pdf", content, "正文")])
    with stamped(item, tmp_path / "stamp.pdf") as document:
        left, top, width, height = red_box(document)
        assert abs(width - 45) < 0.6 and abs(height - 16) < 0.6
        assert 3 <= top <= 17 and left >= 10
        words = document[0].get_textpage().get_text_range()
        assert "L012" in words and "2017" in words and "0003" in words and "Permanent" in words
    with open_store(current()).open(item.object_id, "content/0001/正文.pdf") as stored:
        assert stored.read() == content


def test_pictures_and_drawings_are_stamped_too_and_sound_is_not(tmp_path: Path) -> None:
    for name, mime, content in (
        ("扫描.png", "image/png", white_picture()),
        ("公告.ofd", "application/ofd", ofd_file()),
    ):
        item = shelve(f"L012-WS·2017-Y-BGS-{len(name):04d}{name[-1]}", files=[(name, mime, content, None)])
        with stamped(item, tmp_path / f"{name}.pdf") as document:
            _left, _top, width, height = red_box(document)
            assert abs(width - 45) < 0.6 and abs(height - 16) < 0.6, name
    silent = shelve("L012-WS·2017-Y-BGS-0099", files=[("数据.bin", "application/octet-stream", b"x" * 100, None)])
    with pytest.raises(NothingToPrint):
        stamped(silent, tmp_path / "none.pdf")


def test_a_printout_is_chosen_made_and_fetched_at_the_desk() -> None:
    item = shelve(REF, files=[])
    hidden = shelve("L099-WS·2017-Y-BGS-0001", fonds="L099", openness="未审核", files=[])
    client = client_of("chen", Role.ARCHIVIST, fonds="L012")
    address = reverse("printing:new") + f"?which=chosen&item={item.pk}&item={hidden.pk}"
    page = client.get(address).content.decode()
    assert "List of filed items" in page and "2 records chosen by hand" in page
    form = client.get(address + "&kind=item-list").content.decode()
    assert 'name="cover"' in form and "with a cover" in form and 'value="xlsx"' in form
    sent = {"kind": "item-list", "form": "pdf", "cover": "no", "language": "en",
            "selection": f"which=chosen&item={item.pk}&item={hidden.pk}"}  # fmt: skip
    answer = client.post(address, sent)
    job = Job.objects.get(name="printing.print")
    assert answer.headers["Location"] == reverse("printing:printout", args=[job.pk])
    assert run_until_done(job.pk, inline=True).state == "done"
    again = {"actor": CHEN, "job_id": job.pk, "order": Order.from_json(job.arguments["order"])}
    made = write_printout(settings=current(), progress=lambda *_told: None, **again)
    assert made["rows"] == 1 and Entry.objects.filter(event="printing.paper.printed").count() == 1, (
        "run twice, told once"
    )
    assert [one.name for one in (current().cache_path / "printouts" / str(job.pk)).iterdir()] == ["item-list.pdf"]
    shown = client.get(reverse("printing:printout", args=[job.pk])).content.decode()
    assert "1 rows on 1 page" in shown and "item-list.pdf" in shown
    fetched = client.get(reverse("printing:content", args=[job.pk]))
    with pypdfium2.PdfDocument(b"".join(fetched.streaming_content)) as document:
        words = document[0].get_textpage().get_text_range()
    assert REF in words.replace("\ufffe", "-").replace("\r\n", "") and "L099" not in words
    assert "item-list.pdf" in client.get(reverse("printing:printouts")).content.decode()
    assert client.post(address, {**sent, "kind": "poster"}).status_code in (400, 404, 422)
    other = client_of("zhao", Role.ARCHIVIST, fonds="L099")
    assert other.get(reverse("printing:content", args=[job.pk])).status_code == 404
    assert client_of("reader", Role.READER).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_pages_of_fonds_boxes_and_volumes_lead_to_their_printouts() -> None:
    item = shelve(REF, files=[])
    box = Box.objects.create(fonds=item.fonds, number=3, width=40, arranged_by="李", arranged_at=clock.now())
    BoxedItem.objects.create(item=item, box=box, at=clock.now())
    client = client_of("chen", Role.ARCHIVIST)
    new = reverse("printing:new")
    for page, query in (
        (reverse("holdings:fonds", args=["L012"]), "of=fonds&amp;fonds=L012"),
        (reverse("holdings:boxes", args=["L012"]), "boxes_of=L012"),
        (reverse("holdings:box", args=[box.pk]), f"box={box.pk}"),
        (reverse("holdings:item", args=[item.pk]), f"which=chosen&amp;item={item.pk}"),
    ):
        assert f'href="{new}?{query}"' in client.get(page).content.decode(), page
    assert "Guide to a fonds" in client.get(f"{new}?of=fonds&fonds=L012").content.decode()
    assert "1 box" in client.get(f"{new}?boxes_of=L012").content.decode()
    assert "0 boxes" in client.get(f"{new}?boxes_of=Z999").content.decode()
    client.post(new, {"kind": "spine", "selection": "boxes_of=L012", "sheet": "exact"})
    job = Job.objects.get(name="printing.print")
    assert job.arguments["order"]["boxes"] == [str(box.pk)]
    assert run_until_done(job.pk, inline=True).result["rows"] == 1


def test_programs_print_and_fetch_what_they_may_see() -> None:
    shelve(REF, files=[])
    _token, secret = create_token(actor=SYSTEM, name="oa", scopes=["read", "write"], log=audit.append, fonds=["L012"])
    headers = {"Authorization": f"Bearer {secret}"}
    body = {"kind": "item-list", "form": "xlsx", "filters": {"fonds": "L012"}, "language": "en"}
    api = "/api/v1/printouts"
    answer = Client().post(api, body, content_type="application/json", headers=headers)
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(name="printing.print")
    assert Client().get(f"{api}/{job.pk}/content", headers=headers).status_code == 404, "not made yet"
    assert run_until_done(job.pk, inline=True).result["rows"] == 1
    fetched = Client().get(f"{api}/{job.pk}/content", headers=headers)
    assert fetched.status_code == 200 and b"".join(fetched.streaming_content)[:2] == b"PK"
    wrong = Client().post(api, {**body, "kind": "spine"}, content_type="application/json", headers=headers)
    assert wrong.status_code == 400 and "printing.paper.unknown" in wrong.content.decode()
    assert Client().post(api, body, content_type="application/json").status_code == 401


def test_the_command_prints_and_says_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shicheng.cli.printing.open_archive", lambda _home: current())
    shelve(REF, files=[])
    target = tmp_path / "标签.pdf"
    print_paper("labels", target, option=["labels=2x4", "skip=1"], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["pages"], told["kind"]) == (1, 1, "labels") and target.is_file()
    print_paper("item-list", tmp_path / "目录.xlsx", option=["split=yes"])
    assert "written" in capsys.readouterr().out
    with pytest.raises(NothingToPrint):
        print_paper("spine", tmp_path / "x.pdf", fonds="L012", box=[7])


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield
