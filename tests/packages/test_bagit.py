"""Bags of every version, sound and broken, built here after RFC 8493 and judged beside python-bagit."""

from __future__ import annotations

import hashlib
import logging
import os
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shicheng.packages.bagit import encode_path, examine_bag, read_bag, validate_bag
from shicheng.packages.bagit.tags import decode_path
from shicheng.packages.description import DescribedFile, write_description
from shicheng.packages.reading import open_tree
from shicheng.packages.types import Limits, PackageKind, ProblemKind

VERSIONS = ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"]
LIMITS = Limits()


def digest(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content).hexdigest()


@dataclass
class Maker:
    """A bag in memory: change what you like, then write it. Manifests are computed unless set."""

    version: str = "1.0"
    payload: dict[str, bytes] = field(default_factory=lambda: {"data/hello.txt": b"hello", "data/子/a.txt": b""})
    algorithms: tuple[str, ...] = ("sha256",)
    tag_algorithms: tuple[str, ...] = ("sha256",)
    encoding: str = "UTF-8"
    declaration: bytes | None = None
    info: str | None = "Source-Organization: 档案馆\n"
    tags: dict[str, bytes | None] = field(default_factory=dict)  # None takes the file out

    def manifest(self, algorithm: str) -> str:
        return "".join(f"{digest(algorithm, c)}  {encode_path(p)}\n" for p, c in self.payload.items())

    def files(self) -> dict[str, bytes]:
        text = f"BagIt-Version: {self.version}\nTag-File-Character-Encoding: {self.encoding}\n"
        made: dict[str, bytes] = {"bagit.txt": text.encode() if self.declaration is None else self.declaration}
        if self.info is not None:
            name = "package-info.txt" if self.version < "0.96" else "bag-info.txt"
            made[name] = self.info.encode(self.encoding)
        for algorithm in self.algorithms:
            made[f"manifest-{algorithm}.txt"] = self.manifest(algorithm).encode(self.encoding)
        made |= {name: content for name, content in self.tags.items() if content is not None}
        for name in [name for name, content in self.tags.items() if content is None]:
            made.pop(name, None)
        for algorithm in self.tag_algorithms:
            if (name := f"tagmanifest-{algorithm}.txt") not in self.tags:
                lines = [f"{digest(algorithm, content)}  {tag}\n" for tag, content in made.items()]
                made[name] = "".join(lines).encode(self.encoding)
        return made | self.payload

    def with_payload(self, path: str, content: bytes) -> Maker:
        """Add a payload file without touching a manifest that is already set."""
        self.payload[path] = content
        return self

    def with_tag(self, name: str, content: bytes) -> Maker:
        self.tags[name] = content
        return self

    def write(self, folder: Path) -> Path:
        bag = folder / "bag"
        (bag / "data").mkdir(parents=True)
        for name, content in self.files().items():
            path = bag / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return bag


def judged_by_python_bagit(path: Path) -> bool:
    logging.disable(logging.CRITICAL)
    try:
        return bool(bagit.Bag(str(path)).is_valid())
    except Exception:
        return False  # what it can't read it does not call valid
    finally:
        logging.disable(logging.NOTSET)


def warnings_of(path: Path) -> list[str]:
    tree = open_tree(path, limits=LIMITS)
    bag = examine_bag(tree, limits=LIMITS)
    tree.close()
    assert bag.findings.errors == []
    return [str(problem.message) for problem in bag.findings.warnings]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sm3", "sha3_256"])
def test_sound_bag_is_valid(tmp_path: Path, version: str, algorithm: str) -> None:
    bag = Maker(version, algorithms=(algorithm,), tag_algorithms=(algorithm,)).write(tmp_path)
    assert validate_bag(bag) == []


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "GB18030"])
def test_tag_files_are_read_in_the_declared_encoding(tmp_path: Path, encoding: str) -> None:
    name = "data/ü.txt" if encoding == "ISO-8859-1" else "data/中文.txt"
    info = "Contact-Name: Müller\n" if encoding == "ISO-8859-1" else "Contact-Name: 张三\n"
    bag = Maker("0.97", payload={name: b"1"}, encoding=encoding, info=info).write(tmp_path)
    assert validate_bag(bag) == []


