"""An OCFL store in a bucket of an S3 service."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, Final

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store as Bucket

from shicheng.kernel.messages import message as _
from shicheng.storage.errors import BadDraft, BadStore, DamagedObject, NoSuchObject, StoreUnreachable
from shicheng.storage.ocfl import layout
from shicheng.storage.ocfl.checking import ObjectReader, Pace, check_object
from shicheng.storage.ocfl.inventory import (
    INVENTORY,
    SIDECAR,
    Hashed,
    Inventory,
    match_existing,
    plan_version,
    require_logical_paths,
)
from shicheng.storage.s3_drafts import Planned, digests_of
from shicheng.storage.s3_reading import BucketReader, RemoteFile
from shicheng.storage.types import BucketAddress, Damage, ObjectCheck, ObjectDraft, StoredObject

_SIDE_BY_SIDE: Final = 16
_MULTIPART_FROM: Final = 32 << 20


class S3Store:
    """Keeps OCFL objects under the same paths as in a folder.

    An object is there when its root inventory is, which is written last and only if none is there:
    what a crash or a lost connection left before that is written over by the next attempt.
    """

    def __init__(self, at: BucketAddress) -> None:
        self.at = at
        options: Any = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}
        if at.endpoint.startswith("http://"):
            options["allow_http"] = True
        config: Any = {"region": at.region}
        if at.endpoint:
            config["endpoint"] = at.endpoint
        if at.access_key:
            config |= {"access_key_id": at.access_key, "secret_access_key": at.secret_key}
        pauses: Any = {
            "max_retries": 10,
            "retry_timeout": timedelta(seconds=at.retry_seconds),
            "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=10), "base": 2.0},
        }
        self.bucket = Bucket(
            at.bucket, prefix=at.prefix or None, config=config, client_options=options, retry_config=pauses
        )

    def __reduce__(self) -> tuple[Callable[[BucketAddress], S3Store], tuple[BucketAddress]]:
        return S3Store, (self.at,)

    @property
    def address(self) -> str:
        """The bucket and the prefix in it."""
        return f"s3://{self.at.bucket}/{self.at.prefix}".rstrip("/")

    def create(self) -> None:
        """Make an empty store if there is none; raise `BadStore` if something else is there."""
        mark = layout.ROOT_MARK[0]
        files = layout.root_files()
        with self._answers():
            if self._read(mark) is None:
                page = obstore.list_with_delimiter(self.bucket)
                present = {str(entry["path"]) for entry in page["objects"]} | set(page["common_prefixes"])
                known = {name.partition("/")[0] for name in files}
                # "" is the prefix itself, which some services go on listing after it was emptied.
                strangers = sorted({name.strip("/").rpartition("/")[2] for name in present} - known - {""})
                if strangers:
                    raise BadStore(
                        _(
                            "%(address)s can't become a store, because it already holds %(name)s.",
                            address=self.address,
                            name=strangers[0],
                        ),
                        hint=_("Choose an empty bucket or prefix, or a store made by this software."),
                    )
                for name, content in files.items():
                    obstore.put(self.bucket, name, content)
                return
            config = f"extensions/{layout.NAME}/config.json"
            if self._read(config) != files[config]:
                raise BadStore(
                    _("The store %(address)s has another layout than this software writes.", address=self.address),
                    hint=_("Choose a store made by this software."),
                )

    def require(self) -> None:
        """Raise `BadStore` unless a store is there."""
        with self._answers():
            if self._read(layout.ROOT_MARK[0]) is None:
                raise BadStore(
                    _("There is no store at %(address)s.", address=self.address),
                    hint=_("Correct the setting store, or make a new archive with “shicheng init”."),
                )

    def put_objects(self, drafts: Sequence[ObjectDraft]) -> list[StoredObject]:
        """Store a batch; each object is there whole or not at all, and durable when the service says so.

        An object that is there with the same files is returned as it is; with other files
        `ObjectConflict` is raised. After `StoreUnreachable` the same batch can be put again.
        """
        if not drafts:
            return []
        if len({draft.object_id for draft in drafts}) != len(drafts):
            raise BadDraft(_("An object is twice in one batch."), hint=_("Give each object once."))
        with self._answers():
            self.require()
            with ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(drafts)), "s3") as threads:
                # All are looked at before any is written, so that a conflict refuses the batch as a whole.
                planned = list(threads.map(self._plan, drafts))
                stored = list(threads.map(self._put, planned))
        for draft in drafts:
            for file in draft.files:
                if file.move and isinstance(file.source, Path):
                    file.source.unlink(missing_ok=True)
        return stored

    def has(self, object_id: str) -> bool:
        """Tell whether the object is there and complete."""
        with self._answers():
            try:
                obstore.head(self.bucket, f"{layout.object_path(object_id)}/{INVENTORY}")
            except (NotFoundError, FileNotFoundError):
                return False
            return True

    def inventory(self, object_id: str) -> Inventory:
        """Read the object's inventory."""
        with self._answers():
            found = self._find(object_id)
        if found is None:
            raise NoSuchObject(
                _("The store %(store)s has no object %(id)s.", store=self.address, id=object_id),
                hint=_("Run “shicheng verify” to see what is missing, and restore it from a backup."),
            )
        return found[0]

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """Open a file of the object for reading; blocks are fetched as they are read."""
        path = self.inventory(object_id).content_path(logical_path, version)
        key = f"{layout.object_path(object_id)}/{path}"
        with self._answers():
            try:
                size = int(obstore.head(self.bucket, key)["size"])
            except (NotFoundError, FileNotFoundError) as error:
                raise DamagedObject(
                    _(
                        "The file %(path)s of the object %(id)s can't be read as promised.",
                        path=logical_path,
                        id=object_id,
                    ),
                    hint=_("Run “shicheng verify” and restore this object from a backup."),
                ) from error
        return io.BufferedReader(RemoteFile(self.bucket, key, size, self._answers), 1 << 20)

    def local_path(self, object_id: str, logical_path: str, version: int | None = None) -> Path | None:
        """The files lie elsewhere."""
        return None

    def iter_objects(self) -> Iterator[str]:
        """Yield the identifier of every complete object, in the order of the paths."""
        for path, keys in self._grouped():
            if f"{path}/{INVENTORY}" in keys:
                object_id = layout.object_id_of(path)
                if object_id is None:
                    with self._answers():
                        content = self._read(f"{path}/{INVENTORY}")
                    object_id = Inventory.parse(content or b"").object_id
                yield object_id

    def iter_strays(self) -> Iterator[Damage]:
        """Yield everything that is neither an object nor part of one, such as objects that were never finished."""
        known = {name.partition("/")[0] for name in layout.root_files()}
        for path, keys in self._grouped():
            if f"{path}/{INVENTORY}" not in keys and path.partition("/")[0] not in known:
                yield Damage("", path, "extra")

    def verify(self, object_id: str) -> list[Damage]:
        """Compare every byte of the object with its inventory."""
        return list(self.check(object_id).damages)

    def check(self, object_id: str, *, rate: float | None = None) -> ObjectCheck:
        """The same with counts, reading at most `rate` bytes a second."""
        return self.check_at(object_id, Pace(rate))

    def check_at(self, object_id: str, pace: Pace) -> ObjectCheck:
        """The same at a pace that many objects share."""
        with self._answers():
            return check_object(
                BucketReader(self.bucket, self._answers, layout.object_path(object_id)), object_id, pace
            )

    def reader(self, object_id: str) -> ObjectReader:
        """Give the object's files as they lie, inventories too."""
        return BucketReader(self.bucket, self._answers, layout.object_path(object_id))

    def bring_objects(self, objects: Mapping[str, Mapping[str, Path]]) -> None:
        """Put whole objects from elsewhere, the inventory of each last: without it there is no object."""
        with self._answers():
            for object_id, files in objects.items():
                where = layout.object_path(object_id)
                for path in sorted(files, key=lambda path: (path == INVENTORY, path == SIDECAR, path)):
                    self._upload(f"{where}/{path}", files[path])

    def free_bytes(self) -> int | None:
        """A bucket sets no limit."""
        return None

    def _plan(self, draft: ObjectDraft) -> Planned:
        paths = require_logical_paths(file.logical_path for file in draft.files)
        where = layout.object_path(draft.object_id)
        found = self._find(draft.object_id)
        base = None if found is None else found[0]
        if draft.base is not None and base is None:
            raise NoSuchObject(
                _("The object %(id)s is not there, so it can get no new version.", id=draft.object_id),
                hint=_("Store its first version first."),
            )
        hashed = [
            Hashed(path, **digests_of(file, path, base, draft.base))
            for path, file in zip(paths, draft.files, strict=True)
        ]
        state = {one.logical_path: one.sha512 for one in hashed}
        stored = None if base is None else match_existing(draft, base, state, where)
        return Planned(draft, where, hashed, state, base, "" if found is None else found[1], stored)

    def _put(self, planned: Planned) -> StoredObject:
        if planned.stored is not None:
            return self._complete(planned, planned.stored)
        plan = plan_version(planned.draft, planned.hashed, planned.base)
        size = 0
        for content_path, index in plan.new:
            source = planned.draft.files[index].source
            assert source is not None
            size += self._upload(f"{planned.where}/{content_path}", source)
        for name, content in (
            (f"v{plan.number}/{INVENTORY}", plan.inventory),
            (f"v{plan.number}/{SIDECAR}", plan.sidecar),
            (layout.OBJECT_MARK[0], layout.OBJECT_MARK[1]),
            (SIDECAR, plan.sidecar),
        ):
            obstore.put(self.bucket, f"{planned.where}/{name}", content)
        mode: Any = "create" if planned.base is None else {"e_tag": planned.e_tag}
        try:
            obstore.put(self.bucket, f"{planned.where}/{INVENTORY}", plan.inventory, mode=mode)
        except (AlreadyExistsError, PreconditionError):
            # Somebody else was quicker, or our own first attempt got through and its answer did not.
            found = self._find(planned.draft.object_id)
            assert found is not None
            stored = match_existing(planned.draft, found[0], planned.state, planned.where)
            if stored is None:
                raise
            return self._complete(planned, stored)
        return StoredObject(
            planned.draft.object_id, plan.number, planned.where, len(plan.contents), size, plan.digest,
            is_new=True, contents=plan.contents,
        )  # fmt: skip

    def _complete(self, planned: Planned, stored: StoredObject) -> StoredObject:
        """Count the bytes the newest version brought, as when it was written.

        Files of a first version that a service acknowledged and then lost, as some do when they are killed, come again.
        """
        there = BucketReader(self.bucket, self._answers, stored.path)
        names = there.names()
        brought = {file.content_path for file in stored.contents if file.content_path.startswith(f"v{stored.version}/")}
        size = sum(there.size(path) for path in names & brought)
        plan = plan_version(planned.draft, planned.hashed, None) if stored.version == 1 and brought - names else None
        for content_path, index in plan.new if plan else ():
            source = planned.draft.files[index].source
            if content_path not in names and source is not None:
                size += self._upload(f"{planned.where}/{content_path}", source)
        return replace(stored, bytes=size)

    def _upload(self, key: str, source: bytes | Path) -> int:
        if isinstance(source, Path) and not source.is_file():
            raise BadDraft(_("The file %(source)s is not there.", source=source), hint=_("Stage the transfer again."))
        if isinstance(source, Path) and source.stat().st_size <= _MULTIPART_FROM:
            source = source.read_bytes()
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        obstore.put(self.bucket, key, source, use_multipart=size > _MULTIPART_FROM, max_concurrency=4)
        return size

    def _find(self, object_id: str) -> tuple[Inventory, str] | None:
        try:
            answer = obstore.get(self.bucket, f"{layout.object_path(object_id)}/{INVENTORY}")
        except (NotFoundError, FileNotFoundError):
            return None
        return Inventory.parse(bytes(answer.bytes())), str(answer.meta["e_tag"] or "")

    def _read(self, key: str) -> bytes | None:
        try:
            return bytes(obstore.get(self.bucket, key).bytes())
        except (NotFoundError, FileNotFoundError):
            return None

    def _grouped(self) -> Iterator[tuple[str, set[str]]]:
        """Yield every folder where an object may be, with its keys; the service lists them in order."""
        with self._answers():
            keys = (str(entry["path"]) for page in obstore.list(self.bucket) for entry in page)
            for path, group in groupby(keys, key=lambda key: "/".join(key.split("/")[: layout.LEVELS])):
                yield path, set(group)

    @contextmanager
    def _answers(self) -> Iterator[None]:
        """Turn what the service answers, or that it does not, into errors for people."""
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise BadStore(
                _(
                    "The storage service refuses access to %(address)s: %(reason)s.",
                    address=self.address,
                    reason=_short(error),
                ),
                hint=_("Check s3_access_key, s3_secret_key and the rights of this key in the settings."),
            ) from error
        except (NotFoundError, BaseError) as error:
            raise StoreUnreachable(
                _(
                    "The storage service of %(address)s can't be used: %(reason)s.",
                    address=self.address,
                    reason=_short(error),
                ),
                hint=_(
                    "Check s3_endpoint, the network and the service, then start the work again: "
                    "it goes on where it stopped."
                ),
            ) from error


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
