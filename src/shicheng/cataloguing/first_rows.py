"""Which row of a catalogue came first with a key, in little room. No Django here."""

from __future__ import annotations

from array import array
from typing import Final

_SLOTS: Final = 1 << 16
_BITS: Final = (1 << 64) - 1


class FirstRows:
    """Row numbers by keys of 64 bits: some 20 bytes for each, where a dictionary takes a hundred.

    A catalogue of millions of rows is read in a process that may only take so much memory. Keys must be hashes: their
    lowest bits say where one is looked for.
    """

    def __init__(self) -> None:
        self._make(_SLOTS)
        self._count = 0

    def first(self, key: int, row: int) -> int:
        """The row that came first with this key: `row` itself (below 2³²) if none did."""
        key = key & _BITS or 1  # 0 is an empty place
        keys, mask = self._keys, self._mask
        place = key & mask
        while found := keys[place]:
            if found == key:
                return self._rows[place]
            place = place + 1 & mask
        keys[place], self._rows[place] = key, row
        self._count += 1
        if self._count * 3 > mask * 2:
            self._grow()
        return row

    def _make(self, slots: int) -> None:
        self._mask = slots - 1
        self._keys, self._rows = array("Q", bytes(8 * slots)), array("I", bytes(4 * slots))

    def _grow(self) -> None:
        old = zip(self._keys, self._rows, strict=True)
        self._make(2 * (self._mask + 1))
        keys, rows, mask = self._keys, self._rows, self._mask
        for key, row in old:
            if key:
                place = key & mask
                while keys[place]:
                    place = place + 1 & mask
                keys[place], rows[place] = key, row
