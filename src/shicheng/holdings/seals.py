"""What a page says of the signatures and seals in a document: who, when, whether it is whole, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_VERDICTS = ("invalid", "not_checked", "valid")  # the worst of its parts is what a signature comes to
_WRITTEN = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%SZ", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Signing:
    """One act of signing or sealing, with everything that was found out of it."""

    signer: str = ""
    time: str = ""
    seal: str = ""
    state: str = "valid"
    told: list[tuple[str, str, Message]] = field(default_factory=list)  # kind, state and sentence of each part
    certificate: Message | None = None
    is_untrusted: bool = False


def told_seals(found: Sequence[dict[str, Any]]) -> list[Signing]:
    """Put the parts that were verified (digests, signature, seal) together by the act they belong to."""
    signings: list[Signing] = []
    for part in found:
        if part["kind"] == "digest" or not signings or (part["kind"] == "signature" and signings[-1].signer):
            signings.append(Signing())
        _add(signings[-1], part)
    return signings


def _add(one: Signing, part: dict[str, Any]) -> None:
    one.state = min(one.state, part["state"], key=_VERDICTS.index)
    one.time = one.time or _shown_time(part["time"])
    if part["kind"] == "seal":
        one.seal = part["signer"]
    else:
        one.signer = one.signer or part["signer"]
    if part["message"] is not None:
        one.told.append((part["kind"], part["state"], part["message"]))
    if part.get("certificate"):
        one.certificate, one.is_untrusted = _certificate(part["certificate"], part["time"])


def _certificate(told: dict[str, Any], time: str) -> tuple[Message, bool]:
    """Say what the certificate says, and plainly that nobody vouches for it here."""
    names = {
        "holder": told["holder"] or "?",
        "issuer": told["issuer"] or "?",
        "start": told["valid_from"][:10],
        "end": told["valid_to"][:10],
    }
    if told["is_own"]:
        return _(
            "The certificate of %(holder)s was issued by its holder: it is not trusted (%(start)s to %(end)s).", **names
        ), True
    when = _moment(time)
    if when is not None and not told["valid_from"] <= when.isoformat() <= told["valid_to"]:
        return _(
            "The certificate of %(holder)s, issued by %(issuer)s, was not valid when it was signed "
            "(%(start)s to %(end)s): it is not trusted.", **names
        ), True  # fmt: skip
    return _(
        "The certificate of %(holder)s was issued by %(issuer)s (%(start)s to %(end)s). Whether it is trusted or was "
        "revoked is not known here: it was not checked with its issuer.", **names
    ), False  # fmt: skip


def _moment(text: str) -> datetime | None:
    for form in _WRITTEN:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown_time(text: str) -> str:
    found = _moment(text)
    return found.strftime("%Y-%m-%d %H:%M:%S") if found else text
