"""Encapsulation packages of DA/T 48: what is written can be read, and hostile ones are refused by name."""

from __future__ import annotations

import base64
import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from shicheng.kernel import sm2
from shicheng.packages.eep import SignatureState, is_eep, read_eep, read_eep_file, write_eep_document
from shicheng.packages.eep.names import FORMAT_SENTENCE, NAMESPACE
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.tree import read_folder
from shicheng.packages.types import Limits, PackageFile, PackageKind, ProblemKind, ProcessEntry
from shicheng.packages.writing_types import ExportFile, ExportItem

CREATED = datetime(2025, 3, 31, 9, 0, tzinfo=UTC)


def export_file(name: str, content: bytes, draft_state: str = "正本") -> ExportFile:
    return ExportFile(name, len(content), {}, lambda: io.BytesIO(content), draft_state, "application/pdf")


ITEM = ExportItem(
    ref="G037-WS·2010-Y-JKW-0001",
    elements={
        "reference_code": "G037-WS·2010-Y-JKW-0001",
        "fonds_code": "G037",
        "year": "2010",
        "retention": "永久",
        "item_number": "1",
        "title": "关于<编制>&预算的通知",
        "author": "济南市人大常委会",
        "date": "20100401",
        "secrecy": "公开",
        "grouping": "组合文件",
        "record_id": "G037-WS·2010-Y-JKW-0001",
        "openness": "开放",
        "note": "缺页",
    },
    process=[ProcessEntry("历史行为", "签发", "2010-04-01T09:00:00", "", "同意", "张三")],
    files=[export_file("正文.pdf", b"%PDF-1.4 \x00\xff" * 100_000), export_file("附件1.txt", b"x", "附件")],
)


