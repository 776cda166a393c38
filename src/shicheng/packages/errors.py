"""What can go wrong while a package is read, as errors a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.packages.types import PackageProblem


class UnreadablePackage(ShichengError):
    """The package as a whole could not be read."""

    code = "packages.package.unreadable"
    exit_code = 2
    http_status = 422


class PackageFault(ShichengError):
    """One thing in the package stopped a reader; `problem` says which and why."""

    code = "packages.package.fault"
    exit_code = 1
    http_status = 422

    def __init__(self, problem: PackageProblem, *, hint: Message | None = None) -> None:
        super().__init__(problem.message, hint=hint)
        self.problem = problem


class DamagedMember(PackageFault):
    """The bytes of a member of a container are not what the container says of them."""

    code = "packages.member.damaged"


class UnsafeXml(PackageFault):
    """An XML file is not well formed, too large, or carries a DTD or entities."""

    code = "packages.xml.unsafe"


@contextmanager
def faults_kept(problems: list[PackageProblem]) -> Iterator[None]:
    """Turn a fault of a control file into a problem, so that the rest of the package is still read."""
    try:
        yield
    except PackageFault as fault:
        problems.append(fault.problem)
