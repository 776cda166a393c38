"""Reading a page as a browser and a screen reader would, to find what the rules forbid."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpResponse
from lxml import html

_ADDRESSES = ("src", "href", "action", "srcset", "poster", "data", "formaction", "hx-get", "hx-post", "xlink:href")
_UNSEEN = ("hidden", "submit", "button")


def faults(response: HttpResponse) -> list[str]:
    """What is wrong with a page: scripts or styles inside it, other hosts, fields and pictures without a name."""
    tree = html.document_fromstring(response.content)
    found = []
    for one in tree.iter():
        if not isinstance(one.tag, str):
            continue
        name = f"<{one.tag}> line {one.sourceline}"
        if one.tag == "script" and not one.get("src"):
            found.append(f"{name}: script inside the page")
        if one.tag == "style" or one.get("style") is not None:
            found.append(f"{name}: style inside the page")
        found += [f"{name}: {key} is a handler" for key in one.attrib if key.startswith(("on", "hx-on"))]
        for key in _ADDRESSES:
            for address in (one.get(key) or "").split(","):
                parts = urlsplit(address.strip().split(" ")[0])
                if parts.netloc or parts.scheme not in ("", "data"):
                    found.append(f"{name}: {key} leads to {address}")
        if one.tag in ("input", "select", "textarea") and one.get("type") not in _UNSEEN and not _label(tree, one):
            found.append(f"{name}: {one.get('name')} has no label")
        if one.tag == "img" and not one.get("alt"):
            found.append(f"{name}: no alternative text")
        if one.tag in ("button", "a") and not (one.text_content().strip() or one.get("aria-label")):
            found.append(f"{name}: nothing to read aloud")
    ids = [one.get("id") for one in tree.iter() if isinstance(one.tag, str) and one.get("id")]
    found += [f"the id {one} is there twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    if not tree.get("lang"):
        found.append("the page has no language")
    if len(tree.findall(".//h1")) != 1:
        found.append(f"{len(tree.findall('.//h1'))} main headings")
    if len(tree.findall(".//main")) != 1 or tree.find(".//main").get("id") != "content":
        found.append("no main part for the skip link")
    return found


def _label(tree: html.HtmlElement, field: html.HtmlElement) -> bool:
    if field.get("aria-label") or any(parent.tag == "label" for parent in field.iterancestors()):
        return True
    return bool(field.get("id")) and bool(tree.xpath("//label[@for=$id]", id=field.get("id")))
