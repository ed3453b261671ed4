"""`cloister-verify BUNDLE --genesis DIGEST`: 0 holds, 1 broken, 2 incomplete or wrong usage, 3 simulated."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from .bundle import MAX_BYTES, verify_bytes
from .moments import loose
from .report import Report

_SAID = {
    "holds": "holds",
    "incomplete": "incomplete: nothing is broken, but not everything could be checked",
    "simulated": "everything holds, but the evidence is SIMULATED: it proves nothing about hardware",
}


def _digest(text: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", text) is None:
        raise argparse.ArgumentTypeError("a digest is 64 lower-case hexadecimal digits")
    return text


def _moment(text: str) -> int:
    moment = loose(text)
    if moment is None:
        raise argparse.ArgumentTypeError("a time is RFC 3339, such as `2027-06-30T00:00:00Z`")
    return moment


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cloister-verify",
        description="Verifies the bundle of a run, offline.",
        epilog="Exit codes: 0 holds, 1 broken, 2 incomplete or wrong usage, 3 simulated.",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the bundle")
    parser.add_argument("--genesis", type=_digest, metavar="DIGEST", help="the workspace expected")
    parser.add_argument("--allow-simulated", action="store_true", help="simulated evidence is good enough")
    parser.add_argument("--at", type=_moment, metavar="TIME", help="another moment for the dates of evidence")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; gives the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with options.bundle.open("rb") as file:
            data = file.read(MAX_BYTES + 2)
    except OSError as error:
        detail = f"`{options.bundle}`: {error.strerror or error}"
        usage = {"type": "usage", "detail": detail, "check": None, "exit": 2}
        if options.json:
            print(json.dumps({"verified": False, "error": usage}))
        else:
            print(f"error: {detail}", file=sys.stderr)
        return 2
    found = verify_bytes(data, options.genesis, options.at)
    code = found.exit_code(allow_simulated=options.allow_simulated)
    print(_json(found, options.genesis, code) if options.json else _text(found))
    return code


def _json(found: Report, genesis: str | None, code: int) -> str:
    out: dict[str, object] = {
        "verified": code == 0,
        "outcome": found.outcome,
        "genesis": genesis,
        "checks": [vars(line) for line in found.checks],
        "not_proven": list(found.not_proven),
    }
    if found.refused_check is not None:
        out |= {"refused_check": found.refused_check, "kind": "broken"}
    elif found.outcome == "incomplete":
        missing = next(line.reason for line in found.checks if line.outcome == "missing")
        out["error"] = {"type": "incomplete", "detail": missing, "exit": 2}
    return json.dumps(out, ensure_ascii=False)


def _text(found: Report) -> str:
    lines = [f"{line.check:<16} {line.outcome}{': ' + line.reason if line.reason else ''}" for line in found.checks]
    lines += ["", "not proven", *(f"  {limit}" for limit in found.not_proven), ""]
    lines.append(_SAID.get(found.outcome, f"broken: refused by `{found.refused_check}`"))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
