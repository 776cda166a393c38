"""SM2: right against a second implementation and against openssl, and safe with bad input."""

from __future__ import annotations

import base64
import ctypes
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gmssl_pyx  # type: ignore[import-untyped]  # it has no stubs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shicheng.kernel import sm2

PRIVATE = sm2.generate_key()
PUBLIC = sm2.public_key(PRIVATE)
POINT = sm2.point_from_public_key(PUBLIC)


def _secret(pem: bytes) -> bytes:
    """Take the 32 bytes of the secret number out of a PKCS #8 text."""
    der = base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    start = der.index(bytes.fromhex("020101 0420")) + 5
    return der[start : start + 32]


def test_sm2_is_available_on_the_machines_we_support() -> None:
    assert sm2.available()


@given(st.binary(max_size=500), st.binary(min_size=1, max_size=40))
def test_a_signature_is_valid_for_its_own_content_key_and_identity_alone(data: bytes, identity: bytes) -> None:
    signature = sm2.sign(PRIVATE, data, identity=identity)
    assert sm2.verify(PUBLIC, data, signature, identity=identity)
    assert not sm2.verify(PUBLIC, data + b"!", signature, identity=identity)
    assert not sm2.verify(PUBLIC, data, signature, identity=identity + b"!")
    assert not sm2.verify(sm2.public_key(sm2.generate_key()), data, signature, identity=identity)


@given(st.binary(max_size=500))
def test_gmssl_accepts_our_signatures(data: bytes) -> None:
    signature = sm2.sign(PRIVATE, data)
    assert gmssl_pyx.sm2_verify(POINT[1:], data, signature)


@given(st.binary(max_size=500))
def test_we_accept_signatures_of_gmssl(data: bytes) -> None:
    signature = gmssl_pyx.sm2_sign(_secret(PRIVATE), POINT[1:], data)
    assert sm2.verify(PUBLIC, data, signature)
    assert not sm2.verify(PUBLIC, data + b"!", signature)


def test_keys_of_gmssl_are_read_from_their_point() -> None:
    public, secret = gmssl_pyx.sm2_key_generate()
    signature = gmssl_pyx.sm2_sign(secret, public, b"records")
    assert sm2.verify_with_certificate_key(b"\x04" + public, b"records", signature)
    assert sm2.point_from_public_key(sm2.public_key_from_point(b"\x04" + public)) == b"\x04" + public


def test_the_text_from_a_point_is_the_text_of_openssl() -> None:
    assert sm2.public_key_from_point(POINT) == PUBLIC


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")


def _openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)


@needs_openssl
def test_the_openssl_command_accepts_our_signatures(tmp_path: Path) -> None:
    for name, content in (("key", PUBLIC), ("data", b"records"), ("signature", sm2.sign(PRIVATE, b"records"))):
        (tmp_path / name).write_bytes(content)
    given_files = ("-inkey", "key", "-in", "data", "-sigfile", "signature")
    options = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    ran = _openssl(tmp_path, "pkeyutl", "-verify", "-pubin", *given_files, *options)
    assert ran.returncode == 0, ran.stderr


@given(st.integers(0, 70), st.integers(1, 255))
def test_one_changed_byte_of_a_signature_is_noticed(place: int, change: int) -> None:
    signature = bytearray(sm2.sign(PRIVATE, b"records"))
    signature[place % len(signature)] ^= change
    assert not sm2.verify(PUBLIC, b"records", bytes(signature))


@pytest.mark.parametrize("signature", [b"", b"0", b"\x30\x00", b"\x00" * 64, b"\xff" * 4000])
def test_what_is_no_signature_is_not_valid(signature: bytes) -> None:
    assert not sm2.verify(PUBLIC, b"records", signature)
    assert sm2.verify(PUBLIC, b"records", sm2.sign(PRIVATE, b"records"))


@pytest.mark.parametrize("pem", [b"", b"no key", PUBLIC[:60]])
def test_what_is_no_key_is_refused(pem: bytes) -> None:
    with pytest.raises(sm2.InvalidKey):
        sm2.sign(pem, b"records")
    with pytest.raises(sm2.InvalidKey):
        sm2.verify(pem, b"records", b"")


@needs_openssl
def test_an_encrypted_key_is_refused_without_asking_for_its_password(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(PRIVATE)
    ran = _openssl(tmp_path, "pkcs8", "-topk8", "-in", "key", "-out", "locked", "-passout", "pass:secret")
    assert ran.returncode == 0, ran.stderr
    with pytest.raises(sm2.InvalidKey, match="encrypted"):
        sm2.sign((tmp_path / "locked").read_bytes(), b"records")


def test_a_key_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(sm2.InvalidKey):
        sm2.sign(other, b"records")


@pytest.mark.parametrize(
    "point",
    [b"", POINT[1:], b"\x02" + POINT[1:33], b"\x04" + b"\x01" * 64, b"\x05" + POINT[1:]],
    ids=["empty", "without its mark", "packed", "not on the curve", "unknown mark"],
)
def test_a_point_off_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(sm2.InvalidKey):
        sm2.public_key_from_point(point)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=100))
def test_two_keys_and_two_signatures_are_never_the_same(data: bytes) -> None:
    assert sm2.generate_key() != sm2.generate_key()
    assert sm2.sign(PRIVATE, data) != sm2.sign(PRIVATE, data)


def test_many_threads_sign_and_verify_at_once() -> None:
    def work(number: int) -> bool:
        data = str(number).encode()
        signature = sm2.sign(PRIVATE, data)
        return sm2.verify(PUBLIC, data, signature) and not sm2.verify(PUBLIC, b"x" + data, signature)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))


def test_without_openssl_the_reason_and_the_next_step_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    for cached in (sm2._library, sm2._works):
        cached.cache_clear()
    try:
        assert not sm2.available()
        with pytest.raises(sm2.SM2Unavailable, match=r"OpenSSL.*Install"):
            sm2.generate_key()
    finally:
        for cached in (sm2._library, sm2._works):
            cached.cache_clear()
