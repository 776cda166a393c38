"""Descriptions changed by programs: If-Match, single values named, versions, comparison."""

from __future__ import annotations

import pytest

from api.conftest import Program, make_program
from shicheng.holdings.models import Item, ItemVersion

pytestmark = pytest.mark.django_db(transaction=True)

REASON = {"reason": "与原件核对"}


def test_an_edit_goes_on_from_the_state_that_was_read(program: Program, shelf: dict[str, Item]) -> None:
    path = f"/items/{shelf['closed'].pk}"
    tag = program.get(path).headers["ETag"]
    assert program.ask("PATCH", path, {"elements": {"note": "一"}, **REASON}).status_code == 428
    assert program.ask("PATCH", path, {"elements": {"note": "一"}, **REASON}, If_Match='"?"').status_code == 400
    done = program.ask("PATCH", path, {"elements": {"note": "一"}, **REASON}, If_Match=tag)
    assert done.status_code == 200 and done.json()["elements"]["note"] == "一" and done.json()["version"] == 2
    assert done.headers["ETag"] != tag and done.headers["ETag"] == program.get(path).headers["ETag"]
    again = program.ask("PATCH", path, {"elements": {"note": "一"}, **REASON}, If_Match=tag)
    assert again.status_code == 200 and again.json()["version"] == 2  # the same edit sent again is one
    other = program.ask("PATCH", path, {"elements": {"note": "二"}, **REASON}, If_Match=tag)
    assert other.status_code == 412 and other.json()["code"] == "holdings.item.edited_meanwhile"
    assert [(one["name"], "一" in one["detail"]) for one in other.json()["errors"]] == [("note", True)]
    merged = program.ask("PATCH", path, {"elements": {"note": "二"}, **REASON}, If_Match=done.headers["ETag"])
    assert merged.json()["version"] == 3
    assert program.ask("PATCH", path, {"elements": {"note": ""}, **REASON}, If_Match="*").json()["version"] == 4
    assert "note" not in program.get(path).json()["elements"]


def test_what_can_not_stand_is_named_by_element(program: Program, shelf: dict[str, Item]) -> None:
    path = f"/items/{shelf['closed'].pk}"
    tag = program.get(path).headers["ETag"]
    wrong = {"elements": {"date": "某日", "colour": "red", "note": "x\u0000y"}, **REASON}
    refused = program.ask("PATCH", path, wrong, If_Match=tag)
    assert refused.status_code == 422 and refused.json()["code"] == "holdings.item.bad_values"
    assert {one["name"] for one in refused.json()["errors"]} == {"date", "colour", "note"}
    assert program.ask("PATCH", path, {"elements": {}, **REASON}, If_Match=tag).status_code == 422
    assert program.ask("PATCH", path, {"elements": {"note": "x"}, "reason": ""}, If_Match=tag).status_code == 422
    bad = {"elements": {"note": "x"}, "reason": "\ud800"}
    assert program.ask("PATCH", path, bad, If_Match=tag).status_code == 422
    assert not ItemVersion.objects.filter(item=shelf["closed"], version=2).exists()


def test_versions_are_listed_compared_and_restored(program: Program, shelf: dict[str, Item]) -> None:
    path = f"/items/{shelf['closed'].pk}"
    title = program.get(path).json()["title"]
    program.ask("PATCH", path, {"elements": {"title": "另一个题名"}, **REASON}, If_Match="*")
    versions = program.get(f"{path}/versions").json()
    assert [(one["version"], one["changed"], one["is_current"]) for one in versions] == [
        (2, ["title"], True), (1, [], False),
    ]  # fmt: skip
    assert program.get(f"{path}/versions/1").json()["elements"]["title"] == title
    assert program.get(f"{path}/versions/7").status_code == 404
    compared = program.get(f"{path}/compare?first=1&second=2").json()["differences"]
    assert compared == [{"element": "title", "before": title, "after": "另一个题名"}]
    tag = program.get(path).headers["ETag"]
    back = program.ask("POST", f"{path}/versions/1/restore", REASON, If_Match=tag)
    assert back.status_code == 200 and (back.json()["version"], back.json()["title"]) == (3, title)


def test_a_token_without_the_scope_can_not_edit(here: object, shelf: dict[str, Item]) -> None:
    reading = make_program("read")
    path = f"/items/{shelf['closed'].pk}"
    edit = {"elements": {"note": "x"}, **REASON}
    assert reading.get(f"{path}/versions").status_code == 200
    assert reading.ask("PATCH", path, edit, If_Match="*").status_code == 403
    assert make_program("write").ask("PATCH", path, edit, If_Match="*").status_code == 200
