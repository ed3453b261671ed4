"""Which charter of a workspace is in force: the vectors that Rust makes, which the console is held to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloister.verify.charters import establish
from cloister.verify.dossier import Dossier
from cloister.verify.report import Refused
from cloister.verify.statements import envelope

VECTORS = Path(__file__).resolve().parents[3] / "web" / "vectors" / "workspaces.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text())["cases"]


def sent(one: dict[str, Any]) -> dict[str, Any]:
    """An envelope with its fields in the order of the one encoding; files of vectors sort them by name."""
    signatures = [{"keyid": signature["keyid"], "sig": signature["sig"]} for signature in one["signatures"]]
    return {"payloadType": one["payloadType"], "payload": one["payload"], "signatures": signatures}


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    try:
        dossier = Dossier.read([envelope(sent(one)) for one in case["statements"]], [case["broker"]])
        force = establish(case["genesis"], dossier)
    except Refused as refused:
        return {"check": refused.check}
    members = force.charter["members"]
    return {
        "version": force.charter["version"],
        "charter": force.digest,
        "archived": force.archived,
        "suspended": [member for member in members if member in force.suspended],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_decides_as_rust_does(case: dict[str, Any]) -> None:
    stated = case["expected"]
    if "check" in stated:
        assert outcome(case) == {"check": stated["check"]}
    else:
        assert outcome(case) == {key: stated[key] for key in ("version", "charter", "archived", "suspended")}


def test_the_vectors_hold_refusals_and_later_versions() -> None:
    assert sum("check" in case["expected"] for case in CASES) > 5
    assert sum(case["expected"].get("version") == 2 for case in CASES) > 1
