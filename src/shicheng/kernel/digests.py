"""Digests 数字摘要 of bytes, files and streams: several algorithms in one pass."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from hashlib import _Hash

STORE_ALGORITHMS: Final = ("sha512", "sha256", "sm3")
"""What the store keeps of every file, the content address first."""

VERIFY_ONLY: Final = frozenset({"md5", "sha1"})
"""Broken algorithms: old lists are verified with them, nothing new is promised by them."""

CHUNK_BYTES: Final = 1 << 20
_THREADED_FROM: Final = 256 << 10  # below this, handing a chunk to threads costs more than it gains
_CHUNKS_AHEAD: Final = 2  # one being hashed, one waiting: the reader never gets further ahead

_OIDS: Final = {
    "1.2.156.10197.1.401": "sm3",
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_PUNCTUATION: Final = re.compile(r"[\s\-_/()]+")


class UnknownAlgorithm(ShichengError, ValueError):
    """A name that stands for no digest algorithm known here."""

    code = "kernel.digest.unknown_algorithm"


class AlgorithmUnavailable(ShichengError):
    """A known algorithm that the OpenSSL under this Python does not offer."""

    code = "kernel.digest.unavailable"
    exit_code = 3
    http_status = 503


class SupportsRead(Protocol):
    """Anything that gives bytes when read."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most `size` bytes, none at the end."""


@lru_cache(256)
def algorithm_name(text: str) -> str:
    """Return the hashlib name for the name or object identifier a list gives.

    `SHA-256`, `sha_256` and `2.16.840.1.101.3.4.2.1` are all `sha256`. Raises `UnknownAlgorithm`.
    """
    stripped = text.strip()
    name = _OIDS.get(stripped) or _names().get(_PUNCTUATION.sub("", stripped).lower())
    if name is None:
        raise UnknownAlgorithm(
            _("“%(name)s” is not the name of a digest algorithm known here.", name=stripped),
            hint=_("Use one of: %(names)s.", names=", ".join(sorted(set(_names().values())))),
        )
    return name


def require_available(algorithms: Iterable[str] = STORE_ALGORITHMS) -> None:
    """Raise `AlgorithmUnavailable` unless this Python can compute every algorithm named."""
    for name in algorithms:
        if name not in hashlib.algorithms_available:
            raise AlgorithmUnavailable(
                _(
                    "The digest algorithm %(name)s is missing, because the OpenSSL library "
                    "under this Python was built without it.",
                    name=name,
                ),
                hint=_(
                    "Use a Python that is linked to OpenSSL 1.1.1 or newer with %(name)s "
                    "switched on, such as the one of Debian 12, and start again.",
                    name=name,
                ),
            )


class MultiHasher:
    """Several digests of one sequence of bytes.

    Big chunks are hashed by one thread per algorithm (hashlib releases the interpreter lock), so
    that the slowest algorithm, SM3, is the only limit. Not to be shared between threads.
    """

    def __init__(self, algorithms: Iterable[str] = STORE_ALGORITHMS) -> None:
        self.algorithms = tuple(dict.fromkeys(algorithm_name(name) for name in algorithms))
        require_available(self.algorithms)
        self._hashes = [_new_hash(name) for name in self.algorithms]
        # An executor ends its thread when it is collected: a hasher left half-way leaks nothing.
        self._threads: list[ThreadPoolExecutor] = []
        self._waiting: deque[list[Future[None]]] = deque()

    def update(self, chunk: bytes | bytearray | memoryview) -> None:
        """Add `chunk` to every digest; a mutable chunk may be reused as soon as this returns."""
        if not self._threads:
            if len(self._hashes) < 2 or len(chunk) < _THREADED_FROM:
                for one in self._hashes:
                    one.update(chunk)
                return
            self._threads = [ThreadPoolExecutor(1, "digest") for _name in self.algorithms]
        kept = chunk if isinstance(chunk, bytes) else bytes(chunk)
        if len(self._waiting) >= _CHUNKS_AHEAD:
            _wait(self._waiting.popleft())
        pairs = zip(self._threads, self._hashes, strict=True)
        self._waiting.append([thread.submit(one.update, kept) for thread, one in pairs])

    def hexdigests(self) -> dict[str, str]:
        """Return the lower-case hexadecimal digests of all bytes so far, by algorithm."""
        while self._waiting:
            _wait(self._waiting.popleft())
        for thread in self._threads:
            thread.shutdown()
        self._threads = []
        pairs = zip(self.algorithms, self._hashes, strict=True)
        return {name: one.hexdigest() for name, one in pairs}


def digest_stream(
    stream: SupportsRead,
    algorithms: Iterable[str] = STORE_ALGORITHMS,
    *,
    copy_to: BinaryIO | None = None,
) -> tuple[dict[str, str], int]:
    """Read `stream` to its end and return its digests and its length in bytes.

    Every byte read is also written to `copy_to`, which is neither flushed nor closed.
    """
    hasher = MultiHasher(algorithms)
    length = 0
    while chunk := _read_chunk(stream):
        hasher.update(chunk)
        if copy_to is not None:
            _write_all(copy_to, chunk)
        length += len(chunk)
    return hasher.hexdigests(), length


def digest_file(path: str | Path, algorithms: Iterable[str] = STORE_ALGORITHMS) -> tuple[dict[str, str], int]:
    """Return the digests and the length in bytes of the file at `path`."""
    with Path(path).open("rb", buffering=0) as stream:
        return digest_stream(stream, algorithms)


def digest_bytes(content: bytes, algorithm: str) -> str:
    """Return one hexadecimal digest of `content`."""
    name = algorithm_name(algorithm)
    require_available((name,))
    return _new_hash(name, content).hexdigest()


def _new_hash(name: str, content: bytes = b"") -> _Hash:
    # Old lists must stay verifiable on machines whose policy forbids MD5 and SHA-1 for security.
    return hashlib.new(name, content, usedforsecurity=name not in VERIFY_ONLY)


def _read_chunk(stream: SupportsRead) -> bytes:
    """Read a full chunk even from a stream that answers in small pieces."""
    first = stream.read(CHUNK_BYTES)
    if not first or len(first) >= CHUNK_BYTES:
        return first
    pieces, missing = [first], CHUNK_BYTES - len(first)
    while missing > 0 and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _write_all(target: BinaryIO, chunk: bytes) -> None:
    """Write the whole chunk: an unbuffered file may take only a part at a time."""
    written = target.write(chunk)
    view = memoryview(chunk)
    while written is not None and written < len(chunk):
        written += target.write(view[written:])


def _wait(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()


@cache
def _names() -> dict[str, str]:
    names = {
        _PUNCTUATION.sub("", name).lower(): name
        for name in hashlib.algorithms_available
        # The digests of the shake family have no length of their own.
        if not name.startswith("shake") and name != "md5-sha1"
    }
    return names | {name: name for name in STORE_ALGORITHMS}
