"""What is approved of this room: versions of filing tables."""

from __future__ import annotations
