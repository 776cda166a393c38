"""What a Python program can do to many descriptions at once, and with authorities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shicheng.door.types import Authority, BatchChange, ChangePreview, Hit, Left

if TYPE_CHECKING:
    from shicheng.describing import models
    from shicheng.describing.operations import Operation
    from shicheng.people.types import Actor
    from shicheng.search.selections import Selection
    from shicheng.settings import Settings

Progress = Callable[..., None]
"""Called with (done, total, note) while something takes long; total is None while it is not known."""


def quiet(done: int, total: int | None = None, note: object = "") -> None:
    """Tell nobody."""


class Describing:
    """The part of an open archive that describes many records at once."""

    def __init__(self, settings: Settings, actor: Actor) -> None:
        self._settings = settings
        self._actor = actor

    def preview_change(
        self, element: str, verb: str, value: str = "", *, find: str = "", between: str = "", query: str = "",
        fonds: str = "", year_from: int | None = None, year_to: int | None = None,
    ) -> ChangePreview:  # fmt: skip
        """Tell how many records a batch change means and what becomes of the first of them; changes nothing."""
        from shicheng.describing.services import preview_change

        selection, operation = _asked(element, verb, value, find, between, query, fonds, year_from, year_to)
        told = preview_change(actor=self._actor, selection=selection, operation=operation, settings=self._settings)
        return ChangePreview(
            total=told.total, looked_at=told.looked_at, changed=told.changed, same=told.same, faulty=told.faulty,
            lines=tuple((ref, *pair) for change, ref in told.lines for pair in change.changed.values()),
            refused=tuple(Left(one.ref, tuple((each.element, str(each)) for each in one.faults))
                          for one in told.refused),
        )  # fmt: skip

    def change_many(
        self, element: str, verb: str, value: str = "", *, reason: str, find: str = "", between: str = "",
        query: str = "", fonds: str = "", year_from: int | None = None, year_to: int | None = None,
        progress: Progress = quiet,
    ) -> BatchChange:  # fmt: skip
        """Change one element of the records a query finds, all if it is empty; they can be found when this returns.

        `verb` is set, fill (where there is none), replace or find (with `find`: what is replaced), append (with
        `between`) or clear. Values that can't stand are left out and told. Raises `BadOperation`.
        """
        from shicheng.describing.services import begin_change

        selection, operation = _asked(element, verb, value, find, between, query, fonds, year_from, year_to)
        made = begin_change(
            actor=self._actor, selection=selection, operation=operation, reason=reason, expected=0,
            settings=self._settings,
        )  # fmt: skip
        return self._seen_through(made, progress)

    def undo_change(self, number: str, *, reason: str, progress: Progress = quiet) -> BatchChange:
        """Undo a batch change by another one, which is returned; values changed again since stay and are told."""
        from shicheng.describing.driving import change_numbered
        from shicheng.describing.services import undo_change

        key = change_numbered(self._actor, number).pk
        return self._seen_through(undo_change(actor=self._actor, change_id=key, reason=reason), progress)

    def authorities(self, text: str = "", *, kind: str = "") -> tuple[Authority, ...]:
        """Authorities of one kind (person, body, place, subject) or all, one of whose names holds a text."""
        from shicheng.describing.authorities import authorities

        found = authorities(self._actor, kind=kind, text=text).prefetch_related("names")
        return tuple(map(_authority, found))

    def save_authority(
        self, kind: str, name: str, *, variants: Sequence[str] = (), dates: str = "", note: str = "", id: str = "",
        revision: int | None = None,
    ) -> Authority:  # fmt: skip
        """Write an authority down, or with `id` change that one as a whole, only if it still has that `revision`.

        Raises `BadAuthority` where a name is another's already.
        """
        from uuid import UUID

        from shicheng.describing.authorities import save_authority

        return _authority(
            save_authority(
                actor=self._actor, kind=kind, name=name, variants=variants, dates=dates, note=note,
                key=UUID(id) if id else None, revision=revision,
            )
        )  # fmt: skip

    def merge_authorities(self, which: str, into: str, *, reason: str) -> Authority:
        """Merge one authority into another, each by id or name; returns the one that stays."""
        from shicheng.describing.authorities import authority_named, merge

        keys = [authority_named(self._actor, one).pk for one in (which, into)]
        return _authority(merge(actor=self._actor, key=keys[0], into=keys[1], reason=reason))

    def records_naming(self, which: str) -> tuple[Hit, ...]:
        """The records that name an authority, given by id or name, in the order of their codes."""
        from shicheng.describing.authorities import authority_named
        from shicheng.describing.linking import records

        found = records(self._actor, authority_named(self._actor, which))
        return tuple(
            Hit(str(one.pk), one.reference_code, one.title, one.author, one.date_text, one.year, one.fonds.code, 0, "")
            for one in found.iterator(chunk_size=500)
        )

    def _seen_through(self, made: models.ChangeSet, progress: Progress) -> BatchChange:
        from shicheng.describing.driving import see_through
        from shicheng.describing.selectors import left_out
        from shicheng.describing.words import say

        done = see_through(made, self._settings, progress=progress)
        left = tuple(Left(ref, tuple(faults)) for ref, faults in left_out(done, self._settings))
        return BatchChange(
            number=done.number or "", state=done.state, sentence=str(say(done)), reason=done.reason,
            chosen=done.chosen, changed=done.changed, faulty=done.faulty, left=done.left, left_out=left,
        )  # fmt: skip


def _asked(
    element: str, verb: str, value: str, find: str, between: str, query: str, fonds: str, year_from: int | None,
    year_to: int | None,
) -> tuple[Selection, Operation]:  # fmt: skip
    from shicheng.describing.driving import element_meant
    from shicheng.describing.operations import Operation
    from shicheng.search.selections import Selection

    filters = {"fonds": fonds} if fonds else {}
    return (
        Selection(query=query, filters=filters, year_from=year_from, year_to=year_to),
        Operation(element_meant(element), verb, value, find, between),
    )


def _authority(one: models.Authority) -> Authority:
    return Authority(
        id=str(one.pk), kind=one.kind, name=one.name,
        variants=tuple(sorted(each.name for each in one.names.all() if not each.is_main)), dates=one.dates,
        note=one.note, revision=one.revision, merged_into=str(one.merged_into_id or ""),
    )  # fmt: skip
