"""Whether a document may come in: its files against their digests, its secrecy, its kind, the filing table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from shicheng.checks.selectors import refused_levels
from shicheng.collecting.document import FilingDocument
from shicheng.collecting.errors import WrongUnit
from shicheng.collecting.models import System
from shicheng.collecting.types import LEVELS, METADATA, NOT_FILED, Arrived, Fault, Judged
from shicheng.holdings.fonds import named_fonds
from shicheng.kernel.digests import algorithm_name
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes
from shicheng.schemes.classifying import classify
from shicheng.schemes.models import FilingRow


def faults_of_files(raw: Mapping[str, Any], arrived: Arrived) -> Iterator[Fault]:
    """What is wrong with the files as they arrived; `raw` may be faulty itself, as far as it can be read it counts."""
    if arrived.metadata is None:
        yield Fault("", METADATA, _("The part “metadata” with the JSON is missing."))
    listed = raw.get("files")
    named = set()
    for place, claim in enumerate(listed if isinstance(listed, list) else ()):
        part = claim.get("part") if isinstance(claim, dict) else None
        if not isinstance(part, str):
            continue
        named.add(part)
        yield from _faults_of_file(place, part, claim, arrived)
    for part in (*arrived.files, *arrived.extra):
        if part not in named:
            yield Fault("/files", part, _("The part %(part)s came, but the metadata does not name it.", part=part))
    for part in arrived.doubled:
        yield Fault("/files", part, _("The part %(part)s came more than once.", part=part))


def _faults_of_file(place: int, part: str, claim: Mapping[str, Any], arrived: Arrived) -> Iterator[Fault]:
    here = arrived.files.get(part)
    if here is None:
        words = (
            _("The part %(part)s came as a field, not as a file.", part=part)
            if part in arrived.extra
            else _("The part %(part)s did not come.", part=part)
        )
        yield Fault(f"/files/{place}", f"files.{place}", words)
        return
    size, digest = claim.get("size"), claim.get("digest")
    if isinstance(size, int) and size != here.size:
        words = _("%(found)s bytes came of %(part)s, not %(told)s.", found=here.size, part=part, told=size)
        yield Fault(f"/files/{place}/size", f"files.{place}.size", words)
    told = digest if isinstance(digest, dict) else {}
    if told.get("algorithm") in ("SM3", "SHA-256", "SHA-512") and isinstance(told.get("value"), str):
        found = here.digests[algorithm_name(told["algorithm"])]
        if found != told["value"].lower():
            words = _("The %(algorithm)s of %(part)s is %(found)s: it changed on the way, or the digest is another's.",
                      algorithm=told["algorithm"], part=part, found=found)  # fmt: skip
            yield Fault(f"/files/{place}/digest/value", f"files.{place}.digest.value", words)


def require_unit(raw: Mapping[str, Any], system: System) -> None:
    """Raise `WrongUnit` for a document that says it is of another unit than the system files for."""
    unit = raw.get("unit")
    if isinstance(unit, str) and unit and unit != system.unit:
        raise WrongUnit(
            _("The token of %(system)s is for the filing unit %(unit)s and pushes for no other.", system=system.code,
              unit=system.unit),
            hint=_("Leave unit out, or show the token that belongs to the other unit."),
        )  # fmt: skip


def faults_of_place(raw: Mapping[str, Any], system: System) -> Iterator[Fault]:
    """What keeps a document of this system out whatever else it says: its secrecy, its kind, a closed fonds."""
    fonds = named_fonds(system.fonds_code)
    if fonds is None or fonds.closed_on is not None:
        words = _("The fonds %(code)s of the unit %(unit)s takes nothing in: it is not founded here, or closed.",
                  code=system.fonds_code, unit=system.unit)  # fmt: skip
        yield Fault("/unit", "unit", words)
    elements = raw.get("elements")
    level = elements.get("secrecy") if isinstance(elements, dict) else None
    if isinstance(level, str) and level.partition("★")[0] in _above(system):
        words = _("The document is marked %(level)s; from this system records up to %(ceiling)s are taken only.",
                  level=level[:30], ceiling=_ceiling(system))  # fmt: skip
        yield Fault("/elements/secrecy", "elements.secrecy", words)
    kind = raw.get("kind", "")
    if system.kinds and raw and isinstance(kind, str):
        known = {one["name"]: one.get("row", "") for one in system.kinds}
        if kind not in known:
            words = _("Documents of the kind “%(kind)s” were not agreed for this system; agreed are: %(known)s.",
                      kind=kind[:200], known="、".join(known))  # fmt: skip
            yield Fault("/kind", "kind", words)
        elif known[kind] == NOT_FILED:
            words = _("Documents of the kind “%(kind)s” are outside of the filing scope and are not filed.", kind=kind)
            yield Fault("/kind", "kind", words)


def judge(actor: Actor, document: FilingDocument, system: System) -> tuple[Judged, list[Fault]]:
    """Which row of the unit's filing table takes the document and why; a fault if none does and none else is taken."""
    if not schemes.units(actor, closed=False).filter(code=system.unit).exists():
        words = _("The filing unit %(unit)s is closed and files no more.", unit=system.unit)
        return Judged(), [Fault("/unit", "unit", words)]
    rows = schemes.filing_rows(actor, unit=system.unit, on=date(document.filing_year, 12, 31))
    rows = rows or schemes.filing_rows(actor, unit=system.unit)
    agreed = next((one.get("row", "") for one in system.kinds if one["name"] == document.kind), "")
    row = next((one for one in rows if one.key == agreed), None) if agreed else None
    if row is not None:
        return _judged(row, (_("Its kind is “%(kind)s”.", kind=document.kind),)), []
    found = classify(
        [(str(one.pk), one) for one in rows], title=document.element("title"), author=document.element("author"),
        document_number=document.element("document_number"),
    )  # fmt: skip
    if found:
        return _judged(next(one for one in rows if str(one.pk) == found[0].row_id), found[0].reasons), []
    if rows and system.outside == "refuse":
        words = _("No row of the filing table of %(unit)s takes this document, so it is not filed.", unit=system.unit)
        return Judged(), [Fault("/elements", "elements", words)]
    return Judged(), []


def _judged(row: FilingRow, reasons: Any) -> Judged:
    return Judged(
        row=str(row.pk), key=row.key, scope=row.scope[:300], category=row.category, department=row.klass,
        retention=row.retention, reasons=tuple(reasons),
    )  # fmt: skip


def _above(system: System) -> set[str]:
    above = set(refused_levels())
    if system.ceiling in LEVELS:
        above |= set(LEVELS[LEVELS.index(system.ceiling) + 1 :])
    return above


def _ceiling(system: System) -> str:
    above = _above(system)
    return next((one for one in reversed(LEVELS) if one not in above), LEVELS[0])
