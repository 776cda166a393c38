"""Opening the store that the settings name."""

from __future__ import annotations

from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage.errors import BadStore
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.ports import Store
from shicheng.storage.types import BucketAddress


def store_of(settings: Settings) -> Store:
    """Return the store the settings name, without looking whether it is there."""
    if not settings.store.startswith("s3://"):
        return LocalStore(settings.store_path, free_bytes=settings.free_bytes)
    try:
        from shicheng.storage.s3 import S3Store
    except ImportError as error:
        raise BadStore(
            _("The store %(store)s can't be used, because obstore is not installed.", store=settings.store),
            hint=_("Install Shicheng with the extra “s3”."),
        ) from error
    bucket, _slash, prefix = settings.store.removeprefix("s3://").partition("/")
    return S3Store(
        BucketAddress(
            bucket=bucket,
            prefix=prefix.strip("/"),
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            access_key=settings.s3_access_key,
            secret_key=settings.s3_secret_key,
            retry_seconds=settings.s3_retry_seconds,
        )
    )
