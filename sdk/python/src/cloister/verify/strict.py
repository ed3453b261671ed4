"""Strict JSON: one text per value, and the types that values are read as.

A text is read only if writing the value gives the same bytes again: that refuses duplicate keys, unknown fields, other
spacing, other number forms and other order at once.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from typing import Any

Form = Callable[[Any], None]
"""Raises `Malformed` unless a value is of a type and in its one form."""


class Malformed(Exception):
    """Bytes that are not the one encoding of the value expected."""


_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)


def _deeper_than(data: bytes, limit: int) -> bool:
    depth = 0
    for token in _TOKENS.finditer(data):
        match token.group()[:1]:
            case b"{" | b"[":
                depth += 1
                if depth > limit:
                    return True
            case b"}" | b"]":
                depth -= 1
            case _:
                pass
    return False


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("a key stands twice in an object")
    return out


def _constant(text: str) -> Any:
    raise Malformed(f"`{text}` is no number")


def decode(data: bytes, most: int, depth: int, form: Form) -> Any:
    """Reads the one encoding of a value of a form."""
    if len(data) > most:
        raise Malformed(f"{len(data)} bytes are more than the {most} allowed")
    if _deeper_than(data, depth):
        raise Malformed(f"nested deeper than {depth} levels")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_constant)
        form(value)
        again = encode(value)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not readable: {error}") from error
    if again != data:
        raise Malformed("not the one deterministic encoding")
    return value


def encode(value: Any) -> bytes:
    """The one encoding: no white space, fields in order, text in UTF-8 with the fewest escapes."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    match value:
        case bool() | None | str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case float():
            return number(value)
        case list():
            return "[" + ",".join(map(_text, value)) + "]"
        case dict():
            return "{" + ",".join(f"{_text(k)}:{_text(v)}" for k, v in value.items()) + "}"
        case _:
            raise Malformed(f"a {type(value).__name__} has no encoding")


def number(value: float) -> str:
    """A float: the fewest digits that read back, with a point, or an exponent beyond 16 digits or below 1e-5."""
    if not math.isfinite(value):
        raise Malformed("a number is out of range")
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return f"{sign}0.0"
    # The value is 0.DIGITS times ten to the power of `point`.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 16:
        return f"{sign}{digits.ljust(point, '0')}.0"
    if 0 < point <= 16:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -5 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1}"


def must(holds: bool, why: str) -> None:
    """Raises `Malformed` unless `holds`."""
    if not holds:
        raise Malformed(why)


# Forms ---------------------------------------------------------------------------------------------------------------


def text(value: Any) -> None:
    """Any text."""
    must(isinstance(value, str), "a text was expected")
    value.encode("utf-8")


def boolean(value: Any) -> None:
    """`true` or `false`."""
    must(isinstance(value, bool), "`true` or `false` was expected")


def unsigned(bits: int) -> Form:
    """A whole number of so many bits."""

    def form(value: Any) -> None:
        must(type(value) is int and 0 <= value < 1 << bits, f"a whole number of {bits} bits was expected")

    return form


def matching(pattern: str, what: str) -> Form:
    """A text that a pattern matches whole."""
    compiled = re.compile(pattern)

    def form(value: Any) -> None:
        must(isinstance(value, str) and compiled.fullmatch(value) is not None, f"{what} was expected")

    return form


def one_of(*words: str) -> Form:
    """One of a closed list of words."""

    def form(value: Any) -> None:
        must(isinstance(value, str) and value in words, f"one of {', '.join(words)} was expected")

    return form


def many(each: Form) -> Form:
    """A list."""

    def form(value: Any) -> None:
        must(isinstance(value, list), "a list was expected")
        for item in value:
            each(item)

    return form


def ascending(each: Form, order: tuple[str, ...] | None = None) -> Form:
    """A set: a list in ascending order without repeats; words of a closed list ascend as that list does."""

    def form(value: Any) -> None:
        many(each)(value)
        keys = value if order is None else [order.index(item) for item in value]
        must(all(a < b for a, b in zip(keys, keys[1:], strict=False)), "a set is not in ascending order")

    return form


def mapping(key: Form, each: Form) -> Form:
    """An object with free keys, in ascending order."""

    def form(value: Any) -> None:
        must(isinstance(value, dict), "an object was expected")
        ascending(key)(list(value))
        for item in value.values():
            each(item)

    return form


def record(**fields: Form | tuple[Form]) -> Form:
    """An object with these fields in this order; one in a tuple may be absent (never `null`)."""
    names = list(fields)

    def form(value: Any) -> None:
        must(isinstance(value, dict), "an object was expected")
        present = [name for name in names if name in value]
        must(list(value) == present, "an object has an unknown field, or fields in another order")
        for name in names:
            inner = fields[name]
            if isinstance(inner, tuple):
                if name in value:
                    inner[0](value[name])
            else:
                must(name in value, f"the field `{name}` is missing")
                inner(value[name])

    return form


def tagged(tag: str, **variants: Form) -> Form:
    """An object whose first field says which of the variants it is."""

    def form(value: Any) -> None:
        must(isinstance(value, dict) and value.get(tag) in variants, f"a known `{tag}` was expected")
        variants[value[tag]](value)

    return form


def single(**variants: Form) -> Form:
    """An object with one field out of these."""

    def form(value: Any) -> None:
        must(isinstance(value, dict) and len(value) == 1, "an object with one field was expected")
        (name, inner), = value.items()
        must(name in variants, f"`{name}` is not known here")
        variants[name](inner)

    return form


def either(*forms: Form) -> Form:
    """Any of several forms."""

    def form(value: Any) -> None:
        for inner in forms:
            try:
                return inner(value)
            except Malformed:
                continue
        raise Malformed("a value is of no known form")

    return form


digest = matching(r"[0-9a-f]{64}", "64 lower-case hexadecimal digits")


def base64_bytes(value: Any) -> bytes:
    """The bytes of standard base64 with padding, in its canonical form."""
    must(isinstance(value, str), "base64 was expected")
    try:
        out = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64 was expected") from error
    must(base64.b64encode(out).decode("ascii") == value, "base64 is not in its canonical form")
    return out


def base64_text(value: Any) -> None:
    """Canonical base64."""
    base64_bytes(value)
