"""Where objects lie: layout extension 0003, and the files that tell a person how to read the store."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

NAME: Final = "0003-hash-and-id-n-tuple-storage-layout"
# 4,096 folders: a store of ten million objects has 2,400 objects in each, and few folders are made.
TUPLE_SIZE: Final = 3
TUPLES: Final = 1
LEVELS: Final = TUPLES + 1  # folders down to an object
ROOT_MARK: Final = ("0=ocfl_1.1", b"ocfl_1.1\n")
OBJECT_MARK: Final = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
_CODED: Final = re.compile(r"[^A-Za-z0-9_-]", re.ASCII)
_TUPLE: Final = re.compile(rf"[0-9a-f]{{{TUPLE_SIZE}}}", re.ASCII)
_ENCODED_LENGTH: Final = 100


def object_path(object_id: str) -> str:
    """Return the object's folder below the store's root."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    tuples = [digest[at : at + TUPLE_SIZE] for at in range(0, TUPLE_SIZE * TUPLES, TUPLE_SIZE)]
    encoded = _CODED.sub(lambda sign: "".join(f"%{byte:02x}" for byte in sign[0].encode()), object_id)
    name = encoded if len(encoded) <= _ENCODED_LENGTH else f"{encoded[:_ENCODED_LENGTH]}-{digest}"
    return "/".join([*tuples, name])


def object_id_of(path: str) -> str | None:
    """Return the identifier a folder's name gives, if it gives it whole and the folder is where it belongs."""
    name = path.rpartition("/")[2]
    if len(name) > _ENCODED_LENGTH:
        return None
    try:
        object_id = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return None
    return object_id if object_path(object_id) == path else None


def is_tuple(name: str) -> bool:
    """Tell whether a folder above the objects may have this name."""
    return _TUPLE.fullmatch(name) is not None


def root_files() -> dict[str, bytes]:
    """Return the files of an empty store, the mark that makes it a store last."""
    config = {"extensionName": NAME, "digestAlgorithm": "sha256", "tupleSize": TUPLE_SIZE, "numberOfTuples": TUPLES}
    described = {
        "extension": NAME,
        "description": "One folder named by the first three digits of the SHA-256 of the object identifier, "
        "then the percent-encoded identifier.",
    }
    return {
        f"extensions/{NAME}/config.json": _json(config),
        "ocfl_layout.json": _json(described),
        "README.txt": README.encode(),
        ROOT_MARK[0]: ROOT_MARK[1],
    }


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"


README: Final = """\
档案保存库 · 不依赖任何软件即可读取
====================================

本文件夹遵循《牛津通用文件布局》1.1 版（Oxford Common File Layout, OCFL 1.1, https://ocfl.io/1.1/spec/）。
每一件档案是一个“对象”，即一个文件夹。用任何文件管理器都能打开，不需要数据库，也不需要生成它的软件。

一、怎样找到一件档案
  1. 对象标识符形如 urn:uuid:0190f5c2-7a10-7c3e-9d41-5b8f0a2c6e11。
  2. 求标识符的 SHA-256，十六进制结果的前三位是第一级文件夹的名字；
     第二级文件夹是标识符本身，字母、数字、“-”和“_”以外的字符写成 %xx。
     命令：printf %s 标识符 | sha256sum
  3. 不知道标识符时，搜索各对象中的 description.xml（题名、档号、责任者等）：
     grep -rl --include=description.xml 题名 .
二、对象里有什么
  0=ocfl_object_1.1       说明这是一个对象
  inventory.json          清单：每个文件的 SHA-512、所在位置、各版本的文件名（UTF-8 文本）
  inventory.json.sha512   清单自身的摘要
  v1/content/…            第一版的文件；v2、v3 只存新增的文件
  content/                原始文件，字节与文件名保持原样
  metadata/               description.xml 著录，premis.xml 保存事件，checks.json 检测结果，
                          manifest.json 全部文件的原始文件名（字节）、SM3 和 SHA-256
  inventory.json 中 "versions" 的 "state" 给出每个文件原来的名字及其摘要，"manifest" 给出该摘要的文件位置。
  个别文件名在某些系统上无法使用时，文件存为 content-0001 之类的名字，原名见 "state"。
三、怎样核对
  sha512sum 文件，与 inventory.json 中的摘要比较；不一致说明文件已被改动。
请勿改动、增加或删除其中任何文件。


A preservation store that can be read without any software
===========================================================

This folder follows the Oxford Common File Layout, version 1.1 (OCFL 1.1, https://ocfl.io/1.1/spec/).
Each record is one "object", which is one folder. Any file manager opens it; neither a database nor the
software that wrote it is needed.

1. Finding a record
   a. Object identifiers look like urn:uuid:0190f5c2-7a10-7c3e-9d41-5b8f0a2c6e11.
   b. Take the SHA-256 of the identifier. Its first three hexadecimal digits name a folder; in it,
      the folder of the object is named by the identifier itself, with every character other than
      letters, digits, "-" and "_" written as %xx.   Command: printf %s IDENTIFIER | sha256sum
   c. Without an identifier, search the description.xml files (title, reference code, author):
      grep -rl --include=description.xml TITLE .
2. What is in an object
   0=ocfl_object_1.1       says that this is an object
   inventory.json          the list: SHA-512 and place of every file, file names of every version (UTF-8)
   inventory.json.sha512   the digest of that list
   v1/content/...          files of the first version; v2, v3 hold only what was added
   content/                the original files, with their bytes and names unchanged
   metadata/               description.xml, premis.xml (what was done), checks.json (what was checked),
                           manifest.json (original names as bytes, SM3 and SHA-256 of all files)
   In inventory.json, "state" under "versions" gives each file's name and digest, and "manifest" gives
   the place of the file with that digest. A file whose name some systems can't bear lies under a name
   such as content-0001; its own name is in "state".
3. Checking
   Compare sha512sum FILE with the digest in inventory.json; a difference means the file was changed.
Do not change, add or delete anything here.
"""
