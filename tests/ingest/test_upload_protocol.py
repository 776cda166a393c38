"""Uploads after tus 1.0: the protocol as properties, owners, limits, expiry, and what becomes of them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from builders.batches import make_batch, zip_file
from builders.shelves import make_user
from ingest.fixtures import Here
from shicheng.audit.models import Entry
from shicheng.ingest import arriving, tus
from shicheng.ingest.models import Transfer, Upload
from shicheng.ingest.upload_files import UploadFile, key_of
from shicheng.jobs.inline import run_waiting
from shicheng.jobs.models import Job
from shicheng.kernel import clock
from shicheng.people.services import operator
from shicheng.people.types import Role

pytestmark = pytest.mark.django_db(transaction=True)

PIECE = "application/offset+octet-stream"


class Sender:
    """A browser, or another client of the protocol."""

    def __init__(self, name: str = "chen", **grant: Any) -> None:
        self.client = Client()
        self.client.force_login(make_user(name, Role.ARCHIVIST, **grant))

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Any:
        named = {"Tus-Resumable": "1.0.0", **{key.replace("_", "-"): value for key, value in headers.items()}}
        kind = named.pop("Content-Type", PIECE)
        return self.client.generic(method, address, body, content_type=kind, headers=named, CONTENT_TYPE=kind)

    def begin(self, name: str, size: int, body: bytes = b"", **headers: str) -> Any:
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        return self.ask(
            "POST", reverse("ingest:uploads"), body, Upload_Length=str(size), Upload_Metadata=metadata, **headers
        )

    def folder(self, name: str, files: int, size: int) -> Any:
        told = json.dumps({"name": name, "files": files, "bytes": size}).encode()
        return self.ask("POST", reverse("ingest:upload_folders"), told, Content_Type="application/json")

    def file(self, upload: str, path: str, content: bytes, *, sent: bytes | None = None) -> Any:
        metadata = f"path {base64.b64encode(path.encode()).decode()}"
        address = reverse("ingest:upload_files", args=[upload])
        body = content if sent is None else sent
        return self.ask("POST", address, body, Upload_Length=str(len(content)), Upload_Metadata=metadata)

    def piece(self, address: str, offset: int, body: bytes, **headers: str) -> Any:
        return self.ask("PATCH", address, body, Upload_Offset=str(offset), **headers)

    def offset(self, address: str) -> int:
        answer = self.ask("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])


@pytest.fixture
def sender(here: Here) -> Sender:
    return Sender()


@pytest.fixture
def packed() -> bytes:
    """A sound batch of three items as a zip file."""
    return _packed()


def _packed(count: int = 3) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        made = make_batch(count).write(Path(folder) / "批次")
        members = {f"批次/{one.relative_to(made)}": one.read_bytes() for one in made.rglob("*") if one.is_file()}
    return zip_file(members)


def _sum(body: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


def _left(here: Here) -> list[Path]:
    return list((here.settings.staging_path / "uploads").iterdir())


# -- the protocol ----------------------------------------------------------------------------------------------------


def test_server_says_what_it_speaks(sender: Sender, here: Here) -> None:
    answer = sender.client.options(reverse("ingest:uploads"))
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) >= {"creation", "termination", "checksum", "expiration"}
    assert {"sha1", "sha256"} <= set(answer.headers["Tus-Checksum-Algorithm"].split(","))
    assert answer.headers["Tus-Max-Size"] == str(here.settings.upload_bytes)


cuts = some.lists(some.integers(0, 3000), max_size=4).map(sorted)


@given(content=some.binary(max_size=3000), cuts=cuts, wrong=some.integers(0, 4000))
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_pieces_of_any_size_make_the_whole_and_offsets_only_go_forward(
    sender: Sender, here: Here, content: bytes, cuts: list[int], wrong: int
) -> None:
    """However a file is cut into pieces: each ends where the next begins, a piece elsewhere changes nothing."""
    upload = sender.folder("x", 1, len(content)).json()["id"]
    answer = sender.file(upload, "x/正文.bin", content, sent=b"")
    assert answer.status_code == 201
    address = answer.headers["Location"]
    ends = [one for one in cuts if one < len(content)] + [len(content)]
    offset = 0
    for end in ends:
        if wrong != offset:
            refused = sender.piece(address, wrong, b"zzz")
            assert refused.status_code == 409
            assert refused.headers["Tus-Resumable"] == "1.0.0"
        assert sender.offset(address) == offset
        told = sender.piece(address, offset, content[offset:end])
        assert (told.status_code, int(told.headers["Upload-Offset"])) == (204, end)
        assert "Upload-Expires" in told.headers
        offset = end
    beyond = sender.piece(address, offset, b"1")
    assert beyond.status_code == 409
    folder = arriving.folder_of(Upload.objects.get(pk=upload).pk, here.settings) / "parts"
    assert (folder / f"{key_of('x/正文.bin')}.part").read_bytes() == content
    view = sender.client.get(reverse("ingest:upload_one", args=[upload])).json()
    at = 0
    for length, digest in view["begun"][0]["segments"]:
        assert hashlib.sha256(content[at : at + length]).hexdigest() == digest
        at += length
    assert at == len(content)


def test_piece_with_another_digest_is_thrown_away(sender: Sender) -> None:
    for algorithm in ("sha1", "sha256", "sha512", "sm3"):
        address = sender.begin("a.tar", 10).headers["Location"]
        wrong = sender.piece(address, 0, b"12345", Upload_Checksum=_sum(b"12346", algorithm))
        assert wrong.status_code == 460
        assert sender.offset(address) == 0
        right = sender.piece(address, 0, b"12345", Upload_Checksum=_sum(b"12345", algorithm))
        assert (right.status_code, sender.offset(address)) == (204, 5)


def test_digest_of_a_piece_longer_than_a_stretch_counts_for_all_of_it(
    here: Here, monkeypatch: pytest.MonkeyPatch, sender: Sender
) -> None:
    monkeypatch.setattr("shicheng.ingest.upload_files.SEGMENT", 4)
    monkeypatch.setattr("shicheng.ingest.upload_files._PIECE", 3)
    address = sender.begin("a.tar", 100).headers["Location"]
    body = b"0123456789abc"
    assert sender.piece(address, 0, body, Upload_Checksum=_sum(body[:-1] + b"!")).status_code == 460
    assert sender.offset(address) == 0
    assert sender.piece(address, 0, body, Upload_Checksum=_sum(body)).status_code == 204
    assert sender.offset(address) == len(body)


def test_request_that_does_not_follow_the_protocol_is_refused(sender: Sender) -> None:
    address = sender.begin("a.tar", 10).headers["Location"]
    for headers, status in (
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Content-Type": "text/plain"}, 415),
        ({"Upload_Offset": "x"}, 400),
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Checksum": "md5 xxxx"}, 400),
        ({"Upload_Checksum": "sha256 no base64!"}, 400),
    ):
        answer = sender.ask("PATCH", address, b"x", **{"Upload_Offset": "0", **headers})
        assert answer.status_code == status, headers
        assert sender.offset(address) == 0


def test_first_piece_may_come_with_the_beginning(sender: Sender) -> None:
    begun = sender.begin("a.tar", 10, b"1234", Upload_Checksum=_sum(b"1234"))
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "4")
    damaged = sender.begin("b.tar", 10, b"1234", Upload_Checksum=_sum(b"4321"))
    assert (damaged.status_code, damaged.headers["Upload-Offset"]) == (201, "0")


def test_method_may_be_named_in_a_header(sender: Sender) -> None:
    address = sender.begin("a.tar", 10).headers["Location"]
    answer = sender.ask("POST", address, b"12", Upload_Offset="0", X_HTTP_Method_Override="PATCH")
    assert (answer.status_code, sender.offset(address)) == (204, 2)


def test_ended_upload_is_gone(sender: Sender, here: Here) -> None:
    address = sender.begin("a.tar", 10, b"123").headers["Location"]
    assert sender.ask("DELETE", address).status_code == 204
    assert sender.ask("HEAD", address).status_code == 410
    assert sender.piece(address, 3, b"4").status_code == 410
    assert _left(here) == []
    assert Entry.objects.filter(event="ingest.upload.removed").count() == 1


# -- what was promised holds --------------------------------------------------------------------------------------


def _torn(ledger: bytes, keep: int) -> bytes:
    return ledger[: len(ledger) - keep]


@given(keep=some.integers(0, 400), more=some.binary(max_size=64))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_ledger_cut_anywhere_tells_of_no_byte_that_is_not_there(tmp_path: Path, keep: int, more: bytes) -> None:
    """A power cut may leave any end of the ledger, and bytes nobody vouches for behind the promised ones."""
    import io
    import tempfile

    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    file = UploadFile(folder, "a" * 32)
    content = bytes(range(200))
    file.begin("a", len(content))
    for start in range(0, 120, 40):
        file.append(io.BytesIO(content[start : start + 40]), offset=start, length=40)
    whole = file.ledger.read_bytes()
    first = whole.index(b"\n") + 1
    file.ledger.write_bytes(_torn(whole, min(keep, len(whole) - first)))
    with file.data.open("ab") as data:
        data.write(more)
    offset = file.standing().offset
    assert offset in (0, 40, 80, 120)
    assert file.append(io.BytesIO(content[offset:]), offset=offset, length=200 - offset) == 200
    assert file.data.read_bytes() == content
    assert sum(length for length, _digest in file.standing().segments) == 200


def test_who_takes_over_writes_alone(tmp_path: Path) -> None:
    """The line of the first sender died without anybody knowing; when it wakes, nothing of it is written."""
    import io

    from shicheng.ingest.errors import UploadTakenOver

    file = UploadFile(tmp_path, "a" * 32)
    file.begin("a", 8)

    class Dead(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            if piece:
                file.append(io.BytesIO(b"new!"), offset=0, length=4)
            return piece

    with pytest.raises(UploadTakenOver):
        file.append(Dead(b"old?"), offset=0, length=4)
    assert file.data.read_bytes() == b"new!"
    assert file.standing().offset == 4


def test_piece_that_ends_early_is_kept_as_far_as_it_came(tmp_path: Path) -> None:
    import io

    from shicheng.ingest.errors import UploadCut
    from shicheng.ingest.upload_files import Checksum

    file = UploadFile(tmp_path, "a" * 32)
    file.begin("a", 100)
    with pytest.raises(UploadCut):
        file.append(io.BytesIO(b"x" * 99), offset=0, length=100)
    assert file.standing().offset == 99
    with pytest.raises(UploadCut):  # with a digest that can't be compared any more nothing of the piece counts
        file.append(io.BytesIO(b""), offset=99, length=1, checksum=Checksum("sha256", b"?"))
    assert file.append(io.BytesIO(b"y"), offset=99, length=1) == 100


# -- limits, owners, expiry -------------------------------------------------------------------------------------------


def test_upload_of_somebody_else_is_as_unknown_as_none(sender: Sender, here: Here) -> None:
    address = sender.begin("a.tar", 10, b"123").headers["Location"]
    upload = Upload.objects.get()
    other = Sender("zhao")
    for method, body in (("HEAD", b""), ("PATCH", b"4"), ("DELETE", b"")):
        assert other.ask(method, address, body, Upload_Offset="3").status_code == 404, method
    assert other.client.get(reverse("ingest:upload_one", args=[upload.pk])).status_code == 404
    assert other.ask("POST", reverse("ingest:upload_finish", args=[upload.pk])).status_code == 404
    assert other.client.post(reverse("ingest:upload_remove", args=[upload.pk])).status_code == 404
    page = other.client.get(reverse("ingest:upload"))
    assert (page.status_code, "a.tar" in page.content.decode()) == (200, False)
    assert sender.offset(address) == 3
    assert "a.tar" in sender.client.get(reverse("ingest:upload")).content.decode()


def test_upload_over_the_ceiling_is_refused_before_it_begins(
    sender: Sender, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = here.settings.model_copy(update={"upload_bytes": 1 << 20})
    monkeypatch.setattr("shicheng.ingest.upload_web.current", lambda: small)
    assert sender.begin("a.tar", (1 << 20) + 1).status_code == 413
    assert sender.folder("x", 3, (1 << 20) + 1).status_code == 413
    assert sender.begin("a.tar", 1 << 20).status_code == 201
    assert Upload.objects.count() == 1


def test_room_is_asked_for_before_and_counts_what_others_were_promised(
    sender: Sender, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shicheng.storage.durable.room", lambda folder: (1000, -1))
    assert sender.begin("a.tar", 1001).status_code == 507
    address = sender.begin("a.tar", 600).headers["Location"]
    assert sender.begin("b.tar", 600).status_code == 507
    assert sender.begin("b.tar", 400).status_code == 201
    monkeypatch.setattr("shicheng.storage.durable.room", lambda folder: (3, -1))
    assert sender.piece(address, 0, b"1234").status_code == 507
    assert sender.offset(address) == 0


def test_folder_takes_no_more_than_it_was_begun_with(sender: Sender, here: Here) -> None:
    upload = sender.folder("x", 2, 10).json()["id"]
    assert sender.file(upload, "x/a", b"12345").status_code == 201
    assert sender.file(upload, "x/b", b"123456").status_code == 422
    again = sender.file(upload, "x/a", b"12345", sent=b"")
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "5")
    assert sender.file(upload, "x/a", b"1234", sent=b"").status_code == 409
    assert sender.file(upload, "x/b", b"12345").status_code == 201
    assert sender.file(upload, "x/c", b"").status_code == 422


def test_path_that_leads_out_of_the_folder_is_refused(sender: Sender, here: Here) -> None:
    upload = sender.folder("x", 1, 1).json()["id"]
    hostile = ["../a", "/etc/passwd", "a/../b", "a//b", "a\\b", "a\x00b", ".", "", "长" * 100, "a/" * 2000 + "b"]
    assert [sender.file(upload, path, b"1").status_code for path in hostile] == [422] * len(hostile)


def test_abandoned_upload_expires_and_leaves_nothing(sender: Sender, here: Here) -> None:
    address = sender.begin("a.tar", 10, b"123").headers["Location"]
    fresh = sender.begin("b.tar", 10, b"123").headers["Location"]
    stray = here.settings.staging_path / "uploads" / "01a204df-0000-7000-8000-000000000000"
    stray.mkdir()
    old = clock.now() - timedelta(days=8)
    Upload.objects.filter(name="a.tar").update(touched_at=old)
    assert arriving.expire(here.settings) == 1
    assert arriving.expire(here.settings) == 0
    assert sender.ask("HEAD", address).status_code == 410
    assert sender.offset(fresh) == 3
    assert stray.is_dir()  # somebody may be sending it just now
    import os

    os.utime(stray, (old.timestamp(), old.timestamp()))
    arriving.expire(here.settings)
    assert [one.name for one in _left(here)] == [str(Upload.objects.get(name="b.tar").pk)]
    assert Entry.objects.filter(event="ingest.upload.expired").count() == 1


def test_slow_uploads_leave_threads_for_pages(sender: Sender, here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    address = sender.begin("a.tar", 10).headers["Location"]
    seats = max(1, here.settings.web_threads // 2)
    monkeypatch.setattr(tus, "_reading", {str(number): object() for number in range(seats)})
    assert sender.piece(address, 0, b"1").status_code == 503
    tus._reading.popitem()
    assert sender.piece(address, 0, b"1").status_code == 204
    assert len(tus._reading) == seats - 1


# -- what becomes of it -----------------------------------------------------------------------------------------------


def test_archive_is_a_transfer_with_its_last_byte_and_a_job_receives_it(
    sender: Sender, here: Here, packed: bytes
) -> None:
    address = sender.begin("办公室.zip", len(packed)).headers["Location"]
    sender.piece(address, 0, packed[:100])
    assert not Transfer.objects.exists()
    assert sender.piece(address, 100, packed[100:]).status_code == 204
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.name) == ("announced", "办公室.zip")
    assert Job.objects.get(pk=transfer.job).name == "ingest.receive"
    assert sender.offset(address) == len(packed)  # whoever lost the last answer asks
    upload = Upload.objects.get()
    for _again in range(2):
        told = sender.ask("POST", reverse("ingest:upload_finish", args=[upload.pk]))
        assert (told.status_code, told.json()["number"]) == (201, transfer.number)
    assert "Receive a transfer" in sender.client.get(told.json()["address"]).content.decode()
    here.run_jobs()
    transfer.refresh_from_db()
    assert (transfer.state, transfer.items) == ("checked", 3)
    assert sender.offset(address) == len(packed)
    assert _left(here) == []
    assert Entry.objects.filter(event="ingest.upload.sent").count() == 1


def test_folder_arrives_with_its_inner_paths(sender: Sender, here: Here, tmp_path: Path) -> None:
    made = make_batch(3).write(tmp_path / "办公室2020")
    files = {one.relative_to(tmp_path).as_posix(): one.read_bytes() for one in made.rglob("*") if one.is_file()}
    upload = sender.folder("办公室2020", len(files), sum(map(len, files.values()))).json()["id"]
    finish = reverse("ingest:upload_finish", args=[upload])
    for path, content in list(files.items())[:-1]:
        assert sender.file(upload, path, content).status_code == 201
    assert sender.ask("POST", finish).status_code == 409  # not all of it is here
    path, content = list(files.items())[-1]
    sender.file(upload, path, content)
    assert sender.ask("POST", finish).status_code == 201
    here.run_jobs()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.name, transfer.items) == ("checked", "办公室2020", 3)
    assert _left(here) == []


def test_what_is_no_batch_is_refused_and_can_be_removed(sender: Sender, here: Here) -> None:
    begun = sender.begin("a.docx", 5)
    answer = sender.piece(begun.headers["Location"], 0, b"12345")
    assert 400 <= answer.status_code < 500
    assert "no package" in answer.json()["detail"]
    assert not Transfer.objects.exists()
    sender.client.post(reverse("ingest:upload_remove", args=[Upload.objects.get().pk]))
    assert (Upload.objects.get().state, _left(here)) == ("removed", [])


def test_archivist_of_one_fonds_watches_over_what_they_sent(here: Here, packed: bytes) -> None:
    limited, other = Sender("zhao", fonds="T001"), Sender("qian", fonds="T001")
    limited.begin("a.zip", len(packed), packed)
    number = Transfer.objects.get().number
    page = reverse("ingest:transfer", args=[number])
    assert limited.client.get(page).status_code == 200
    assert other.client.get(page).status_code == 404


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Let the receiving die once, at a place of our choice."""
    from shicheng.jobs.errors import HandedBack

    def at(place: str) -> None:
        room, name = place.rsplit(".", 1)
        module = __import__(room, fromlist=[name])
        real = getattr(module, name)

        def die_once(*arguments: Any, **named: Any) -> Any:
            monkeypatch.setattr(module, name, real)
            if name != "build_batch":
                real(*arguments, **named)
            raise HandedBack

        monkeypatch.setattr(module, name, die_once)

    yield at


