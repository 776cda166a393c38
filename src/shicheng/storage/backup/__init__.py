"""Backups of a whole archive while it is in use, and archives made from them.

A backup folder holds `store/`, itself an OCFL store that each backup adds to, and one folder below
`archives/` for each backup: the database, keys, settings, and the digests of everything.
"""

from shicheng.storage.backup.making import BackupReport, backup
from shicheng.storage.backup.restoring import RestoreReport, restore

__all__ = ["BackupReport", "RestoreReport", "backup", "restore"]
