"""SM2 signatures over SM3 (GB/T 32918.2, GM/T 0009), by the OpenSSL 3 of the system.

Keys travel as PEM, signatures as DER. Every function may be called from several threads at once.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from functools import cache, lru_cache
from typing import Any, Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

DEFAULT_IDENTITY: Final = b"1234567812345678"
"""The identity of the signer where none is agreed (GM/T 0009-2012, 10)."""

_NAMES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll", "libcrypto-3.dll", "libcrypto.so")
_SM2_NID: Final = 1172
_SIGNATURE_BYTES: Final = 128  # two numbers of 32 bytes and their DER take at most 72

# SubjectPublicKeyInfo for id-ecPublicKey on the curve 1.2.156.10197.1.301, up to the point itself.
_POINT_PREFIX: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")

_SIGNATURES: Final[dict[str, tuple[Any, list[Any]]]] = {
    "BIO_new": (c_void_p, [c_void_p]),
    "BIO_s_mem": (c_void_p, []),
    "BIO_new_mem_buf": (c_void_p, [c_char_p, c_int]),
    "BIO_read": (c_int, [c_void_p, c_char_p, c_int]),
    "BIO_free": (c_int, [c_void_p]),
    "PEM_read_bio_PrivateKey": (c_void_p, [c_void_p, c_void_p, c_void_p, c_char_p]),
    "PEM_read_bio_PUBKEY": (c_void_p, [c_void_p, c_void_p, c_void_p, c_char_p]),
    "PEM_write_bio_PrivateKey": (
        c_int,
        [c_void_p, c_void_p, c_void_p, c_char_p, c_int, c_void_p, c_void_p],
    ),
    "PEM_write_bio_PUBKEY": (c_int, [c_void_p, c_void_p]),
    "EVP_PKEY_CTX_new_id": (c_void_p, [c_int, c_void_p]),
    "EVP_PKEY_keygen_init": (c_int, [c_void_p]),
    "EVP_PKEY_keygen": (c_int, [c_void_p, POINTER(c_void_p)]),
    "EVP_PKEY_is_a": (c_int, [c_void_p, c_char_p]),
    "EVP_PKEY_free": (None, [c_void_p]),
    "EVP_MD_CTX_new": (c_void_p, []),
    "EVP_MD_CTX_free": (None, [c_void_p]),
    "EVP_PKEY_CTX_new": (c_void_p, [c_void_p, c_void_p]),
    "EVP_PKEY_CTX_free": (None, [c_void_p]),
    "EVP_PKEY_CTX_set1_id": (c_int, [c_void_p, c_char_p, c_int]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [c_void_p, c_void_p]),
    "EVP_sm3": (c_void_p, []),
    "EVP_DigestSignInit": (c_int, [c_void_p] * 5),
    "EVP_DigestSign": (c_int, [c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t]),
    "EVP_DigestVerifyInit": (c_int, [c_void_p] * 5),
    "EVP_DigestVerify": (c_int, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t]),
    "OpenSSL_version_num": (c_long, []),
    "ERR_clear_error": (None, []),
}


class SM2Unavailable(ShichengError):
    """This machine has no OpenSSL that signs with SM2."""

    code = "kernel.sm2.unavailable"
    exit_code = 3
    http_status = 503


class InvalidKey(ShichengError, ValueError):
    """A text or point that is no SM2 key."""

    code = "kernel.sm2.invalid_key"
    http_status = 422


class SigningFailed(ShichengError):
    """OpenSSL refused to make a key or a signature."""

    code = "kernel.sm2.failed"
    http_status = 500


def available() -> bool:
    """Tell whether SM2 works here, by signing and verifying once."""
    try:
        return _works()
    except ShichengError:
        return False


def generate_key() -> bytes:
    """Return a new private key (PEM, PKCS #8, not encrypted: keep it in a folder of mode 0700)."""
    crypto = _library()
    handle = c_void_p()
    context = crypto.EVP_PKEY_CTX_new_id(_SM2_NID, None)
    try:
        made = (
            bool(context)
            and crypto.EVP_PKEY_keygen_init(context) == 1
            and crypto.EVP_PKEY_keygen(context, byref(handle)) == 1
        )
    finally:
        crypto.EVP_PKEY_CTX_free(context)
    key = _Key(crypto, handle.value)
    if not made:
        raise _failure()
    return _write(lambda bio: crypto.PEM_write_bio_PrivateKey(bio, key.handle, None, None, 0, None, None))


def public_key(pem: bytes) -> bytes:
    """Return the public key (PEM) that belongs to a private key."""
    key = _load(pem, private=True)
    return _write(lambda bio: _library().PEM_write_bio_PUBKEY(bio, key.handle))


def public_key_from_point(point: bytes) -> bytes:
    """Return the public key (PEM) for the 65 bytes `04 x y`, as certificates and seals hold them.

    Raises `InvalidKey` when the point is not on the curve.
    """
    if len(point) != 65 or point[0] != 4:
        raise InvalidKey(
            _("An SM2 public key has 65 bytes that begin with 04, but this has %(count)d.", count=len(point)),
            hint=_("Take the bits of the subject's public key from the certificate."),
        )
    lines = base64.encodebytes(_POINT_PREFIX + point).decode().replace("\n", "")
    wrapped = "\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    pem = f"-----BEGIN PUBLIC KEY-----\n{wrapped}\n-----END PUBLIC KEY-----\n".encode()
    _load_public(pem)
    return pem


def point_from_public_key(pem: bytes) -> bytes:
    """Return the 65 bytes `04 x y` of a public key (PEM)."""
    key = _load_public(pem)
    normal = _write(lambda bio: _library().PEM_write_bio_PUBKEY(bio, key.handle))
    with suppress(binascii.Error):
        der = base64.b64decode(b"".join(normal.splitlines()[1:-1]))
        if der.startswith(_POINT_PREFIX):
            return der[len(_POINT_PREFIX) :]
    raise InvalidKey(_("The public key is not written as a named curve with an uncompressed point."))


def sign(pem: bytes, data: bytes, *, identity: bytes = DEFAULT_IDENTITY) -> bytes:
    """Return the signature (DER) of `data` by a private key (PEM)."""
    crypto, key = _library(), _load(pem, private=True)
    with _context(key, identity) as context:
        length = c_size_t(_SIGNATURE_BYTES)
        buffer = ctypes.create_string_buffer(_SIGNATURE_BYTES)
        if (
            crypto.EVP_DigestSignInit(context, None, crypto.EVP_sm3(), None, key.handle) != 1
            or crypto.EVP_DigestSign(context, buffer, byref(length), data, len(data)) != 1
        ):
            raise _failure()
        return buffer.raw[: length.value]


def verify(public_pem: bytes, data: bytes, signature: bytes, *, identity: bytes = DEFAULT_IDENTITY) -> bool:
    """Tell whether `signature` (DER) over `data` is by the owner of the public key (PEM).

    A signature that is no DER is simply not valid; an unfit key raises `InvalidKey`.
    """
    crypto, key = _library(), _load_public(public_pem)
    with _context(key, identity) as context:
        if crypto.EVP_DigestVerifyInit(context, None, crypto.EVP_sm3(), None, key.handle) != 1:
            raise _failure()
        valid: bool = crypto.EVP_DigestVerify(context, signature, len(signature), data, len(data)) == 1
    if not valid:
        crypto.ERR_clear_error()  # or the next reader of this thread's queue would find our errors
    return valid


def verify_with_certificate_key(
    point: bytes, data: bytes, signature: bytes, *, identity: bytes = DEFAULT_IDENTITY
) -> bool:
    """Do as `verify` with a key given as the 65 bytes of its point, as a certificate holds it."""
    return verify(public_key_from_point(point), data, signature, identity=identity)


class _Key:
    """An OpenSSL key that is freed with this object."""

    def __init__(self, crypto: Any, handle: int | None) -> None:
        self.handle = handle
        self._free = crypto.EVP_PKEY_free

    def __del__(self) -> None:
        self._free(self.handle)


@cache
def _library() -> Any:
    """Load libcrypto and declare what is called; raises `SM2Unavailable`."""
    found = ctypes.util.find_library("crypto")
    for name in dict.fromkeys((*_NAMES[:1], *([found] if found else []), *_NAMES[1:])):
        with suppress(OSError, AttributeError):
            crypto = ctypes.CDLL(name)
            for function, (result, arguments) in _SIGNATURES.items():
                declared = getattr(crypto, function)
                declared.restype, declared.argtypes = result, arguments
            if crypto.OpenSSL_version_num() >= 0x30000000:
                return crypto
    raise SM2Unavailable(
        _("SM2 signatures are not possible here, because no OpenSSL library of version 3 was found."),
        hint=_("Install OpenSSL 3 (the package libssl3 on Debian) and start again."),
    )


@cache
def _works() -> bool:
    private = generate_key()
    return verify(public_key(private), b"shicheng", sign(private, b"shicheng"))


@lru_cache(maxsize=64)
def _load_public(pem: bytes) -> _Key:
    return _load(pem, private=False)


def _load(pem: bytes, *, private: bool) -> _Key:
    crypto = _library()
    read = crypto.PEM_read_bio_PrivateKey if private else crypto.PEM_read_bio_PUBKEY
    bio = crypto.BIO_new_mem_buf(pem, len(pem))
    try:
        # An empty password, not none: with none OpenSSL would ask for it at the terminal.
        key = _Key(crypto, read(bio, None, None, b""))
    finally:
        crypto.BIO_free(bio)
    if not key.handle or crypto.EVP_PKEY_is_a(key.handle, b"SM2") != 1:
        crypto.ERR_clear_error()
        kind = _("a private key") if private else _("a public key")
        raise InvalidKey(
            _("The text given as %(kind)s is not an SM2 key in PEM, or it is encrypted.", kind=kind),
            hint=_("Give an SM2 key on the curve 1.2.156.10197.1.301, without a password."),
        )
    return key


@contextmanager
def _context(key: _Key, identity: bytes) -> Iterator[int]:
    """Make a digest context that knows the signer's identity, and free it afterwards."""
    crypto = _library()
    digest_context = crypto.EVP_MD_CTX_new()
    key_context = crypto.EVP_PKEY_CTX_new(key.handle, None)
    try:
        if not digest_context or not key_context:
            raise _failure()
        if crypto.EVP_PKEY_CTX_set1_id(key_context, identity, len(identity)) != 1:
            raise _failure()
        crypto.EVP_MD_CTX_set_pkey_ctx(digest_context, key_context)
        yield digest_context
    finally:
        crypto.EVP_MD_CTX_free(digest_context)
        crypto.EVP_PKEY_CTX_free(key_context)


def _write(write: Any) -> bytes:
    """Return what `write` puts into a memory buffer of OpenSSL."""
    crypto = _library()
    bio = crypto.BIO_new(crypto.BIO_s_mem())
    try:
        if not bio or write(bio) != 1:
            raise _failure()
        buffer = ctypes.create_string_buffer(4096)
        written = b""
        while (count := crypto.BIO_read(bio, buffer, len(buffer))) > 0:
            written += buffer.raw[:count]
        return written
    finally:
        crypto.BIO_free(bio)


def _failure() -> SigningFailed:
    _library().ERR_clear_error()
    return SigningFailed(
        _("OpenSSL refused to work with this SM2 key."),
        hint=_("Look with `shicheng doctor` whether SM2 works on this machine."),
    )
