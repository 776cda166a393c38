"""The description XML gives back exactly what was put in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shicheng.packages.description import (
    NAMESPACE,
    DescribedFile,
    DescriptionError,
    read_description,
    write_description,
)
from shicheng.packages.elements import ELEMENTS
from shicheng.packages.types import ProcessEntry

# Every code point, lone surrogates and control characters too.
ANY_TEXT = st.text(alphabet=st.characters(), max_size=30) | st.text(
    alphabet=st.sampled_from("\x00\x0b\r\n\t \\u0041\ud800\udcff\ufffe\U0001f600<>&\"'档]]>"), max_size=12
)
NAMES = st.sampled_from([element.name for element in ELEMENTS])


def sample_file(**changes: object) -> DescribedFile:
    values: dict[str, object] = {
        "logical_path": "content/0001/正文.pdf",
        "name": "正文.pdf",
        "size": 152933,
        "digests": {"sm3": "ab" * 32, "sha256": "cd" * 32},
        "order": 1,
        "draft_state": "正本",
        "format_name": "Acrobat PDF 1.4",
        "puid": "fmt/18",
        "mime": "application/pdf",
    }
    return DescribedFile(**(values | changes))  # type: ignore[arg-type]  # one table serves all tests


def test_every_element_comes_back() -> None:
    elements = {element.name: f" 值 {element.name}\n" for element in ELEMENTS}
    assert read_description(write_description(elements)).elements == elements


def test_empty_value_is_kept_apart_from_no_value() -> None:
    assert read_description(write_description({"title": ""})).elements == {"title": ""}
    assert read_description(write_description({})).elements == {}


@settings(max_examples=150, deadline=None)
@given(
    elements=st.dictionaries(NAMES, ANY_TEXT, max_size=5),
    extra=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
    system=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
    process=st.lists(st.builds(ProcessEntry, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=2),
    files=st.lists(
        st.builds(
            DescribedFile,
            logical_path=ANY_TEXT.filter(bool),
            name=ANY_TEXT,
            size=st.integers(min_value=0, max_value=1 << 60),
            digests=st.dictionaries(st.sampled_from(["sm3", "sha256", "sha512"]), st.just("ab" * 32)),
            order=st.none() | st.integers(min_value=0, max_value=10**6),
            draft_state=ANY_TEXT,
            format_name=ANY_TEXT,
            format_version=ANY_TEXT,
            puid=ANY_TEXT,
            mime=ANY_TEXT,
            listed_path=ANY_TEXT,
            creating_application=ANY_TEXT,
            note=ANY_TEXT,
        ),
        max_size=2,
    ),
)
def test_any_text_comes_back(
    elements: dict[str, str],
    extra: dict[str, str],
    system: dict[str, str],
    process: list[ProcessEntry],
    files: list[DescribedFile],
) -> None:
    written = write_description(elements, files=files, process=process, system=system, extra=extra)
    found = read_description(written)
    assert (found.elements, found.extra, found.system) == (elements, extra, system)
    assert found.process == process
    assert found.files == files
    again = write_description(
        found.elements, files=found.files, process=found.process, system=found.system, extra=found.extra
    )
    assert again == written


def test_order_of_arguments_does_not_change_the_bytes() -> None:
    one = write_description({"title": "甲", "reference_code": "A-1"}, system={"b": "2", "a": "1"})
    other = write_description({"reference_code": "A-1", "title": "甲"}, system={"a": "1", "b": "2"})
    assert one == other


def test_names_are_those_of_the_metadata_scheme() -> None:
    written = write_description(
        {"reference_code": "G037-WS·2010-Y-JKW-0001", "item_number": "1", "category": "WS", "title": "关于编制的通知"},
        files=[sample_file()],
        process=[ProcessEntry(status="历史行为", action="签发", agent="张三")],
    )
    root = etree.fromstring(written)
    names = {"n": NAMESPACE}
    assert root.findtext("n:内容描述/n:题名", namespaces=names) == "关于编制的通知"
    assert root.findtext("n:档号/n:档号正文", namespaces=names) == "G037-WS·2010-Y-JKW-0001"
    assert root.findtext("n:档号/n:室编件号", namespaces=names) == "1"
    assert root.findtext("n:档号/n:类别号", namespaces=names) == "WS"
    attributes = root.find("n:文件数据/n:文档/n:电子属性", namespaces=names)
    assert attributes is not None
    assert attributes.findtext("n:计算机文件名", namespaces=names) == "正文.pdf"
    assert attributes.findtext("n:计算机文件大小", namespaces=names) == "152933"
    assert attributes.findtext("n:数字摘要[@算法='sm3']", namespaces=names) == "ab" * 32
    assert root.findtext("n:业务实体块/n:业务实体/n:业务行为", namespaces=names) == "签发"


def test_unknown_element_name_is_refused_when_written() -> None:
    with pytest.raises(ValueError, match="colour"):
        write_description({"colour": "red"})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        f'<著录 xmlns="{NAMESPACE}" 版本="2"/>'.encode(),
        f'<著录 xmlns="{NAMESPACE}" 版本="1"><不知道/><a xmlns=""/></著录>'.encode(),
        f'<著录 xmlns="{NAMESPACE}" 版本="1"><内容描述><颜色>红</颜色></内容描述></著录>'.encode(),
        write_description({}, files=[sample_file()]).replace(b">152933<", b">many<"),
        write_description({}, files=[sample_file()]).replace(b"PUID", b"DUIP"),
        write_description({}, files=[sample_file()]).replace("逻辑路径".encode(), "附注".encode()),
        f'<!DOCTYPE x [<!ENTITY e "boom">]><著录 xmlns="{NAMESPACE}" 版本="1"><附注>&e;</附注></著录>'.encode(),
    ],
)
def test_anything_else_is_refused_when_read(content: bytes) -> None:
    with pytest.raises(DescriptionError):
        read_description(content)
