"""The report as a form to be signed: A4, PDF/A-2b, set with typst."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shicheng.base.typesetting import set_form
from shicheng.checks.presentation import PROPERTY_NAMES, CheckLine, Presentation, Signed, present
from shicheng.checks.types import Level, Report, Verdict
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes

MOST_FINDINGS = 2000  # beyond, the workbook has them all
_TONES = {Verdict.FAIL: "bad", Verdict.REVIEW: "warn", Verdict.PASS: "good"}


def write_pdf(
    report: Report,
    signed: Mapping[str, Signed] | None = None,
    *,
    archive_name: str,
    number: str = "",
    run: int = 1,
    language: str = "zh-hans",
) -> bytes:
    """Write the report as PDF/A-2b; texts are in the current language, which `language` names."""
    data = _data(present(report, signed), archive_name=archive_name, number=number, run=run, language=language)
    return set_form(Path(__file__).parent / "forms" / "report.typ", data)


def _data(shown: Presentation, *, archive_name: str, number: str, run: int, language: str) -> dict[str, object]:
    report = shown.report
    facts = [
        (_("Transfer"), number or "—"),
        (_("Run"), str(run)),
        (_("Batch"), report.name),
        (_("Stage"), str(shown.stage)),
        (_("Agency"), report.agency or "—"),
        (_("Fonds"), report.fonds_code or "—"),
        (_("Items and files"), str(_("%(items)d items, %(files)d files", items=report.items, files=report.files))),
        (_("Size"), f"{format_bytes(report.bytes)} ({report.bytes:,} B)"),
        (_("Checked at"), shown.checked_at),
        (_("Software"), report.software),
    ]
    left = len(shown.faults) - MOST_FINDINGS
    chinese = language.lower().startswith("zh")
    return {
        "lang": "zh" if chinese else "en",
        "region": "CN" if chinese else "GB",
        "title": str(_("Report on the four-property check")),
        "subtitle": archive_name,
        "archive": archive_name,
        "footer": _clean(f"{archive_name} · {number or report.name} · {report.stage.value} #{run}"),
        "facts": [[str(label), _clean(value)] for label, value in facts],
        "verdict": str(shown.verdict),
        "tone": _TONES[report.verdict],
        "properties": [
            {
                "name": str(one.name),
                "line": str(one.line),
                "tone": one.tone,
                "detail": str(
                    _("%(looked)d checks looked, %(not_checked)d not checked, %(waiting)d wait for a person",
                      looked=one.looked, not_checked=one.not_checked, waiting=one.waiting)
                ),
            }
            for one in shown.properties
        ],
        "headings": {
            "findings": str(_("Findings")),
            "manual": str(_("Checks by persons")),
            "checks": str(_("Every check and its result")),
        },
        "none": str(_("The checks found no fault.")),
        "finding_heads": [str(_("Property")), str(_("Check")), str(_("Reference code")), str(_("Finding")),
                          str(_("Next step"))],
        "findings": [
            {
                "property": str(PROPERTY_NAMES[one.property]),
                "check": one.check,
                "ref": _clean(one.ref or str(_("whole batch"))),
                "message": _clean(str(one.message)),
                "advice": _clean(str(one.advice or "")),
                "tone": "bad" if one.level is Level.ERROR else "warn",
            }
            for one in shown.faults[:MOST_FINDINGS]
        ],
        "more": (
            str(_("%(count)d more findings are in the workbook of this report.", count=left)) if left > 0 else ""
        ),
        "manual_heads": [str(_("Check")), str(_("Name")), str(_("Result")), str(_("Remark")), str(_("Signed"))],
        "manual": [_manual(line) for line in shown.manual],
        "check_heads": [str(_("Check")), str(_("Name")), str(_("Result")), str(_("Reason"))],
        "checks": [
            {
                "check": line.result.check,
                "title": str(line.result.title),
                "result": str(line.outcome),
                "tone": line.tone,
                "reason": _clean(str(line.result.reason or "")),
            }
            for line in shown.checks
        ],
        "signatures": [str(_("For the handing-over side")), str(_("For the receiving archive"))],
        "sign_note": str(_("Name, seal, date")),
    }  # fmt: skip


def _manual(line: CheckLine) -> dict[str, str]:
    signed = line.signed
    result = "" if signed is None else str(_("passed") if signed.passed else _("failed"))
    return {
        "check": line.result.check,
        "title": str(line.result.title),
        "result": result or "□ " + str(_("passed")) + "  □ " + str(_("failed")),
        "tone": line.tone if signed is not None else "plain",
        "remark": _clean(signed.remark) if signed is not None else "",
        "signed": f"{_clean(signed.by)} {signed.at}" if signed is not None else "",
    }


def _clean(text: str) -> str:
    """Show what would be invisible or unprintable on paper as its escape."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)
