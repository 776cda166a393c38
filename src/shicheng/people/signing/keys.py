"""Security keys and passkeys (WebAuthn), by the library fido2: adding one, and signing in with it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.models import User
from shicheng.people.signing import factors
from shicheng.people.signing.errors import BadFactor
from shicheng.people.signing.models import Factor
from shicheng.people.types import Actor

State = dict[str, Any]


class Keys:
    """The archive towards security keys: `origin` is how the browser names it, such as https://archive.example."""

    def __init__(self, *, origin: str, archive_name: str) -> None:
        self.origin = origin
        host = origin.partition("://")[2].rpartition("@")[2]
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        entity = PublicKeyCredentialRpEntity(name=archive_name, id=name)
        self._server = Fido2Server(entity, verify_origin=lambda shown: shown == origin)

    def begin_adding(self, user: User) -> tuple[dict[str, Any], State]:
        """What the browser asks a key for, and what is kept until it answers."""
        known = [_credential(one) for one in _keys_of(user)]
        person = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.username, display_name=user.full_name)
        options, state = self._server.register_begin(
            person, known, user_verification=UserVerificationRequirement.PREFERRED
        )
        return dict(options), state

    def finish_adding(self, *, actor: Actor, user: User, name: str, state: State, answer: dict[str, Any]) -> list[str]:
        """Keep the key that answered; returns recovery codes if somebody had none. Raises `BadFactor`."""
        try:
            made = self._server.register_complete(state, RegistrationResponse.from_dict(answer)).credential_data
        except Exception as error:  # the library raises what parsing and comparing raise, of many kinds
            raise _refused() from error
        if made is None:
            raise _refused()
        identity = _write(made.credential_id)
        with atomic():
            if Factor.objects.filter(credential_id=identity).exists():
                raise BadFactor(_("This key was added before."), hint=_("Use another key, or that one as it is."))
            factor = Factor(kind=Factor.KEY, credential_id=identity, credential=_write(bytes(made)))
            return factors.add(actor=actor, user=user, factor=factor, name=name)

    def begin_signing(self, user: User) -> tuple[dict[str, Any], State]:
        """What the browser asks a key for, and what is kept until it answers. Raises `BadFactor`."""
        known = [_credential(one) for one in _keys_of(user)]
        if not known:
            raise BadFactor(_("This account has no security key."), hint=_("Give a code instead."))
        options, state = self._server.authenticate_begin(known, user_verification=UserVerificationRequirement.PREFERRED)
        return dict(options), state

    def is_right_answer(self, user: User, state: State, answer: dict[str, Any]) -> bool:
        """Tell whether a key of somebody gave this answer, to this question, and is no copy."""
        with atomic():
            rows = list(_keys_of(user).select_for_update())
            try:
                given = AuthenticationResponse.from_dict(answer)
                used = self._server.authenticate_complete(state, [_credential(one) for one in rows], given)
                count = given.response.authenticator_data.counter
            except Exception:  # as above; whatever it is, it is not the right answer
                return False
            row = next(one for one in rows if one.credential_id == _write(used.credential_id))
            if (count or row.counter) and count <= row.counter:
                return False  # its count went back: a copy of the key answered (WebAuthn, 6.1.1)
            row.counter, row.last_used = count, clock.now()
            row.save(update_fields=["counter", "last_used"])
        return True


def _keys_of(user: User) -> Any:
    return Factor.objects.filter(user=user, kind=Factor.KEY)


def _credential(factor: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(urlsafe_b64decode(factor.credential))


def _write(value: bytes) -> str:
    return urlsafe_b64encode(value).decode("ascii")


def _refused() -> BadFactor:
    return BadFactor(
        _("The answer of the security key can't be believed."),
        hint=_("Load the page again and touch the key when the browser asks."),
    )
