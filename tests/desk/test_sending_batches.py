"""Sending a batch by the browser: a folder with its inner paths, or an archive file; hostile ones are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builders.batches import make_batch, zip_file
from builders.shelves import make_user
from shicheng.ingest import uploads
from shicheng.ingest.models import Transfer
from shicheng.jobs.inline import run_waiting
from shicheng.jobs.models import Job
from shicheng.people.types import Role
from shicheng.settings import current

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    folder = tmp_path / "办公室2020"
    make_batch(6).write(folder)
    return folder


def _sent(files: dict[str, bytes]) -> dict[str, SimpleUploadedFile]:
    """The parts of a form as the page's script sends them."""
    parts = {"paths": SimpleUploadedFile("paths", json.dumps(list(files)).encode())}
    return parts | {f"file:{place}": SimpleUploadedFile("file", one) for place, one in enumerate(files.values())}


def _parts(folder: Path) -> dict[str, SimpleUploadedFile]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return _sent({f"{folder.name}/{path.relative_to(folder)}": path.read_bytes() for path in found})


def _nothing_left() -> bool:
    return not any((current().staging_path / "uploads").iterdir())


def _received() -> None:
    """Do the receiving, which is a job, and nothing after it."""
    assert run_waiting(names=["ingest.receive"]) > 0


def test_a_folder_arrives_with_its_inner_paths_and_is_checked(archivist: Client, batch: Path) -> None:
    answer = archivist.post(reverse("ingest:upload"), _parts(batch))
    assert answer.status_code == 302, answer.content.decode()
    transfer = Transfer.objects.get()
    assert answer.headers["Location"] == reverse("ingest:transfer", args=[transfer.number])
    assert (transfer.name, transfer.state) == ("办公室2020", "announced")
    page = archivist.get(answer.headers["Location"]).content.decode()
    assert "Receive a transfer" in page  # the job, with its bar
    assert not _nothing_left()
    _received()
    transfer.refresh_from_db()
    assert (transfer.state, transfer.items) == ("checking", 6)
    assert Job.objects.get(pk=transfer.job).name == "ingest.check"
    assert _nothing_left()


def test_what_can_t_be_read_is_said_on_its_page_and_given_up(archivist: Client) -> None:
    sent = SimpleUploadedFile("a.tar.gz", b"\x1f\x8b broken")
    address = archivist.post(reverse("ingest:upload"), {"archive": sent}).headers["Location"]
    _received()
    page = archivist.get(address).content.decode()
    assert "cannot be read" in page
    assert "Give up this transfer" in page
    number = Transfer.objects.get().number
    archivist.post(reverse("ingest:decide", args=[number, "withdraw"]))
    assert Transfer.objects.get().state == "withdrawn"
    assert _nothing_left()


def test_an_archive_file_is_sent_without_javascript(archivist: Client, batch: Path) -> None:
    members = {f"批次/{path.relative_to(batch)}": path.read_bytes() for path in batch.rglob("*") if path.is_file()}
    sent = SimpleUploadedFile("办公室.zip", zip_file(members))
    answer = archivist.post(reverse("ingest:upload"), {"archive": sent})
    _received()
    transfer = Transfer.objects.get()
    assert answer.headers["Location"] == reverse("ingest:transfer", args=[transfer.number])
    assert (transfer.name, transfer.container, transfer.items) == ("办公室.zip", "zip", 6)
    assert _nothing_left()


def test_the_same_batch_sent_twice_is_recognised(archivist: Client, batch: Path) -> None:
    for _again in range(2):
        address = archivist.post(reverse("ingest:upload"), _parts(batch)).headers["Location"]
        _received()
    kept = Transfer.objects.exclude(state="withdrawn").get()
    assert Transfer.objects.get(state="withdrawn").same_as == kept.number
    assert reverse("ingest:transfer", args=[kept.number]) in archivist.get(address).content.decode()
    assert _nothing_left()


def test_a_returned_batch_comes_again_under_its_number(archivist: Client, batch: Path) -> None:
    archivist.post(reverse("ingest:upload"), _parts(batch))
    _received()
    transfer = Transfer.objects.get()
    Transfer.objects.update(state="returned")
    (batch / "内容" / "附注.txt").write_text("补充")
    archivist.post(reverse("ingest:upload"), {"resubmit": transfer.number, **_parts(batch)})
    _received()
    transfer.refresh_from_db()
    assert (Transfer.objects.count(), transfer.attempt, transfer.state) == (1, 2, "checking")


