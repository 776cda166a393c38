"""Verifying the seals and signatures of an OFD: every digest, then the mathematics of every signature.

Whether a certificate is trusted, was revoked or had run out is not judged here; every message says so.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from shicheng.formats.ofd import asn1, xml
from shicheng.formats.ofd.container import Container
from shicheng.formats.ofd.errors import UnreadableOfd
from shicheng.formats.ofd.xml import Element
from shicheng.formats.types import Seal, SealState
from shicheng.kernel import sm2
from shicheng.kernel.digests import UnknownAlgorithm, algorithm_name, digest_bytes
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_SM3_ARC = "1.2.156.10197.1.401"  # .1 below it is the plain digest too
_KEYED_SM3 = "1.2.156.10197.1.401.2"  # GM/T 0006-2012: with a key, which the file does not hold
_BY_LENGTH = {16: "md5", 20: "sha1", 32: "sm3", 48: "sha384", 64: "sha512"}
_RSA_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sm3": hashes.SM3,
}
_INTEGRITY_LIST = "OFDEntries.xml"
_SHOWN_NAMES = 5


def verify(source: Path | IO[bytes]) -> tuple[Seal, ...]:
    """Return what every digest and signature in an OFD comes to; raises `UnreadableOfd` when it can't be opened."""
    with Container(source) as container:
        return verify_container(container)


def verify_container(container: Container) -> tuple[Seal, ...]:
    """Verify the signatures of an opened package: for each its digests, its value and the seal in it."""
    seals: list[Seal] = []
    for document in container.documents:
        try:
            parts = document.signature_parts()
        except UnreadableOfd as error:
            seals.append(Seal("digest", SealState.INVALID, message=error.message))
            continue
        for location, part in parts:
            seals.extend(_verify_part(container, location, part))
    seals.extend(_integrity_list(container))
    return tuple(seals)


def seal_pictures(container: Container, page_id: str) -> Iterator[tuple[Element, asn1.ElectronicSeal]]:
    """Yield the stamps on a page: the StampAnnot that places it, and the seal with its picture."""
    for document in container.documents:
        for _location, part in document.signature_parts():
            if part is None:
                continue
            try:
                root = container.xml(part)
                stamps = [found for found in xml.descendants(root, "StampAnnot") if found.get("PageRef", "") == page_id]
                seal = _seal_of(container, root, part) if stamps else None
            except (UnreadableOfd, asn1.Malformed):
                continue
            if seal is not None:
                for stamp in stamps:
                    yield stamp, seal


def _seal_of(container: Container, root: Element, part: str) -> asn1.ElectronicSeal | None:
    value = container.locate(xml.text(root, "SignedValue"), of=part)
    if value is not None:
        try:
            seal = asn1.read_signed_value(container.read(value)).seal
        except (asn1.Malformed, UnreadableOfd):
            seal = None
        if seal is not None:
            return seal
    file = container.locate(xml.text(root, "SignedInfo", "Seal", "BaseLoc"), of=part)
    return asn1.read_seal(container.read(file)) if file is not None else None


def _verify_part(container: Container, location: str, part: str | None) -> Iterator[Seal]:
    try:
        if part is None:
            raise UnreadableOfd(_("The part %(part)s of the OFD is missing.", part=location))
        content = container.read(part)
        root = container.xml(part)
    except UnreadableOfd as error:
        yield Seal("digest", SealState.INVALID, message=error.message)
        return
    info = xml.child(root, "SignedInfo")
    time = xml.text(info, "SignatureDateTime")
    yield _verify_references(container, info, part, time)
    location = xml.text(root, "SignedValue")
    try:
        value_part = container.locate(location, of=part)
        if value_part is None:
            raise UnreadableOfd(_("The part %(part)s of the OFD is missing.", part=location or "SignedValue"))
        value = asn1.read_signed_value(container.read(value_part))
    except UnreadableOfd as error:
        yield Seal("signature", SealState.INVALID, time=time, message=error.message)
        return
    except asn1.Malformed as error:
        yield Seal(
            "signature",
            SealState.NOT_CHECKED,
            time=time,
            message=_("The signed value has none of the forms that can be read here: %(reason)s.", reason=str(error)),
        )
        return
    method = xml.child(info, "References")
    yield _verify_value(value, content, time, method.get("CheckMethod", "") if method is not None else "")
    if value.seal is not None:
        yield _verify_seal(container, value.seal, container.locate(xml.text(info, "Seal", "BaseLoc"), of=part))


def _digest_name(method: str, length: int) -> str:
    """Return the algorithm that a CheckMethod names; the length of the value decides where it names none."""
    if method.startswith(_SM3_ARC):
        return "sm3"
    try:
        name = algorithm_name(method)
    except UnknownAlgorithm:
        name = _BY_LENGTH.get(length, "")
    return name


