"""Pages of authorities: the list, one with its records, writing, merging, splitting, tables in and out."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shicheng.audit import selectors as audit
from shicheng.base.web import render_part
from shicheng.describing import authorities, linking, policies
from shicheng.describing.authority_files import HEADER, LARGEST, read_csv, write_csv
from shicheng.describing.errors import BadAuthority
from shicheng.describing.models import Authority, AuthorityLink
from shicheng.holdings import policies as holdings
from shicheng.holdings.words import ElementName
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.schemes.fields import AUTHORITIES

PAGE: Final = 50


@desk_page(policies.READ_AUTHORITIES)
@require_GET
def authority_list(request: HttpRequest) -> HttpResponse:
    """Authorities of one kind or all, by name or by what names them."""
    actor, asked = actor_of(request), _asked(request)
    found = authorities.authorities(actor, **asked).prefetch_related("names")
    page = {
        **asked, "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "kinds": AUTHORITIES.items(),
        "said": AUTHORITIES, "total": policies.visible_authorities(actor).filter(merged_into=None).count(),
        "may_keep": allows(actor, policies.KEEP_AUTHORITIES), "header": ", ".join(HEADER),
    }  # fmt: skip
    return render_part(request, "describing/authorities.html", "authorities", page)


@desk_page(policies.READ_AUTHORITIES, holdings.READ)
@require_GET
def authority(request: HttpRequest, key: UUID) -> HttpResponse:
    """One authority with its names, its life, and the records that name it."""
    actor = actor_of(request)
    kept = authorities.authority(actor, key)
    found = Paginator(linking.records(actor, kept), PAGE).get_page(request.GET.get("page"))
    spoken: dict[UUID, list[str]] = {}
    for link in AuthorityLink.objects.filter(authority=kept, item_id__in=[item.pk for item in found]):
        spoken.setdefault(link.item_id, []).append(str(ElementName(link.element)))
    text = request.GET.get("other", "").strip()[:100]
    others = authorities.authorities(actor, kind=kept.kind, text=text).exclude(pk=kept.pk)[:10] if text else []
    names = list(kept.names.select_related("came_from").order_by("-is_main", "name"))
    page = {
        "one": kept, "kind": AUTHORITIES[kept.kind], "names": names, "page": found,
        "asked": " OR ".join(f'"{one.name.replace(chr(34), "")}"' for one in names),
        "listed": [(item, "、".join(spoken.get(item.pk, ()))) for item in found],
        "life": audit.history(actor, ("authority", kept.pk)), "merged": kept.merged.order_by("name"),
        "may_keep": allows(actor, policies.KEEP_AUTHORITIES), "other": text, "others": others,
    }  # fmt: skip
    return render(request, "describing/authority.html", page)


@desk_page(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)
@require_http_methods(["GET", "POST"])
def new_authority(request: HttpRequest) -> HttpResponse:
    """Write an authority down."""
    return _form(request, None)


@desk_page(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)
@require_http_methods(["GET", "POST"])
def edit_authority(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change what is written of an authority."""
    return _form(request, authorities.authority(actor_of(request), key))


@desk_page(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)
@require_POST
def merge(request: HttpRequest, key: UUID) -> HttpResponse:
    """Merge an authority into another one."""
    actor = actor_of(request)
    try:
        into = UUID(request.POST.get("into", ""))
    except ValueError:
        raise BadAuthority(
            message("It is not said into which authority."), hint=message("Choose one of those found.")
        ) from None
    kept = authorities.merge(actor=actor, key=key, into=into, reason=request.POST.get("reason", ""))
    messages.success(request, _("Merged into %(name)s.") % {"name": kept.name})
    return redirect("describing:authority", kept.pk)


@desk_page(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)
@require_POST
def split(request: HttpRequest, key: UUID) -> HttpResponse:
    """Split an authority off again."""
    kept = authorities.split(actor=actor_of(request), key=key, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(name)s stands by itself again.") % {"name": kept.name})
    return redirect("describing:authority", kept.pk)


@desk_page(policies.READ_AUTHORITIES)
@require_GET
def authority_table(request: HttpRequest) -> HttpResponseBase:
    """The authorities of the list as a table."""
    asked = _asked(request)
    lines = write_csv(actor_of(request), kind=asked["kind"], text=asked["text"])
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="authorities.csv"'
    return answer


@desk_page(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Take authorities in from a table, and tell which rows were left out and why."""
    sent = request.FILES.get("table")
    if sent is None or (sent.size or 0) > LARGEST:
        raise BadAuthority(message("No table was sent, or one that is too large."), hint=message("Choose a csv file."))
    made, changed, wrong = read_csv(actor_of(request), sent.read())
    page = {"made": made, "changed": changed, "wrong": wrong}
    if not wrong:
        n = made + changed
        messages.success(request, ngettext("%(n)s authority taken in.", "%(n)s authorities taken in.", n) % {"n": n})
        return redirect("describing:authorities")
    return render(request, "describing/authorities_taken.html", page)


@desk_page(policies.READ_AUTHORITIES)
@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Names that begin with what was typed: for the grid as JSON, for a form as its options."""
    kind = request.GET.get("kind", "")[:40]
    # What is typed after a sign between names is the name that is looked for.
    text = next((str(value) for name, value in request.GET.items() if name != "kind"), "")[-200:]
    head, last = authorities.last_name(text)
    found = [f"{head}{one}" for one in authorities.suggest(actor_of(request), kind, last)]
    if getattr(request, "htmx", False):
        return HttpResponse(format_html_join("", '<option value="{}"></option>', ((one,) for one in found)))
    return JsonResponse({"names": found})


def _asked(request: HttpRequest) -> dict[str, str]:
    kind, order = request.GET.get("kind", ""), request.GET.get("order", "")
    text = request.GET.get("text", "").replace("\x00", "").strip()[:100]
    return {"kind": kind if kind in AUTHORITIES else "", "text": text, "order": order}


def _form(request: HttpRequest, kept: Authority | None) -> HttpResponse:
    variants = [] if kept is None else [one.name for one in kept.names.filter(is_main=False)]
    page: dict[str, Any] = {
        "one": kept, "kinds": AUTHORITIES.items(), "kind": kept.kind if kept else request.GET.get("kind", "person"),
        "name": kept.name if kept else request.GET.get("name", "")[:300], "variants": "\n".join(variants),
        "dates": kept.dates if kept else "", "note": kept.note if kept else "",
        "revision": kept.revision if kept else "",
    }  # fmt: skip
    if request.method == "POST":
        page |= {name: request.POST.get(name, "") for name in ("name", "variants", "dates", "note")}
        page["kind"] = kept.kind if kept else request.POST.get("kind", "")
        revision = request.POST.get("revision", "")
        try:
            made = authorities.save_authority(
                actor=actor_of(request), kind=page["kind"], name=page["name"], variants=page["variants"].splitlines(),
                dates=page["dates"], note=page["note"], key=kept.pk if kept else None,
                revision=int(revision) if revision.isdecimal() and len(revision) < 9 else None,
            )  # fmt: skip
        except ShichengError as error:
            page["problem"] = error
        else:
            return redirect("describing:authority", made.pk)
    return render(request, "describing/authority_form.html", page, status=422 if "problem" in page else 200)
