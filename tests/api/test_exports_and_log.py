"""What the API gives out whole: exports, the log, the proof of both."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from urllib.parse import quote

import pytest

from api.conftest import Program
from ingest.fixtures import Here
from shicheng.audit.offline import verify_file
from shicheng.holdings.models import Item
from shicheng.search.follower import follow_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("form", "name"), [("bagit", "bagit.tar"), ("csv", "catalogue.csv"), ("xlsx", "catalogue.xlsx")]
)
def test_export_is_made_by_a_job_and_fetched(
    here: Here, program: Program, shelf: dict[str, Item], form: str, name: str
) -> None:
    follow_once(here.settings.index_path)
    job = program.post("/exports", {"form": form, "query": "*"}).json()
    assert program.get(f"/exports/{job['id']}/content").json()["code"] == "exchange.export.missing"
    here.run_jobs()
    done = program.get(f"/jobs/{job['id']}").json()
    assert (done["state"], done["result"]["items"], done["result"]["name"]) == ("done", 3, name)
    answer = program.get(f"/exports/{job['id']}/content")
    content = b"".join(answer.streaming_content)
    assert len(content) == done["result"]["bytes"]
    if form == "bagit":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            assert "bagit/bagit.txt" in tar.getnames()
    elif form == "csv":
        assert shelf["closed"].reference_code in content.decode("utf-8-sig")


def test_exported_log_is_proved_without_the_archive(
    here: Here, watcher: Program, shelf: dict[str, Item], tmp_path: Path
) -> None:
    content = b"".join(watcher.get("/audit/export").streaming_content)
    path = tmp_path / "audit.jsonl"
    path.write_bytes(content)
    report = verify_file(path)
    assert (report.intact, report.entries) == (True, watcher.get("/audit/proof").json()["entries"])


def test_verification_is_started_and_listed(here: Here, program: Program, shelf: dict[str, Item]) -> None:
    job = program.post("/verifications").json()
    assert program.post("/verifications").json()["id"] == job["id"]
    here.run_jobs()
    assert program.get(f"/jobs/{job['id']}").json()["state"] == "done"
    (run,) = program.get("/verifications").json()
    assert (run["objects"], run["damages"]) == (3, 0)
    assert program.get("/store").json()["objects"] == 3
    assert program.get("/store/damages").json()["items"] == []


@pytest.mark.parametrize("moment", ["0343-02-27T13:52:38-17:45", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00"])
def test_log_is_asked_from_any_moment_that_can_be_written(watcher: Program, moment: str) -> None:
    early = watcher.get(f"/audit?since={quote(moment)}")
    assert early.status_code == 200 and early.json()["items"]
    late = watcher.get(f"/audit?since={quote('9999-12-31T23:59:59-14:00')}")
    assert late.status_code == 200 and late.json()["items"] == []
