"""Who may ask for what: a row for every operation, and an operation without a row fails."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from api.conftest import Program
from shicheng.api.house import api
from shicheng.api.models import Subscription
from shicheng.api.rates import buckets
from shicheng.base.db import is_sqlite
from shicheng.cataloguing.models import CatalogueImport, Trial
from shicheng.holdings.models import Item
from shicheng.ingest.models import Transfer, Upload
from shicheng.jobs.models import Job
from shicheng.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = UUID(int=0)
REASON = {"reason": "x"}
EXPLAIN = {"findings": [str(NOBODY)], "why": "void", "reason": "x"}
EDIT = {"elements": {"note": "x"}, "reason": "x"}
CHANGE = {"element": "note", "verb": "set", "value": "x"}
FOLDER = {"name": "x", "files": 1, "bytes": 1}
PEOPLE = ("stranger", "reader", "limited", "archivist", "administrator")
# For each operation: how it is asked for, then the status for each of the people above. `limited` is an archivist of
# another fonds than that of the records asked for.
TABLE: dict[str, tuple[str, str, Any, tuple[int, int, int, int, int]]] = {
    "show_health": ("GET", "/health", None, (200, 200, 200, 200, 200)),
    "show_me": ("GET", "/me", None, (401, 200, 200, 200, 200)),
    "show_description": ("GET", "/openapi.json", None, (200, 200, 200, 200, 200)),
    "list_transfers": ("GET", "/transfers", None, (401, 403, 200, 200, 403)),
    "send_transfer": ("POST", "/transfers?name=a.zip", b"x", (401, 403, 422, 422, 403)),
    "take_path": ("POST", "/transfers/from-path", {"path": "/etc"}, (401, 403, 403, 403, 403)),
    "show_transfer": ("GET", "/transfers/{transfer}", None, (401, 403, 404, 200, 403)),
    "show_transfer_report": ("GET", "/transfers/{transfer}/report", None, (401, 403, 404, 404, 403)),
    "check_transfer": ("POST", "/transfers/{transfer}/check", None, (401, 403, 404, 409, 403)),
    "accept_transfer": ("POST", "/transfers/{transfer}/accept", None, (401, 403, 404, 409, 403)),
    "accept_passing": ("POST", "/transfers/{transfer}/accept-passing", REASON, (401, 403, 404, 409, 403)),
    "return_transfer": ("POST", "/transfers/{transfer}/return", REASON, (401, 403, 404, 409, 403)),
    "resubmit_transfer": ("POST", "/transfers/{transfer}/resubmit?name=a.zip", b"x", (401, 403, 404, 422, 403)),
    "show_receipt": ("GET", "/transfers/{transfer}/receipt", None, (401, 403, 404, 404, 403)),
    "show_uploads_server": ("OPTIONS", "/uploads", None, (401, 403, 204, 204, 403)),
    "list_uploads": ("GET", "/uploads", None, (401, 403, 200, 200, 403)),
    "begin_archive": ("POST", "/uploads", None, (401, 403, 412, 412, 403)),
    "begin_folder": ("POST", "/uploads/folders", FOLDER, (401, 403, 201, 201, 403)),
    "show_upload": ("GET", "/uploads/{upload}", None, (401, 403, 404, 404, 403)),
    "remove_upload": ("DELETE", "/uploads/{upload}", None, (401, 403, 404, 404, 403)),
    "begin_file": ("POST", "/uploads/{upload}/files", None, (401, 403, 412, 412, 403)),
    "ask_offset": ("GET", "/uploads/{upload}/files/{part}", None, (401, 403, 412, 412, 403)),
    "send_piece": ("PATCH", "/uploads/{upload}/files/{part}", b"x", (401, 403, 412, 412, 403)),
    "remove_file": ("DELETE", "/uploads/{upload}/files/{part}", None, (401, 403, 412, 412, 403)),
    "finish_upload": ("POST", "/uploads/{upload}/finish", None, (401, 403, 404, 404, 403)),
    "list_imports": ("GET", "/imports", None, (401, 403, 200, 200, 403)),
    "send_catalogue": ("POST", "/imports?name=a.csv&fonds=L012", b"x", (401, 403, 403, 202, 403)),
    "show_import": ("GET", "/imports/{import}", None, (401, 403, 404, 200, 403)),
    "list_columns": ("GET", "/imports/{import}/columns", None, (401, 403, 404, 200, 403)),
    "fetch_errors": ("GET", "/imports/{import}/errors", None, (401, 403, 404, 404, 403)),
    "list_suspects": ("GET", "/imports/{import}/suspects", None, (401, 403, 404, 200, 403)),
    "list_trials": ("GET", "/imports/trials", None, (401, 403, 200, 200, 403)),
    "try_catalogue": ("POST", "/imports/trials?name=a.csv&fonds=L012", b"x", (401, 403, 403, 202, 403)),
    "show_trial": ("GET", "/imports/trials/{trial}", None, (401, 403, 404, 200, 403)),
    "decide_trial": ("POST", "/imports/trials/{trial}", {}, (401, 403, 404, 409, 403)),
    "start_import": ("POST", "/imports/trials/{trial}/start", None, (401, 403, 404, 409, 403)),
    "fetch_trial_errors": ("GET", "/imports/trials/{trial}/errors", None, (401, 403, 404, 404, 403)),
    "discard_trial": ("DELETE", "/imports/trials/{nobody}", None, (401, 403, 404, 404, 403)),
    "list_mappings": ("GET", "/mappings", None, (401, 403, 200, 200, 403)),
    "save_mapping": ("PUT", "/mappings/x", {"columns": {"x": "nothing"}}, (401, 403, 422, 422, 403)),
    "list_attachments": ("GET", "/attachments", None, (401, 403, 200, 200, 403)),
    "send_files": ("POST", "/attachments?name=a.zip&fonds=L012", b"x", (401, 403, 403, 422, 403)),
    "show_attachment": ("GET", "/attachments/{nobody}", None, (401, 403, 404, 404, 403)),
    "match_again": ("POST", "/attachments/{nobody}", {}, (401, 403, 404, 404, 403)),
    "attach_files": ("POST", "/attachments/{nobody}/attach", None, (401, 403, 404, 404, 403)),
    "fetch_attachment_report": ("GET", "/attachments/{nobody}/report", None, (401, 403, 404, 404, 403)),
    "undo_import": ("POST", "/imports/{import}/undo", REASON, (401, 403, 404, 409, 403)),
    "list_items": ("GET", "/items", None, (200, 200, 200, 200, 200)),
    "show_item": ("GET", "/items/{closed}", None, (404, 404, 404, 200, 404)),
    "list_files": ("GET", "/items/{closed}/files", None, (404, 404, 404, 200, 404)),
    "edit_description": ("PATCH", "/items/{closed}", EDIT, (401, 403, 404, 428, 403)),
    "list_suggestions": ("GET", "/items/{closed}/suggestions", None, (401, 403, 404, 200, 403)),
    "list_versions": ("GET", "/items/{closed}/versions", None, (401, 403, 404, 200, 403)),
    "show_version": ("GET", "/items/{closed}/versions/1", None, (401, 403, 404, 200, 403)),
    "restore_version": ("POST", "/items/{closed}/versions/1/restore", REASON, (401, 403, 404, 428, 403)),
    "compare_versions": ("GET", "/items/{closed}/compare?first=1&second=1", None, (401, 403, 404, 200, 403)),
    "list_history": ("GET", "/items/{closed}/history", None, (401, 403, 404, 200, 403)),
    "show_file": ("GET", "/files/{file}", None, (404, 404, 404, 200, 404)),
    "fetch_file": ("GET", "/files/{file}/content", None, (404, 404, 404, 200, 404)),
    "show_text": ("GET", "/files/{file}/text", None, (404, 404, 404, 200, 404)),
    "list_fonds": ("GET", "/fonds", None, (200, 200, 200, 200, 200)),
    "list_branches": ("GET", "/tree?fonds=L012", None, (200, 200, 200, 200, 200)),
    "find_records": ("GET", "/search?q=*", None, (200, 200, 200, 200, 200)),
    "suggest_records": ("GET", "/search/suggestions?q=L012", None, (200, 200, 200, 200, 200)),
    "list_kinds": ("GET", "/checks", None, (401, 403, 200, 200, 403)),
    "try_batch": ("POST", "/checks?name=a.zip", b"x", (401, 403, 422, 422, 403)),
    "list_reports": ("GET", "/reports", None, (401, 403, 200, 200, 403)),
    "show_report": ("GET", "/reports/{nobody}", None, (401, 403, 404, 404, 403)),
    "fetch_workbook": ("GET", "/reports/{nobody}/workbook", None, (401, 403, 404, 404, 403)),
    "fetch_paper": ("GET", "/reports/{nobody}/paper", None, (401, 403, 404, 404, 403)),
    "sign_check": (
        "POST", "/reports/{nobody}/signatures", {"check": "x", "passed": True}, (401, 403, 404, 404, 403)
    ),
    "list_jobs": ("GET", "/jobs", None, (401, 403, 200, 200, 200)),
    "show_job": ("GET", "/jobs/{job}", None, (401, 403, 404, 200, 200)),
    "cancel_job": ("POST", "/jobs/{job}/cancel", None, (401, 403, 404, 409, 409)),
    "retry_job": ("POST", "/jobs/{job}/retry", None, (401, 403, 404, 409, 409)),
    "show_store": ("GET", "/store", None, (401, 403, 200, 200, 200)),
    "list_damages": ("GET", "/store/damages", None, (401, 403, 200, 200, 200)),
    "list_verifications": ("GET", "/verifications", None, (401, 403, 200, 200, 200)),
    "start_verification": ("POST", "/verifications", None, (401, 403, 202, 202, 202)),
    "list_entries": ("GET", "/audit", None, (401, 403, 403, 403, 403)),
    "export_log": ("GET", "/audit/export", None, (401, 403, 403, 403, 403)),
    "prove_log": ("GET", "/audit/proof", None, (401, 403, 403, 403, 200)),
    "start_export": ("POST", "/exports", {"form": "csv"}, (401, 403, 202, 202, 403)),
    "fetch_export": ("GET", "/exports/{job}/content", None, (401, 403, 404, 404, 403)),
    "list_changes": ("GET", "/changes", None, (401, 403, 200, 200, 403)),
    "preview_change": ("POST", "/changes/preview", CHANGE, (401, 403, 200, 200, 403)),
    "begin_change": ("POST", "/changes", CHANGE | REASON, (401, 403, 202, 202, 403)),
    "show_change": ("GET", "/changes/{nobody}", None, (401, 403, 404, 404, 403)),
    "list_left_out": ("GET", "/changes/{nobody}/left", None, (401, 403, 404, 404, 403)),
    "undo_change": ("POST", "/changes/{nobody}/undo", REASON, (401, 403, 404, 404, 403)),
    "list_authorities": ("GET", "/authorities", None, (401, 403, 200, 200, 403)),
    "add_authority": ("POST", "/authorities", {"kind": "ship", "name": "x"}, (401, 403, 422, 422, 403)),
    "suggest_authorities": ("GET", "/authorities/suggestions?text=x", None, (401, 403, 200, 200, 403)),
    "show_authority": ("GET", "/authorities/{nobody}", None, (401, 403, 404, 404, 403)),
    "change_authority": ("PUT", "/authorities/{nobody}", {"name": "x", "revision": 1}, (401, 403, 404, 404, 403)),
    "list_authority_records": ("GET", "/authorities/{nobody}/records", None, (401, 403, 404, 404, 403)),
    "merge_authority": ("POST", "/authorities/{nobody}/merge", {}, (401, 403, 422, 422, 403)),
    "split_authority": ("POST", "/authorities/{nobody}/split", REASON, (401, 403, 422, 422, 403)),
    "start_printout": ("POST", "/printouts", {"kind": "item-list"}, (401, 403, 202, 202, 403)),
    "fetch_printout": ("GET", "/printouts/{job}/content", None, (401, 403, 404, 404, 403)),
    "list_units": ("GET", "/schemes/units", None, (401, 403, 200, 200, 403)),
    "show_unit": ("GET", "/schemes/units/NONE", None, (401, 403, 404, 404, 403)),
    "put_unit": ("PUT", "/schemes/units/U1", {"name": "x", "fonds": "L012"}, (401, 403, 403, 200, 403)),
    "list_filing_tables": ("GET", "/schemes/units/U1/tables", None, (401, 403, 404, 200, 403)),
    "begin_filing_table": ("POST", "/schemes/units/U1/tables", {}, (401, 403, 404, 201, 403)),
    "show_filing_table": ("GET", "/schemes/units/U1/tables/1", None, (401, 403, 404, 200, 403)),
    "put_filing_table": ("PUT", "/schemes/units/U1/draft", {}, (401, 403, 404, 200, 403)),
    "put_filing_terms": ("PUT", "/schemes/units/U1/draft/terms", {"first": "2026-01-01"}, (401, 403, 404, 200, 403)),
    "submit_filing_table": ("POST", "/schemes/units/U1/draft/submit", {}, (401, 403, 404, 422, 403)),
    "list_filing_rows": ("GET", "/schemes/rows?fonds=L012", None, (401, 403, 200, 200, 403)),
    "show_filing_row": ("GET", "/schemes/rows/{nobody}", None, (401, 403, 404, 404, 403)),
    "list_presets": ("GET", "/schemes/presets", None, (401, 403, 200, 200, 403)),
    "list_requests": ("GET", "/requests", None, (401, 403, 200, 200, 200)),
    "show_request": ("GET", "/requests/Q1", None, (401, 403, 404, 404, 404)),
    "approve_request": ("POST", "/requests/Q1/approve", {}, (401, 403, 404, 404, 404)),
    "refuse_request": ("POST", "/requests/Q1/refuse", REASON, (401, 403, 404, 404, 404)),
    "withdraw_request": ("POST", "/requests/Q1/withdraw", {}, (401, 403, 404, 404, 404)),
    "list_motions": ("GET", "/motions", None, (401, 403, 200, 200, 403)),
    "put_motion": ("PUT", "/motions", {"fonds": "L012", "number": "1", "title": "x"}, (401, 403, 403, 200, 403)),
    "show_motion": ("GET", "/motions/{nobody}", None, (401, 403, 404, 404, 403)),
    "put_answer": ("PUT", "/motions/{nobody}/answers", {"handling_unit": "x"}, (401, 403, 404, 404, 403)),
    "list_pools": ("GET", "/pools", None, (401, 403, 200, 200, 403)),
    "collect_upload": ("POST", "/pools/L012/2017/collect", {}, (401, 403, 422, 422, 403)),
    "list_loose_files": ("GET", "/pools/L012/2017/files", None, (401, 403, 404, 200, 403)),
    "list_proposals": ("GET", "/pools/L012/2017/proposals", None, (401, 403, 404, 200, 403)),
    "list_pool_items": ("GET", "/pools/L012/2017/items", None, (401, 403, 404, 200, 403)),
    "form_items": ("POST", "/pools/L012/2017/items", {}, (401, 403, 422, 422, 403)),
    "form_proposed": ("POST", "/pools/L012/2017/form-proposed", {}, (401, 403, 404, 422, 403)),
    "describe_pool_item": ("PATCH", "/pools/items/{nobody}", {}, (401, 403, 422, 422, 403)),
    "classify_items": ("POST", "/pools/L012/2017/classify", {}, (401, 403, 422, 422, 403)),
    "classify_as_proposed": ("POST", "/pools/L012/2017/classify-proposed", None, (401, 403, 404, 422, 403)),
    "preview_numbers": ("GET", "/pools/L012/2017/numbers", None, (401, 403, 404, 200, 403)),
    "give_numbers": ("POST", "/pools/L012/2017/numbers", {}, (401, 403, 422, 422, 403)),
    "list_filings": ("GET", "/pools/L012/2017/filings", None, (401, 403, 404, 200, 403)),
    "file_items": ("POST", "/pools/L012/2017/filings", {}, (401, 403, 404, 409, 403)),
    "undo_step": ("POST", "/pools/L012/2017/undo", None, (401, 403, 404, 422, 403)),
    "show_fields": ("GET", "/fields/WS", None, (401, 403, 200, 200, 403)),
    "lay_down_fields": ("PUT", "/fields/WS", {}, (401, 403, 422, 422, 403)),
    "show_filing_schema": ("GET", "/filing/schema", None, (200, 200, 200, 200, 200)),
    "push_document": ("POST", "/filing/documents", b"x", (401, 403, 403, 403, 403)),
    "list_receipts": ("GET", "/filing/receipts", None, (401, 403, 404, 404, 403)),
    "show_push_receipt": ("GET", "/filing/receipts/X", None, (401, 403, 404, 404, 403)),
    "return_document": ("POST", "/filing/receipts/X/return", REASON, (401, 403, 404, 404, 403)),
    "list_business_systems": ("GET", "/filing/systems", None, (401, 403, 200, 200, 200)),
    "put_business_system": ("PUT", "/filing/systems/OA", {"name": "x", "unit": "U1"}, (401, 403, 404, 200, 403)),
    "show_business_system": ("GET", "/filing/systems/OA", None, (401, 403, 404, 200, 200)),
    "move_business_system": ("POST", "/filing/systems/OA/state", {"verb": "admit"}, (401, 403, 404, 200, 403)),
    "give_system_token": ("POST", "/filing/systems/OA/token", {}, (401, 403, 404, 201, 201)),
    "list_attempts": ("GET", "/filing/systems/OA/attempts", None, (401, 403, 404, 200, 200)),
    "list_months": ("GET", "/filing/systems/OA/months", None, (401, 403, 404, 200, 200)),
    "show_watch": ("GET", "/watch", None, (401, 403, 200, 200, 403)),
    "look_now": ("POST", "/watch/look", None, (401, 403, 202, 202, 403)),
    "list_findings": ("GET", "/watch/findings", None, (401, 403, 200, 200, 403)),
    "fetch_findings": ("GET", "/watch/findings/table", None, (401, 403, 200, 200, 403)),
    "show_finding": ("GET", "/watch/findings/{nobody}", None, (401, 403, 404, 404, 403)),
    "explain_findings": ("POST", "/watch/explain", EXPLAIN, (401, 403, 422, 422, 403)),
    "reopen_finding": ("POST", "/watch/findings/{nobody}/reopen", REASON, (401, 403, 404, 404, 403)),
    "show_what_came": ("GET", "/watch/units/X", None, (401, 403, 404, 404, 403)),
    "fetch_notice": ("GET", "/watch/units/X/notice", None, (401, 403, 404, 404, 403)),
    "show_terms": ("GET", "/watch/terms", None, (401, 403, 200, 200, 403)),
    "put_terms": ("PUT", "/watch/terms", {"change": {}}, (401, 403, 403, 200, 403)),
    "list_plans": ("GET", "/plans", None, (401, 403, 200, 200, 403)),
    "begin_plan": ("POST", "/plans", {"year": 2031, "origin": "empty"}, (401, 403, 403, 201, 403)),
    "show_plan": ("GET", "/plans/2030", None, (401, 403, 404, 404, 403)),
    "put_plan_lines": ("PUT", "/plans/2030/lines", {"lines": []}, (401, 403, 403, 404, 403)),
    "fetch_plan": ("GET", "/plans/2030/workbook", None, (401, 403, 404, 404, 403)),
    "take_plan": ("POST", "/plans/2030/workbook?name=a.xlsx", b"x", (401, 403, 403, 422, 403)),
    "submit_plan": ("POST", "/plans/2030/submit", {}, (401, 403, 403, 404, 403)),
    "count_plan": ("POST", "/plans/2030/count", None, (401, 403, 404, 404, 403)),
    "close_plan": ("POST", "/plans/2030/close", None, (401, 403, 403, 404, 403)),
    "list_acquisitions": ("GET", "/acquisitions", None, (401, 403, 200, 200, 403)),
    "note_acquisition": ("POST", "/acquisitions", {"title": "x"}, (401, 403, 422, 422, 403)),
    "count_acquisitions": ("GET", "/acquisitions/years", None, (401, 403, 200, 200, 403)),
    "show_acquisition": ("GET", "/acquisitions/A1", None, (401, 403, 404, 404, 403)),
    "change_acquisition": ("PUT", "/acquisitions/A1", {"title": "x"}, (401, 403, 404, 404, 403)),
    "add_opinion": (
        "POST", "/acquisitions/A1/opinions", {"person": "x", "verdict": "accept"}, (401, 403, 404, 404, 403)
    ),
    "move_acquisition": ("POST", "/acquisitions/A1/moves", {"verb": "examine"}, (401, 403, 404, 404, 403)),
    "put_deed": ("PUT", "/acquisitions/A1/deed", {}, (401, 403, 404, 404, 403)),
    "add_cost": ("POST", "/acquisitions/A1/costs", {"kind": "price", "amount": "1"}, (401, 403, 404, 404, 403)),
    "issue_paper": ("POST", "/acquisitions/A1/issued", {"kind": "letter"}, (401, 403, 404, 404, 403)),
    "keep_acquisition_paper": ("POST", "/acquisitions/A1/papers?name=a.pdf", b"x", (401, 403, 404, 404, 403)),
    "fetch_acquisition_paper": ("GET", "/acquisitions/A1/papers/{nobody}", None, (401, 403, 404, 404, 403)),
    "bring_in_files": ("POST", "/acquisitions/A1/files?name=a.txt", b"x", (401, 403, 404, 404, 403)),
    "list_donors": ("GET", "/donors", None, (401, 403, 200, 200, 403)),
    "show_donor": ("GET", "/donors/D1", None, (401, 403, 404, 404, 403)),
    "put_donor": ("PUT", "/donors/D1", {"name": "x"}, (401, 403, 404, 404, 403)),
    "list_events": ("GET", "/major-events", None, (401, 403, 200, 200, 403)),
    "note_event": (
        "POST", "/major-events", {"name": "x", "fonds": "L012", "begins": "2026-01-01"}, (401, 403, 403, 201, 403)
    ),
    "list_late_lines": ("GET", "/major-events/late", None, (401, 403, 200, 200, 403)),
    "show_event": ("GET", "/major-events/E2026-0001", None, (401, 403, 404, 200, 403)),
    "put_event": (
        "PUT", "/major-events/E2026-0001", {"name": "y", "fonds": "L012", "begins": "2026-01-01"},
        (401, 403, 403, 200, 403),
    ),
    "put_plan_line": (
        "PUT", "/major-events/E2026-0001/plan", {"what": "x", "form": "text"}, (401, 403, 404, 200, 403)
    ),
    "remove_plan_line": ("DELETE", "/major-events/E2026-0001/plan/{nobody}", None, (401, 403, 404, 200, 403)),
    "list_event_records": ("GET", "/major-events/E2026-0001/records", None, (401, 403, 404, 200, 403)),
    "find_event_records": (
        "POST", "/major-events/E2026-0001/find", {"words": ["xx"]}, (401, 403, 404, 200, 403)
    ),
    "link_event_records": ("POST", "/major-events/E2026-0001/link", {}, (401, 403, 404, 200, 403)),
    "unlink_event_records": ("POST", "/major-events/E2026-0001/unlink", {"links": []}, (401, 403, 404, 200, 403)),
    "close_event": ("POST", "/major-events/E2026-0001/close", None, (401, 403, 404, 200, 403)),
    "list_webhooks": ("GET", "/webhooks", None, (401, 403, 403, 403, 200)),
    "make_webhook": (
        "POST", "/webhooks", {"url": "http://localhost/x", "events": ["*"]}, (401, 403, 403, 403, 422)
    ),
    "remove_webhook": ("DELETE", "/webhooks/{nobody}", None, (401, 403, 403, 403, 404)),
    "list_deliveries": ("GET", "/webhooks/{nobody}/deliveries", None, (401, 403, 403, 403, 404)),
    "retry_delivery": ("POST", "/webhooks/{nobody}/deliveries/{nobody}/retry", None, (401, 403, 403, 403, 404)),
}  # fmt: skip


def operations() -> set[str]:
    """The ids of every operation there is."""
    return {one["operationId"] for methods in api.get_openapi_schema()["paths"].values() for one in methods.values()}


def test_every_operation_has_a_row() -> None:
    assert operations() == set(TABLE)


@pytest.mark.skipif(not is_sqlite(), reason="there every operation is asked by schemathesis")
def test_each_may_do_what_their_role_and_fonds_allow(people: dict[str, Program], shelf: dict[str, Item]) -> None:
    closed = shelf["closed"]
    transfer = Transfer.objects.create(
        number="2026-0009", state="stored", name="x", fonds_code="L012", items=1, announced_at=clock.now()
    )
    job = Job.objects.create(name="test.done", state="done", actor_kind="system", actor_name="system")
    upload = Upload.objects.create(
        owner=NOBODY, owner_name="x", kind="folder", name="x", begun_at=clock.now(), touched_at=clock.now()
    )
    made = CatalogueImport.objects.create(
        number="C2026-0009", name="x", source="x", fonds_code="L012", digest="x", received_by="x",
        received_at=clock.now(),
    )  # fmt: skip
    trial = Trial.objects.create(
        state="trying", name="x", source="x", digest="x", made_by="x", made_at=clock.now(),
    )  # fmt: skip
    names = {
        "trial": trial.pk,
        "import": made.number,
        "transfer": transfer.number,
        "closed": closed.pk,
        "file": closed.files.get(name="说明.txt").pk,
        "job": job.pk,
        "upload": upload.pk,
        "part": "0" * 32,
        "nobody": NOBODY,
    }
    wrong = []
    for operation, (method, path, body, expected) in TABLE.items():
        buckets._buckets.clear()  # a stranger may not ask that often
        for name, status in zip(PEOPLE, expected, strict=True):
            answer = people[name].ask(method, path.format(**names), body)
            if answer.status_code != status:
                wrong.append(f"{operation} by {name}: {answer.status_code} instead of {status}")
            elif status >= 400:
                assert answer.headers["Content-Type"] == "application/problem+json", operation
                assert answer.json()["status"] == status
            if getattr(answer, "streaming", False):
                answer.close()
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
    assert Transfer.objects.get().state == "stored"
    assert not Subscription.objects.exists()


def test_lists_show_strangers_and_other_fonds_nothing_closed(
    people: dict[str, Program], shelf: dict[str, Item]
) -> None:
    from shicheng.search.follower import follow_once
    from shicheng.settings import current

    follow_once(current().index_path)

    def seen(name: str) -> tuple[set[str], set[str]]:
        items = {one["ref"] for one in people[name].get("/items").json()["items"]}
        return items, {one["ref"] for one in people[name].get("/search?q=*").json()["hits"]}

    opened, closed, other = (shelf[name].reference_code for name in ("open", "closed", "other"))
    for name, wanted in (
        ("stranger", {opened}), ("reader", {opened}), ("administrator", {opened}), ("limited", {opened, other}),
        ("archivist", {opened, closed, other}),
    ):  # fmt: skip
        assert seen(name) == (wanted, wanted), name
    assert sum(one["count"] for one in people["stranger"].get("/fonds").json()) == 1


def test_session_of_the_desk_opens_nothing_here(here: object) -> None:
    from django.test import Client

    from builders.shelves import make_user
    from shicheng.people.types import Role

    client = Client()
    client.force_login(make_user("wu", Role.ARCHIVIST))
    assert client.get("/api/v1/transfers").status_code == 401
