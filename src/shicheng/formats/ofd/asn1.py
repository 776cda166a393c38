"""Signed values inside an OFD, taken apart: GB/T 38540 and GM/T 0031 seals, GM/T 0010 and PKCS#7 signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import core, parser, x509

from shicheng.formats.types import Certificate

_SIGNED_DATA = ("1.2.156.10197.6.1.4.2.2", "1.2.840.113549.1.7.2")


class Malformed(ValueError):
    """Bytes that are none of the forms known here."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: what was signed, by whose certificate and how; `content` are alternatives for the bytes signed."""

    content: tuple[bytes, ...]
    certificate: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class ElectronicSeal:
    """An electronic seal 电子印章: its picture and the signature of its maker."""

    raw: bytes
    name: str
    picture_type: str
    picture: bytes
    width: float
    height: float
    signers: tuple[bytes, ...]
    maker: Signature


@dataclass(frozen=True, slots=True)
class SignedValue:
    """A signed value; `digest` is that of the signed file where the form holds one, `attached` the file itself."""

    form: str
    signature: Signature
    time: str = ""
    digest: bytes | None = None
    seal: ElectronicSeal | None = None
    attached: bytes | None = None
    digest_algorithm: str = ""
    signer_matched: bool = True
    certificates: tuple[bytes, ...] = field(default=())


def read_signed_value(content: bytes) -> SignedValue:
    """Take a signed value apart; raises `Malformed`."""
    try:
        parts = _parts(core.load(content, strict=True))
        if isinstance(parts[0], core.ObjectIdentifier):
            return _signed_data(parts)
        return _seal_signature(parts)
    except Malformed:
        raise
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise Malformed(str(error)[:200]) from error


def read_seal(content: bytes) -> ElectronicSeal:
    """Take a seal file (Seal.esl) apart; raises `Malformed`."""
    try:
        return _seal(core.load(content, strict=True))
    except Malformed:
        raise
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise Malformed(str(error)[:200]) from error


