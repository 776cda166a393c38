"""Writes items as a bag of BagIt 1.0, with a description of each item among the tag files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from shicheng.kernel.digests import digest_file
from shicheng.packages.bagit.tags import encode_path
from shicheng.packages.description import DescribedFile, write_description
from shicheng.packages.writing_place import Names, Tally, copy_file, new_place
from shicheng.packages.writing_types import Exported, ExportItem

# Other readers of bags know no SM3; it stands in the descriptions.
ALGORITHMS: Final = ("sha512", "sha256")
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def write_bag(
    items: Iterable[ExportItem], target: Path, *, info: Mapping[str, str] | None = None, bagged_on: date
) -> Exported:
    """Write a bag: `data/<档号>/<file>` and `metadata/<number>/description.xml`; `info` goes into bag-info.txt."""
    tally, folders = Tally(), Names()
    manifests: dict[str, list[str]] = {algorithm: [] for algorithm in ALGORITHMS}
    tags: list[str] = []
    with new_place(target, folder=True) as place:
        (place / "data").mkdir()
        for item in items:
            folder = f"data/{folders.take(item.ref)}"
            (place / folder).mkdir()
            described = _write_files(place, folder, item, manifests)
            tally.add(item)
            elements = {"reference_code": item.ref, **item.elements}
            content = write_description(elements, files=described, process=item.process, extra=item.extra)
            tag = f"metadata/{tally.items:06d}/description.xml"
            (place / tag).parent.mkdir(parents=True)
            (place / tag).write_bytes(content)
            tags.append(tag)
        for name, content in _tag_files(tally, info or {}, bagged_on, manifests).items():
            (place / name).write_bytes(content)
            tags.append(name)
        for algorithm in ALGORITHMS:
            lines = [f"{digest_file(place / tag, (algorithm,))[0][algorithm]}  {encode_path(tag)}\n" for tag in tags]
            (place / f"tagmanifest-{algorithm}.txt").write_text("".join(lines), encoding="utf-8", newline="\n")
    return tally.result()


def _write_files(place: Path, folder: str, item: ExportItem, manifests: Mapping[str, list[str]]) -> list[DescribedFile]:
    names = Names()
    described: list[DescribedFile] = []
    for number, file in enumerate(item.files, start=1):
        path = f"{folder}/{names.take(file.name)}"
        digests = copy_file(file, place / path, (*ALGORITHMS, "sm3"), ref=item.ref)
        for algorithm in ALGORITHMS:
            manifests[algorithm].append(f"{digests[algorithm]}  {encode_path(path)}\n")
        described.append(
            DescribedFile(
                logical_path=path,
                name=file.name,
                size=file.size,
                digests=digests,
                order=number,
                draft_state=file.draft_state,
                mime=file.mime,
            )
        )
    return described


def _tag_files(
    tally: Tally, info: Mapping[str, str], bagged_on: date, manifests: Mapping[str, list[str]]
) -> dict[str, bytes]:
    pairs = {
        **info,
        "Bagging-Date": bagged_on.isoformat(),
        "Bag-Software-Agent": "Shicheng",
        "Payload-Oxum": f"{tally.bytes}.{tally.files}",
    }
    lines = [
        f"{' '.join(label.replace(':', ' ').split())}: {' '.join(value.split())}\n" for label, value in pairs.items()
    ]
    files = {"bagit.txt": _DECLARATION, "bag-info.txt": "".join(lines).encode("utf-8", "backslashreplace")}
    files.update((f"manifest-{name}.txt", "".join(text).encode("utf-8")) for name, text in manifests.items())
    return files