def _verify_references(container: Container, info: Element | None, part: str, time: str) -> Seal:
    references = xml.child(info, "References")
    method = references.get("CheckMethod", "") if references is not None else ""
    changed: list[str] = []
    covered: set[str] = set()
    names: set[str] = set()
    unknown = False
    for reference in xml.children(references, "Reference"):
        location = reference.get("FileRef", "")
        name = container.locate(location, of=part)
        try:
            expected = base64.b64decode(xml.text(reference, "CheckValue"), validate=False)
        except (binascii.Error, ValueError):
            expected = b""
        algorithm = _digest_name(method, len(expected))
        if not algorithm:
            unknown = True
            continue
        names.add(algorithm)
        try:
            actual = digest_bytes(container.read(name), algorithm) if name is not None else ""
        except UnreadableOfd:
            actual = ""
        except ShichengError:
            unknown = True
            continue
        if name is not None:
            covered.add(name)
        if not actual or not hmac.compare_digest(bytes.fromhex(actual), expected):
            changed.append(location)
    algorithm = ", ".join(sorted(names))
    if method == _KEYED_SM3 and covered and len(changed) >= len(covered):
        return Seal("digest", SealState.NOT_CHECKED, time=time, algorithm=algorithm, message=_keyed())
    if changed:
        text = _(
            "%(count)s of the files protected by the signature were changed or are missing: %(names)s.",
            count=len(changed),
            names=", ".join(changed[:_SHOWN_NAMES]) + (" …" if len(changed) > _SHOWN_NAMES else ""),
        )
        return Seal("digest", SealState.INVALID, time=time, algorithm=algorithm, message=text)
    if unknown or not covered:
        text = _("The signature names no files, or a digest method that is unknown here: %(method)s.", method=method)
        return Seal("digest", SealState.NOT_CHECKED, time=time, algorithm=algorithm, message=text)
    outside = _pages_outside(container, covered)
    text = (
        _(
            "All %(count)s files named in the signature are unchanged, but it does not cover %(names)s.",
            count=len(covered),
            names=", ".join(outside[:_SHOWN_NAMES]),
        )
        if outside
        else _("All %(count)s files named in the signature are unchanged.", count=len(covered))
    )
    return Seal("digest", SealState.VALID, time=time, algorithm=algorithm, message=text)


def _keyed() -> Message:
    return _("The signature names keyed SM3 digests, which can't be computed without the key of the producer.")


def _pages_outside(container: Container, covered: set[str]) -> list[str]:
    parts = [page.part for document in container.documents for page in document.pages]
    return [part for part in parts if part is not None and part not in covered]


def _verify_value(value: asn1.SignedValue, content: bytes, time: str, method: str) -> Seal:
    """Check that the signed value belongs to Signature.xml, and its signature."""
    kind = "signature"
    signature = value.signature
    signer = asn1.common_name(signature.certificate)
    when = value.time or time

    def made(state: SealState, text: Message) -> Seal:
        certificate = asn1.describe_certificate(signature.certificate)
        return Seal(kind, state, signer, when, f"{value.form}: {_algorithm(signature)}", text, certificate)

    candidates = signature.content
    if value.seal is not None or signature.content:
        name = _digest_name(value.digest_algorithm or method, len(value.digest or b""))
        if value.digest is None or not name:
            return made(SealState.NOT_CHECKED, _("The signed value names no digest of the signature file."))
        if bytes.fromhex(digest_bytes(content, name)) != value.digest:
            if method == _KEYED_SM3:
                return made(SealState.NOT_CHECKED, _keyed())
            return made(SealState.INVALID, _("The signature file was changed after it was signed."))
    else:
        name = _digest_name(value.digest_algorithm, 0)
        hashed = bytes.fromhex(digest_bytes(content, name)) if name else b""
        if value.attached is not None and value.attached not in (content, hashed):
            return made(SealState.INVALID, _("The signature is one over something else than this file."))
        # Some producers sign the file, some sign its digest.
        candidates = (content, hashed) if hashed else (content,)
    if value.seal is not None and value.seal.signers and signature.certificate not in value.seal.signers:
        return made(SealState.INVALID, _("The signer is not among those who may use this seal."))
    return made(*_verdict(signature, candidates, value.digest_algorithm))


def _verify_seal(container: Container, seal: asn1.ElectronicSeal, file: str | None) -> Seal:
    """Check the signature of the seal's maker, and that the seal file is the seal that was used."""
    maker = asn1.common_name(seal.maker.certificate)
    state, text = _verdict(seal.maker, seal.maker.content, "")
    if file is not None:
        try:
            same = container.read(file).startswith(seal.raw)
        except UnreadableOfd:
            same = False
        if not same:
            state, text = SealState.INVALID, _("The seal file is not the seal that is inside the signature.")
    return Seal("seal", state, f"{seal.name} ({maker})" if maker else seal.name, "", _algorithm(seal.maker), text)


