"""The same request twice has one effect and one answer: kept for a day under the key the program gave it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from shicheng.api.errors import BadKey, KeyInUse, KeyReused
from shicheng.api.models import KeptAnswer
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _

KEPT: Final = timedelta(hours=24)
_SILENT: Final = timedelta(minutes=15)  # without a sign of life, a request that runs is given up for dead
_SIGN_EVERY: Final = timedelta(minutes=1)
_MOST_BODY: Final = 1 << 20
_HEADERS: Final = ("Content-Type", "Location", "Content-Language")
# Not worth keeping: asked again, they may well come out otherwise, and they had no effect.
_NOT_KEPT: Final = frozenset({401, 403, 429, 411, 413})
_SMALL_BODY: Final = 1 << 20  # read at once; what is larger is an upload and is read as it is written
_CHUNK: Final = 1 << 20


class Fingerprint:
    """What makes two requests the same: method, address, and every byte of the body, however it is read."""

    def __init__(self, request: HttpRequest) -> None:
        self._digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "replace"))
        self.is_whole = False
        self._row: KeptAnswer | None = None
        self._signed = clock.now()

    def update(self, piece: bytes) -> None:
        """Take a piece of the body; now and then tell that the request is alive."""
        if self.is_whole:  # it was small and is read a second time
            return
        self._digest.update(piece)
        if self._row is not None and clock.now() - self._signed > _SIGN_EVERY:
            self._signed = clock.now()
            KeptAnswer.objects.filter(pk=self._row.pk, status__isnull=True).update(alive=self._signed)

    def finish(self) -> None:
        """Note that the body has been read to its end."""
        self.is_whole = True

    def belongs_to(self, row: KeptAnswer) -> None:
        """Let signs of life go to this row."""
        self._row = row

    def hexdigest(self) -> str:
        """The fingerprint as text."""
        return self._digest.hexdigest()


def answer_once(
    request: HttpRequest, *, who: str, key: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Answer a request, or give the answer it had before. Raises `KeyReused`, `KeyInUse`, `BadKey`.

    An answer is kept after the request was carried out, in a transaction of its own. If the machine stops between the
    two, the request is carried out again when it comes again; the services behind it are made for that.
    """
    if not (0 < len(key) <= 200 and key.isprintable() and key.isascii()):
        raise BadKey(
            _("The idempotency key can't be used."), hint=_("Use up to 200 printable ASCII characters, such as a UUID.")
        )
    mark = fingerprint_of(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) <= _SMALL_BODY:
        mark.update(request.body)
        mark.finish()
    row, mine = _claim(who, key)
    if not mine:
        return _again(request, row, mark)
    mark.belongs_to(row)
    try:
        response = answer()
    except BaseException:
        KeptAnswer.objects.filter(pk=row.pk, status__isnull=True).delete()
        raise
    _keep(row, mark, response)
    return response


def fingerprint_of(request: HttpRequest) -> Fingerprint:
    """The fingerprint that is being made of this request."""
    found: Fingerprint | None = getattr(request, "fingerprint", None)
    if found is None:
        found = Fingerprint(request)
        request.fingerprint = found  # type: ignore[attr-defined]  # read while the body is read
    return found


def forget_old() -> int:
    """Delete what was kept long enough and return how many there were."""
    old = KeptAnswer.objects.filter(alive__lt=clock.now() - KEPT)
    with atomic():
        return old.delete()[0]


def _claim(who: str, key: str) -> tuple[KeptAnswer, bool]:
    """The row of a key, and whether this request is the one to be carried out."""
    now = clock.now()
    try:
        with atomic():
            return KeptAnswer.objects.create(who=who, key=key, alive=now), True
    except IntegrityError:
        pass
    with atomic():
        row = KeptAnswer.objects.select_for_update().filter(who=who, key=key).first()
        if row is None:  # the other one had no effect and was forgotten this very moment
            return KeptAnswer.objects.create(who=who, key=key, alive=now), True
        age = now - row.alive
        if age > KEPT or (row.status is None and age > _SILENT):
            row.status, row.fingerprint, row.alive = None, "", now
            row.save(update_fields=["status", "fingerprint", "alive"])
            return row, True
    return row, False


def _again(request: HttpRequest, row: KeptAnswer, mark: Fingerprint) -> HttpResponseBase:
    if row.status is None:
        raise KeyInUse(
            _("A request with this idempotency key is being carried out."), hint=_("Wait a moment and ask again.")
        )
    if not mark.is_whole:
        while piece := request.read(_CHUNK):
            mark.update(piece)
    if mark.hexdigest() != row.fingerprint:
        raise KeyReused(
            _("This idempotency key was used for another request."),
            hint=_("Make a new key for each request, and use one again only to repeat that very request."),
        )
    response = HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(row: KeptAnswer, mark: Fingerprint, response: HttpResponseBase) -> None:
    whole = mark.is_whole and isinstance(response, HttpResponse) and len(response.content) <= _MOST_BODY
    if not whole or response.status_code in _NOT_KEPT or response.status_code >= 500:
        KeptAnswer.objects.filter(pk=row.pk, status__isnull=True).delete()
        return
    assert isinstance(response, HttpResponse)
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    KeptAnswer.objects.filter(pk=row.pk).update(
        status=response.status_code, fingerprint=mark.hexdigest(), headers=headers, body=response.content,
        alive=clock.now(),
    )  # fmt: skip