def read_all(file: PackageFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def written(item: ExportItem = ITEM) -> bytes:
    target = io.BytesIO()
    write_eep_document(item, target, created=CREATED, agency="山东省人大常委会办公厅")
    return target.getvalue()


def layer(kind: str, content: str) -> str:
    return f'<被签名对象 eep版本="2009"><封装包类型>{kind}</封装包类型>{content}</被签名对象>'


def record(title: str, files: str, ref: str = "A-1") -> str:
    return (
        f"<文件实体块><文件实体><聚合层次>文件</聚合层次><档号>{ref}<年度>2010</年度></档号>"
        f"<内容描述><题名>{title}</题名></内容描述><文件数据>{files}</文件数据></文件实体></文件实体块>"
    )


def document(name: str, data: str, data_id: str = "", refers_to: str = "") -> str:
    attributes = (f' 编码数据ID="{data_id}"' if data_id else "") + (
        f' 引用编码数据ID="{refers_to}"' if refers_to else ""
    )
    return (
        f"<文档><文档数据><编码><电子属性><计算机文件名>{name}</计算机文件名></电子属性>"
        f"<编码数据{attributes}>{data}</编码数据></编码></文档数据></文档>"
    )


def package_text(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<电子文件封装包 xmlns="{NAMESPACE}"><版本>2009</版本>{body}</电子文件封装包>'


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def original(files: str, title: str = "原题名") -> str:
    return layer("原始型", f"<封装内容>{record(title, files)}</封装内容>")


def put(folder: Path, content: bytes | str, name: str = "A-1.xml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_written_package_is_read_back(tmp_path: Path) -> None:
    with read_eep_file(put(tmp_path, written()), scratch=tmp_path) as package:
        assert package.kind is PackageKind.EEP
        assert package.problems == []
        (item,) = package.items
        assert item.ref == ITEM.ref
        assert item.elements == ITEM.elements
        assert item.process == list(ITEM.process)
        assert [(f.draft_state, f.size, Path(f.path).name) for f in item.files] == [
            ("正本", 1_100_000, "正文.pdf"),
            ("附件", 1, "附件1.txt"),
        ]
        for listed, exported in zip(item.files, ITEM.files, strict=True):
            assert listed.file is not None
            assert read_all(listed.file) == exported.opener().read()
        assert [file.path for file in package.content] == [f.path for f in item.files]
    assert [path.name for path in tmp_path.iterdir()] == ["A-1.xml"]


def test_fixed_sentence_and_root_are_those_of_the_standard() -> None:
    text = written().decode()
    assert f"<封装包格式描述>{FORMAT_SENTENCE}</封装包格式描述>" in text
    assert (
        text.index("<电子文件封装包")
        < text.index("<被签名对象")
        < text.index("<封装内容>")
        < text.index("<文件实体块>")
    )


class _Zeros(io.RawIOBase):
    """Bytes that nobody has to hold."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # a narrower buffer is enough here
        count = min(len(buffer), self.left, 1000)
        self.left -= count
        buffer[:count] = b"\x01" * count
        return count


def test_large_content_stays_out_of_memory_both_ways(tmp_path: Path) -> None:
    size = 40 << 20

    def opener() -> BinaryIO:
        return io.BufferedReader(_Zeros(size))  # type: ignore[return-value]  # as good as a file here

    item = ExportItem(ref="A-1", elements={}, files=[ExportFile("a.bin", size, {}, opener)])
    tracemalloc.start()
    with (tmp_path / "a.xml").open("wb") as target:
        write_eep_document(item, target, created=CREATED, agency="x")
    with read_eep_file(tmp_path / "a.xml", scratch=tmp_path) as package:
        assert [file.size for file in package.content] == [size]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20


def test_modified_package_shows_the_outer_description_and_the_innermost_files(tmp_path: Path) -> None:
    inner = original(document("正文.txt", b64("正文".encode()), "d1") + document("旧.txt", b64(b"old"), "d2"))
    revised = record("新题名", document("正文.txt", "", refers_to="d1") + document("新.txt", b64(b"new"), "d3"))
    middle = layer(
        "修改型",
        f"<修改封装内容><修改标识符>修改1</修改标识符><原封装包>{inner}</原封装包><修订内容>{revised}</修订内容></修改封装内容>",
    )
    outer = layer(
        "修改型",
        f"<修改封装内容><修改标识符>修改2</修改标识符><原封装包>{middle}</原封装包>"
        f"<修订内容>{record('最新题名', document('正文.txt', '', refers_to='d1'))}</修订内容></修改封装内容>",
    )
    with read_eep_file(put(tmp_path, package_text(outer)), scratch=tmp_path) as package:
        assert package.problems == []
        (item,) = package.items
        assert item.elements["title"] == "最新题名"
        contents = {f.path: read_all(f.file) for f in item.files if f.file}
        assert contents == {
            "A-1/正文.txt": "正文".encode(),
            "A-1/原封装包/新.txt": b"new",
            "A-1/原封装包/旧.txt": b"old",
        }


@pytest.mark.parametrize("data", ["@@@", "YWJj=", "YWJ", "YQ==YQ==", "数据", "YW=Jj"])
def test_broken_base64_is_named_and_left_out(tmp_path: Path, data: str) -> None:
    text = package_text(original(document("坏.txt", data) + document("好.txt", b64(b"good"))))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        (problem,) = package.problems
        assert (problem.kind, problem.path, problem.refused) == (ProblemKind.DAMAGED, "A-1/坏.txt", True)
        assert [file.path for file in package.content] == ["A-1/好.txt"]
        assert [f.file is None for f in package.items[0].files] == [True, False]


def test_base64_in_lines_is_read(tmp_path: Path) -> None:
    lines = base64.encodebytes(bytes(range(256)) * 9).decode().replace("\n", "\r\n  ")
    with read_eep_file(put(tmp_path, package_text(original(document("a", lines)))), scratch=tmp_path) as package:
        assert read_all(next(package.content)) == bytes(range(256)) * 9


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "a/b", "c:\\x"])
def test_name_that_leads_away_stays_a_label(tmp_path: Path, name: str) -> None:
    with read_eep_file(put(tmp_path, package_text(original(document(name, b64(b"1"))))), scratch=tmp_path) as package:
        (file,) = package.content
        assert file.path.startswith("A-1/") and file.path.count("/") == 1
        assert ".." not in file.path.split("/")
        assert file.raw_path == name.encode()
        assert len(package.problems) == 1


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    text = package_text(original(document("a", b64(b"1")) + document("a", b64(b"2"))))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert sorted(read_all(file) for file in package.content) == [b"1", b"2"]


def test_reference_to_missing_content_is_named(tmp_path: Path) -> None:
    text = package_text(original(document("a", "", refers_to="nowhere")))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert [problem.kind for problem in package.problems] == [ProblemKind.DAMAGED]


def test_package_in_gb18030_is_read(tmp_path: Path) -> None:
    head = '<?xml version="1.0" encoding="GB18030"?>'
    text = package_text(original(document("㐂.txt", b64(b"1")), title="中文題名"), head)
    with read_eep_file(put(tmp_path, text.encode("gb18030")), scratch=tmp_path) as package:
        assert package.items[0].elements["title"] == "中文題名"
        assert [file.path for file in package.content] == ["A-1/㐂.txt"]


def test_type_that_does_not_fit_the_content_is_named(tmp_path: Path) -> None:
    text = package_text(original(document("a", b64(b"1"))).replace("原始型", "修改型"))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert [(p.kind, p.expected, p.found) for p in package.problems] == [
            (ProblemKind.STRUCTURE, "原始型", "修改型")
        ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<电子文件封装包",
        package_text("").replace("电子文件封装包", "别的包"),
        '<!DOCTYPE x [<!ENTITY a "b">]>' + package_text(original("&a;"), ""),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + package_text(original(""), ""),
        package_text("<a>" * 2000 + "</a>" * 2000),
        *[
            package_text(original(""), f'<?xml version="1.0" encoding="{name}"?>')
            for name in ("GBX-1", "shift_jis", "utf-7", "nonsense", "base64", "utf-16", "big5")
        ],
        written().decode()[:-400],
    ],
)
def test_hostile_or_broken_package_is_refused(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, text + " " if "封装包" in text else text + "<!--电子文件封装包-->")
    with pytest.raises(UnreadablePackage):
        read_eep_file(path, scratch=tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["A-1.xml"]


def test_more_bytes_than_allowed_end_the_reading(tmp_path: Path) -> None:
    path = put(tmp_path, package_text(original(document("a", b64(b"1" * 5000)))))
    with pytest.raises(UnreadablePackage):
        read_eep_file(path, limits=Limits(total_bytes=4999), scratch=tmp_path)


def test_folder_of_packages_is_one_package_and_the_broken_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "批次"
    folder.mkdir()
    put(folder, package_text(original(document("a", b64(b"1")))), "A-1.xml")
    put(folder, package_text(original(document("a", b64(b"2")))).replace("A-1", "A-2"), "A-2.xml")
    put(folder, package_text("<x>"), "A-3.xml")
    put(folder, "<other/>", "other.xml")
    put(folder, "移交单位：甲\n件数：2\n", "说明文件.txt")
    tree = read_folder(folder, limits=Limits())
    assert not is_eep(tree.files["other.xml"])
    with read_eep(tree, scratch=tmp_path) as package:
        assert [item.ref for item in package.items] == ["A-1", "A-2"]
        assert (package.statement.agency, package.statement.items) == ("甲", 2)
        assert [file.path for file in package.content] == ["other.xml", "A-1/a", "A-2/a"]
        assert [(p.kind, p.path, p.refused) for p in package.problems] == [(ProblemKind.XML, "A-3.xml", True)]


def signed_package(result: str, certificate: str, body: str) -> str:
    block = (
        "<电子签名块><电子签名><签名标识符>修改0-签名1</签名标识符><签名规则>r</签名规则><签名人>李四</签名人>"
        f"<签名结果>{result}</签名结果><证书块>{certificate}</证书块><签名算法标识>RSA</签名算法标识></电子签名></电子签名块>"
    )
    return package_text(body + block)


def certificate_and_key() -> tuple[str, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "李四")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, CREATED, datetime(2035, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    return f"<证书>{b64(certificate)}</证书>", key


@pytest.mark.parametrize(
    ("change", "state"),
    [(False, SignatureState.VALID), (True, SignatureState.NOT_CHECKED)],
)
def test_signature_is_valid_or_not_checked_with_reason(tmp_path: Path, change: bool, state: SignatureState) -> None:
    body = original(document("a", b64(b"1")))
    certificate, key = certificate_and_key()
    result = b64(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))
    text = signed_package(result, certificate, body.replace("原题名", "假题名") if change else body)
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        (signature,) = package.signatures
        assert (signature.state, signature.signer, signature.identifier) == (state, "李四", "修改0-签名1")
        assert (signature.reason is None) is (state is SignatureState.VALID)


@pytest.mark.skipif(not sm2.available(), reason="the OpenSSL under this Python has no SM2")
@pytest.mark.parametrize(("change", "state"), [(False, SignatureState.VALID), (True, SignatureState.NOT_CHECKED)])
def test_sm2_signature_is_verified(tmp_path: Path, change: bool, state: SignatureState) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "李四")])
    key = ec.generate_private_key(ec.SECP256R1())
    plain = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, CREATED, datetime(2035, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    # A certificate on another curve is turned into one for SM2; only its key matters here.
    secret = sm2.generate_key()
    certificate = asn1_x509.Certificate.load(plain)
    info = certificate["tbs_certificate"]["subject_public_key_info"]
    info["algorithm"]["parameters"] = keys.ECDomainParameters(name="named", value="1.2.156.10197.1.301")
    info["public_key"] = keys.ECPointBitString(sm2.point_from_public_key(sm2.public_key(secret)))
    body = original(document("a", b64(b"1")))
    result = b64(sm2.sign(secret, body.encode()))
    text = signed_package(
        result,
        f"<证书>{b64(certificate.dump(force=True))}</证书>",
        body.replace("原题名", "假题名") if change else body,
    )
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert [signature.state for signature in package.signatures] == [state]


@pytest.mark.parametrize("certificate", ["", "!", b64(b"x"), b64(b"0\x82\xff\xff" * 9)])
def test_certificate_that_is_none_is_not_checked(tmp_path: Path, certificate: str) -> None:
    text = signed_package(b64(b"0" * 99), f"<证书>{certificate}</证书>", original(document("a", b64(b"1"))))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert [signature.state for signature in package.signatures] == [SignatureState.NOT_CHECKED]
        assert str(package.signatures[0].reason)


def test_md5_in_the_place_of_a_signature_is_called_what_it_is(tmp_path: Path) -> None:
    text = signed_package(b64(b"0" * 16), "", original(document("a", b64(b"1"))))
    with read_eep_file(put(tmp_path, text), scratch=tmp_path) as package:
        assert [signature.state for signature in package.signatures] == [SignatureState.NOT_A_SIGNATURE]
