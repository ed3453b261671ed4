"""The verifier over the committed corpus, which the verifier in Rust is held to as well."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloister.verify import CHECKS, verify_bytes
from cloister.verify.cli import main
from cloister.verify.moments import loose

CORPUS = Path(__file__).resolve().parents[3] / "tests" / "bundles"
SOURCE = Path(__file__).resolve().parents[1] / "src"
CASES: list[dict[str, Any]] = json.loads((CORPUS / "index.json").read_text())


def read(case: dict[str, Any]) -> bytes:
    return (CORPUS / f"{case['name']}.json").read_bytes()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_reaches_the_stated_verdict(case: dict[str, Any]) -> None:
    at = loose(case["at"]) if "at" in case else None
    found = verify_bytes(read(case), case.get("genesis"), at)
    reached = (found.outcome, found.refused_check, found.exit_code(allow_simulated=False))
    assert reached == (case["outcome"], case.get("refused_check"), case["exit"]), found
    assert found.exit_code(allow_simulated=True) == case["exit_allowing_simulated"]
    assert [line.check for line in found.checks] == list(CHECKS)


def test_every_check_that_can_refuse_does() -> None:
    refused = {case.get("refused_check") for case in CASES}
    assert set(CHECKS) - refused == {"budget"}


def test_the_command_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("good", "grant-expired", "incomplete-no-genesis"):
        case = next(case for case in CASES if case["name"] == name)
        genesis = ["--genesis", case["genesis"]] if "genesis" in case else []
        arguments = [str(CORPUS / f"{name}.json"), "--json", *genesis]
        assert main(arguments) == case["exit"]
        printed = json.loads(capsys.readouterr().out)
        assert (printed["outcome"], printed.get("refused_check")) == (case["outcome"], case.get("refused_check"))
        assert main([*arguments, "--allow-simulated"]) == case["exit_allowing_simulated"]
        assert json.loads(capsys.readouterr().out)["verified"] == (case["exit_allowing_simulated"] == 0)


def test_wrong_usage_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["type"] == "usage"
    for wrong in (["--genesis", "x"], ["--at", "yesterday"], []):
        command = [sys.executable, "-m", "cloister.verify.cli", *wrong]
        assert subprocess.run(command, capture_output=True, check=False, cwd=SOURCE).returncode == 2


def test_no_flipped_bit_of_a_good_bundle_is_accepted() -> None:
    good = next(case for case in CASES if case["name"] == "good")
    data = read(good)
    for at in range(0, len(data), 211):
        torn = bytearray(data)
        torn[at] ^= 1 << at % 8
        assert verify_bytes(bytes(torn), good["genesis"]).exit_code(allow_simulated=True) != 0, at
