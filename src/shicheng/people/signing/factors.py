"""Second factors: codes counted out by a program (TOTP, RFC 6238), recovery codes, and taking factors away."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db.models import QuerySet

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news
from shicheng.people.errors import NotPermitted
from shicheng.people.models import User
from shicheng.people.signing import happenings
from shicheng.people.signing.errors import BadFactor
from shicheng.people.signing.models import Factor, RecoveryCode
from shicheng.people.signing.passwords import require_helper
from shicheng.people.signing.rules import Rules
from shicheng.people.signing.sealing import seal, unseal
from shicheng.people.types import Actor

DIGITS: Final = 6
STEP: Final = 30
CODES: Final = 10
_MOST: Final = 20


def factors(user: User) -> QuerySet[Factor]:
    """The second factors somebody has."""
    return Factor.objects.filter(user=user)


def is_required(user: User, rules: Rules, roles: frozenset[str]) -> bool:
    """Tell whether one of somebody's roles asks for a second factor."""
    return bool(rules.factor_roles & roles)


def new_secret() -> bytes:
    """A secret for TOTP."""
    return secrets.token_bytes(20)


def secret_as_text(secret: bytes) -> str:
    """The secret as people type it into a program, in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_of_secret(secret: bytes, *, username: str, archive_name: str) -> str:
    """The address that a program reads from the picture."""
    return _totp(secret).get_provisioning_uri(username, archive_name)


def add_totp(*, actor: Actor, user: User, name: str, secret: bytes, code: str, keys_path: Path) -> list[str]:
    """Add a program that has shown a right code; returns recovery codes if these are the first. Raises `BadFactor`."""
    step = _step_of(secret, code, after=0)
    if step is None:
        raise BadFactor(
            _("The code does not fit."),
            hint=_("Take the code the program shows now. If it never fits, the clock of the telephone is wrong."),
        )
    sealed = seal(secret, keys_path)
    return add(actor=actor, user=user, factor=Factor(kind=Factor.TOTP, secret=sealed, counter=step), name=name)


def add(*, actor: Actor, user: User, factor: Factor, name: str) -> list[str]:
    """Keep a second factor that was proved; returns recovery codes if somebody had none. Raises `BadFactor`."""
    _require_own(actor, user)
    with atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if factors(user).count() >= _MOST:
            raise BadFactor(_("There are too many second factors."), hint=_("Take away one you no longer use."))
        factor.user, factor.name = user, (name.strip() or factor.kind)[:60]
        factor.save(force_insert=True)
        codes = _make_codes(user) if not RecoveryCode.objects.filter(user=user, used=None).exists() else []
        details = {"username": user.username, "name": factor.name, "kind": factor.kind}
        news.tell(actor, happenings.FACTOR_ADDED, ("user", str(user.pk)), details)
    return codes


def is_right_code(user: User, code: str, keys_path: Path) -> bool:
    """Tell whether a code is one that a program of somebody shows now, and was not used before."""
    with atomic():
        for factor in factors(user).filter(kind=Factor.TOTP).select_for_update():
            step = _step_of(unseal(factor.secret, keys_path), code, after=factor.counter)
            if step is not None:
                factor.counter, factor.last_used = step, clock.now()
                factor.save(update_fields=["counter", "last_used"])
                return True
    return False


def use_recovery_code(user: User, code: str, actor: Actor) -> bool:
    """Tell whether a recovery code is right, and have it used up."""
    with atomic():
        found = RecoveryCode.objects.select_for_update().filter(user=user, used=None, digest=_digest(code)).first()
        if found is None:
            return False
        found.used = clock.now()
        found.save(update_fields=["used"])
        left = RecoveryCode.objects.filter(user=user, used=None).count()
        news.tell(actor, happenings.CODE_USED, ("user", str(user.pk)), {"username": user.username, "left": left})
    return True


def make_codes(*, actor: Actor, user: User) -> list[str]:
    """Make recovery codes anew; those from before are worth nothing."""
    _require_own(actor, user)
    with atomic():
        User.objects.select_for_update().get(pk=user.pk)
        codes = _make_codes(user)
        news.tell(actor, happenings.CODES_MADE, ("user", str(user.pk)), {"username": user.username})
    return codes


def codes_left(user: User) -> int:
    """How many recovery codes somebody has not used."""
    return RecoveryCode.objects.filter(user=user, used=None).count()


def remove_factor(*, actor: Actor, user: User, factor_id: UUID) -> Factor:
    """Take one of one's own second factors away; with the last one the recovery codes go. Raises `BadFactor`."""
    _require_own(actor, user)
    with atomic():
        User.objects.select_for_update().get(pk=user.pk)
        found = factors(user).filter(pk=factor_id).first()
        if found is None:
            raise BadFactor(_("There is no such second factor."), hint=_("Load the page again."))
        found.delete()
        if not factors(user).exists():
            RecoveryCode.objects.filter(user=user).delete()
        details = {"username": user.username, "name": found.name, "kind": found.kind}
        news.tell(actor, happenings.FACTOR_REMOVED, ("user", str(user.pk)), details)
    return found


def remove_factors(*, actor: Actor, user: User) -> int:
    """Take all second factors of somebody away, who has lost them; returns how many there were."""
    require_helper(actor, user)
    with atomic():
        User.objects.select_for_update().get(pk=user.pk)
        count = factors(user).delete()[0]
        RecoveryCode.objects.filter(user=user).delete()
        if count:
            details = {"username": user.username, "name": "*", "kind": "", "count": count}
            news.tell(actor, happenings.FACTOR_REMOVED, ("user", str(user.pk)), details)
    return count


def _require_own(actor: Actor, user: User) -> None:
    if actor.user_id != user.pk:
        raise NotPermitted(_("%(name)s may only see to their own second factors.", name=actor.name))


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303  # what programs on telephones count with, inside HMAC


def _step_of(secret: bytes, code: str, *, after: int) -> int | None:
    """The step a code belongs to: this one, or one beside it, for clocks that differ; never one used before."""
    given = "".join(one for one in code if one.isdigit()).encode("ascii", "replace")
    now = int(clock.now().timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        try:
            _totp(secret).verify(given, step * STEP)
        except InvalidToken:
            continue
        if step > after:
            return step
    return None


def _make_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = []
    for _again in range(CODES):
        text = base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()
        codes.append("-".join(text[start : start + 4] for start in range(0, 16, 4)))
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(code)) for code in codes])
    return codes


def _digest(code: str) -> str:
    # A plain digest is enough for 80 random bits.
    return hashlib.sha256("".join(one for one in code.lower() if one.isalnum()).encode("utf-8", "replace")).hexdigest()
