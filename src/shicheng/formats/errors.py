"""Errors of this room that a person can meet."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError


class CannotRender(ShichengError):
    """A file can't be shown as a picture: its format has none, or it is broken."""

    code = "formats.file.cannot_render"
    http_status = 422
