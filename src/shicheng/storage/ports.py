"""What every kind of store can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from shicheng.storage.ocfl.checking import ObjectReader, Pace
from shicheng.storage.ocfl.inventory import Inventory
from shicheng.storage.types import Damage, ObjectCheck, ObjectDraft, StoredObject


@runtime_checkable
class Store(Protocol):
    """Keeps OCFL objects. Found by the entry points `shicheng.stores`; can be sent to other processes."""

    @property
    def address(self) -> str:
        """Where the store is, as settings and messages name it."""

    def create(self) -> None:
        """Make an empty store if there is none; raise `BadStore` if something else is there."""

    def require(self) -> None:
        """Raise `BadStore` unless a store is there: a disk that is not mounted is no empty store."""

    def put_objects(self, drafts: Sequence[ObjectDraft]) -> list[StoredObject]:
        """Store a batch; when this returns, all of it survives a power cut.

        An object that is there with the same files is returned as it is; with other files the
        whole batch is refused with `ObjectConflict`. Raises `StoreFull`, `StoreUnreachable`.
        """

    def has(self, object_id: str) -> bool:
        """Tell whether the object is there and complete."""

    def inventory(self, object_id: str) -> Inventory:
        """Read the object's inventory."""

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """Open a file of the object for reading; the newest version unless one is named."""

    def local_path(self, object_id: str, logical_path: str, version: int | None = None) -> Path | None:
        """Return where the file lies on this machine; None if it lies elsewhere."""

    def iter_objects(self) -> Iterator[str]:
        """Yield the identifier of every object."""

    def iter_strays(self) -> Iterator[Damage]:
        """Yield everything in the store that is neither an object nor part of one."""

    def verify(self, object_id: str) -> list[Damage]:
        """Compare every byte of the object with its inventory."""

    def check(self, object_id: str, *, rate: float | None = None) -> ObjectCheck:
        """The same with counts, reading at most `rate` bytes a second."""

    def check_at(self, object_id: str, pace: Pace) -> ObjectCheck:
        """The same at a pace that many objects share."""

    def reader(self, object_id: str) -> ObjectReader:
        """Give the object's files as they lie, inventories too."""

    def bring_objects(self, objects: Mapping[str, Mapping[str, Path]]) -> None:
        """Put whole objects from elsewhere, by their ids, each its files by their paths below the object's root.

        Durable when it returns; an object that is there is replaced. The files are taken as they are: it is for the
        caller to verify them, best by `check`.
        """

    def free_bytes(self) -> int | None:
        """Return the bytes still free; None if the store sets no limit."""