@pytest.mark.parametrize(
    "place",
    [
        "shicheng.ingest.arriving.build_batch",
        "shicheng.ingest.staging.stage",
        "shicheng.ingest.services.receive",
        "shicheng.ingest.services.start_check",
        "shicheng.ingest.arriving.end_taken",
    ],
)
def test_receiving_that_dies_anywhere_is_done_once(
    sender: Sender, here: Here, packed: bytes, dying: Callable[[str], None], place: str
) -> None:
    sender.begin("a.zip", len(packed), packed)
    dying(place)
    run_waiting(limit=1)
    here.run_jobs()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.items) == ("checked", 3)
    assert (Upload.objects.get().state, _left(here)) == ("taken", [])
    for event in ("announced", "received", "checked"):
        assert Entry.objects.filter(event=f"ingest.transfer.{event}").count() == 1


def test_mended_batch_that_can_t_be_read_is_sent_again_under_its_number(here: Here, packed: bytes) -> None:
    actor = operator("tester")
    sender = Sender()
    sender.begin("a.zip", len(packed), packed)
    here.run_jobs()
    transfer = Transfer.objects.get()
    from shicheng.ingest import services

    services.return_transfer(actor=actor, transfer_id=transfer.pk, reason="缺件")
    metadata = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in (("filename", "b.tar.gz"), ("resubmit", transfer.number))
    )
    broken = b"\x1f\x8b no gzip at all"
    for body in (broken, _packed(4)):
        sender.ask("POST", reverse("ingest:uploads"), body, Upload_Length=str(len(body)), Upload_Metadata=metadata)
        here.run_jobs()
        transfer.refresh_from_db()
        page = sender.client.get(reverse("ingest:transfer", args=[transfer.number])).content.decode()
        assert ("Send again" in page) == (body is broken)
    assert (transfer.state, transfer.attempt, transfer.items) == ("checked", 2, 4)
