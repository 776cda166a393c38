"""Bags of BagIt 0.93 to 1.0 (RFC 8493): read and judged strictly."""

from __future__ import annotations

from shicheng.packages.bagit.reading import read_bag
from shicheng.packages.bagit.tags import Declaration, Findings, encode_path
from shicheng.packages.bagit.validation import Bag, examine_bag, validate_bag

__all__ = ["Bag", "Declaration", "Findings", "encode_path", "examine_bag", "read_bag", "validate_bag"]
