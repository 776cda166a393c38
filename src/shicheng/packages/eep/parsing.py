"""Walks an encapsulation package once, in bounded memory: metadata is kept, Base64 goes to scratch files.

Expat is used because it hands long texts over in pieces; document types and entities end the walk.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.eep.names import NAMESPACE, ROOT
from shicheng.packages.types import Limits

_CHUNK: Final = 256 << 10
_DEPTH: Final = 1000
_SIGNED_KEPT: Final = 32 << 20  # of the signed part, to try its signature
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_END_TAG: Final = 256  # bytes, longer than any way to write </被签名对象>
_BLANK: Final = b" \t\r\n"


class EepFault(Exception):
    """The walk can't go on."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(slots=True)
class Encoding:
    """编码: one computer file in one document."""

    texts: dict[str, str] = field(default_factory=dict)
    document: dict[str, str] = field(default_factory=dict)
    data_id: str = ""
    refers_to: str = ""
    content: Path | None = None
    size: int = 0
    damage: Message | None = None


@dataclass(slots=True)
class Entity:
    """文件实体: one record with its documents."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)


@dataclass(slots=True)
class Layer:
    """One 被签名对象; the first of a walk is the outermost."""

    header: dict[str, str] = field(default_factory=dict)
    entities: list[Entity] = field(default_factory=list)
    process: list[dict[str, str]] = field(default_factory=list)
    agents: list[dict[str, str]] = field(default_factory=list)
    start: int = 0  # byte offset of the start tag
    end: int = 0  # byte offset of the end tag


@dataclass(slots=True)
class Walk:
    """All that one pass over a package found."""

    namespace: str = ""
    header: dict[str, str] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    signatures: list[tuple[int, dict[str, str], list[str]]] = field(default_factory=list)  # layer, texts, certificates
    transcoded: bool = False


class _Sink:
    """Decodes Base64 piece by piece into a file."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.size = 0
        self.damage: Message | None = None
        self._limit = limit
        self._rest = b""
        self._ended = False
        self._out: BinaryIO = path.open("xb")

    def feed(self, text: str) -> None:
        if self.damage is not None:
            return
        try:
            data = self._rest + text.encode("ascii").translate(None, _BLANK)
            whole = len(data) - len(data) % 4
            self._rest = data[whole:]
            if not whole:
                return
            if self._ended:
                raise ValueError("data after the end mark")
            plain = binascii.a2b_base64(data[:whole], strict_mode=True)
            self._ended = data[whole - 1 : whole] == b"="
        except ValueError as error:
            self.damage = _(
                "The content is not whole Base64, because of: %(reason)s. Ask for the package again.", reason=str(error)
            )
            return
        self.size += len(plain)
        if self.size > self._limit:
            raise EepFault(_("The package holds more than %(limit)d bytes and is not read further.", limit=self._limit))
        self._out.write(plain)

    def close(self) -> None:
        self._out.close()
        if self._rest and self.damage is None:
            self.damage = _("The content is not whole Base64, because its end is missing. Ask for the package again.")


