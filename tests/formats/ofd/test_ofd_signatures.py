"""A signature holds only while not one bit of what it protects has changed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from ofd_packaging import SAMPLES, flipped, repacked

from shicheng.formats.ofd.asn1 import Malformed, read_signed_value
from shicheng.formats.ofd.signatures import verify
from shicheng.formats.types import SealState

SIGN = "Doc_0/Signs/Sign_0"


def _states(content: bytes) -> dict[str, SealState]:
    return {seal.kind: seal.state for seal in verify(io.BytesIO(content))}


@pytest.mark.parametrize("name", ["allprotected", "V4RideRight"])
def test_untouched_file_is_valid(name: str) -> None:
    seals = verify(SAMPLES / f"{name}.ofd")
    assert [(seal.kind, seal.state) for seal in seals] == [
        ("digest", SealState.VALID),
        ("signature", SealState.VALID),
        ("seal", SealState.VALID),
    ]
    assert seals[1].signer == "Test Certificate"
    assert "certificate chain was not checked" in str(seals[1].message)


def test_unsigned_file_has_no_seals() -> None:
    assert verify(SAMPLES / "helloworld.ofd") == ()


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("Doc_0/Pages/Page_0/Content.xml", "digest"),
        ("OFD.xml", "digest"),
        ("Doc_0/PublicRes.xml", "digest"),
    ],
)
def test_changed_part_breaks_its_digest_only(part: str, kind: str) -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {part: lambda content: content + b"\n"}))
    assert states.pop(kind) is SealState.INVALID
    assert set(states.values()) == {SealState.VALID}


def test_missing_part_breaks_its_digest() -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {"Doc_0/PublicRes.xml": None}))
    assert states["digest"] is SealState.INVALID


def test_recomputed_digest_does_not_help_the_forger() -> None:
    def forge(content: bytes) -> bytes:
        return content.replace(
            b"8leHbNmudyFqM7JqYVNn5NLkdY2ZMe5jjr9X+TKewbA=", b"AAAAbNmudyFqM7JqYVNn5NLkdY2ZMe5jjr9X+TKewbA="
        )

    states = _states(repacked(SAMPLES / "allprotected.ofd", {f"{SIGN}/Signature.xml": forge}))
    assert states["digest"] is SealState.INVALID
    assert states["signature"] is SealState.INVALID


def test_changed_signature_value_is_invalid() -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {f"{SIGN}/SignedValue.dat": flipped(-1)}))
    assert states == {"digest": SealState.VALID, "signature": SealState.INVALID, "seal": SealState.VALID}


def test_changed_seal_picture_breaks_seal_and_signature() -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {f"{SIGN}/SignedValue.dat": flipped(5000)}))
    assert states["seal"] is SealState.INVALID
    assert states["signature"] is SealState.INVALID


def test_seal_file_of_another_seal_is_told() -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {f"{SIGN}/Seal.esl": flipped(5000)}))
    assert states["seal"] is SealState.INVALID


@pytest.mark.parametrize("part", [f"{SIGN}/Signature.xml", f"{SIGN}/SignedValue.dat"])
def test_removed_signature_is_invalid_not_absent(part: str) -> None:
    assert SealState.INVALID in _states(repacked(SAMPLES / "allprotected.ofd", {part: None})).values()


def test_signed_value_of_no_known_form_is_not_called_valid() -> None:
    states = _states(repacked(SAMPLES / "allprotected.ofd", {f"{SIGN}/SignedValue.dat": b"nothing"}))
    assert states["signature"] is SealState.NOT_CHECKED


def test_integrity_list_is_verified() -> None:
    assert _states((SAMPLES / "hello-integrity.ofd").read_bytes()) == {
        "digest": SealState.VALID,
        "signature": SealState.VALID,
    }


def test_smuggled_file_is_told_by_the_integrity_list() -> None:
    states = _states(repacked(SAMPLES / "hello-integrity.ofd", {"Doc_0/smuggled.bin": b"x"}))
    assert states["digest"] is SealState.INVALID


def test_changed_integrity_list_is_invalid() -> None:
    states = _states(repacked(SAMPLES / "hello-integrity.ofd", {"OFDEntries.xml": lambda content: content + b"\n"}))
    assert states["signature"] is SealState.INVALID


@pytest.mark.parametrize("cut", range(0, 17_000, 613))
def test_cut_signed_value_is_malformed(cut: int) -> None:
    import zipfile

    with zipfile.ZipFile(SAMPLES / "allprotected.ofd") as package:
        content = package.read(f"{SIGN}/SignedValue.dat")
    with pytest.raises(Malformed):
        read_signed_value(content[:cut])


def test_pkcs7_signature_of_a_real_file_breaks_with_its_file(shared_data: Path) -> None:
    source = shared_data / "ofd" / "15-testImageNotFound.ofd"
    states = [seal.state for seal in verify(io.BytesIO(repacked(source, {f"{SIGN}/Signature.xml": _spaced})))]
    # The second signature protects the first one too.
    assert states == [SealState.VALID, SealState.INVALID, SealState.INVALID, SealState.VALID]


def _spaced(content: bytes) -> bytes:
    return content + b" "
