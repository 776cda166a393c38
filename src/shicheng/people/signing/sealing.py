"""Sealing what must be read again, such as secrets of TOTP, with a key that does not lie in the database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.people.signing.errors import BadFactor

KEY_NAME: Final = "factors.key"


def seal(secret: bytes, keys_path: Path) -> str:
    """Seal a secret; the key is made when the first is sealed."""
    return Fernet(_key(keys_path, make=True)).encrypt(secret).decode("ascii")


def unseal(sealed: str, keys_path: Path) -> bytes:
    """The secret again. Raises `BadFactor` if the key is gone or another."""
    try:
        return Fernet(_key(keys_path, make=False)).decrypt(sealed.encode("ascii", "replace"))
    except (InvalidToken, OSError, ValueError) as error:
        raise BadFactor(
            _(
                "Codes can't be compared here, since the key %(name)s of this archive is gone or another.",
                name=KEY_NAME,
            ),
            hint=_("Use a recovery code, or have the operator take your second factor away."),
        ) from error


def _key(keys_path: Path, *, make: bool) -> bytes:
    path = keys_path / KEY_NAME
    if make and not path.exists():
        keys_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written whole under a name of its own and then linked, so that another process never reads half of it.
        part = path.with_suffix(f".{new_id()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(part)
        except FileExistsError:
            pass  # another process was first; its key is the one
        finally:
            part.unlink()
    return path.read_bytes().strip()
