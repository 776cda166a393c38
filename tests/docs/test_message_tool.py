"""Texts are found, kept, compiled, and their faults are named."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from types import ModuleType

import pytest

CODE = """
from django.utils.translation import gettext_lazy, ngettext
from shicheng.kernel.messages import message as _

A = _("The file %(path)s is empty.", path=1)
B = gettext_lazy("Two " "parts")
C = ngettext("%(n)d item", "%(n)d items", 3)
D = _(A)
# xgettext:no-python-format
E = _("%(english)s", english=1)
"""
PAGE = """{% load i18n %}
<p>{% translate "Sign in" %} {{ _("Later") }}</p>
    <p>{% blocktranslate with n=1 %}There are {{ n }} things.{% endblocktranslate %}</p>
<c-button :label="_('Save it')" title="{% translate 'It is kept' %}">它是 X's</c-button>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src" / "templates").mkdir(parents=True)
    (tmp_path / "src" / "code.py").write_text(CODE, "utf-8")
    (tmp_path / "src" / "templates" / "page.html").write_text(PAGE, "utf-8")
    return tmp_path / "src"


@pytest.fixture
def po(tmp_path: Path) -> Path:
    return tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def translate(messages: ModuleType, po: Path, texts: dict[str, str]) -> None:
    catalog = messages.read_catalog(po)
    for message in catalog:
        if message.id:
            name = message.id[0] if isinstance(message.id, tuple) else message.id
            text = texts.get(name, name)
            message.string = (text,) if isinstance(message.id, tuple) else text
    with po.open("wb") as stream:
        messages.write_po(stream, catalog, no_location=True)


def test_texts_of_code_and_templates_are_found(messages: ModuleType, source: Path) -> None:
    found = {message.id for message in messages.extract(source) if message.id}
    assert found == {
        "The file %(path)s is empty.",
        "Two parts",
        ("%(n)d item", "%(n)d items"),
        "%(english)s",
        "Sign in",
        "Later",
        "There are %(n)s things.",
        "Save it",
        "It is kept",
    }


def test_a_complete_catalogue_passes_and_each_fault_is_named(messages: ModuleType, source: Path, po: Path) -> None:
    assert messages.check(po, source)  # there is none yet
    assert messages.update(po, source) == (9, 0)
    assert sum(line.startswith("not translated") for line in messages.check(po, source)) == 9
    good = {
        "The file %(path)s is empty.": "文件%(path)s是空的。",
        "%(english)s": "%(chinese)s",
        "%(n)d item": "%(n)d件",
    }
    translate(messages, po, good)
    assert messages.check(po, source) == []
    translate(messages, po, good | {"The file %(path)s is empty.": "文件%(name)s是空的。"})
    assert [line.split(":")[0] for line in messages.check(po, source)] == ["placeholders differ"]
    translate(messages, po, good)
    (source / "code.py").write_text(CODE.replace("Two ", "Three ") + 'F = _("%s is new")\n', "utf-8")
    assert sorted(line.split(":")[0] for line in messages.check(po, source)) == [
        "no longer in the code",
        "not in the catalogue",
        "not in the catalogue",
        "placeholder without a name",
    ]


def test_a_fuzzy_text_fails(messages: ModuleType, source: Path, po: Path) -> None:
    messages.update(po, source)
    translate(messages, po, {"%(english)s": "%(chinese)s"})
    text = po.read_text("utf-8").replace('msgid "Sign in"', '#, fuzzy\nmsgid "Sign in"')
    po.write_text(text, "utf-8")
    assert messages.check(po, source) == ["fuzzy: 'Sign in'"]


def test_update_keeps_what_was_translated_and_drops_what_is_gone(messages: ModuleType, source: Path, po: Path) -> None:
    messages.update(po, source)
    translate(messages, po, {"Sign in": "登录"})
    (source / "code.py").unlink()
    assert messages.update(po, source) == (0, 4)
    assert messages.read_catalog(po)["Sign in"].string == "登录"
    before = po.read_bytes()
    messages.update(po, source)
    assert po.read_bytes() == before


def test_catalogues_are_compiled_only_when_they_changed(
    messages: ModuleType, source: Path, po: Path, tmp_path: Path
) -> None:
    assert messages.compile_all(tmp_path / "nothing here") == 0
    messages.update(po, source)
    translate(messages, po, {"Sign in": "登录"})
    assert messages.compile_all(tmp_path / "locale") == 1
    assert messages.compile_all(tmp_path / "locale") == 0
    with po.with_suffix(".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Sign in") == "登录"
    os.utime(po, ns=(po.stat().st_atime_ns, po.with_suffix(".mo").stat().st_mtime_ns + 10**9))
    assert messages.compile_all(tmp_path / "locale") == 1