@pytest.mark.parametrize("path", ["../../evil.txt", "/etc/passwd", "a/../../b", "a//b", "..\\..\\evil", "a\x00b", "."])
def test_a_path_that_leads_out_of_the_folder_is_refused(archivist: Client, path: str) -> None:
    answer = archivist.post(reverse("ingest:upload"), _sent({path: b"x"}))
    assert answer.status_code == 422
    assert "is not one inside the folder" in answer.content.decode()
    assert not Transfer.objects.exists()
    assert _nothing_left()


def test_one_path_sent_twice_is_refused(archivist: Client) -> None:
    sent = _sent({"a": b"1", "b": b"2"})
    sent["paths"] = SimpleUploadedFile("paths", b'["a", "a"]')
    assert archivist.post(reverse("ingest:upload"), sent).status_code == 422


def test_a_name_longer_than_the_disk_allows_is_said_in_words(archivist: Client) -> None:
    answer = archivist.post(reverse("ingest:upload"), _sent({"长" * 200: b"x"}))
    assert answer.status_code == 422
    assert "can&#x27;t be taken in" in answer.content.decode()


def test_an_upload_over_the_limit_is_refused_and_nothing_kept(
    archivist: Client, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shicheng.ingest.upload_web.current", lambda: current().model_copy(update={"upload_bytes": 1 << 20})
    )
    answer = archivist.post(reverse("ingest:upload"), _sent({"a": bytes(700_000), "b": bytes(700_000)}))
    assert answer.status_code == 422
    assert "larger than 1.0 MB" in answer.content.decode()
    assert not Transfer.objects.exists()
    assert _nothing_left()


def test_a_full_disk_is_said_before_it_is_full(archivist: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.StagingUpload, "_is_full", lambda self: True)
    answer = archivist.post(reverse("ingest:upload"), _sent({"a": b"x"}))
    assert answer.status_code == 422
    assert "disk of the archive is full" in answer.content.decode()


@pytest.mark.parametrize("paths", [b"", b"no list", b"{}", b"[]", b"[" * 100_000])
def test_a_list_of_paths_that_does_not_fit_is_refused(archivist: Client, paths: bytes) -> None:
    sent = {**_sent({"a": b"x"}), "paths": SimpleUploadedFile("paths", paths)}
    answer = archivist.post(reverse("ingest:upload"), sent)
    assert answer.status_code == 422
    assert _nothing_left()


def test_paths_longer_than_a_header_may_be_arrive(archivist: Client, batch: Path) -> None:
    deep = "/".join(["很长的文件夹名称" * 8] * 5)
    found = (path for path in batch.rglob("*") if path.is_file())
    files = {path.relative_to(batch.parent).as_posix(): path.read_bytes() for path in found}
    files[f"{batch.name}/内容/{deep}/{'名' * 80}.txt"] = b"x"
    answer = archivist.post(reverse("ingest:upload"), _sent(files))
    assert answer.status_code == 302
    _received()
    assert Transfer.objects.order_by("-number")[0].files == sum("/内容/" in path for path in files)


def test_an_empty_form_says_what_to_do(archivist: Client) -> None:
    answer = archivist.post(reverse("ingest:upload"), {})
    assert answer.status_code == 422
    assert "Nothing was sent" in answer.content.decode()


def test_a_broken_archive_file_is_refused_in_words(archivist: Client) -> None:
    answer = archivist.post(reverse("ingest:upload"), {"archive": SimpleUploadedFile("a.zip", b"PK\x03\x04 broken")})
    assert 400 <= answer.status_code < 500
    assert "data-problem" in answer.content.decode()
    assert _nothing_left()


def test_an_upload_without_token_is_refused(batch: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("chen", Role.ARCHIVIST))
    assert strict.post(reverse("ingest:upload"), _parts(batch)).status_code == 403
    assert not Transfer.objects.exists()
    assert _nothing_left()


def test_an_upload_with_its_token_is_taken(batch: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("chen", Role.ARCHIVIST))
    page = strict.get(reverse("ingest:upload"))
    token = str(page.context["csrf_token"])
    sent = {"csrfmiddlewaretoken": token, **_parts(batch)}
    assert strict.post(reverse("ingest:upload"), sent).status_code == 302
    _received()
    assert Transfer.objects.get().items == 6
