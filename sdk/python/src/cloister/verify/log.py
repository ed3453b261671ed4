"""Checks `inclusion` and `checkpoint`: RFC 6962 proofs, signed notes, entries in their one encoding."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from . import strict
from .report import Refused, ensure
from .statements import signed_by


def _moment(value: Any) -> None:
    strict.must(type(value) is int and -(1 << 63) <= value < 1 << 63, "microseconds were expected")


_ENTRY = strict.record(
    index=(strict.unsigned(64),), at=_moment, actor=strict.text, organisation=(strict.text,),
    workspace=(strict.text,), action=strict.text, target=(strict.text,),
    outcome=strict.one_of("done", "refused"), check=(strict.text,), statement=(strict.text,),
    detail=(strict.mapping(strict.text, strict.text),),
)
_LINE = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/=]+)")


def checkpoint(note: str, origin: str, key: bytes) -> tuple[int, bytes]:
    """Size and root of the log from a note that its key signed."""
    data = note.encode()
    good = origin and not re.search(r"[\s+]", origin) and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in origin)
    ensure(bool(good), "checkpoint", "the configuration's origin cannot name a log")
    malformed = "the checkpoint is malformed"
    plain = len(data) <= 1_000_000 and not any(c < " " and c != "\n" for c in note)
    text, blank, tail = note.rpartition("\n\n")
    ensure(plain and bool(blank) and tail.endswith("\n"), "checkpoint", malformed)
    text += "\n"
    signatures = []
    for line in tail[:-1].split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            raise Refused("checkpoint", malformed)
        try:
            signature = strict.base64_bytes(found[2])
        except strict.Malformed as error:
            raise Refused("checkpoint", malformed) from error
        ensure(len(signature) >= 5 and "+" not in found[1], "checkpoint", malformed)
        signatures.append((found[1], signature[:4], signature[4:]))
    ensure(len(signatures) <= 100, "checkpoint", malformed)
    name, size, root, *extensions = text.split("\n")[:-1] + [""] * max(0, 3 - text.count("\n"))
    number = re.fullmatch(r"0|[1-9][0-9]{0,19}", size)
    ensure(number is not None and int(size) < 1 << 64 and "" not in extensions, "checkpoint", malformed)
    try:
        root_hash = strict.base64_bytes(root)
    except strict.Malformed as error:
        raise Refused("checkpoint", malformed) from error
    ensure(len(root_hash) == 32, "checkpoint", malformed)
    ensure(name == origin, "checkpoint", f"the checkpoint is of the log `{name}`")
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]
    own = [signature for who, which, signature in signatures if (who, which) == (origin, key_id)]
    holds = bool(own) and signed_by(key, text.encode(), own[0])
    ensure(holds, "checkpoint", "the checkpoint is not signed by the key of the log")
    return int(size), root_hash


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162, 2.1.3.2)."""
    ensure(index < size, "inclusion", f"there is no entry {index} in a log of {size} entries")
    node, last, out = index, size - 1, leaf
    for sibling in path:
        ensure(last != 0, "inclusion", "the proof does not have the length its sizes ask for")
        if node & 1 or node == last:
            out = _node(sibling, out)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            out = _node(out, sibling)
        node, last = node >> 1, last >> 1
    ensure(last == 0, "inclusion", "the proof does not have the length its sizes ask for")
    return out


def logged(doc: dict[str, Any], origin: str, key: bytes) -> str | None:
    """The statement that an entry logs as done, once the entry is found to be in the log."""
    size, root = checkpoint(doc["checkpoint"], origin, key)
    ensure(doc["size"] == size, "inclusion", "the proof is for a log of another size than the checkpoint's")
    data = base64.b64decode(doc["entry"])
    leaf = hashlib.sha256(b"\x00" + data).digest()
    found = _root(leaf, doc["index"], size, [bytes.fromhex(h) for h in doc["hashes"]])
    ensure(found == root, "inclusion", "the proof does not lead to the root")
    try:
        entry = strict.decode(data, 65_535, 127, _ENTRY)
        strict.must(entry.get("detail") != {}, "an empty detail is left out")
    except strict.Malformed as error:
        raise Refused("inclusion", f"the bytes are not an entry: {error}") from error
    ensure(entry.get("index", doc["index"]) == doc["index"], "inclusion", "the entry names another place than its proof")
    statement: str | None = entry.get("statement")
    return statement if entry["outcome"] == "done" else None
