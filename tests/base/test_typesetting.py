"""Forms are set whatever letters they get."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from shicheng.base.typesetting import set_form

FORM = """#set text(font: ("Noto Serif CJK SC", "Noto Sans CJK SC"), lang: "zh")
#set document(title: "form")
#let data = json(bytes(sys.inputs.data))
#for line in data.lines [#line #parbreak()]
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.typ"
    path.write_text(FORM, "utf-8")
    return path


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("关于印发的通知", "关于印发的通知"),
        ("会议👨‍👩‍👧照片🎉", "照片\\u1f389"),
        ("ภาษาไทย文件", "文件"),
        ("a\u202eb\x07", "a\\u202eb\\u0007"),
        ("\udcff名", "\\udcff名"),
        ("𠀀生僻字\U000323af", "生僻字"),
        ("ᠮᠣᠩᠭᠣᠯ བོད་ཡིག ئۇيغۇر", "\\u"),
        ("#let x = [*_`$", "#letx=[*_`$"),
    ],
)
def test_any_letters_are_set(form: Path, line: str, shown: str) -> None:
    pdf = set_form(form, {"lines": ["档案", line]})
    assert b"pdfaid" in pdf
    assert text_of(pdf).startswith("档案")
    assert shown in text_of(pdf)


def test_form_with_a_mistake_is_no_matter_of_letters(form: Path) -> None:
    form.write_text("#let data = json(bytes(sys.inputs.nothing))", "utf-8")
    with pytest.raises(Exception, match="nothing"):
        set_form(form, {"lines": []})
