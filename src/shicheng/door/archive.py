"""An archive as a Python program holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from shicheng.door.describing import Describing, Progress, quiet
from shicheng.door.types import (
    Attached,
    Check,
    Damage,
    Event,
    Export,
    Finding,
    Found,
    Hit,
    Import,
    Intake,
    Record,
    RecordFile,
    Report,
    Undoing,
    Verification,
    Version,
)


class Archive(Describing):
    """An open archive; made by `shicheng.open_archive`. Every method raises `ShichengError` for what can go wrong.

    What it does stands in the audit log under its actor, who may do everything, as at the command line.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive {self.path}>"

    @property
    def path(self) -> Path:
        """The folder of the archive."""
        return self._settings.home

    def close(self) -> None:
        """Close this thread's connection to the database; the archive opens it again if it is used again."""
        from django.db import connections

        connections.close_all()

    def check(self, path: Path | str, *, stage: str = "YJ", progress: Progress = quiet) -> Report:
        """Check a batch for the four properties; changes nothing. `stage` is GD (filing) or YJ (transfer)."""
        from shicheng.checks.engine import check_path
        from shicheng.checks.scanner import find_scanner
        from shicheng.formats.types import Budget

        settings = self._settings
        found = check_path(
            Path(path), stage=stage, scanner=find_scanner(settings.scanner), workers=settings.workers,
            progress=lambda done, total, what: progress(done, total, str(what)),
            budget=Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory),
        )  # fmt: skip
        return _report(found.to_json())

    def ingest(
        self, path: Path | str, *, passing_reason: str = "", resubmit: str = "", progress: Progress = quiet
    ) -> Intake:
        """Take a batch in: receive, check, accept and store it; its records can be found when this returns.

        A batch with errors waits for a decision (`state` is failed), unless `passing_reason` says why its sound items
        may come in. `resubmit` is the number of a returned or partly held transfer that this batch mends.
        """
        from shicheng.ingest.intake import take_in

        found = take_in(
            actor=self._actor, path=Path(path), settings=self._settings, passing_reason=passing_reason or None,
            resubmit=resubmit or None, progress=progress,
        )  # fmt: skip
        return Intake(
            transfer=found.transfer, state=found.state, accepted=found.accepted, held=found.held, files=found.files,
            bytes=found.bytes, seconds=found.seconds, report=found.report,
        )  # fmt: skip

    def import_catalogue(
        self, path: Path | str, *, fonds: str = "", mapping: str = "", sheet: str = "", dry_run: bool = False,
        progress: Progress = quiet,
    ) -> Import:  # fmt: skip
        """Take a catalogue in (xlsx, csv, tsv, dbf, jsonl); sent again, it updates instead of doubling.

        `fonds` is the code for rows that name none, `mapping` the saved name its columns are known under, `sheet` the
        one of a workbook. With `dry_run` it is only told what would happen, and the import has no number.
        """
        from shicheng.cataloguing import intake

        work = intake.preview_catalogue if dry_run else intake.import_catalogue
        found = work(
            actor=self._actor, path=Path(path), settings=self._settings, fonds=fonds, mapping=mapping, sheet=sheet,
            progress=progress,
        )  # fmt: skip
        return Import(
            number=found.number, rows=found.rows, created=found.created, updated=found.updated,
            unchanged=found.unchanged, rejected=found.rejected,
            errors_workbook=Path(found.errors_workbook) if found.errors_workbook else None, seconds=found.seconds,
        )  # fmt: skip

    def undo_import(self, number: str, *, reason: str, progress: Progress = quiet) -> Undoing:
        """Take back what an import did; records changed or given files since stay. The reason is kept for ever."""
        from shicheng.cataloguing.intake import undo_import

        done = undo_import(actor=self._actor, number=number, reason=reason, settings=self._settings, progress=progress)
        return Undoing(done.number, done.removed, done.returned, done.kept, done.seconds)

    def attach_files(
        self, folder: Path | str, *, pattern: str = "", fonds: str = "", dry_run: bool = False,
        progress: Progress = quiet,
    ) -> Attached:  # fmt: skip
        """Attach the files below a folder to the records their paths name; safe to run twice.

        Without a pattern a file's own name or the nearest folder above it is the reference code; else for example
        `{fonds_code}/{year}/{item_number}.pdf`. With `dry_run` it is only told what matches.
        """
        from shicheng.cataloguing.attaching import attach_folder

        done = attach_folder(
            actor=self._actor, folder=Path(folder), settings=self._settings, pattern=pattern, fonds=fonds,
            dry_run=dry_run, progress=progress,
        )  # fmt: skip
        lists = (tuple(one["path"] for one in listed) for listed in (done.missing, done.ambiguous, done.refused))
        missing, ambiguous, refused = lists
        return Attached(
            done.files, done.matched, done.items, done.known, missing, ambiguous, refused, Path(done.report)
        )

    def find(
        self,
        query: str = "*",
        *,
        fonds: str = "",
        year_from: int | None = None,
        year_to: int | None = None,
        sort: str = "relevance",
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """Find records: words, "phrases", AND OR NOT, fields, ranges; `*` is everything. The total is exact.

        `sort` is relevance, date, -date, code, -code or title.
        """
        from shicheng.search.services import find
        from shicheng.search.types import Narrowing

        found = find(
            self._actor, query, index_path=self._settings.index_path, limit=limit, offset=offset, sort=sort,
            narrowing=Narrowing(fonds=fonds, year_from=year_from, year_to=year_to),
        )  # fmt: skip
        hits = [
            Hit(
                str(one.item_id), one.ref, one.title, one.creator, one.date, one.year, one.fonds, one.score, one.snippet
            )
            for one in found.hits
        ]
        return Found(found.total, found.seconds, tuple(hits), tuple(str(note) for note in found.notes))

    def get(self, ref: str) -> Record:
        """One record whole, by its reference code or id; raises `ItemNotFound`."""
        from shicheng.audit import selectors as audit
        from shicheng.holdings import selectors as holdings
        from shicheng.storage.services import open_store

        one = holdings.item(self._actor, ref)
        store = open_store(self._settings)
        files = [
            RecordFile(
                id=str(each.pk), name=each.name, size=each.size, format=each.format_name, puid=each.puid,
                mime=each.mime, sha512=each.sha512, sha256=each.sha256, sm3=each.sm3, draft_state=each.draft_state,
                _open=partial(store.open, one.object_id, each.logical_path),
            )
            for each in one.files.all()
        ]  # fmt: skip
        history = audit.history(self._actor, ("item", str(one.pk)))
        events = [Event(entry.at, entry.event, entry.actor_name, str(entry.sentence)) for entry in history]
        return Record(
            id=str(one.pk), ref=one.reference_code, title=one.title, fonds=one.fonds.code, fonds_name=one.fonds.name,
            transfer=one.transfer, openness=one.openness, secrecy=one.secrecy, version=one.version,
            elements=dict(one.elements), extra=dict(one.extra), files=tuple(files), events=tuple(events),
        )  # fmt: skip

    def edit(self, ref: str, changes: Mapping[str, str], *, reason: str, version: int | None = None) -> Record:
        """Change elements of a record's description as a new version, and return the record as it is then.

        Names are those of `Record.elements`, or the Chinese ones of the norm; "" takes an element away. With
        `version` nothing is changed unless that is still the record's version: `EditedMeanwhile` says what was.
        Raises `BadValues`, whose `faults` name each value that can't stand.
        """
        from shicheng.audit import selectors as audit
        from shicheng.holdings import selectors as holdings
        from shicheng.holdings.editing import edit_item
        from shicheng.holdings.judging import element_named
        from shicheng.search.follower import wait_until_indexed

        made = edit_item(
            actor=self._actor, item_id=holdings.item(self._actor, ref).pk, version=version, reason=reason,
            changes={element_named(name) or name: value for name, value in changes.items()}, settings=self._settings,
        )  # fmt: skip
        wait_until_indexed(self._settings.index_path, audit.head_position(), timeout=600)
        return self.get(str(made.item.pk))

    def versions(self, ref: str) -> tuple[Version, ...]:
        """Every version of a record's description, the newest first."""
        from shicheng.holdings import history
        from shicheng.holdings import selectors as holdings

        found = history.versions(self._actor, holdings.item(self._actor, ref))
        return tuple(
            Version(one.version, one.at, one.by, one.reason, one.changed, dict(one.elements), dict(one.extra))
            for one in found
        )

    def verify(self, *, progress: Progress = quiet) -> Verification:
        """Verify every file's fixity, the database against the store both ways, and the audit log."""
        from shicheng.ingest.verification import verify_archive

        found = verify_archive(actor=self._actor, settings=self._settings, progress=progress)
        return Verification(
            objects=found.objects, files=found.files, bytes=found.bytes,
            damaged=tuple(Damage(one.ref, one.path, one.problem) for one in found.damaged),
            audit_entries=found.audit_entries, audit_intact=found.audit_intact, seconds=found.seconds,
        )  # fmt: skip

    def export(
        self,
        form: str,
        target: Path | str,
        *,
        query: str = "*",
        columns: Sequence[str] = (),
        progress: Progress = quiet,
    ) -> Export:
        """Write the records a query finds to `target`, which must not exist yet.

        `form` is bagit, eep (DA/T 48), da93 (DA/T 93 Annex B), or csv or xlsx (the catalogue alone), which may have
        `columns`: reference_code, title, date …; all that are filled if none is named.
        """
        from shicheng.exchange.services import export

        made = export(
            actor=self._actor, form=form, target=Path(target), query=query, columns=columns, settings=self._settings,
            progress=progress,
        )  # fmt: skip
        return Export(made.form, made.target, made.items, made.files, made.bytes)


def _report(found: dict[str, Any]) -> Report:
    return Report(
        kind=found["kind"], items=found["items"], files=found["files"], bytes=found["bytes"], verdict=found["verdict"],
        findings=tuple(
            Finding(
                one["check"], one["property"], one["level"], one["ref"], one["path"], one["message"],
                one["advice"] or "",
            )
            for one in found["findings"]
        ),
        checks=tuple(Check(one["check"], one["title"], one["result"]) for one in found["checks"]),
    )  # fmt: skip