def _algorithm(signature: asn1.Signature) -> str:
    try:
        kind, _key = asn1.public_key(signature.certificate)
    except asn1.Malformed:
        return signature.algorithm
    return {"ec": "SM2", "rsa": "RSA", "rsassa_pkcs1v15": "RSA"}.get(kind, kind)


def _verdict(signature: asn1.Signature, candidates: tuple[bytes, ...], digest: str) -> tuple[SealState, Message]:
    """Say whether the signature holds over one of the candidates, or why that could not be found out."""
    try:
        kind, key = asn1.public_key(signature.certificate)
        if kind == "ec":
            if not sm2.available():
                return SealState.NOT_CHECKED, _("SM2 can't be computed here: this OpenSSL does not offer it.")
            pem = sm2.public_key_from_point(key)
            value = _der_signature(signature.value)
            holds = any(sm2.verify(pem, content, value) for content in candidates)
        elif kind in ("rsa", "rsassa_pkcs1v15"):
            holds = any(_rsa_holds(key, content, signature, digest) for content in candidates)
        else:
            return SealState.NOT_CHECKED, _("Keys of the kind %(kind)s can't be checked here.", kind=kind)
    except (asn1.Malformed, ShichengError, UnsupportedAlgorithm, ValueError) as error:
        return SealState.NOT_CHECKED, _("The signature can't be checked: %(reason)s.", reason=str(error)[:200])
    if holds:
        return SealState.VALID, _("The signature is mathematically valid; the certificate chain was not checked.")
    return SealState.INVALID, _("The signature does not match what it is said to sign.")


def _der_signature(value: bytes) -> bytes:
    """Return an SM2 signature as DER; some producers write r and s side by side in 64 bytes."""
    if len(value) != 64:
        return value
    parts = b"".join(_der_integer(half) for half in (value[:32], value[32:]))
    return bytes([0x30, len(parts)]) + parts


def _der_integer(half: bytes) -> bytes:
    digits = half.lstrip(b"\x00") or b"\x00"
    if digits[0] & 0x80:
        digits = b"\x00" + digits
    return bytes([0x02, len(digits)]) + digits


def _rsa_holds(key: bytes, content: bytes, signature: asn1.Signature, digest: str) -> bool:
    public = serialization.load_der_public_key(key)
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    name = ""
    for text in (digest, signature.algorithm):
        name = name or _digest_name(text.replace("_rsa", "").replace("rsassa_", ""), 0)
    tried = [name] if name else ["sha256", "sha1", "sha512", "md5"]
    for one in tried:
        try:
            public.verify(signature.value, content, padding.PKCS1v15(), _RSA_HASHES[one]())
        except InvalidSignature:
            continue
        return True
    return False


def _integrity_list(container: Container) -> Iterator[Seal]:
    """Check the list of all files of a package and its signature (GM/T 0099-2020, 7.4)."""
    part = container.locate(_INTEGRITY_LIST)
    if part is None:
        return
    try:
        root = container.xml(part)
        content = container.read(part)
        value_part = container.locate(xml.text(root, "SignedValueLoc"), of=part)
        if value_part is None:
            raise UnreadableOfd(_("The part %(part)s of the OFD is missing.", part="SignedValueLoc"))
        value = asn1.read_signed_value(container.read(value_part))
    except UnreadableOfd as error:
        yield Seal("signature", SealState.INVALID, message=error.message)
        return
    except asn1.Malformed as error:
        text = _("The signed value has none of the forms that can be read here: %(reason)s.", reason=str(error))
        yield Seal("signature", SealState.NOT_CHECKED, message=text)
        return
    time = root.get("CreationDate", "")
    locations = [found.get("FileLoc") or "" for found in xml.descendants(root, "File")]
    listed: set[str] = {container.locate(location, of=part) or location for location in locations}
    present = set(container.names).difference((part, value_part))
    strays, gone = sorted(present - listed), sorted(listed - present)
    if strays or gone:
        text = _(
            "The list of all files of the OFD does not fit: not listed %(strays)s; missing %(gone)s.",
            strays=", ".join(strays[:_SHOWN_NAMES]) or "—",
            gone=", ".join(gone[:_SHOWN_NAMES]) or "—",
        )
        yield Seal("digest", SealState.INVALID, time=time, message=text)
    else:
        text = _(
            "All %(count)s files are on the list and none is there that is not; it holds no digests of them.",
            count=len(listed),
        )
        yield Seal("digest", SealState.VALID, time=time, message=text)
    yield _verify_value(value, content, time, "")
