"""The key the head of the log is signed with. Pure."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from shicheng.audit.errors import KeyExists, KeyMissing
from shicheng.kernel import sm2
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of

KEY_NAME = "audit.key"
PUBLIC_NAME = "audit.pub"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An SM2 key pair; `key_id` is the SM3 of the public key in PEM."""

    private_key: bytes
    public_key: bytes
    key_id: str

    def sign(self, content: bytes) -> bytes:
        """Return the SM2 signature of `content` in DER."""
        return sm2.sign(self.private_key, content)


def key_id(public_key: bytes) -> str:
    """Return the identifier of a public key in PEM."""
    return digest_bytes(public_key.strip() + b"\n", "sm3")


def create_signing_key(keys_path: Path) -> SigningKey:
    """Make a new key in `keys_path`, readable by its owner alone, with the public key beside it.

    Raises `KeyExists` rather than overwrite one, `KeyMissing` if this machine can't make SM2 keys.
    """
    _require_sm2()
    keys_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = sm2.generate_key()
    try:
        handle = os.open(keys_path / KEY_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyExists(
            _("There is a signing key at %(path)s already, and it is not overwritten.", path=keys_path / KEY_NAME),
            hint=_("Move it away first if it must be replaced; keep its public key, old signatures need it."),
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    public = sm2.public_key(pem)
    (keys_path / PUBLIC_NAME).write_bytes(public)
    return SigningKey(pem, public, key_id(public))


def load_signing_key(keys_path: Path) -> SigningKey:
    """Read the key made by `create_signing_key`; raises `KeyMissing`."""
    _require_sm2()
    path = keys_path / KEY_NAME
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise KeyMissing(
            _("The signing key %(path)s can't be read: %(reason)s.", path=path, reason=reason_of(error)),
            hint=_("Run `shicheng init`, which makes one, or put the archive's key back from its safe copy."),
        ) from error
    public = sm2.public_key(pem)
    return SigningKey(pem, public, key_id(public))


def known_public_keys(keys_path: Path) -> dict[str, bytes]:
    """Return the public keys that lie in the keys folder (`audit*.pub`), by their identifier."""
    found = {}
    for path in sorted(keys_path.glob("audit*.pub")):
        pem = path.read_bytes()
        found[key_id(pem)] = pem
    return found


def _require_sm2() -> None:
    if not sm2.available():
        raise KeyMissing(
            _("This machine can't sign with SM2: its OpenSSL has no SM2."),
            hint=_("Install OpenSSL 3 with SM2 and SM3, then try again."),
        )
