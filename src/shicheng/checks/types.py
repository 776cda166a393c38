"""What a check finds and how a report of checks is kept and read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shicheng.kernel.messages import Message

RECORD_VERSION = 1
FINDING_KEYS = ("check", "property", "level", "ref", "path", "message")
CHECK_KEYS = ("check", "title", "result", "seconds")


class Property(StrEnum):
    """The four properties 四性 (DA/T 70-2018, definitions)."""

    AUTHENTICITY = "authenticity"
    INTEGRITY = "integrity"
    USABILITY = "usability"
    SECURITY = "security"


class Level(StrEnum):
    """How heavy a finding is. `manual` waits for a person and is no fault."""

    ERROR = "error"
    WARNING = "warning"
    MANUAL = "manual"


class Outcome(StrEnum):
    """How one check came out. A check that could not look is `not_checked`, never `pass`."""

    PASS = "pass"  # noqa: S105  # a word, not a password
    FAIL = "fail"
    MANUAL = "manual"
    NOT_CHECKED = "not_checked"


class Verdict(StrEnum):
    """How the whole batch came out: `review` has no error but something for a person to look at."""

    PASS = "pass"  # noqa: S105  # a word, not a password
    FAIL = "fail"
    REVIEW = "review"


class Stage(StrEnum):
    """When a batch or object is checked. The norm's prefix of the third stage was not seen: kept as data."""

    FILING = "GD"  # 归档
    TRANSFER = "YJ"  # 移交与接收
    KEEPING = "BC"  # 长期保存


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One item of the catalogue.

    `mark` says how sure the item is: S seen in the norm's own summary, S-v seen at vendors, R recall,
    ? unknown and not invented, own this archive's own rule.
    """

    stage: Stage
    property: Property
    seq: str  # "1-7" in the norm's numbering; "own-2" for the archive's own
    code: str
    title_zh: str
    title: Message
    purpose: Message
    target: Message
    method: Message
    executor: str = ""
    blocking: bool = True
    enabled: bool = True
    manual: bool = False
    mark: str = "S-v"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at its cause, with what to do about it; `also` names its symptoms elsewhere.

    `ref` is the reference code 档号 as the list gives it, None for the whole batch; `row` tells items apart
    that share one code.
    """

    check: str
    property: Property
    level: Level
    ref: str | None
    path: str | None
    message: Message
    expected: str | None = None
    found: str | None = None
    advice: Message | None = None
    row: int | None = None
    element: str | None = None
    also: tuple[Message, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the shape scripts read, in the current language."""
        return {
            "check": self.check,
            "property": self.property.value,
            "level": self.level.value,
            "ref": self.ref,
            "path": self.path,
            "message": str(self.message),
            "expected": self.expected,
            "found": self.found,
            "advice": None if self.advice is None else str(self.advice),
        }

    def to_record(self) -> dict[str, Any]:
        """Return the form that is kept: templates and values, readable in either language later."""
        record: dict[str, Any] = {
            "check": self.check,
            "property": self.property.value,
            "level": self.level.value,
            "ref": self.ref,
            "path": self.path,
            "message": self.message.to_json(),
            "expected": self.expected,
            "found": self.found,
            "advice": None if self.advice is None else self.advice.to_json(),
            "row": self.row,
            "element": self.element,
            "also": [message.to_json() for message in self.also],
        }
        return {key: value for key, value in record.items() if value not in (None, [])}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Finding:
        """Read back what `to_record` wrote."""
        advice = record.get("advice")
        return cls(
            check=record["check"],
            property=Property(record["property"]),
            level=Level(record["level"]),
            ref=record.get("ref"),
            path=record.get("path"),
            message=Message.from_json(record["message"]),
            expected=record.get("expected"),
            found=record.get("found"),
            advice=None if advice is None else Message.from_json(advice),
            row=record.get("row"),
            element=record.get("element"),
            also=tuple(Message.from_json(one) for one in record.get("also", [])),
        )


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check came out, how long it took and how many things it looked at."""

    check: str
    title: Message
    result: Outcome
    seconds: float
    property: Property = Property.AUTHENTICITY
    reason: Message | None = None
    looked_at: int = 0
    title_zh: str = ""
    blocking: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the shape scripts read, in the current language."""
        return {
            "check": self.check,
            "title": str(self.title),
            "result": self.result.value,
            "seconds": round(self.seconds, 4),
            "property": self.property.value,
            "reason": None if self.reason is None else str(self.reason),
        }

    def to_record(self) -> dict[str, Any]:
        """Return the form that is kept."""
        return {
            "check": self.check,
            "title": self.title.to_json(),
            "title_zh": self.title_zh,
            "result": self.result.value,
            "seconds": f"{self.seconds:.4f}",  # text, because canonical JSON has no floats
            "property": self.property.value,
            "reason": None if self.reason is None else self.reason.to_json(),
            "looked_at": self.looked_at,
            "blocking": self.blocking,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> CheckResult:
        """Read back what `to_record` wrote."""
        reason = record.get("reason")
        return cls(
            check=record["check"],
            title=Message.from_json(record["title"]),
            result=Outcome(record["result"]),
            seconds=float(record["seconds"]),
            property=Property(record["property"]),
            reason=None if reason is None else Message.from_json(reason),
            looked_at=record.get("looked_at", 0),
            title_zh=record.get("title_zh", ""),
            blocking=record.get("blocking", True),
        )


@dataclass(slots=True)
class Report:
    """All that one run of a plan over one batch found."""

    kind: str
    items: int
    files: int
    bytes: int
    verdict: Verdict
    findings: list[Finding] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    stage: Stage = Stage.TRANSFER
    name: str = ""
    category: str = ""
    fonds_code: str = ""
    agency: str = ""
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    software: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the report with all details, in the current language."""
        return {
            "kind": self.kind,
            "items": self.items,
            "files": self.files,
            "bytes": self.bytes,
            "verdict": self.verdict.value,
            "findings": [finding.to_json() for finding in self.findings],
            "checks": [check.to_json() for check in self.checks],
        }

    def for_scripts(self) -> dict[str, Any]:
        """Return the fixed shape that `shicheng check --json` prints: no key more, whatever the report learns."""
        full = self.to_json()
        full["findings"] = [{key: one[key] for key in FINDING_KEYS} for one in full["findings"]]
        full["checks"] = [{key: one[key] for key in CHECK_KEYS} for one in full["checks"]]
        return full

    def to_record(self) -> dict[str, Any]:
        """Return the form that is kept for ever: plain values only, no floats."""
        return {
            "version": RECORD_VERSION,
            "kind": self.kind,
            "items": self.items,
            "files": self.files,
            "bytes": self.bytes,
            "verdict": self.verdict.value,
            "stage": self.stage.value,
            "name": self.name,
            "category": self.category,
            "fonds_code": self.fonds_code,
            "agency": self.agency,
            "started": self.started,
            "seconds": f"{self.seconds:.3f}",
            "software": self.software,
            "findings": [finding.to_record() for finding in self.findings],
            "checks": [check.to_record() for check in self.checks],
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Report:
        """Read back what `to_record` wrote, also by an older version."""
        return cls(
            kind=record["kind"],
            items=record["items"],
            files=record["files"],
            bytes=record["bytes"],
            verdict=Verdict(record["verdict"]),
            findings=[Finding.from_record(one) for one in record["findings"]],
            checks=[CheckResult.from_record(one) for one in record["checks"]],
            stage=Stage(record["stage"]),
            name=record.get("name", ""),
            category=record.get("category", ""),
            fonds_code=record.get("fonds_code", ""),
            agency=record.get("agency", ""),
            started=record.get("started", ""),
            seconds=float(record.get("seconds", "0")),
            software=record.get("software", ""),
        )

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the batch from being accepted whole."""
        return [finding for finding in self.findings if finding.level is Level.ERROR]

    @property
    def batch_errors(self) -> list[Finding]:
        """The errors that belong to the batch and to no single item."""
        return [finding for finding in self.errors if finding.ref is None and finding.row is None]

    def failing(self) -> set[tuple[str, int | None]]:
        """Return (reference code as listed, row) of every item with an error; row None means every such row."""
        return {(f.ref, f.row) for f in self.errors if f.ref is not None}

    def holds_back(self, ref: str, row: int | None) -> bool:
        """Tell whether an item may not be accepted by itself. For many items, keep `failing()` at hand."""
        failing = self.failing()
        return (ref, row) in failing or (ref, None) in failing

    def counts(self) -> dict[str, Counter[str]]:
        """Return the number of findings by property and level."""
        counts: dict[str, Counter[str]] = {one.value: Counter() for one in Property}
        for finding in self.findings:
            counts[finding.property.value][finding.level.value] += 1
        return counts


def judge(findings: list[Finding], checks: list[CheckResult]) -> Verdict:
    """Return the verdict that follows from what was found: any error fails, anything open is for review."""
    if any(finding.level is Level.ERROR for finding in findings):
        return Verdict.FAIL
    if findings or any(check.result is Outcome.MANUAL for check in checks):
        return Verdict.REVIEW
    return Verdict.PASS
