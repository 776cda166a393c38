"""Where the life of an item passed through before it was an item, for the room that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shicheng.ingest.models import Transfer

if TYPE_CHECKING:
    from shicheng.holdings.models import Item


def origin_of_item(one: Item) -> list[tuple[str, str]]:
    """The transfer an item came with, as the log names it. Whoever asks has made sure who reads it."""
    return [("transfer", str(pk)) for pk in Transfer.objects.filter(number=one.transfer).values_list("pk", flat=True)]
