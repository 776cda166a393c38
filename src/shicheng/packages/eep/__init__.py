"""Encapsulation packages 电子文件封装包 (EEP) of DA/T 48-2009, read and written.

The form is second-hand: it follows a schema that a vendor ships as that of the standard.
"""

from __future__ import annotations

from shicheng.packages.eep.reading import EepPackage, is_eep, read_eep, read_eep_file
from shicheng.packages.eep.signatures import EepSignature, SignatureState
from shicheng.packages.eep.writing import write_eep_document

__all__ = [
    "EepPackage",
    "EepSignature",
    "SignatureState",
    "is_eep",
    "read_eep",
    "read_eep_file",
    "write_eep_document",
]
