"""Where the life of a record passed through before it was an item, for the room that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shicheng.cataloguing.models import CatalogueImport

if TYPE_CHECKING:
    from shicheng.holdings.models import Item


def origin_of_item(one: Item) -> list[tuple[str, str]]:
    """The import a record came by, as the log names it. Whoever asks has made sure who reads it."""
    if one.source_key is None:
        return []
    imports = CatalogueImport.objects.filter(number=one.transfer)
    return [("import", str(pk)) for pk in imports.values_list("pk", flat=True)]
