"""Why the system refused a file, in words that can be translated."""

from __future__ import annotations

import errno

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_REASONS = {
    errno.ENOENT: _("there is no such file or folder"),
    errno.ENOTDIR: _("a part of its path is no folder"),
    errno.EISDIR: _("it is a folder"),
    errno.EACCES: _("this account is not permitted to read or write it"),
    errno.EPERM: _("the system does not permit it"),
    errno.EROFS: _("the disk can only be read"),
    errno.ENOSPC: _("the disk is full"),
    errno.EDQUOT: _("the quota of this account is used up"),
    errno.ENAMETOOLONG: _("its name is too long for this disk"),
    errno.EIO: _("the disk or carrier reports a read error"),
    errno.ESTALE: _("the network disk is gone"),
    errno.ECONNREFUSED: _("nothing answers at the address"),
    errno.ECONNRESET: _("the other side broke the connection off"),
    errno.EPIPE: _("the other side broke the connection off"),
    errno.ETIMEDOUT: _("it took too long to answer"),
}


def reason_of(error: OSError) -> Message:
    """Return why `error` happened; what the system says in its own words where the kind is a rare one."""
    known = _REASONS.get(error.errno) if error.errno is not None else None
    return known or _("%(reason)s", reason=error.strerror or str(error) or type(error).__name__)