SOUND: dict[str, Callable[[], Maker]] = {
    "several manifests": lambda: Maker(algorithms=("md5", "sha512", "sm3"), tag_algorithms=("sha1", "sm3")),
    "no tag manifest": lambda: Maker(tag_algorithms=()),
    "no bag-info": lambda: Maker(info=None),
    "no payload file": lambda: Maker(payload={}),
    "right Oxum": lambda: Maker(info="Payload-Oxum: 5.2\n"),
    "repeated and folded labels": lambda: Maker(info="A: 1\nA: 2\n  more\nB:\n"),
    "CRLF": lambda: Maker(
        declaration=b"BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n", info="A: 1\r\nB: 2\r\n"
    ),
    "CR": lambda: Maker(declaration=b"BagIt-Version: 1.0\rTag-File-Character-Encoding: UTF-8\r", info="A: 1\rB: 2\r"),
    "no last line end": lambda: Maker(declaration=b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8"),
    "names to encode": lambda: Maker(payload={"data/a\nb\rc%d%0A.txt": b"1", "data/ b  c ": b"2"}),
    "names to encode, old": lambda: Maker(
        "0.97",
        payload={"data/50%.txt": b"1"},
        tags={"manifest-sha256.txt": f"{digest('sha256', b'1')} data/50%.txt\n".encode()},
    ),
    "bag in a bag": lambda: Maker(payload={f"data/{name}": content for name, content in Maker().files().items()}),
    "capital digest": lambda: Maker(
        tags={
            "manifest-sha256.txt": Maker()
            .manifest("sha256")
            .replace(digest("sha256", b""), digest("sha256", b"").upper())
            .encode()
        }
    ),
    "tag folder": lambda: Maker(tags={"metadata/a/b.xml": b"<a/>"}),
    "fetch done": lambda: Maker(tags={"fetch.txt": b"https://example.org/hello.txt 5 data/hello.txt\n"}),
    "tabs in manifest": lambda: Maker(
        tags={"manifest-sha256.txt": Maker().manifest("sha256").replace("  ", "\t").encode()}
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_bag_that_only_looks_odd_is_valid(tmp_path: Path, name: str) -> None:
    assert validate_bag(SOUND[name]().write(tmp_path)) == []


def lines(text: str, version: str = "1.0") -> Maker:
    """A bag whose only manifest is `text` after the right lines."""
    return Maker(version, tags={"manifest-sha256.txt": (Maker().manifest("sha256") + text).encode()})


H = "0" * 64
# name -> (bag, does python-bagit 1.9 call it valid)
BROKEN: dict[str, tuple[Callable[[], Maker], bool]] = {
    "no bagit.txt": (lambda: Maker(tags={"bagit.txt": None}, declaration=b""), False),
    "empty bagit.txt": (lambda: Maker(declaration=b""), False),
    "BOM in bagit.txt": (
        lambda: Maker(declaration=b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        False,
    ),
    "blank before colon": (
        lambda: Maker(declaration=b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n"),
        True,
    ),
    "two blanks after colon": (
        lambda: Maker(declaration=b"BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n"),
        True,
    ),
    "no blank after colon": (
        lambda: Maker(declaration=b"BagIt-Version:1.0\nTag-File-Character-Encoding: UTF-8\n"),
        True,
    ),
    "blank at line end": (
        lambda: Maker(declaration=b"BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n"),
        True,
    ),
    "lines of bagit.txt swapped": (
        lambda: Maker(declaration=b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n"),
        True,
    ),
    "third line in bagit.txt": (
        lambda: Maker(declaration=b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nA: b\n"),
        True,
    ),
    "blank line in bagit.txt": (
        lambda: Maker(declaration=b"BagIt-Version: 1.0\n\nTag-File-Character-Encoding: UTF-8\n"),
        True,
    ),
    "no encoding": (lambda: Maker(declaration=b"BagIt-Version: 1.0\n"), False),
    "unknown encoding": (lambda: Maker(declaration=b"BagIt-Version: 1.0\nTag-File-Character-Encoding: WTF-8\n"), False),
    "version 2.0": (lambda: Maker(declaration=b"BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"), False),
    "version 0.98": (lambda: Maker(declaration=b"BagIt-Version: 0.98\nTag-File-Character-Encoding: UTF-8\n"), True),
    "version without dot": (
        lambda: Maker(declaration=b"BagIt-Version: 1\nTag-File-Character-Encoding: UTF-8\n"),
        True,
    ),
    "no manifest": (lambda: Maker(algorithms=()), False),
    "only an unknown manifest": (
        lambda: Maker(algorithms=(), tags={"manifest-crc99.txt": b"00  data/hello.txt\n"}),
        False,
    ),
    "changed payload": (lambda: lines(f"{H}  data/x\n").with_payload("data/x", b"x"), False),
    "changed tag file": (
        lambda: Maker(tags={"tagmanifest-sha256.txt": f"{H}  bagit.txt\n".encode()}),
        False,
    ),
    "missing tag file": (lambda: Maker(tags={"tagmanifest-sha256.txt": f"{H}  gone.txt\n".encode()}), False),
    "missing payload": (lambda: lines(f"{H}  data/gone\n"), False),
    "unlisted payload": (lambda: lines("").with_payload("data/extra", b"x"), False),
    "payload in one of two manifests": (
        lambda: Maker(algorithms=("sha256", "md5"), tags={"manifest-md5.txt": b""}),
        True,
    ),
    "wrong Oxum": (lambda: Maker(info="Payload-Oxum: 6.2\n"), False),
    "wrong count in Oxum": (lambda: Maker(info="Payload-Oxum: 5.3\n"), False),
    "Oxum that is none": (lambda: Maker(info="Payload-Oxum: many\n"), False),
    "two Oxums": (lambda: Maker(info="Payload-Oxum: 5.2\nPayload-Oxum: 5.2\n"), True),
    "bag-info without colon": (lambda: Maker(info="no colon here\n"), False),
    "bag-info with blank before colon": (lambda: Maker(info="A : 1\n"), True),
    "bag-info without blank after colon": (lambda: Maker(info="A:1\n"), True),
    "bag-info not in its encoding": (lambda: Maker(tags={"bag-info.txt": b"A: \xff\xfe\n"}), False),
    "absolute path": (lambda: lines(f"{H}  /etc/passwd\n"), False),
    "path upward": (lambda: lines(f"{H}  data/../../etc/passwd\n"), False),
    "path upward inside": (lambda: lines(f"{digest('sha256', b'hello')}  data/x/../hello.txt\n"), False),
    "home path": (lambda: lines(f"{H}  ~/x\n"), False),
    "path with drive": (lambda: lines(f"{H}  C:\\x\n"), False),
    "upward path in tag manifest": (
        lambda: Maker(tags={"tagmanifest-sha256.txt": f"{H}  ../x\n".encode()}),
        False,
    ),
    "payload manifest lists a tag file": (lambda: lines(f"{H}  bagit.txt\n"), False),
    "payload manifest lists a tag file rightly": (
        lambda: lines(f"{digest('sha256', Maker().files()['bagit.txt'])}  bagit.txt\n"),
        False,
    ),
    "tag manifest lists payload": (
        lambda: Maker(tags={"tagmanifest-sha256.txt": f"{digest('sha256', b'hello')}  data/hello.txt\n".encode()}),
        False,
    ),
    "listed twice, digests differ": (lambda: lines(f"{H}  data/hello.txt\n"), False),
    "listed twice, digests agree": (lambda: lines(f"{digest('sha256', b'hello')}  data/hello.txt\n"), False),
    "short digest": (lambda: lines("00  data/hello.txt\n"), False),
    "line without path": (lambda: lines(f"{H}\n"), True),
    "comment in manifest": (lambda: lines("# made by hand\n"), True),
    "manifest not in its encoding": (
        lambda: Maker(
            payload={"data/a": b""}, tags={"manifest-sha256.txt": digest("sha256", b"").encode() + b"  data/a\xff\n"}
        ),
        False,
    ),
    "name not encoded": (
        lambda: Maker(
            payload={"data/a%0Ab": b""}, tags={"manifest-sha256.txt": f"{digest('sha256', b'')}  data/a%0Ab\n".encode()}
        ),
        False,
    ),
    "still to be fetched": (
        lambda: lines(f"{H}  data/x\n").with_tag("fetch.txt", b"https://example.org/x 5 data/x\n"),
        False,
    ),
    "to be fetched and not listed": (
        lambda: Maker(tags={"fetch.txt": b"https://example.org/x 5 data/x\n"}),
        True,
    ),
    "fetch to outside": (lambda: Maker(tags={"fetch.txt": b"https://example.org/x 5 ../x\n"}), False),
    "fetch to home": (lambda: Maker(tags={"fetch.txt": b"https://example.org/x 5 ~/x\n"}), False),
    "fetch of a tag file": (lambda: Maker(tags={"fetch.txt": b"https://example.org/x 5 bag-info.txt\n"}), True),
    "fetch without address": (lambda: Maker(tags={"fetch.txt": b"x 5 data/hello.txt\n"}), False),
    "fetch without length": (lambda: Maker(tags={"fetch.txt": b"https://example.org/x data/hello.txt\n"}), False),
    "fetch of no length": (lambda: Maker(tags={"fetch.txt": b"https://example.org/x five data/hello.txt\n"}), True),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_bag_is_not_valid(tmp_path: Path, name: str) -> None:
    bag = BROKEN[name][0]().write(tmp_path)
    problems = validate_bag(bag)
    assert problems
    assert all(str(problem.message) for problem in problems)


def test_more_is_caught_than_python_bagit_catches(tmp_path: Path) -> None:
    verdicts = {}
    for number, (name, (make, _passes)) in enumerate(BROKEN.items()):
        verdicts[name] = judged_by_python_bagit(make().write(tmp_path / str(number)))
    assert verdicts == {name: passes for name, (_make, passes) in BROKEN.items()}
    assert sum(verdicts.values()) >= 10


WARNED: dict[str, tuple[Callable[[], Maker], str]] = {
    "asterisk": (
        lambda: Maker(tags={"manifest-sha256.txt": Maker().manifest("sha256").replace("  data", " *data").encode()}),
        "binary",
    ),
    "dot and slash": (
        lambda: Maker(tags={"manifest-sha256.txt": Maker().manifest("sha256").replace("data/", "./data/").encode()}),
        "./",
    ),
    "listed twice, old version": (
        lambda: lines(f"{digest('sha256', b'hello')}  data/hello.txt\n", "0.97"),
        "twice",
    ),
    "capitals": (lambda: Maker(payload={"data/a.txt": b"1", "data/A.txt": b"2"}), "capital"),
    "accents composed otherwise": (
        lambda: Maker(
            payload={"data/" + unicodedata.normalize("NFD", "é.txt"): b"1"},
            tags={"manifest-sha256.txt": f"{digest('sha256', b'1')}  data/é.txt\n".encode()},
        ),
        "accents",
    ),
    "tag file in no manifest": (
        lambda: Maker(tags={"tagmanifest-sha256.txt": b""}),
        "no tag manifest",
    ),
    "BOM in bag-info": (lambda: Maker(tags={"bag-info.txt": b"\xef\xbb\xbfA: 1\n"}), "byte-order"),
    "one of two manifests, old version": (
        lambda: Maker("0.97", algorithms=("sha256", "md5"), tags={"manifest-md5.txt": b""}),
        "some manifests",
    ),
    "unknown manifest beside a known": (
        lambda: Maker(tags={"manifest-crc99.txt": b"00 data/hello.txt\n"}),
        "algorithm",
    ),
}


@pytest.mark.parametrize("name", WARNED)
def test_unwise_bag_is_valid_with_a_warning(tmp_path: Path, name: str) -> None:
    make, word = WARNED[name]
    found = warnings_of(make().write(tmp_path))
    assert any(word in text for text in found), found


def test_two_names_that_differ_only_in_accents_are_not_both_taken(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "data/é.txt") for form in ("NFC", "NFD")]
    bag = Maker(payload={names[0]: b"1", names[1]: b"2"}).write(tmp_path)
    assert ProblemKind.DUPLICATE in {problem.kind for problem in validate_bag(bag)}


def test_link_in_payload_is_an_error(tmp_path: Path) -> None:
    bag = Maker().write(tmp_path)
    os.symlink("/etc/hostname", bag / "data/link")
    assert [problem.kind for problem in validate_bag(bag)] == [ProblemKind.LINK]


def test_payload_in_other_version_of_the_rule(tmp_path: Path) -> None:
    assert decode_path("a%25%0d%41", (1, 0)) == "a%\r%41"
    assert decode_path("a%25%0d%41", (0, 97)) == "a%25\r%41"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_path_encoding_comes_back(path: str) -> None:
    assert decode_path(encode_path(path), (1, 0)) == path


def test_changed_byte_is_named_with_both_digests(tmp_path: Path) -> None:
    bag = Maker(algorithms=("md5", "sm3")).write(tmp_path)
    (bag / "data/hello.txt").write_bytes(b"hellO")
    found = {(p.kind, p.path, p.expected, p.found) for p in validate_bag(bag, workers=2)}
    assert found == {
        (ProblemKind.DIGEST, "data/hello.txt", digest(name, b"hello"), digest(name, b"hellO"))
        for name in ("md5", "sm3")
    }


def test_zipped_bag_is_judged_alike(tmp_path: Path) -> None:
    for broken in (False, True):
        path = tmp_path / f"{broken}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in Maker().files().items():
                archive.writestr(f"bag/{name}", content + (b"!" if broken and name == "data/hello.txt" else b""))
        assert [p.kind for p in validate_bag(path)] == ([ProblemKind.DIGEST] if broken else [])


def test_bag_made_by_python_bagit_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "一 二%.txt").write_bytes(b"1")
    bagit.make_bag(str(folder), {"Contact-Name": "张三"}, checksums=["md5", "sha512"])
    problems = validate_bag(folder)
    assert problems == []


def read(path: Path):  # type: ignore[no-untyped-def]  # a short way for the tests below
    return read_bag(open_tree(path, limits=LIMITS), limits=LIMITS)


def test_bag_of_unknown_content_gives_an_item_per_folder(tmp_path: Path) -> None:
    bag = Maker(payload={"data/a/1": b"1", "data/a/2": b"2", "data/b.txt": b"3"}).write(tmp_path)
    with read(bag) as package:
        assert package.kind is PackageKind.BAGIT
        assert package.problems == []
        assert [(i.elements["title"], [f.path for f in i.files]) for i in package.items] == [
            ("b.txt", ["data/b.txt"]),
            ("a", ["data/a/1", "data/a/2"]),
        ]
        assert [file.path for file in package.content] == ["data/b.txt", "data/a/1", "data/a/2"]
        assert package.items[1].files[0].digests == {"sha256": digest("sha256", b"1")}


def test_missing_payload_is_still_listed(tmp_path: Path) -> None:
    with read(lines(f"{H}  data/gone\n").write(tmp_path)) as package:
        assert [f.path for f in package.listed if f.file is None] == ["data/gone"]
        assert [problem.kind for problem in package.problems] == [ProblemKind.STRUCTURE]


def test_bag_with_descriptions_gives_their_items(tmp_path: Path) -> None:
    file = DescribedFile("data/A-1/x.txt", "x.txt", 1, {"sm3": digest("sm3", b"1")}, 1, "正本")
    description = write_description({"reference_code": "A-1", "title": "题"}, files=[file], extra={"甲": "乙"})
    maker = Maker(payload={"data/A-1/x.txt": b"1"}, tags={"metadata/0001/description.xml": description})
    with read(maker.write(tmp_path)) as package:
        (item,) = package.items
        assert (item.ref, item.elements["title"], item.extra) == ("A-1", "题", {"甲": "乙"})
        assert item.files[0].file is package.files["data/A-1/x.txt"]
        assert item.files[0].digests == {"sm3": digest("sm3", b"1"), "sha256": digest("sha256", b"1")}


def test_bag_around_a_transfer_folder_gives_its_items(tmp_path: Path) -> None:
    payload = {
        "data/说明文件.txt": "移交单位：甲\n件数：1\n".encode(),
        "data/归档文件目录.csv": "档号,题名\nA-1,题\n".encode(),
        "data/文件清单.csv": f"档号,路径,字节数,SM3\nA-1,内容/A-1/x.txt,1,{digest('sm3', b'1')}\n".encode(),
        "data/内容/A-1/x.txt": b"1",
    }
    with read(Maker(payload=payload).write(tmp_path)) as package:
        assert package.problems == []
        assert [(i.ref, [f.path for f in i.files]) for i in package.items] == [("A-1", ["内容/A-1/x.txt"])]
        assert package.statement.agency == "甲"
        assert [file.path for file in package.content] == ["内容/A-1/x.txt"]
        assert set(package.items[0].files[0].digests) == {"sm3", "sha256"}
