"""Verify exported parts of the audit log without the archive: `python -m shicheng.audit.offline FILE…`.

Needs no database and no Django: an auditor can run it anywhere Python and OpenSSL are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shicheng.audit import chain, keys
from shicheng.audit.reading import ChainFollower, parse_line, split_entry
from shicheng.audit.types import ChainReport
from shicheng.kernel.messages import message as _


def verify_file(path: Path | str, public_key: bytes | None = None) -> ChainReport:
    """Verify one exported file. See `verify_lines`."""
    return verify_files([path], public_key)


def verify_files(paths: Iterable[Path | str], public_key: bytes | None = None) -> ChainReport:
    """Verify exported files as one chain, in the order given. See `verify_lines`."""

    def lines() -> Iterator[bytes]:
        for path in paths:
            with Path(path).open("rb") as file:
                yield from file

    return verify_lines(lines(), public_key)


def verify_lines(lines: Iterable[bytes], public_key: bytes | None = None) -> ChainReport:
    """Verify that each entry continues the one before, and every signature.

    Without `public_key` (PEM) signatures are checked with the keys in the file itself and
    counted as unproved: they show that nothing was changed after signing, not who signed. What
    comes before the first entry of the file, or after its last, can't be known from it.
    """
    trusted = {} if public_key is None else {keys.key_id(public_key): public_key}
    follower = ChainFollower(trusted=trusted)
    part = _Part()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = parse_line(line)
        except ValueError as error:
            follower.findings.add(
                follower.position + 1, _("Line %(number)s can't be read: %(reason)s.", number=number, reason=error)
            )
            continue
        kind = value.get("kind")
        if kind == chain.SEGMENT_KIND:
            part.end(follower)
            part = _Part(promised=value["last"])
            if follower.entries == 0:
                follower.position, follower.hash = value["first"] - 1, value["previous"]
        elif kind == chain.HEAD_KIND:
            part.heads.append(value)
        elif kind == chain.WITHHELD_KIND:
            follower.take(value["position"], value["previous"], value["hash"], None)
            part.hashes[value["position"]] = value["hash"]
        else:
            content, digest = split_entry(value)
            follower.take(value["position"], value["previous"], digest, content)
            part.hashes[value["position"]] = digest
    part.end(follower)
    return follower.report()


@dataclass(slots=True)
class _Part:
    """What has to be kept of a part until its end: hashes and signed heads, but not the entries."""

    promised: int | None = None
    hashes: dict[int, str] = field(default_factory=dict)
    heads: list[dict[str, Any]] = field(default_factory=list)

    def end(self, follower: ChainFollower) -> None:
        """Check what can only be checked when the whole part was read."""
        if self.promised is not None and follower.position != self.promised:
            follower.findings.add(
                follower.position + 1,
                _("The part ends at entry %(last)s, but its first line promises entries up to %(promised)s.",
                  last=follower.position, promised=self.promised),
            )  # fmt: skip
        for head in self.heads:
            follower.take_head(
                position=head["position"],
                digest=head["hash"],
                at=head["at"],
                signature=head["signature"],
                public_key=head["public_key"].encode(),
                known=self.hashes.get(head["position"], ""),
            )


def main() -> int:
    """Verify the files named on the command line; 0 if they are intact, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m shicheng.audit.offline", description=verify_lines.__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="exported parts of the log, in order")
    parser.add_argument("--public-key", type=Path, help="public key of the archive in PEM")
    chosen = parser.parse_args()
    public_key = chosen.public_key.read_bytes() if chosen.public_key else None
    report = verify_files(chosen.files, public_key)
    for problem in report.problems:
        sys.stdout.write(f"{problem}\n")
    proved = report.heads_checked - report.heads_unproved
    withheld = f" ({report.withheld} of them withheld)" if report.withheld else ""
    sys.stdout.write(
        f"{report.entries} entries{withheld}, {report.heads_checked} signed heads, {proved} of them by the key given: "
        f"{'intact' if report.intact else 'NOT intact'}\n"
    )
    return 0 if report.intact else 1


if __name__ == "__main__":
    sys.exit(main())
