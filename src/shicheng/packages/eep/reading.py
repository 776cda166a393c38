"""Reads encapsulation packages 电子文件封装包 of DA/T 48-2009 into the one in-memory form.

The form is known second-hand, from a schema a vendor ships (see `names`). Of a modified package 修改型 the
outermost layer describes the item, and the files of every layer down to the innermost original are there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from shicheng.kernel.messages import message as _
from shicheng.packages.eep import names
from shicheng.packages.eep.parsing import EepFault, Encoding, Entity, Layer, Walk, signed_bytes, walk_eep
from shicheng.packages.eep.signatures import EepSignature, judge
from shicheng.packages.errors import UnreadablePackage
from shicheng.packages.names import visible
from shicheng.packages.statement import read_statement, statement_names
from shicheng.packages.tree import Tree
from shicheng.packages.types import (
    Limits,
    ListedFile,
    Package,
    PackageFile,
    PackageItem,
    PackageKind,
    PackageProblem,
    ProblemKind,
    ProcessEntry,
)

_SUFFIXES: Final = (".xml", ".eep")
_NUMBER = re.compile(r"^(\d+)\s*(?:字节|B|bytes?)?$", re.IGNORECASE)
_LABELLED = re.compile(r"【([^】]+)】(.+)", re.DOTALL)  # as our own writer puts what DA/T 46 has no element for
_SNIFFED: Final = 1 << 16
_LIMITS: Final = Limits()


@dataclass(slots=True)
class EepPackage(Package):
    """A package of one or more encapsulated items, with the signatures found."""

    signatures: list[EepSignature] = field(default_factory=list)


def is_eep(file: PackageFile) -> bool:
    """Tell whether a file begins like an encapsulation package."""
    if not file.path.lower().endswith(_SUFFIXES):
        return False
    with file.open() as stream:
        head = stream.read(_SNIFFED)
    encodings = ("utf-8", "gb18030", "utf-16")
    return any(f"{names.ROOT}" in head.decode(encoding, "ignore") for encoding in encodings)


def read_eep_file(path: Path, *, limits: Limits = _LIMITS, scratch: Path | None = None) -> EepPackage:
    """Read one encapsulation package that lies as a file of its own."""
    tree = Tree(path=path, name=path.stem)
    raw = os.fsencode(path.name)
    tree.files[path.name] = PackageFile(path.name, raw, path.stat().st_size, partial(_open, path), path)
    return read_eep(tree, limits=limits, scratch=scratch)


def read_eep(tree: Tree, *, limits: Limits = _LIMITS, scratch: Path | None = None) -> EepPackage:
    """Read every encapsulation package in `tree`; raise `UnreadablePackage` if there is none.

    Content is decoded into a folder under `scratch` that lives until the package is closed. A file whose
    Base64 is broken is left out with a problem; a package that can't be walked makes a problem too, or
    ends the reading when it is the only one.
    """
    sources = [file for file in tree.files.values() if is_eep(file)]
    if not sources:
        raise UnreadablePackage(_("%(name)s holds no encapsulation package of DA/T 48.", name=tree.name))
    folder = Path(tempfile.mkdtemp(prefix="eep-", dir=scratch))
    package = EepPackage(
        PackageKind.EEP, tree.path, tree.name, tree.container, files=dict(tree.files), problems=list(tree.problems)
    )
    package.closers = [*tree.closers, partial(shutil.rmtree, folder, ignore_errors=True)]
    control = {file.path for file in sources}
    statement = tree.top(*statement_names())
    if statement is not None:
        control.add(statement.path)
        package.has_statement = True
        package.statement, problems = read_statement(statement)
        package.problems.extend(problems)
    package.control = frozenset(control)
    for number, source in enumerate(sources):
        place = folder / f"{number:08d}"
        place.mkdir()
        try:
            with source.open() as stream:
                walk = walk_eep(stream, scratch=place, limits=limits)
            _Reader(package, source, walk).read()
        except EepFault as fault:
            text = _(
                "The encapsulation package %(path)s can't be read. %(reason)s",
                path=visible(source.path),
                reason=fault.message,
            )
            if len(sources) == 1:
                package.close()
                raise UnreadablePackage(text) from None
            package.problems.append(PackageProblem(ProblemKind.XML, text, path=source.path, refused=True))
    package.has_item_list = package.has_file_list = True
    package.columns = tuple(sorted({name for item in package.items for name in item.elements}))
    return package


class _Reader:
    """Turns what one walk found into items and files."""

    def __init__(self, package: EepPackage, source: PackageFile, walk: Walk) -> None:
        self.package = package
        self.source = source
        self.walk = walk
        self.folder = str(PurePosixPath(source.path).with_suffix(""))
        self.by_id: dict[str, Encoding] = {}
        self.used: set[int] = set()  # encodings with content that some document has taken

    def read(self) -> None:
        if not self.walk.layers or not any(layer.entities for layer in self.walk.layers):
            self._problem(ProblemKind.STRUCTURE, _("The package %(path)s holds no record.", path=self.source.path))
            return
        self._check_form()
        for layer in self.walk.layers:
            for entity in layer.entities:
                for encoding in entity.encodings:
                    if encoding.content is not None and encoding.data_id:
                        if encoding.data_id in self.by_id:
                            self._problem(
                                ProblemKind.DUPLICATE,
                                _(
                                    "The identifier %(id)s stands twice in the package %(path)s.",
                                    id=encoding.data_id,
                                    path=self.source.path,
                                ),
                            )
                        self.by_id.setdefault(encoding.data_id, encoding)
        described = next(layer for layer in self.walk.layers if layer.entities)
        items = [self._item(entity) for entity in described.entities]
        for layer in self.walk.layers[self.walk.layers.index(described) + 1 :]:
            for entity in layer.entities:
                self._files(items[0], entity, f"{self.folder}/原封装包")
        items[0].process.extend(self._process())
        self.package.items.extend(items)
        self._signatures()

    def _check_form(self) -> None:
        path = self.source.path
        if self.walk.namespace != names.NAMESPACE:
            self._problem(
                ProblemKind.STRUCTURE,
                _(
                    "The package %(path)s is not in the namespace of DA/T 48. Ask which program made it.",
                    path=path,
                ),
                expected=names.NAMESPACE,
                found=self.walk.namespace,
            )
        for number, layer in enumerate(self.walk.layers):
            kind = layer.header.get("封装包类型", "")
            wanted = names.MODIFIED if number < len(self.walk.layers) - 1 else names.ORIGINAL
            if kind != wanted:
                self._problem(
                    ProblemKind.STRUCTURE,
                    _(
                        "A layer of the package %(path)s says it is of the type “%(found)s”, but by what it "
                        "holds it is “%(expected)s”. Ask the sender which is right.",
                        path=path,
                        found=kind,
                        expected=wanted,
                    ),
                    expected=wanted,
                    found=kind,
                )

    def _item(self, entity: Entity) -> PackageItem:
        item = PackageItem(ref="", row=len(self.package.items) + 1, metadata_path=self.source.path)
        notes: list[str] = []
        for tag, text in entity.texts:
            name = names.ELEMENT_OF_TAG.get(tag)
            labelled = _LABELLED.fullmatch(text) if tag == "附注" else None
            if labelled is not None and labelled[1] in names.LABELS:
                item.elements[names.LABELS[labelled[1]]] = labelled[2]
            elif labelled is not None:
                item.extra[labelled[1]] = labelled[2]
            elif tag == "附注":
                notes.append(text)
            elif name is not None:
                known = item.elements.get(name)
                item.elements[name] = text if known is None else f"{known}；{text}"
            elif tag != "聚合层次":
                known = item.extra.get(tag)
                item.extra[tag] = text if known is None else f"{known}；{text}"
        if notes:
            item.elements["note"] = "\n".join(notes)
        item.ref = item.elements.get("reference_code", "")
        self._files(item, entity, self.folder)
        return item

    def _files(self, item: PackageItem, entity: Entity, folder: str) -> None:
        draft = dict(entity.texts).get("稿本", "")
        for encoding in entity.encodings:
            source = encoding
            if encoding.content is None:
                found = self.by_id.get(encoding.refers_to)
                if found is None:
                    self._problem(
                        ProblemKind.DAMAGED,
                        _(
                            "A file of %(ref)s refers to the content %(id)s, which the package does not hold.",
                            ref=item.ref,
                            id=encoding.refers_to,
                        ),
                        ref=item.ref,
                    )
                    continue
                source = found
            if folder != self.folder and id(source) in self.used:
                continue  # an inner layer's file that the outer layer has taken over by reference
            self.used.add(id(source))
            self._file(item, encoding, source, folder, draft)

    def _file(self, item: PackageItem, encoding: Encoding, source: Encoding, folder: str, draft: str) -> None:
        path, raw = self._name(encoding, folder)
        size = _NUMBER.match(encoding.texts.get("计算机文件大小", ""))
        listed = ListedFile(
            ref=item.ref,
            path=path,
            order=len(item.files) + 1,
            draft_state=_draft_state(encoding.document, draft),
            size=int(size[1]) if size else None,
            row=len(item.files) + 1,
            format=encoding.texts.get("格式信息", ""),
        )
        item.files.append(listed)
        if source.damage is not None or source.content is None:
            self._problem(
                ProblemKind.DAMAGED,
                _(
                    "The file %(path)s can't be taken out of its package. %(reason)s",
                    path=visible(path),
                    reason=source.damage,
                ),
                ref=item.ref,
                path=path,
                refused=True,
            )
            return
        listed.file = PackageFile(path, raw, source.size, partial(_open, source.content), source.content)
        self.package.files[path] = listed.file

    def _name(self, encoding: Encoding, folder: str) -> tuple[str, bytes]:
        """The path a file gets: its name is only a label here, so it may not lead anywhere."""
        given = encoding.texts.get("计算机文件名", "") or encoding.texts.get("反编码关键字", "").strip(".")
        raw = given.encode("utf-8", "surrogateescape")
        plain = re.sub(r"[/\\\x00]", "_", given)
        if plain in ("", ".", ".."):
            plain = f"文件{plain.replace('.', '_')}"
        if plain != given:
            self._problem(
                ProblemKind.ESCAPE if ".." in re.split(r"[/\\]", given) or given[:1] in "/\\" else ProblemKind.NAME,
                _(
                    "The file name “%(name)s” in the package %(path)s is no plain name; "
                    "the file is shown as %(plain)s.",
                    name=visible(given),
                    path=visible(self.source.path),
                    plain=visible(plain),
                ),
                path=f"{folder}/{plain}",
            )
        path, number = f"{folder}/{plain}", 1
        while path in self.package.files:
            number += 1
            path = f"{folder}/{number}/{plain}"
        return path, raw

    def _process(self) -> list[ProcessEntry]:
        entries: list[ProcessEntry] = []
        seen: set[str] = set()
        for layer in reversed(self.walk.layers):
            agents = {agent.get("机构人员标识符", ""): agent.get("机构人员名称", "") for agent in self._agents(layer)}
            for texts in layer.process:
                identifier = texts.get("业务标识符", "")
                if identifier and identifier in seen:
                    continue
                seen.add(identifier)
                agent = texts.get("机构人员标识符", "")
                entries.append(
                    ProcessEntry(
                        status=texts.get("业务状态", ""),
                        action=texts.get("业务行为", ""),
                        time=texts.get("行为时间", ""),
                        mandate=texts.get("行为依据", ""),
                        description=texts.get("行为描述", ""),
                        agent=agents.get(agent, agent),
                    )
                )
        return entries

    def _agents(self, layer: Layer) -> list[dict[str, str]]:
        others = [agent for other in self.walk.layers if other is not layer for agent in other.agents]
        return [*others, *layer.agents]

    def _signatures(self) -> None:
        for layer, texts, certificates in self.walk.signatures:
            locks = texts.get("被锁定签名标识符", "")
            with self.source.open() as stream:
                signed = None
                if not locks and layer < len(self.walk.layers):
                    signed = signed_bytes(stream, self.walk.layers[layer], transcoded=self.walk.transcoded)
            result = texts.get("签名结果", "")
            state, reason = judge(result=result, certificates=certificates, signed=signed, locks=locks)
            self.package.signatures.append(
                EepSignature(
                    identifier=texts.get("签名标识符", ""),
                    layer=layer,
                    signer=texts.get("签名人", ""),
                    time=texts.get("签名时间", ""),
                    rule=texts.get("签名规则", ""),
                    algorithm=texts.get("签名算法标识", ""),
                    result=result,
                    certificates=tuple(certificates),
                    locks=locks,
                    state=state,
                    reason=reason,
                )
            )

    def _problem(self, kind: ProblemKind, message: object, **more: object) -> None:
        more.setdefault("path", self.source.path)
        self.package.problems.append(PackageProblem(kind, message, **more))  # type: ignore[arg-type]  # passed through


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _draft_state(document: dict[str, str], draft: str) -> str:
    title = document.get("题名", "")
    if title in names.DRAFT_STATES:
        return title
    if document.get("文档主从声明") == names.ATTACHED_DOCUMENT:
        return names.ATTACHMENT
    return draft
