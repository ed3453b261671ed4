"""What an answer must be."""

import json

from schemathesis.checks import load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks as openapi

KINDS = "https://cloister.dev/problems/"
FIELDS = {"type", "title", "status", "detail", "check", "request_id"}


def known() -> list:
    """The checks of schemathesis."""
    load_all_checks()
    from schemathesis.checks import not_a_server_error

    return [
        not_a_server_error,
        openapi.status_code_conformance,
        openapi.content_type_conformance,
        openapi.response_headers_conformance,
        openapi.response_schema_conformance,
        openapi.negative_data_rejection,
    ]


def problem(response) -> str | None:
    """What is wrong with a refusal."""
    if response.status_code < 400:
        return None
    kind = response.headers.get("content-type", "")
    if kind != "application/problem+json":
        return f"a refusal of the type `{kind}`"
    try:
        shown = json.loads(response.content)
    except ValueError:
        return "a problem that is no JSON"
    if not isinstance(shown, dict) or set(shown) - FIELDS:
        return "a problem with fields that are not documented"
    if shown.get("status") != response.status_code:
        return f"a problem that says `{shown.get('status')}`"
    if not str(shown.get("type", "")).startswith(KINDS) or not shown.get("title") or not shown.get("detail"):
        return "a problem without type, title or detail"
    if shown.get("request_id") != response.headers.get("x-request-id"):
        return "a problem with another request id than its header"
    return None


def judge(case, response, checks: list) -> list[tuple[str, str]]:
    """Name and words of each check that an answer fails."""
    found = []
    try:
        case.validate_response(response, checks=checks)
    except FailureGroup as group:
        found = [(type(one).__name__, f"{one.title}: {one.message}") for one in group.exceptions]
    except Failure as one:
        found = [(type(one).__name__, f"{one.title}: {one.message}")]
    if wrong := problem(response):
        found.append(("Problem", wrong))
    if "x-request-id" not in response.headers:
        found.append(("RequestId", "an answer without a request id"))
    return found
