"""Moments: RFC 3339 in UTC as Cloister writes it, counted in microseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from .strict import Malformed, must

SECOND = 1_000_000
HOUR = 3_600 * SECOND

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_LOOSE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


def micros(text: str) -> int:
    """Microseconds since 1970 of a moment in the one form."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise Malformed(f"`{text[:60]}` is not a moment such as `2027-06-30T00:00:00Z`")
    *numbers, fraction = found.groups()
    must(not (fraction or "1").endswith("0"), "a fraction of a second ends with zero")
    try:
        moment = datetime(*map(int, numbers), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError as error:
        raise Malformed(f"`{text}` is no moment") from error
    seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return seconds * SECOND + int((fraction or "").ljust(6, "0"))


def form(value: Any) -> None:
    """A moment in the one form."""
    must(isinstance(value, str), "a moment was expected")
    micros(value)


def loose(text: str) -> int | None:
    """A moment as people give it: any RFC 3339 with an offset."""
    if _LOOSE.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    span = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds
