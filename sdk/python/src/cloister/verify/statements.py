"""Statements in DSSE envelopes: the one form of a payload, the signature, the kinds."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import kinds, strict
from .moments import micros

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_PAYLOAD = 1 << 20

_HEAD = re.compile(
    rb'\{"_type":"https://in-toto\.io/Statement/v1","subject":\[\{"name":"([a-z-]{1,63})",'
    rb'"digest":\{"sha256":"([0-9a-f]{64})"\}\}\],"predicateType":"https://cloister\.dev/statement/([a-z-]+)/v1",'
    rb'"predicate":'
)

# The points of small order, sign bit cleared, with their other spellings: a key or commitment among them signs anything.
_SMALL = {
    bytes.fromhex(text)
    for text in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
}


def sha256(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Strict Ed25519: no key or commitment of small order, no second spelling of a signature."""
    for point in (key, signature[:32]):
        if len(point) != 32 or point[:31] + bytes([point[31] & 0x7F]) in _SMALL:
            return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signature(value: Any) -> None:
    strict.must(len(strict.base64_bytes(value)) == 64, "a signature has 64 bytes")


_ENVELOPE = strict.record(
    payloadType=strict.one_of(PAYLOAD_TYPE),
    payload=strict.base64_text,
    signatures=strict.many(strict.record(keyid=strict.digest, sig=_signature)),
)


@dataclass(frozen=True)
class Envelope:
    """A statement as it travels: its payload has the form of a statement of a known kind; nothing else is proven."""

    payload: bytes
    key: str
    signature: bytes
    kind: str
    predicate: bytes
    digest: str

    @cached_property
    def _opened(self) -> dict[str, Any] | strict.Malformed:
        try:
            form = kinds.PREDICATES[self.kind]
            value: dict[str, Any] = strict.decode(self.predicate, MAX_PAYLOAD, 32, form)
            first = self.kind == "charter" and value["body"]["version"] == 1
            named = self.kind in kinds.OF_A_WORKSPACE and not first
            strict.must(("workspace" in value) == named, f"a {self.kind} names a workspace where none belongs, or lacks it")
            return value
        except strict.Malformed as error:
            return error

    def open(self, kind: str) -> dict[str, Any]:
        """The predicate, of this kind and in its one encoding; raises `Malformed`."""
        strict.must(self.kind == kind, f"a {kind} was expected, got a {self.kind}")
        if isinstance(self._opened, strict.Malformed):
            raise self._opened
        return self._opened

    def holds_under(self, key: str) -> bool:
        """Whether `key` signed these exact bytes, is the key named by the envelope, and by the statement if by key."""
        opened = self._opened
        if isinstance(opened, strict.Malformed) or opened["signer"].get("key", key) != key or self.key != key:
            return False
        head = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(self.payload)} ".encode()
        return signed_by(bytes.fromhex(key), head + self.payload, self.signature)


def envelope(value: Any) -> Envelope:
    """Reads an envelope of a bundle; raises `Malformed`."""
    _ENVELOPE(value)
    strict.must(len(value["signatures"]) == 1, "an envelope carries one signature")
    payload = strict.base64_bytes(value["payload"])
    strict.must(len(payload) <= MAX_PAYLOAD, "a payload is too big")
    head = _HEAD.match(payload)
    form = "the payload is not a statement of a known kind and version"
    if head is None:
        raise strict.Malformed(form)
    kind, subject, predicate_type = (part.decode() for part in head.groups())
    strict.must(kind in kinds.PREDICATES and predicate_type == kind, form)
    strict.must(payload.endswith(b"}") and len(payload) > head.end(), form)
    predicate = payload[head.end() : -1]
    strict.must(sha256(predicate) == subject, "the subject is not the digest of the predicate")
    signature = value["signatures"][0]
    signed = strict.base64_bytes(signature["sig"])
    return Envelope(payload, signature["keyid"], signed, kind, predicate, sha256(payload))


@dataclass(frozen=True)
class Verified:
    """A statement that a key, which its kind demands, signed."""

    envelope: Envelope
    predicate: dict[str, Any]

    @property
    def digest(self) -> str:
        return self.envelope.digest

    @property
    def body(self) -> dict[str, Any]:
        out: dict[str, Any] = self.predicate["body"]
        return out

    @property
    def key(self) -> str:
        return self.envelope.key

    @property
    def issued_at(self) -> int:
        return micros(self.predicate["issued_at"])

    @property
    def certificate(self) -> str | None:
        out: str | None = self.predicate["signer"].get("certificate")
        return out

    @property
    def workspace(self) -> str | None:
        """The workspace; a first charter's is its own digest."""
        own = self.digest if self.envelope.kind == "charter" else None
        out: str | None = self.predicate.get("workspace", own)
        return out


Statements = dict[str, Verified]
