"""Reference codes 档号: their form, and whether each is given once."""

from __future__ import annotations

from collections import defaultdict

from shicheng.checks.context import CheckContext, Looked, NotLooked, code_key, column_key, value_key
from shicheng.checks.types import Level
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import (
    CATEGORIES,
    ReferenceCode,
    ReferenceCodeError,
    fold_reference_code,
    parse_reference_code,
)

UNDESCRIBED: Message = _("The package says nothing of its items, so there is no metadata to look at.")


def parse_codes(context: CheckContext) -> None:
    """Read every code once; rules of other checks use what was read even when the form is not checked."""
    if context.codes:
        return
    errors: dict[int, ReferenceCodeError] = {}
    for index, item in enumerate(context.package.items):
        code: ReferenceCode | None = None
        if item.ref:
            try:
                code = parse_reference_code(item.ref, context.templates)
            except ReferenceCodeError as error:
                errors[index] = error
        context.codes.append(code)
    context.notes["code_errors"] = errors


def code_form(context: CheckContext) -> Looked:
    """Report codes that follow no template, and categories nobody knows."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    parse_codes(context)
    items = context.package.items
    errors: dict[int, ReferenceCodeError] = context.notes["code_errors"]
    for index, error in errors.items():
        hint = error.hint
        meant = hint.params.get("meant") or hint.params.get("example") if hint is not None else None
        context.report(
            "1-7",
            error.message,
            about=(column_key("reference_code"), value_key(index, "reference_code")),
            covers=(code_key(index),),
            item=items[index],
            element="reference_code",
            expected=meant,
            found=items[index].ref,
            advice=hint or _("Correct the reference code and send the list again."),
        )
    for index, code in enumerate(context.codes):
        if code is not None and code.category is not None and code.category not in CATEGORIES:
            context.report(
                "1-7",
                _("The reference code %(code)s names the record category %(category)s, which is not known.",
                  code=code.text, category=code.category),
                about=(value_key(index, "reference_code"),),
                covers=(code_key(index),),
                item=items[index],
                element="reference_code",
                expected=context.category or ", ".join(CATEGORIES),
                found=code.category,
                advice=_("Correct the category in the code, or add it to the archive's templates."),
            )  # fmt: skip
    return len(items)


def duplicates(context: CheckContext) -> Looked:
    """Report codes given twice, items described twice, and codes that the holdings already have."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    items = context.package.items
    rows: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        if item.ref:
            rows[fold_reference_code(item.ref)].append(index)
    for indexes in rows.values():
        if len(indexes) > 1:
            _report_twice(context, indexes)
    _documents(context)
    _against_holdings(context)
    return len(items)


def _report_twice(context: CheckContext, indexes: list[int]) -> None:
    items = context.package.items
    # A code that only breaks the form and so looks like another is reported for its form.
    sound = [index for index in indexes if context.ledger.explains(code_key(index)) is None]
    if len(sound) < 2:
        return
    first = items[sound[0]]
    cause = context.report(
        "1-8",
        _("The reference code %(code)s is given %(count)d times, on rows %(rows)s of the item list.",
          code=first.ref, count=len(sound), rows=", ".join(str(items[index].row) for index in sound[:20])),
        about=[value_key(index, "reference_code") for index in sound],
        covers=[code_key(index) for index in sound],
        ref=first.ref,
        element="reference_code",
        expected="1",
        found=len(sound),
        advice=_("Find out which item the code belongs to and give the other its own."),
    )  # fmt: skip
    if cause is not None:
        context.notes.setdefault("twice", []).append(sound)
        context.ledger.cover(cause, *(("document", index) for index in sound[1:]))


def _documents(context: CheckContext) -> None:
    """Warn of items that share document number, title and author: probably one document listed twice."""
    items = context.package.items
    seen: dict[tuple[str, str, str], int] = {}
    for index, item in enumerate(items):
        elements = item.elements
        number, title = elements.get("document_number", ""), elements.get("title", "")
        if not number or not title:
            continue
        first = seen.setdefault((number, title, elements.get("author", "")), index)
        if first == index:
            continue
        context.report(
            "1-8",
            _("The item has the same document number, title and author as the item on row %(row)s (%(code)s).",
              row=items[first].row, code=items[first].ref),
            about=(("document", index),),
            level=Level.WARNING,
            item=item,
            element="title",
            found=f"{number} {title}",
            advice=_("Check whether the document was listed twice."),
        )  # fmt: skip


def _against_holdings(context: CheckContext) -> None:
    if context.database is None:
        return
    items = context.package.items
    known = context.database.existing_codes({item.ref for item in items if item.ref})
    for index, item in enumerate(items):
        if item.ref in known:
            context.report(
                "1-8",
                _("The holdings already have an item with the reference code %(code)s.", code=item.ref),
                about=(("held", index),),
                item=item,
                element="reference_code",
                advice=_("Give the item a new code, or leave it out if it was handed over before."),
            )
    pairs = {
        (item.elements["document_number"], item.elements["title"])
        for item in items
        if item.ref not in known and item.elements.get("document_number") and item.elements.get("title")
    }
    held = context.database.existing_documents(pairs) if pairs else {}
    for index, item in enumerate(items):
        pair = (item.elements.get("document_number", ""), item.elements.get("title", ""))
        if pair in held and held[pair] != item.ref:
            context.report(
                "1-8",
                _("The holdings already have a document of this number and title, as %(code)s.", code=held[pair]),
                about=(("document", index), ("held", index)),
                level=Level.WARNING,
                item=item,
                element="title",
                advice=_("Check whether the document was handed over before."),
            )