class _Walker:
    def __init__(self, scratch: Path, limits: Limits) -> None:
        self.walk = Walk()
        self._scratch = scratch
        self._limits = limits
        self._total = 0
        self._kept = 0
        self._frames: list[tuple[str, list[str]]] = []
        self._open: list[int] = []  # indexes of the layers that are open
        self._closed = 0
        self._entity: Entity | None = None
        self._document: dict[str, str] | None = None
        self._encoding: Encoding | None = None
        self._texts: dict[str, str] | None = None  # of the process entry, agent or signature that is open
        self._certificates: list[str] = []
        self._sink: _Sink | None = None
        self._files = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")

    def run(self, stream: BinaryIO) -> Walk:
        head = stream.read(_CHUNK)
        found = _ENCODING.search(head[:300])
        name = found[1].decode("ascii").lower() if found else ""
        if name.startswith(("gb", "hz", "big5")):
            # Expat knows no Chinese encodings; everything is handed to it as UTF-8.
            self.walk.transcoded = True
            self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser = self.parser
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        try:
            for chunk in _chunks(head, stream, "gb18030" if name.startswith("gb") else name, self.walk.transcoded):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003  # expat takes no names
        except expat.ExpatError as error:
            raise EepFault(
                _(
                    "It is not well-formed XML (%(reason)s). Make it again with the program that wrote it.",
                    reason=str(error),
                )
            ) from None
        except UnicodeDecodeError:
            raise EepFault(_("Its bytes are not in the encoding %(name)s that it declares.", name=name)) from None
        except (LookupError, ValueError):
            # What Python answers when expat asks it for an encoding that neither can give.
            raise EepFault(
                _("It declares the encoding %(name)s, which can't be read. Save it as UTF-8.", name=name)
            ) from None
        finally:
            if self._sink is not None:
                self._sink.close()
        return self.walk

    def _doctype(self, *_args: object) -> None:
        raise EepFault(
            _("It carries a document type or entities, which can pull in foreign files. Save it without them.")
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _separator, tag = name.rpartition(" ")
        walk = self.walk
        if not self._frames:
            walk.namespace = namespace
            if tag != ROOT or namespace not in ("", NAMESPACE):
                raise EepFault(_("Its outermost element is %(name)s and not %(wanted)s.", name=tag, wanted=ROOT))
        if len(self._frames) >= _DEPTH:
            raise EepFault(_("Its elements lie more than %(depth)d deep.", depth=_DEPTH))
        self._frames.append((tag, []))
        match tag:
            case "被签名对象":
                self._open.append(len(walk.layers))
                walk.layers.append(Layer(start=self.parser.CurrentByteIndex))
            case "文件实体" if self._open:
                self._entity = Entity()
                walk.layers[self._open[-1]].entities.append(self._entity)
            case "文档" if self._entity is not None:
                self._document = {}
            case "编码" if self._entity is not None and self._document is not None:
                self._encoding = Encoding(document=self._document)
                self._entity.encodings.append(self._encoding)
            case "编码数据" if self._encoding is not None:
                self._open_sink(self._encoding, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
            case "业务实体" | "机构人员实体" | "电子签名" | "锁定签名":
                self._texts = {}
                self._certificates = []

    def _open_sink(self, encoding: Encoding, attributes: dict[str, str]) -> None:
        encoding.data_id = attributes.get("编码数据ID", "")
        encoding.refers_to = attributes.get("引用编码数据ID", "")
        self._files += 1
        if self._files > self._limits.files:
            raise EepFault(_("It holds more than %(limit)d files.", limit=self._limits.files))
        path = self._scratch / f"{self._files:08d}"
        limit = min(self._limits.file_bytes, self._limits.total_bytes - self._total)
        self._sink = _Sink(path, limit)

    def _data(self, text: str) -> None:
        if self._sink is not None:
            self._sink.feed(text)
            return
        self._kept += len(text)
        if self._kept > self._limits.list_bytes:
            raise EepFault(_("Its metadata is larger than %(limit)d bytes.", limit=self._limits.list_bytes))
        if self._frames:
            self._frames[-1][1].append(text)

    def _end(self, _name: str) -> None:
        tag, pieces = self._frames.pop()
        match tag:
            case "编码数据" if self._sink is not None and self._encoding is not None:
                self._close_sink(self._encoding, self._sink)
            case "编码":
                self._encoding = None
            case "文档":
                self._document = None
            case "文件实体":
                self._entity = None
            case "被签名对象":
                self._closed = self._open.pop()
                self.walk.layers[self._closed].end = self.parser.CurrentByteIndex
            case "业务实体" | "机构人员实体" if self._texts is not None:
                if self._open:
                    layer = self.walk.layers[self._open[-1]]
                    (layer.process if tag == "业务实体" else layer.agents).append(self._texts)
                self._texts = None
            case "电子签名" | "锁定签名" if self._texts is not None:
                self.walk.signatures.append((self._closed, self._texts, self._certificates))
                self._texts = None
            case _:
                text = "".join(pieces).strip()
                if text:
                    self._leaf(tag, text)

    def _close_sink(self, encoding: Encoding, sink: _Sink) -> None:
        sink.close()
        self._sink = None
        self._total += sink.size
        encoding.damage = sink.damage
        if encoding.refers_to and not sink.size:
            sink.path.unlink()
            return
        encoding.content, encoding.size = sink.path, sink.size

    def _leaf(self, tag: str, text: str) -> None:
        if self._texts is not None:
            if tag == "证书":
                self._certificates.append(text)
            self._texts[tag] = text
        elif self._encoding is not None:
            self._encoding.texts[tag] = text
        elif self._document is not None:
            self._document[tag] = text
        elif self._entity is not None:
            self._entity.texts.append((tag, text))
        elif self._open:
            self.walk.layers[self._open[-1]].header[tag] = text
        else:
            self.walk.header[tag] = text


def _chunks(head: bytes, stream: BinaryIO, encoding: str, transcode: bool) -> Iterator[bytes]:
    if not transcode:
        while head:
            yield head
            head = stream.read(_CHUNK)
        return
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise EepFault(
            _("It declares the encoding %(name)s, which can't be read. Save it as UTF-8.", name=encoding)
        ) from None
    while head:
        yield decoder.decode(head).encode("utf-8")
        head = stream.read(_CHUNK)
    yield decoder.decode(b"", True).encode("utf-8")  # noqa: FBT003


def walk_eep(stream: BinaryIO, *, scratch: Path, limits: Limits) -> Walk:
    """Walk one package; content lands in files of their own under `scratch`. Raises `EepFault`."""
    return _Walker(scratch, limits).run(stream)


def signed_bytes(stream: BinaryIO, layer: Layer, *, transcoded: bool) -> bytes | None:
    """Return the bytes of 被签名对象 as they stand, or None if they are too many to be kept."""
    if transcoded or layer.end - layer.start > _SIGNED_KEPT:
        return None
    stream.seek(layer.start)
    found = stream.read(layer.end - layer.start + _END_TAG)
    return found[: found.index(b">", layer.end - layer.start) + 1]
