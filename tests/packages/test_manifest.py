"""The object's own manifest keeps names byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shicheng.packages.manifest import ManifestEntry, ManifestError, read_manifest, write_manifest

DIGESTS = {"sha512": "a" * 128, "sha256": "b" * 64, "sm3": "c" * 64}
PATHS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.builds(
            ManifestEntry,
            logical_path=PATHS,
            size=st.integers(min_value=0, max_value=1 << 62),
            digests=st.just(DIGESTS),
            original_name=st.none() | st.binary(max_size=255) | PATHS.map(lambda name: name.encode("utf-8")),
        ),
        unique_by=lambda entry: entry.logical_path,
        max_size=5,
    )
)
def test_entries_come_back(entries: list[ManifestEntry]) -> None:
    written = write_manifest(entries)
    assert sorted(read_manifest(written), key=lambda e: e.logical_path) == sorted(entries, key=lambda e: e.logical_path)
    assert write_manifest(reversed(entries)) == written


def test_name_in_gbk_is_kept_as_bytes_and_utf8_as_text() -> None:
    gbk = "附件.txt".encode("gbk")
    written = write_manifest(
        [
            ManifestEntry("content/0001/a", 1, DIGESTS, gbk),
            ManifestEntry("content/0002/b", 1, DIGESTS, "正文.txt".encode()),
            ManifestEntry("metadata/description.xml", 1, DIGESTS),
        ]
    )
    rows = json.loads(written)["files"]
    assert set(rows[0]["name"]) == {"base64"}
    assert rows[1]["name"] == "正文.txt"
    assert "name" not in rows[2]
    assert [entry.original_name for entry in read_manifest(written)] == [gbk, "正文.txt".encode(), None]


def test_entry_without_all_digests_is_refused() -> None:
    with pytest.raises(ValueError, match="sm3"):
        write_manifest([ManifestEntry("a", 1, {"sha512": "a", "sha256": "b"})])


def test_path_twice_is_refused_when_written_and_when_read() -> None:
    entry = ManifestEntry("a", 1, DIGESTS)
    with pytest.raises(ValueError, match="twice"):
        write_manifest([entry, entry])
    document = json.loads(write_manifest([entry]))
    document["files"] *= 2
    with pytest.raises(ManifestError):
        read_manifest(json.dumps(document).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"size": -1},
        {"size": "1"},
        {"size": True},
        {"name": 5},
        {"name": {"base64": "!"}},
        {"colour": "red"},
        {"sm3": None},
        {"path": None},
    ],
)
def test_entry_of_another_form_is_refused(change: dict[str, object]) -> None:
    document = json.loads(write_manifest([ManifestEntry("a", 1, DIGESTS)]))
    document["files"][0].update(change)
    with pytest.raises(ManifestError):
        read_manifest(json.dumps(document).encode())


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"form":"shicheng-manifest","version":2}'])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestError):
        read_manifest(content)
