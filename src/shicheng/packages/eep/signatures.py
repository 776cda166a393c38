"""Electronic signatures of an encapsulation package, shown for what they are.

How the signed bytes are made from 被签名对象 is laid down in the printed standard only, so a signature
is tried over the bytes exactly as they stand. One that holds is proved; one that does not may have been
made over another form of the same content, so it is called not checked, never broken. Whether the
certificate itself is to be trusted is not judged here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from shicheng.kernel import sm2
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_SM2_CURVE = "1.2.156.10197.1.301"
_DIGEST_SIZES = frozenset({16, 20, 32, 48, 64})


class SignatureState(StrEnum):
    """How a signature came out."""

    VALID = "valid"
    NOT_CHECKED = "not_checked"
    NOT_A_SIGNATURE = "not_a_signature"


@dataclass(frozen=True, slots=True)
class EepSignature:
    """One 电子签名 or 锁定签名."""

    identifier: str  # 签名标识符, 修改R-签名S
    layer: int  # 0 is the outermost layer of the package
    signer: str = ""
    time: str = ""
    rule: str = ""
    algorithm: str = ""
    result: str = ""  # Base64 as found
    certificates: tuple[str, ...] = field(default=())  # Base64 as found
    locks: str = ""  # 被锁定签名标识符
    state: SignatureState = SignatureState.NOT_CHECKED
    reason: Message | None = None


def judge(
    *, result: str, certificates: Sequence[str], signed: bytes | None, locks: str
) -> tuple[SignatureState, Message | None]:
    """Return what can honestly be said of a signature; `signed` is None when it was not kept."""
    value = _decode(result)
    if value is None or (not certificates and len(value) in _DIGEST_SIZES):
        return SignatureState.NOT_A_SIGNATURE, _(
            "The signature result is no signature but at most a digest, so it proves nothing about the signer."
        )
    if not certificates:
        return SignatureState.NOT_CHECKED, _("The signature was not checked, because it carries no certificate.")
    if locks:
        return SignatureState.NOT_CHECKED, _(
            "The locking signature was not checked, because the form of the bytes it signs is not known."
        )
    if signed is None:
        return SignatureState.NOT_CHECKED, _("The signature was not checked, because the signed part is too large.")
    certificate = _decode(certificates[0]) or b""
    point = _sm2_point(certificate)
    if point is not None and sm2.available():
        holds = sm2.verify_with_certificate_key(point, signed, value)
        return (SignatureState.VALID, None) if holds else _unproved()
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return SignatureState.NOT_CHECKED, _(
            "The signature was not checked, because its certificate is of a kind that can't be read here."
        )
    return (SignatureState.VALID, None) if _holds(key, value, signed) else _unproved()


def _unproved() -> tuple[SignatureState, Message]:
    return SignatureState.NOT_CHECKED, _(
        "The signature was not checked: it does not hold over the bytes as they stand, "
        "and the form they were signed in is not known. Have it verified with the tool that made it."
    )


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _sm2_point(certificate: bytes) -> bytes | None:
    """The public key in a certificate on the curve of SM2, None if it is of another kind or no point."""
    try:
        key = asn1_x509.Certificate.load(certificate).public_key
        if key["algorithm"]["algorithm"].native != "ec" or key["algorithm"]["parameters"].chosen.dotted != _SM2_CURVE:
            return None
        point = bytes(key["public_key"].native)
        sm2.public_key_from_point(point)
    except (ValueError, TypeError, AttributeError, KeyError, ShichengError):
        return None
    return point


def _holds(key: object, value: bytes, signed: bytes) -> bool:
    for algorithm in (hashes.SHA256(), hashes.SHA1(), hashes.SHA512()):  # noqa: S303  # packages of 2009 use it
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(value, signed, padding.PKCS1v15(), algorithm)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(value, signed, ec.ECDSA(algorithm))
            else:
                return False
        except (InvalidSignature, UnsupportedAlgorithm):
            continue
        return True
    return False