def common_name(certificate: bytes) -> str:
    """Return the name of the holder of a certificate, "" when it can't be read."""
    try:
        return _name(x509.Certificate.load(certificate).subject.native)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def describe_certificate(certificate: bytes) -> Certificate | None:
    """Return what a certificate says of itself, None when it can't be read."""
    try:
        found = x509.Certificate.load(certificate)
        validity = found["tbs_certificate"]["validity"].native
        return Certificate(
            holder=_name(found.subject.native),
            issuer=_name(found.issuer.native),
            valid_from=validity["not_before"].isoformat(),
            valid_to=validity["not_after"].isoformat(),
            is_own=found.subject == found.issuer,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _name(names: Any) -> str:
    for key in ("common_name", "organizational_unit_name", "organization_name"):
        if found := names.get(key):
            return str(found[0] if isinstance(found, list) else found)
    return ""


def public_key(certificate: bytes) -> tuple[str, bytes]:
    """Return the kind of the key in a certificate and its bytes: ("ec", point) or ("rsa", SubjectPublicKeyInfo)."""
    try:
        found = x509.Certificate.load(certificate)["tbs_certificate"]["subject_public_key_info"]
        kind = found["algorithm"]["algorithm"].native
        if kind == "ec":
            return "ec", bytes(found["public_key"])
        return str(kind), found.dump()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Malformed(str(error)[:200]) from error


def _parts(value: Any) -> list[Any]:
    """Return what a SEQUENCE or SET holds, parsed without a schema."""
    if isinstance(value, core.Asn1Value | _Tagged) and value.contents is not None and value.method == 1:
        return list(_split(value.contents))
    raise Malformed("a structure was expected")


@dataclass(frozen=True, slots=True)
class _Tagged:
    """A value with a tag of its context, which says nothing of its type."""

    class_: int
    method: int
    tag: int
    contents: bytes
    raw: bytes

    def dump(self) -> bytes:
        """Return the value as it was encoded."""
        return self.raw


def _split(content: bytes) -> Iterator[Any]:
    while content:
        class_, method, tag, header, inner, trailer = parser.parse(content)
        raw = header + inner + trailer
        yield core.load(raw) if class_ == 0 else _Tagged(class_, method, tag, inner, raw)
        content = content[len(raw) :]


def _bits(value: Any) -> bytes:
    if not isinstance(value, core.BitString | core.OctetString) or value.contents is None:
        raise Malformed("a bit string was expected")
    return bytes(value.contents[1:] if isinstance(value, core.BitString) else value.contents)


def _bytes(value: Any) -> bytes:
    """Return an OCTET STRING's bytes, or a whole certificate that stands there unwrapped."""
    if isinstance(value, core.OctetString) and value.contents is not None:
        return bytes(value.contents)
    return bytes(value.dump())


def _words(value: Any) -> str:
    if isinstance(value, core.UTCTime | core.GeneralizedTime):
        return str(value.native.isoformat())
    native = value.native
    if isinstance(native, tuple | bytes):
        return bytes(value.contents or b"").lstrip(b"\x00").decode("ascii", "replace")
    return str(native)


def _wrapped(*values: Any) -> bytes:
    """Return the DER of a SEQUENCE of the values as they were encoded."""
    content = b"".join(value.dump() for value in values)
    size = len(content)
    if size < 128:
        return bytes([0x30, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(length)]) + length + content


def _seal_signature(parts: list[Any]) -> SignedValue:
    signed = parts[0]
    inner = _parts(signed)
    seal = _seal(inner[1])
    time = _words(inner[2])
    if len(parts) >= 4:  # GB/T 38540-2020, 6.1: the certificate stands outside of what is signed
        certificate, algorithm, value = _bytes(parts[1]), parts[2].native, _bits(parts[3])
        form = "GB/T 38540"
    else:  # GM/T 0031-2014, 6.1: inside
        certificate, algorithm, value = _bytes(inner[5]), inner[6].native, _bits(parts[1])
        form = "GM/T 0031"
    signature = Signature((signed.dump(),), certificate, str(algorithm), value)
    return SignedValue(form, signature, time, _bits(inner[3]), seal)


def _seal(value: Any) -> ElectronicSeal:
    parts = _parts(value)
    info = parts[0]
    fields = _parts(info)
    properties, picture = _parts(fields[2]), _parts(fields[3])
    if len(parts) >= 4:
        certificate, algorithm, signed = parts[1], parts[2], parts[3]
    else:
        certificate, algorithm, signed = _parts(parts[1])[:3]
    lists = [found for found in properties if isinstance(found, core.Sequence)]
    signers = tuple(
        _bytes(found) for found in (_parts(lists[0]) if lists else []) if isinstance(found, core.OctetString)
    )
    maker = Signature(
        (info.dump(), _wrapped(info, certificate, algorithm)), _bytes(certificate), str(algorithm.native), _bits(signed)
    )
    sizes = [float(found.native) for found in picture[2:4]]
    return ElectronicSeal(
        value.dump(),
        str(properties[1].native),
        str(picture[0].native).lower(),
        _bytes(picture[1]),
        sizes[0],
        sizes[1],
        signers,
        maker,
    )


def _signed_data(parts: list[Any]) -> SignedValue:
    if parts[0].dotted not in _SIGNED_DATA:
        raise Malformed(f"content type {parts[0].dotted}")
    fields = _parts(_parts(parts[1])[0])
    inner = _parts(fields[2])
    attached = None
    if len(inner) > 1:
        held = _parts(inner[1])[0]
        attached = _bytes(held) if isinstance(held, core.OctetString) else None
    certificates: list[bytes] = []
    for held in fields[3:-1]:
        if held.class_ == 2 and held.tag == 0:
            certificates = [found.dump() for found in _parts(held)]
    signers = _parts(fields[-1])
    if not signers or not certificates:
        raise Malformed("no signer or no certificate inside")
    signer = _parts(signers[0])
    serial = _parts(signer[1])[1].native
    own = [found for found in certificates if x509.Certificate.load(found).serial_number == serial]
    digest_algorithm = _parts(signer[2])[0].dotted
    rest = signer[3:]
    content: tuple[bytes, ...] = ()
    digest = None
    time = ""
    if rest[0].class_ == 2 and rest[0].tag == 0:
        attributes = rest[0]
        # Signed attributes are signed as a SET, not with their context tag (RFC 5652, 5.4).
        content = (b"\x31" + attributes.dump()[1:],)
        for attribute in _parts(attributes):
            kind, values = _parts(attribute)[:2]
            if kind.dotted == "1.2.840.113549.1.9.4":
                digest = _bytes(_parts(values)[0])
            elif kind.dotted == "1.2.840.113549.1.9.5":
                time = _words(_parts(values)[0])
        rest = rest[1:]
    signature = Signature(content, (own or certificates)[0], _parts(rest[0])[0].dotted, _bytes(rest[1]))
    return SignedValue(
        "PKCS#7",
        signature,
        time,
        digest,
        attached=attached,
        digest_algorithm=digest_algorithm,
        signer_matched=bool(own),
        certificates=tuple(certificates),
    )
