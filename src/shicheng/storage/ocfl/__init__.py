"""OCFL 1.1: how objects lie in the store, readable without this software."""

from shicheng.storage.types import DraftFile, ObjectDraft, StoredObject

__all__ = ["DraftFile", "ObjectDraft", "StoredObject"]
