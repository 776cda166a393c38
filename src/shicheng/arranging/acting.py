"""What the buttons of the pages do: from what a form sends to one call of a service, and what to say of it."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shicheng.arranging import classifying, forming, forming_all, numbering, selectors
from shicheng.arranging.errors import BadSelection
from shicheng.arranging.models import PoolItem
from shicheng.arranging.viewing import keys_of
from shicheng.kernel.messages import message
from shicheng.people.types import Actor


def act(actor: Actor, fonds: str, year: int, sent: QueryDict) -> str:
    """Carry out what a button of the board says: a verb, and after a colon what it is about."""
    verb, _colon, about = sent.get("verb", "").partition(":")
    files, items = keys_of(sent.getlist("file")), keys_of(sent.getlist("item"))
    match verb:
        case "form":
            groups = [keys_of([each]) for each in about.split(";")] if about else [files]
            return _formed(len(forming.form_items(actor=actor, fonds=fonds, year=year, groups=groups)))
        case "form_each":
            return _formed(
                len(forming.form_items(actor=actor, fonds=fonds, year=year, groups=[[one] for one in files]))
            )
        case "form_proposed" | "form_all":
            return _form_all(actor, fonds, year, singles=verb == "form_all")
        case "merge":
            one = forming.merge(actor=actor, items=items, files=files)
            return _("Put together: %(title)s") % {"title": one.title}
        case "split":
            made = forming.split(actor=actor, files=files)
            return _formed(len(made))
        case "loosen":
            count = forming.loosen(actor=actor, files=keys_of([about]) or files, items=[] if about else items)
            return ngettext("%(n)s file is loose again.", "%(n)s files are loose again.", count) % {"n": count}
        case "put":
            one = forming.put_into(
                actor=actor, item=_one(about or sent.get("target", "")), files=files,
                before=next(iter(keys_of([sent.get("before", "")])), None),
            )  # fmt: skip
            return _("Put into: %(title)s") % {"title": one.title}
        case "up" | "down":
            one = forming.move_file(actor=actor, file=_one(about), by=-1 if verb == "up" else 1)
            return _("Moved within: %(title)s") % {"title": one.title}
        case "leave_out":
            count = forming.leave_out(actor=actor, files=files, reason=sent.get("reason", ""))
            return ngettext("%(n)s file is left out.", "%(n)s files are left out.", count) % {"n": count}
        case "bring_back":
            count = forming.bring_back(actor=actor, files=keys_of([about]) or files)
            return ngettext("%(n)s file is loose again.", "%(n)s files are loose again.", count) % {"n": count}
    raise _unknown()


def act_on_item(actor: Actor, item: PoolItem, sent: QueryDict) -> str:
    """Carry out what a button on the page of an item says."""
    verb, _colon, about = sent.get("verb", "").partition(":")
    match verb:
        case "describe":
            names = (*forming.DESCRIBED, *forming.ELEMENTS, "pages", "importance")
            version = sent.get("version", "")
            forming.describe(
                actor=actor, item=item.pk, values={name: sent.get(name, "") for name in names if name in sent},
                version=int(version) if version.isdecimal() and len(version) < 9 else None,
            )  # fmt: skip
            return _("Saved.")
        case "part":
            forming.set_part(actor=actor, file=_one(about), part=sent.get(f"part-{about}", ""))
            return _("Saved.")
        case "up" | "down":
            forming.move_file(actor=actor, file=_one(about), by=-1 if verb == "up" else 1)
            return _("Moved.")
        case "split":
            forming.split(actor=actor, files=[_one(about)] if about else keys_of(sent.getlist("file")))
            return _("It is an item of its own now.")
        case "loosen":
            forming.loosen(actor=actor, files=[_one(about)])
            return _("The file is loose again.")
        case "take_apart":
            forming.loosen(actor=actor, items=[item.pk])
            return _("The item is taken apart; its files are loose again.")
        case "code":
            numbering.give_code(actor=actor, item=item.pk, code=sent.get("code", ""))
            return _("Saved.")
    raise _unknown()


def act_on_classes(actor: Actor, fonds: str, year: int, sent: QueryDict) -> str:
    """Carry out what a button on the page of classes says."""
    verb, _colon, about = sent.get("verb", "").partition(":")
    chosen = keys_of(sent.getlist("item"))
    match verb:
        case "take":  # take:<item>:<category>|<department>|<retention>|<row>
            key, _colon, klass = about.partition(":")
            item = selectors.pool_item(actor, _one(key))
            parts = klass.split("|")
            found = classifying.proposals(actor, fonds, [item])[item.pk]
            proposal = next(
                (one for one in found if [one.category, one.department, one.retention, one.row] == parts), None
            )
            if proposal is None:
                raise BadSelection(
                    message("This class is not proposed any more."), hint=message("Look at what is proposed now.")
                )
            count = classifying.classify(
                actor=actor, items=[item.pk], category=proposal.category, department=proposal.department,
                retention=proposal.retention, row=proposal.row, reasons=proposal.reasons,
            )  # fmt: skip
        case "take_best":
            count = classifying.take_proposals(actor=actor, fonds=fonds, year=year, items=chosen)
        case "take_all":
            count = classifying.take_proposals(actor=actor, fonds=fonds, year=year)
        case "classify":
            count = classifying.classify(
                actor=actor, items=chosen, category=sent.get("category", ""), department=sent.get("department", ""),
                retention=sent.get("retention", ""),
            )  # fmt: skip
        case "rule":
            classifying.keep_rule(
                actor=actor, fonds=fonds, kind=sent.get("kind", ""), value=sent.get("value", ""),
                category=sent.get("rule_category", ""), department=sent.get("rule_department", ""),
                retention=sent.get("rule_retention", ""),
            )  # fmt: skip
            return _("The rule is kept.")
        case "forget":
            classifying.remove_rule(actor=actor, fonds=fonds, rule=_one(about))
            return _("The rule is removed.")
        case _:
            raise _unknown()
    return ngettext("%(n)s item is classified.", "%(n)s items are classified.", count) % {"n": count}


def _form_all(actor: Actor, fonds: str, year: int, *, singles: bool) -> str:
    if selectors.loose_files(actor, fonds, year).count() <= forming_all.AT_ONCE:
        return _formed(len(forming_all.form_proposed(actor=actor, fonds=fonds, year=year, singles=singles)))
    forming_all.begin_forming(actor=actor, fonds=fonds, year=year, singles=singles)
    return _("The items of the whole pool are being formed in the background.")


def _formed(count: int) -> str:
    return ngettext("%(n)s item is formed.", "%(n)s items are formed.", count) % {"n": count}


def _one(text: str) -> UUID:
    found = keys_of([text])
    if not found:
        raise _unknown()
    return found[0]


def _unknown() -> BadSelection:
    return BadSelection(message("The page sent nothing that can be done."), hint=message("Load it again."))
