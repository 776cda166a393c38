"""Sessions in the database: each knows whose it is, from where, since when, and ends when nobody uses it.

Django's own store with three things more: the key is kept as a digest, the row says whose the session is, and one
that was idle for too long is gone with the next request.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import Q

from shicheng.kernel import clock
from shicheng.people.signing.models import Session

ABOUT: Final = "about"
"""Key of the session under which lies what the row says: begun, address, device."""
_OWNER: Final = "_auth_user_id"  # where Django keeps it


def digest_of(key: str) -> str:
    """What the database keeps of a session's key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """The store named by the setting SESSION_ENGINE."""

    last_seen: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Where sessions lie."""
        return Session

    @classmethod
    def clear_expired(cls) -> None:
        """Take away what has ended by time."""
        now = clock.now()
        idle = Q(user__isnull=False, last_seen__lt=now - _idle())
        Session.objects.filter(Q(expire_date__lt=now) | idle).delete()

    def load(self) -> dict[str, Any]:
        """Read the session, or begin an empty one if it has ended."""
        now = clock.now()
        row = Session.objects.filter(pk=digest_of(self.session_key or ""), expire_date__gt=now).first()
        if row is None or (row.user_id is not None and row.last_seen <= now - _idle()):
            self._session_key = None
            return {}
        self.last_seen = row.last_seen
        found: dict[str, Any] = self.decode(row.session_data)
        return found

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return Session.objects.filter(pk=digest_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this session."""
        now = clock.now()
        about = data.get(ABOUT) or {}
        return Session(
            session_key=digest_of(self.session_key or ""),  # `save` has made one
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(_OWNER),
            begun=datetime.fromisoformat(about["begun"]) if "begun" in about else now,
            last_seen=now,
            address=about.get("address", ""),
            device=about.get("device", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """End the session."""
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(pk=digest_of(key)).delete()


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)
