"""Messages: kept as a template and values, translated when shown."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel import messages
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Label, Message
from shicheng.kernel.messages import message as _

VALUES = st.dictionaries(st.sampled_from(["path", "count"]), st.none() | st.booleans() | st.integers() | st.text())


@pytest.fixture
def chinese() -> Iterator[None]:
    before = messages._translate
    messages.set_translator({"The file %(path)s is empty.": "文件 %(path)s 是空的。"}.get)  # type: ignore[arg-type]  # all texts here are known
    yield
    messages.set_translator(before)


def test_a_message_is_translated_when_it_is_shown(request: pytest.FixtureRequest) -> None:
    empty = _("The file %(path)s is empty.", path="100%.txt")
    assert str(empty) == "The file 100%.txt is empty."
    request.getfixturevalue("chinese")
    assert str(empty) == "文件 100%.txt 是空的。"


def test_a_message_without_values_may_hold_a_percent_sign() -> None:
    assert str(_("100% of the files were read.")) == "100% of the files were read."


@given(st.text(), VALUES)
def test_messages_survive_being_stored(template: str, params: dict[str, object]) -> None:
    made = Message(template, params)
    assert Message.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_an_error_shows_its_reason_and_the_next_step() -> None:
    error = ShichengError(_("The disk is full."), hint=_("Free some space."))
    assert str(error) == "The disk is full. Free some space."
    assert str(ShichengError(_("The disk is full."))) == "The disk is full."
    assert (error.exit_code, error.http_status) == (1, 400)


def test_a_message_inside_a_message_keeps_its_own_template() -> None:
    inner = _("after %(year)s", year=1949)
    outer = _("A year %(when)s was expected.", when=inner)
    assert Message.from_json(outer.to_json()) == outer


def test_a_label_inside_a_message_is_shown_in_the_language_of_who_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = _("%(element)s is empty.", element=Label("题名", "Title")).to_json()
    read = Message.from_json(json.loads(json.dumps(stored)))
    assert str(read) == "Title is empty."
    monkeypatch.setattr(messages, "_language", lambda: "zh-hans")
    assert str(read) == "题名 is empty."
    assert (
        str(Message.from_json({"template": "%(element)s is empty.", "params": {"element": "题名"}})) == "题名 is empty."
    )
    assert str(Label("届", "")) == "届"
