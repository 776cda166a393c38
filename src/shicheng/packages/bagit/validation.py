"""Tells whether a bag is complete and valid, strictly, for BagIt 0.93 to 1.0 (RFC 8493)."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from shicheng.kernel.digests import UnknownAlgorithm, algorithm_name, digest_bytes, digest_stream
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.bagit.tags import (
    LATEST,
    Declaration,
    Findings,
    decode_path,
    leads_away,
    read_bag_info,
    read_declaration,
    read_fetch,
    read_manifest_lines,
    read_tag_text,
)
from shicheng.packages.names import visible
from shicheng.packages.tree import Tree
from shicheng.packages.types import Limits, PackageFile, PackageProblem, ProblemKind

PAYLOAD: Final = "data/"
_MANIFEST = re.compile(r"(tag)?manifest-([A-Za-z0-9_-]+)\.txt", re.IGNORECASE)
_OXUM = re.compile(r"([0-9]+)\.([0-9]+)")
_INFO: Final = ("bag-info.txt", "package-info.txt")  # the latter up to version 0.95


@dataclass(slots=True)
class Manifest:
    """One manifest: path of the listed file -> digest."""

    path: str
    algorithm: str
    of_tags: bool
    entries: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Bag:
    """A bag as its tag files describe it, and what is wrong with it."""

    tree: Tree
    declaration: Declaration
    info: list[tuple[str, str]] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    to_fetch: dict[str, str] = field(default_factory=dict)  # path -> address
    findings: Findings = field(default_factory=Findings)

    @property
    def payload(self) -> dict[str, PackageFile]:
        """The payload files that are there, by path."""
        return {path: file for path, file in self.tree.files.items() if path.startswith(PAYLOAD)}


def examine_bag(tree: Tree, *, limits: Limits, hash_payload: bool = True, workers: int | None = None) -> Bag:
    """Read all tag files of a bag and judge it; `hash_payload=False` leaves the payload's digests to others.

    Nothing is ever fetched. Digests of several files are computed at once, by `workers` threads.
    """
    findings = Findings()
    for problem in tree.problems:
        # A remark on a name that came in all the same says nothing against the bag.
        remark = problem.kind is ProblemKind.NAME and not problem.refused
        (findings.warnings if remark else findings.errors).append(problem)
    bag = Bag(tree, read_declaration(tree, limits.list_bytes, findings), findings=findings)
    if "data" not in tree.folders and not bag.payload:
        findings.error(
            ProblemKind.STRUCTURE,
            _("The bag has no folder data, where its payload belongs. Make the bag again."),
            "data",
        )
    _read_info(bag, limits)
    _read_fetch(bag, limits)
    _read_manifests(bag, limits)
    _judge_payload(bag)
    _judge_tags(bag)
    _judge_digests(bag, hash_payload=hash_payload, workers=workers or min(8, os.cpu_count() or 1))
    return bag


def _read_info(bag: Bag, limits: Limits) -> None:
    findings, version = bag.findings, bag.declaration.version
    for name in _INFO:
        file = bag.tree.files.get(name)
        if file is not None and (name == _INFO[0] or version <= (0, 95)):
            text = read_tag_text(file, bag.declaration.encoding, limits.list_bytes, findings)
            bag.info.extend(read_bag_info(text, name, version, findings))
    sizes = [value for label, value in bag.info if label.casefold() == "payload-oxum"]
    if len(sizes) > 1:
        findings.error(ProblemKind.STRUCTURE, _("The bag gives Payload-Oxum more than once."), _INFO[0])
    for value in sizes[:1]:
        payload = bag.payload.values()
        real = f"{sum(file.size for file in payload)}.{len(payload)}"
        found = _OXUM.fullmatch(value)
        if found is None or f"{int(found[1])}.{int(found[2])}" != real:
            findings.error(
                ProblemKind.STRUCTURE,
                _(
                    "The bag says its payload is %(expected)s (bytes.files), but it is %(found)s. "
                    "Ask for the bag again.",
                    expected=value,
                    found=real,
                ),
                _INFO[0],
                expected=value,
                found=real,
            )


def _read_fetch(bag: Bag, limits: Limits) -> None:
    file = bag.tree.files.get("fetch.txt")
    if file is None:
        return
    text = read_tag_text(file, bag.declaration.encoding, limits.list_bytes, bag.findings)
    for address, _length, written in read_fetch(text, bag.findings):
        path = _resolve(bag, written, "fetch.txt")
        if path is None:
            continue
        if not path.startswith(PAYLOAD):
            outside = _("fetch.txt names %(path)s, which is not in the payload.", path=visible(path))
            if bag.declaration.version >= LATEST:
                bag.findings.error(ProblemKind.LIST, outside, path)
            else:
                bag.findings.warn(outside, path)
        bag.to_fetch[path] = address


def _read_manifests(bag: Bag, limits: Limits) -> None:
    findings = bag.findings
    unknown = 0
    for name, file in sorted(bag.tree.files.items()):
        found = _MANIFEST.fullmatch(name)
        if found is None:
            continue
        if name != name.lower():
            findings.warn(_("The name of the manifest %(path)s is not in small letters.", path=name), name)
        try:
            algorithm = algorithm_name(found[2])
            width = len(digest_bytes(b"", algorithm))
        except (UnknownAlgorithm, ShichengError):
            unknown += found[1] is None
            findings.warn(
                _("The manifest %(path)s uses an algorithm that is not known and was not checked.", path=name), name
            )
            continue
        manifest = Manifest(name, algorithm, of_tags=found[1] is not None)
        text = read_tag_text(file, bag.declaration.encoding, limits.list_bytes, findings)
        for digest, written in read_manifest_lines(text, name, findings):
            if len(digest) != width:
                findings.error(
                    ProblemKind.LIST,
                    _("A digest in %(path)s has not the length of %(algorithm)s.", path=name, algorithm=algorithm),
                    name,
                    found=digest[:200],
                )
                continue
            path = _resolve(bag, written, name)
            if path is not None:
                _add(bag, manifest, path, digest)
        bag.manifests.append(manifest)
    if not any(not manifest.of_tags for manifest in bag.manifests):
        text_ = (
            _("No payload manifest of the bag uses an algorithm that is known, so nothing can be verified.")
            if unknown
            else _("The bag has no payload manifest, so nothing can be verified. Make the bag again.")
        )
        findings.error(ProblemKind.STRUCTURE, text_, "manifest-sha512.txt")


def _add(bag: Bag, manifest: Manifest, path: str, digest: str) -> None:
    known = manifest.entries.get(path)
    if known is not None:
        twice = _("The manifest %(name)s lists %(path)s twice.", name=manifest.path, path=visible(path))
        if known != digest or bag.declaration.version >= LATEST:
            bag.findings.error(ProblemKind.LIST, twice, path, expected=known, found=digest)
        else:
            bag.findings.warn(twice, path)
        return
    if path.startswith(PAYLOAD) == manifest.of_tags:
        wrong = (
            _("The tag manifest %(name)s lists the payload file %(path)s.", name=manifest.path, path=visible(path))
            if manifest.of_tags
            else _(
                "The payload manifest %(name)s lists %(path)s, which is no payload.",
                name=manifest.path,
                path=visible(path),
            )
        )
        bag.findings.error(ProblemKind.LIST, wrong, path)
        return
    manifest.entries[path] = digest


def _resolve(bag: Bag, written: str, source: str) -> str | None:
    """Return the real path a tag file means; None, with an error noted, when it leads away."""
    files, version = bag.tree.files, bag.declaration.version
    path = written if written in files and version < LATEST else decode_path(written, version)
    if path.startswith("*") and path not in files:
        bag.findings.warn(
            _("%(source)s marks %(path)s as binary, as md5sum does.", source=source, path=visible(path)), path[1:]
        )
        path = path[1:]
    if leads_away(path):
        bag.findings.error(
            ProblemKind.ESCAPE,
            _(
                "%(source)s names %(path)s, which leads out of the bag. Do not take the bag in.",
                source=source,
                path=visible(path),
            ),
            path,
        )
        return None
    if path in files:
        return path
    plain = "/".join(part for part in path.split("/") if part not in ("", "."))
    found = bag.tree.find(plain) if "\\" not in plain else files.get(plain)
    real = found.path if found is not None else plain
    if real != path:
        bag.findings.warn(
            _(
                "%(source)s writes %(path)s otherwise than the file is named (./, or how accents are composed).",
                source=source,
                path=visible(path),
            ),
            real,
        )
    return real


def _judge_payload(bag: Bag) -> None:
    manifests = [manifest for manifest in bag.manifests if not manifest.of_tags]
    payload = bag.payload
    listed = dict.fromkeys(path for manifest in manifests for path in manifest.entries)
    for path in listed:
        if path not in payload:
            address = bag.to_fetch.get(path)
            text = (
                _(
                    "The bag is incomplete: %(path)s is still to be fetched from %(address)s. Ask for a complete bag.",
                    path=visible(path),
                    address=visible(address),
                )
                if address is not None
                else _("The bag is incomplete: %(path)s is listed but is not there.", path=visible(path))
            )
            bag.findings.error(ProblemKind.STRUCTURE, text, path)
    for path in payload if manifests else ():
        _judge_listed(bag, manifests, path)
    for path in bag.to_fetch:
        if path.startswith(PAYLOAD) and path not in payload:
            _judge_listed(bag, manifests, path)
    _warn_of_case(bag, payload)


def _judge_listed(bag: Bag, manifests: list[Manifest], path: str) -> None:
    missing = [manifest.path for manifest in manifests if path not in manifest.entries]
    # Up to 0.97 one manifest was enough for a file; 1.0 wants it in every one (RFC 8493, 3).
    if missing and (bag.declaration.version >= LATEST or len(missing) == len(manifests)):
        bag.findings.error(
            ProblemKind.LIST,
            _(
                "The payload file %(path)s is not listed in %(manifests)s, so nothing vouches for it.",
                path=visible(path),
                manifests=", ".join(missing),
            ),
            path,
        )
    elif missing:
        bag.findings.warn(_("The payload file %(path)s is listed in some manifests only.", path=visible(path)), path)


def _warn_of_case(bag: Bag, paths: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        first = seen.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if first != path:
            bag.findings.warn(
                _(
                    "%(path)s and %(other)s differ only in capital letters; some systems keep only one of them.",
                    path=visible(path),
                    other=visible(first),
                ),
                path,
            )


def _judge_tags(bag: Bag) -> None:
    manifests = [manifest for manifest in bag.manifests if manifest.of_tags]
    for manifest in manifests:
        for path in manifest.entries:
            if path not in bag.tree.files:
                bag.findings.error(
                    ProblemKind.STRUCTURE,
                    _("The tag file %(path)s is listed but is not there.", path=visible(path)),
                    path,
                )
    if not manifests:
        return
    for path in bag.tree.files:
        tag_manifest = path.lower().startswith("tagmanifest-")
        if not path.startswith(PAYLOAD) and not tag_manifest and not any(path in m.entries for m in manifests):
            bag.findings.warn(_("The tag file %(path)s is in no tag manifest.", path=visible(path)), path)


def _judge_digests(bag: Bag, *, hash_payload: bool, workers: int) -> None:
    wanted: dict[str, dict[str, str]] = {}  # path -> algorithm -> digest
    for manifest in bag.manifests:
        if manifest.of_tags or hash_payload:
            for path, digest in manifest.entries.items():
                if path in bag.tree.files:
                    wanted.setdefault(path, {})[manifest.algorithm] = digest
    tasks: list[tuple[PackageFile, dict[str, str]]] = [(bag.tree.files[path], wanted[path]) for path in wanted]
    # Members of one container share its handle; only ordinary files can be read side by side.
    alone = [task for task in tasks if task[0].local is None]
    work: Callable[[tuple[PackageFile, dict[str, str]]], list[PackageProblem]] = partial(_compare)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for problems in pool.map(work, (task for task in tasks if task[0].local is not None)):
            bag.findings.errors.extend(problems)
    for task in alone:
        bag.findings.errors.extend(_compare(task))


def _compare(task: tuple[PackageFile, dict[str, str]]) -> list[PackageProblem]:
    file, wanted = task
    try:
        with file.open() as stream:
            digests, _size = digest_stream(stream, wanted)
    except (OSError, EOFError, ShichengError) as error:
        text = _("The file %(path)s can't be read: %(reason)s.", path=visible(file.path), reason=str(error))
        return [PackageProblem(ProblemKind.DAMAGED, text, path=file.path)]
    return [
        PackageProblem(
            ProblemKind.DIGEST,
            _(
                "The file %(path)s is not the one the bag was made of: its digest by %(algorithm)s is another. "
                "Ask for the bag again.",
                path=visible(file.path),
                algorithm=algorithm,
            ),
            path=file.path,
            expected=digest,
            found=digests[algorithm],
        )
        for algorithm, digest in wanted.items()
        if digests[algorithm] != digest
    ]


def validate_bag(path: Path, *, limits: Limits | None = None, workers: int | None = None) -> list[PackageProblem]:
    """Return everything that makes the bag at `path` (folder, zip, tar or tar.gz) invalid; nothing when it is valid."""
    from shicheng.packages.reading import open_tree  # reading knows all kinds of packages, this one among them

    limits = limits or Limits()
    tree = open_tree(path, limits=limits)
    try:
        return examine_bag(tree, limits=limits, workers=workers).findings.errors
    finally:
        tree.close()
