"""The viewer: what each kind of file gets, who may have it, and that the cache may be lost, full or cut off."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from builders.batches import pdf_file
from builders.pages import faults
from builders.recordings import film, loudening
from builders.shelves import HOSTILE, file_ids, make_user, shelve
from shicheng.formats.converters import find_ffmpeg, find_office
from shicheng.holdings import cache, file_views, renditions
from shicheng.holdings.errors import CannotShow
from shicheng.holdings.marking import mark_text
from shicheng.holdings.models import File, Item
from shicheng.holdings.renditions import Kind, State
from shicheng.holdings.seals import told_seals
from shicheng.holdings.work import tidy_cache
from shicheng.jobs.inline import run_waiting
from shicheng.jobs.models import Job
from shicheng.people.types import Role
from shicheng.settings import Settings, current

VENDOR = Path(file_views.__file__).parents[1] / "desk" / "static" / "desk" / "vendor"
JOB = "holdings.make_rendition"
HTML = b"<html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'


def _picture(width: int = 2000, height: int = 900) -> bytes:
    out = io.BytesIO()
    # Noise of its own in each: renditions lie under the digest of the file, and tests must not share them.
    picture = Image.frombytes("L", (50, 50), os.urandom(2500)).resize((width, height))
    picture.save(out, "TIFF", compression="tiff_lzw")
    return out.getvalue()


def _docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_paragraph(f"关于养犬管理的通知 {os.urandom(4).hex()}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture
def item(db: None, tmp_path: Path) -> Item:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    files = [
        ("正文.pdf", "application/pdf", pdf_file(f"正文 {os.urandom(4).hex()}"), "正文"),
        ("地图.tif", "image/tiff", _picture(), None),
        ("通知.docx", word, _docx(), "关于养犬管理的通知"),
        ("会议.avi", "video/x-msvideo", film(tmp_path / "a.avi", size=(160, 128)) + os.urandom(8), None),
        ("讲话.wav", "audio/x-wav", loudening() + os.urandom(8), None),
        ("网页.html", "text/html", HTML, HTML.decode()),
        ("图.svg", "image/svg+xml", SVG, None),
    ]
    return shelve("L012-WS·2017-Y-FGW-0142", files=files)


def _one(item: Item, name: str) -> File:
    return File.objects.select_related("item").get(item=item, name=name)


def _page(client: Client, item: Item, name: str, **query: object) -> str:
    answer = client.get(reverse("holdings:item", args=[item.pk]), {"file": str(file_ids(item)[name]), **query})
    assert answer.status_code == 200
    assert faults(answer) == []
    return answer.content.decode()


def _bytes(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer


def _addresses(item: Item, door: str) -> list[str]:
    files = file_ids(item)
    return [
        reverse(f"{door}:document", args=[files["正文.pdf"]]), reverse(f"{door}:zoom", args=[files["地图.tif"], 1]),
        reverse(f"{door}:tile", args=[files["地图.tif"], 1, 11, 0, 0]),
        reverse(f"{door}:frame", args=[files["会议.avi"], 0]),
        reverse(f"{door}:proxy", args=[files["会议.avi"]]), reverse(f"{door}:along", args=[files["讲话.wav"]]),
        reverse(f"{door}:waiting", args=[files["通知.docx"]]),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("openness", ["控制", "未审核"])
def test_nothing_of_a_closed_record_is_had_by_the_portal_and_no_job_is_made(client: Client, openness: str) -> None:
    closed = shelve("L012-WS·2018-Y-FGW-0009", openness=openness, files=[
        ("正文.pdf", "application/pdf", pdf_file("x"), None), ("地图.tif", "image/tiff", _picture(), None),
        ("会议.avi", "video/x-msvideo", b"RIFF", None), ("讲话.wav", "audio/x-wav", loudening(1), None),
        ("通知.docx", "application/msword", b"x", None),
    ])  # fmt: skip
    client.force_login(make_user("chen", Role.ARCHIVIST))
    assert {client.get(address).status_code for address in _addresses(closed, "access")} == {404}
    assert not Job.objects.filter(name=JOB).exists()


def test_an_archivist_of_another_fonds_has_nothing_of_it(limited: Client) -> None:
    closed = shelve("L012-WS·2018-Y-FGW-0010", openness="控制", files=[
        ("正文.pdf", "application/pdf", pdf_file("x"), None), ("地图.tif", "image/tiff", _picture(), None),
        ("会议.avi", "video/x-msvideo", b"RIFF", None), ("讲话.wav", "audio/x-wav", loudening(1), None),
        ("通知.docx", "application/msword", b"x", None),
    ])  # fmt: skip
    assert {limited.get(address).status_code for address in _addresses(closed, "holdings")} == {404}
    assert not Job.objects.filter(name=JOB).exists()


@pytest.mark.parametrize("door", ["holdings", "access"])
def test_a_pdf_is_read_by_ranges_and_never_opened_as_a_page(archivist: Client, item: Item, door: str) -> None:
    one = _one(item, "正文.pdf")
    address = reverse(f"{door}:document", args=[one.pk])
    whole = archivist.get(address)
    content = _bytes(whole)
    assert (whole.status_code, len(content), whole.headers["Content-Length"]) == (200, one.size, str(one.size))
    assert whole.headers["Content-Type"] == "application/pdf"
    assert whole.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    part = archivist.get(address, headers={"Range": "bytes=5-20"})
    assert (part.status_code, _bytes(part)) == (206, content[5:21])
    assert archivist.get(address, headers={"Range": f"bytes={one.size}-"}).status_code == 416
    assert archivist.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_the_page_of_a_pdf_has_the_viewer_and_the_drawn_page_below_it(archivist: Client, item: Item) -> None:
    text = _page(archivist, item, "正文.pdf", mark=["养犬管理", HOSTILE, "x" * 500])
    assert "data-reader" in text
    assert "/document" in text
    assert "/pages/1.png" in text
    assert "养犬管理" in text
    assert HOSTILE not in text
    marks = text.partition('data-marks="')[2].partition('"')[0]
    assert "x" * 60 in marks
    assert "x" * 61 not in marks


def test_words_searched_for_are_marked_in_a_text_and_nothing_in_it_acts() -> None:
    marked = mark_text("ＡＢ养犬 <b>养犬</b> ab", ["养犬", "Ab"])
    assert marked == (
        '<mark id="hit">ＡＢ</mark><mark>养犬</mark> &lt;b&gt;<mark>养犬</mark>&lt;/b&gt; <mark>ab</mark>'
    )
    assert mark_text("<i>", []) == "&lt;i&gt;"


@pytest.mark.django_db
def test_results_lead_to_the_words_in_the_record() -> None:
    from shicheng.search.marks import marks_of

    assert marks_of('养犬 NOT 猫 题名:条例 "公共 安全"') == (
        "?mark=%E5%85%BB%E7%8A%AC&mark=%E5%85%AC%E5%85%B1+%E5%AE%89%E5%85%A8#hit"
    )
    assert marks_of("*") == marks_of("") == ""


@pytest.mark.parametrize("name", ["网页.html", "图.svg"])
def test_a_hostile_file_acts_nowhere(archivist: Client, item: Item, name: str) -> None:
    text = _page(archivist, item, name)
    assert "<script>alert" not in text
    one = _one(item, name)
    answer = archivist.get(reverse("holdings:original", args=[one.pk]))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert _bytes(answer) == (HTML if name == "网页.html" else SVG)
    for kind in ("document", "play", "proxy"):
        assert archivist.get(reverse(f"holdings:{kind}", args=[one.pk])).status_code == 404
    assert archivist.get(reverse("holdings:picture", args=[one.pk, 1])).status_code == 404
    assert archivist.get(reverse("holdings:zoom", args=[one.pk, 1])).status_code == 404


def test_parts_of_others_are_as_they_were_released_and_bring_no_sandbox_for_scripts() -> None:
    listed = dict(reversed(line.split("  ", 1)) for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
    found = {f"./{path.relative_to(VENDOR)}" for path in VENDOR.rglob("*") if path.is_file()}
    assert found - {"./SHA256SUMS", "./README.md"} == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
    assert [name for name in listed if "sandbox" in name or "quickjs" in name] == []


def test_a_large_picture_is_cut_by_a_job_and_served_in_tiles(archivist: Client, item: Item) -> None:
    assert "data-zoom" in _page(archivist, item, "地图.tif")
    one = _one(item, "地图.tif")
    zoom, tile = (reverse("holdings:zoom", args=[one.pk, 1]), reverse("holdings:tile", args=[one.pk, 1, 11, 3, 1]))
    assert archivist.get(tile).status_code == 422
    assert archivist.get(zoom).status_code == 202
    assert Job.objects.filter(name=JOB).count() == 1
    run_waiting([JOB])
    answer = archivist.get(zoom)
    assert answer.status_code == 200
    assert 'Width="2000" Height="900"' in answer.content.decode()
    drawn = archivist.get(tile)
    assert drawn.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(drawn.content)) as picture:
        assert picture.size == (2000 - 3 * 512 + 1, 900 - 512 + 1)
    for level, column, row in ((11, 4, 0), (12, 0, 0), (99, 99999999999, 0)):
        assert archivist.get(reverse("holdings:tile", args=[one.pk, 1, level, column, row])).status_code == 404
    assert _bytes(archivist.get(reverse("access:picture", args=[one.pk, 1])))[:4] == b"\x89PNG"


def test_what_was_lost_from_the_cache_is_made_anew(archivist: Client, item: Item) -> None:
    one, settings = _one(item, "地图.tif"), current()
    assert renditions.want(one, Kind.TILES, settings).state is State.MAKING
    assert run_waiting([JOB]) == 1
    made = renditions.want(one, Kind.TILES, settings)
    assert made.path is not None
    assert not renditions.make(one, Kind.TILES, settings, watch=lambda: None)  # a second run changes nothing
    made.path.unlink()
    assert renditions.want(one, Kind.TILES, settings).state is State.MAKING
    assert run_waiting([JOB]) == 1
    assert renditions.want(one, Kind.TILES, settings).is_ready


def test_a_file_that_can_not_be_prepared_says_so_and_is_not_tried_again_at_once(archivist: Client, db: None) -> None:
    broken = shelve("L012-WS·2018-Y-FGW-0011", files=[("坏.tif", "image/tiff", b"II*\x00" + os.urandom(2 << 20), None)])
    one, settings = _one(broken, "坏.tif"), current()
    zoom = reverse("holdings:zoom", args=[one.pk, 1])
    assert archivist.get(zoom).status_code == 202
    run_waiting([JOB])
    answer = archivist.get(zoom)
    assert answer.status_code == 422
    assert "坏.tif" in answer.content.decode()
    assert not Job.objects.filter(name=JOB, state="waiting").exists()
    note = next(cache.folder(settings).rglob(f"{one.sha512}*{cache.FAILED}"))
    os.utime(note, (1, 1))  # long ago: a program may have been put right since
    assert archivist.get(zoom).status_code == 202


def test_renditions_do_not_fill_the_queue(item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renditions, "MOST_WAITING", 1)
    assert renditions.want(_one(item, "地图.tif"), Kind.TILES, current()).state is State.MAKING
    assert renditions.want(_one(item, "讲话.wav"), Kind.WAVE, current()).state is State.BUSY


def test_sound_gets_its_waveform(archivist: Client, item: Item) -> None:
    assert "<audio controls" in _page(archivist, item, "讲话.wav")
    along = reverse("holdings:along", args=[file_ids(item)["讲话.wav"]])
    assert "hx-trigger" in archivist.get(along).content.decode()
    run_waiting([JOB])
    text = archivist.get(along).content.decode()
    assert "data-wave" in text
    assert 'd="M0.0 ' in text
    assert 'data-seconds="2.0"' in text


def test_a_film_browsers_can_not_play_is_made_into_one_they_can(archivist: Client, item: Item, tmp_path: Path) -> None:
    text = _page(archivist, item, "会议.avi")
    proxy = reverse("holdings:proxy", args=[file_ids(item)["会议.avi"]])
    if find_ffmpeg() is None:
        assert "has no FFmpeg" in text
        assert archivist.get(proxy).status_code == 422
        return
    assert "It is being prepared" in text
    assert "<video" not in text
    assert (
        archivist.get(reverse("holdings:waiting", args=[file_ids(item)["会议.avi"]])).headers.get("HX-Refresh") is None
    )
    run_waiting([JOB])
    ready = archivist.get(reverse("holdings:waiting", args=[file_ids(item)["会议.avi"]]))
    assert ready.headers["HX-Refresh"] == "true"
    text = _page(archivist, item, "会议.avi")
    assert "<video controls" in text
    assert "the original is kept unchanged" in text
    whole = archivist.get(proxy)
    content = _bytes(whole)
    assert whole.headers["Content-Type"] == "video/mp4"
    with av.open(io.BytesIO(content)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    part = archivist.get(proxy, headers={"Range": "bytes=0-1"})
    assert (part.status_code, _bytes(part)) == (206, content[:2])
    assert part.headers["Content-Range"] == f"bytes 0-1/{len(content)}"
    assert archivist.get(proxy, headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_a_film_has_pictures_from_along_its_way(archivist: Client, item: Item) -> None:
    one = _one(item, "会议.avi")
    along = reverse("holdings:along", args=[one.pk])
    archivist.get(along)
    run_waiting([JOB])
    text = archivist.get(along).content.decode()
    assert "data-second=" in text
    picture = archivist.get(reverse("holdings:frame", args=[one.pk, 0]))
    assert picture.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(picture.content)) as frame:
        assert frame.width <= 240
    assert archivist.get(reverse("holdings:frame", args=[one.pk, 99])).status_code == 404


@pytest.mark.parametrize(
    ("name", "mime", "technical", "kind", "needs"),
    [
        ("a.mp4", "application/mp4", {"video_codec": "h264", "audio_codec": "aac"}, "video", False),
        ("a.mp4", "video/mp4", {"video_codec": "hevc", "audio_codec": "aac"}, "video", True),
        ("a.m4a", "application/mp4", {"audio_codec": "aac"}, "audio", False),
        ("a.mkv", "video/x-matroska", {"video_codec": "h264"}, "video", True),
        ("a.mpg", "video/mpeg", {}, "video", True),
        ("a.wma", "audio/x-ms-wma", {"audio_codec": "wmav2"}, "audio", True),
        ("a.mp3", "audio/mpeg", {"audio_codec": "mp3float"}, "audio", False),
        ("a.wav", "audio/x-wav", {"audio_codec": "pcm_s16le"}, "audio", False),
        ("a.wav", "audio/x-wav", {"audio_codec": "adpcm_ms"}, "audio", True),
        ("a.mxf", "application/mxf", {}, "video", True),
    ],
)
def test_browsers_get_what_they_play(name: str, mime: str, technical: dict[str, str], kind: str, needs: bool) -> None:
    one = File(name=name, mime=mime, technical=technical)
    assert (file_views.kind_of(one), file_views.needs_proxy(one)) == (kind, needs)
    assert file_views.played_mime(one).startswith(("audio/", "video/"))


def test_an_office_document_is_shown_as_pages_or_says_plainly_why_not(archivist: Client, item: Item) -> None:
    text = _page(archivist, item, "通知.docx", mark="养犬管理")
    assert "<mark" in text  # its text, in any case
    document = reverse("holdings:document", args=[file_ids(item)["通知.docx"]])
    assert archivist.get(document).status_code == 422
    if find_office() is None:
        assert "has no LibreOffice" in text
        assert "the original can be downloaded" in text
        assert not Job.objects.filter(name=JOB).exists()
        return
    assert "It is being prepared" in text
    run_waiting([JOB])
    text = _page(archivist, item, "通知.docx")
    assert "data-reader" in text
    assert "the original is kept unchanged" in text
    assert _bytes(archivist.get(document)).startswith(b"%PDF-")
    picture = archivist.get(reverse("holdings:picture", args=[file_ids(item)["通知.docx"], 1]))
    assert _bytes(picture)[:4] == b"\x89PNG"


def test_the_cache_keeps_within_its_bound_and_what_was_used_last(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, cache_bytes=64 << 20)
    for number in range(9):
        path = cache.place(f"{number:0128}", "1-960.png", settings)
        with cache.writing(path) as part:
            part.write_bytes(os.urandom(9 << 20))
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
    used = cache.place(f"{0:0128}", "1-960.png", settings)
    assert cache.is_there(used)  # the oldest was looked at just now
    done = cache.tidy(settings)
    left = sorted(path.name[:128].lstrip("0") for path in cache.folder(settings).rglob("*.png"))
    assert done.bytes <= 64 << 20
    assert left == ["", "4", "5", "6", "7", "8"]
    assert cache.tidy(settings).removed == 0


def test_what_a_killed_process_left_half_made_is_never_shown_and_goes(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    target = cache.place("a" * 128, "1-960.png", settings)
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom shicheng.holdings import cache\n"
        "with cache.writing(Path(sys.argv[1])) as part:\n"
        "    part.write_bytes(b'half')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert not target.exists()
    left = next(target.parent.glob(".*.part"))
    assert cache.tidy(settings).removed == 0  # somebody may still be writing it
    os.utime(left, (time.time() - 90_000,) * 2)
    assert cache.tidy(settings).removed == 1
    with cache.writing(target) as part:
        part.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"


def test_a_rendition_stopped_midway_is_no_fault_of_the_file(item: Item) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    one, settings = _one(item, "地图.tif"), current()
    with pytest.raises(Stopped):
        renditions.make(one, Kind.TILES, settings, watch=stop)
    assert not list(cache.folder(settings).rglob(f"{one.sha512}*"))
    assert renditions.want(one, Kind.TILES, settings).state is State.MAKING


def test_the_note_of_a_job_killed_over_a_file_does_not_stop_its_second_try(item: Item) -> None:
    one, settings = _one(item, "地图.tif"), current()
    assert renditions.want(one, Kind.TILES, settings).state is State.MAKING
    note = cache.place(one.sha512, f"1-tiles.zip{cache.FAILED}", settings)
    with cache.writing(note) as part:  # as the killed run left it
        part.write_text(json.dumps({"template": "It broke down.", "params": {}}))
    assert renditions.want(one, Kind.TILES, settings).state is State.MAKING  # its job is to be run again
    run_waiting([JOB])
    assert renditions.want(one, Kind.TILES, settings).is_ready
    assert not note.exists()


def test_a_full_disk_is_said_and_no_fault_of_the_file(item: Item) -> None:
    one = _one(item, "地图.tif")
    full = current().model_copy(update={"free_bytes": 1 << 60})
    with pytest.raises(CannotShow, match="too full"):
        renditions.make(one, Kind.TILES, full, watch=lambda: None)
    assert renditions.want(one, Kind.TILES, current()).state is State.MAKING


def test_the_cache_is_tidied_by_a_job(db: None) -> None:
    from shicheng.jobs import services

    row = services.enqueue(tidy_cache)
    run_waiting(["holdings.tidy_cache"])
    row.refresh_from_db()
    assert row.state == "done"


def _part(kind: str, state: str, **more: object) -> dict[str, object]:
    return {"kind": kind, "state": state, "signer": "", "time": "", "algorithm": "", "message": None, **more}


def test_parts_of_a_signature_are_told_together_with_the_worst_of_them() -> None:
    certificate = {
        "holder": "澜城县人大", "issuer": "某CA", "is_own": False,
        "valid_from": "2020-01-01T00:00:00+00:00", "valid_to": "2022-01-01T00:00:00+00:00",
    }  # fmt: skip
    signings = told_seals([
        _part("digest", "valid", time="20210519205344Z"),
        _part("signature", "valid", signer="澜城县人大", time="20210519205344Z", certificate=certificate),
        _part("seal", "valid", signer="澜城县人大公章 (某CA)"),
        _part("digest", "invalid"),
        _part("signature", "valid", signer="王", time="20230101000000Z", certificate=certificate),
    ])  # fmt: skip
    first, second = signings
    assert (first.state, first.signer, first.seal, first.time) == (
        "valid", "澜城县人大", "澜城县人大公章 (某CA)", "2021-05-19 20:53:44",
    )  # fmt: skip
    assert "is not known here" in str(first.certificate)
    assert not first.is_untrusted
    assert (second.state, second.is_untrusted) == ("invalid", True)
    assert "was not valid when it was signed" in str(second.certificate)
    own = told_seals([_part("signature", "not_checked", signer="王", certificate={**certificate, "is_own": True})])
    assert own[0].is_untrusted
    assert own[0].state == "not_checked"
    assert "issued by its holder" in str(own[0].certificate)
    assert json.dumps([one.state for one in told_seals([])]) == "[]"
