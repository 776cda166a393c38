"""Digests: right, in one pass, whatever the size and the pieces."""

from __future__ import annotations

import hashlib
import io
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel import digests
from shicheng.kernel.digests import MultiHasher, digest_bytes, digest_file, digest_stream

BIG = random.Random(1534).randbytes(3 * digests.CHUNK_BYTES + 12345)


def _expected(content: bytes, names: tuple[str, ...] = digests.STORE_ALGORITHMS) -> dict[str, str]:
    return {name: hashlib.new(name, content).hexdigest() for name in names}


def test_sm3_is_the_sm3_of_the_norm() -> None:
    # GM/T 0004-2012, A.1
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest_bytes(b"abc", "SM3") == expected


@given(st.lists(st.binary(max_size=300)))
def test_pieces_do_not_change_a_digest(pieces: list[bytes]) -> None:
    hasher = MultiHasher()
    for piece in pieces:
        hasher.update(piece)
    assert hasher.hexdigests() == _expected(b"".join(pieces))


@pytest.mark.parametrize("step", [1000, 300_000, digests.CHUNK_BYTES, len(BIG)])
def test_threads_give_the_same_digests(step: int) -> None:
    hasher = MultiHasher()
    for start in range(0, len(BIG), step):
        hasher.update(BIG[start : start + step])
    assert hasher.hexdigests() == _expected(BIG)
    assert hasher.hexdigests() == _expected(BIG)


def test_a_hasher_goes_on_after_its_digests_were_read() -> None:
    hasher = MultiHasher()
    hasher.update(BIG)
    assert hasher.hexdigests() == _expected(BIG)
    hasher.update(b"tail")
    hasher.update(BIG)
    assert hasher.hexdigests() == _expected(BIG + b"tail" + BIG)


def test_a_reused_buffer_does_not_spoil_the_digest() -> None:
    buffer, hasher = bytearray(digests.CHUNK_BYTES), MultiHasher()
    for value in range(5):
        buffer[:] = bytes([value]) * len(buffer)
        hasher.update(memoryview(buffer))
    expected = _expected(b"".join(bytes([value]) * len(buffer) for value in range(5)))
    assert hasher.hexdigests() == expected


class _Dribble(io.RawIOBase):
    """A stream that answers in small pieces, as members of an archive do."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(min(size, 70_001))


def test_a_stream_is_counted_and_copied() -> None:
    copy = io.BytesIO()
    found, length = digest_stream(_Dribble(BIG), ("sm3", "MD5"), copy_to=copy)
    assert (found, length) == (_expected(BIG, ("sm3", "md5")), len(BIG))
    assert copy.getvalue() == BIG


def test_a_target_that_writes_in_parts_gets_everything() -> None:
    class Partial(io.BytesIO):
        def write(self, chunk: object, /) -> int:
            return super().write(memoryview(chunk)[:400_000])  # type: ignore[arg-type]  # bytes

    copy = Partial()
    digest_stream(io.BytesIO(BIG), copy_to=copy)
    assert copy.getvalue() == BIG


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "办公室.txt"
    path.write_bytes(b"")
    assert digest_file(path) == (_expected(b""), 0)
    path.write_bytes(BIG)
    assert digest_file(str(path), ["sha1"]) == (_expected(BIG, ("sha1",)), len(BIG))


def test_a_failing_stream_leaves_no_thread_behind() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 2 * digests.CHUNK_BYTES:
                raise OSError("the carrier cannot be read")
            return super().read(size)

    before = threading.active_count()
    with pytest.raises(OSError, match="carrier"):
        digest_stream(Broken(BIG))
    for thread in threading.enumerate():
        if thread.name.startswith("digest"):
            thread.join(5)
    assert threading.active_count() <= before


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("SHA-256", "sha256"),
        (" sha_512 ", "sha512"),
        ("SM3", "sm3"),
        ("1.2.156.10197.1.401", "sm3"),
        ("MD5", "md5"),
        ("SHA-512/256", "sha512_256"),
        ("SHA3-256", "sha3_256"),
    ],
)
def test_names_of_lists_are_understood(given_name: str, name: str) -> None:
    assert digests.algorithm_name(given_name) == name


@pytest.mark.parametrize("name", ["", "crc32", "shake_128", "sha"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(digests.UnknownAlgorithm, match="sm3") as caught:
        MultiHasher([name])
    assert isinstance(caught.value, ValueError)


def test_a_python_without_sm3_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashlib, "algorithms_available", {"sha512", "sha256", "md5"})
    digests._names.cache_clear()
    try:
        with pytest.raises(digests.AlgorithmUnavailable, match=r"sm3.*OpenSSL"):
            MultiHasher(["SM3"])
    finally:
        digests._names.cache_clear()


def test_broken_algorithms_are_marked_for_verifying_only() -> None:
    assert {"md5", "sha1"} == digests.VERIFY_ONLY
    assert not digests.VERIFY_ONLY & set(digests.STORE_ALGORITHMS)
