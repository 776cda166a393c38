"""Showing one page of an OFD as SVG that holds all it needs and nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from shicheng.formats.ofd.container import Container
from shicheng.formats.ofd.drawing import Drawing
from shicheng.formats.ofd.errors import MissingPage
from shicheng.kernel.messages import message as _


def render_page(source: Path | IO[bytes], page: int) -> str:
    """Return page `page` (from 1, counted over all documents of the package) as an SVG document.

    Sized in millimetres; without scripts, event attributes and references to anything outside of it. Raises
    `UnreadableOfd`, or `MissingPage` when there is no such page. Objects are clipped to their Boundary,
    except text, which producers often let stand over it.
    """
    with Container(source) as container:
        pages = [one for document in container.documents for one in document.pages]
        if not 1 <= page <= len(pages):
            raise MissingPage(
                _("The OFD has %(count)s pages; page %(page)s does not exist.", count=len(pages), page=page)
            )
        return Drawing(pages[page - 1]).to_svg()
