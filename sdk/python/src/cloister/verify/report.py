"""What a verification found: one line a check, the verdict, what is never proven."""

from __future__ import annotations

from dataclasses import dataclass, field

CHECKS = (
    "format", "genesis", "signature", "broker", "session", "transcript", "chain", "platform", "measurement",
    "charter", "membership", "manifest", "grant", "approval", "run_policy", "inputs", "assurance", "archive",
    "budget", "counter", "release", "receipt", "result", "acknowledgement", "inclusion", "checkpoint",
)
"""Every check of a bundle, in the order in which they are made."""


class Refused(Exception):
    """A check that refused, and why."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check = check
        self.reason = reason


def ensure(holds: bool, check: str, reason: str) -> None:
    """Refuses by `check` unless `holds`."""
    if not holds:
        raise Refused(check, reason)


@dataclass(frozen=True)
class Line:
    """One check: `outcome` is holds, broken, missing or unchecked."""

    check: str
    outcome: str
    reason: str


@dataclass
class Found:
    """What the checks leave behind while they are made."""

    passed: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    simulated: bool = False
    refused: Refused | None = None


@dataclass(frozen=True)
class Report:
    """The verdict: broken before incomplete before simulated before holds."""

    checks: tuple[Line, ...]
    not_proven: tuple[str, ...]
    outcome: str
    refused_check: str | None

    def exit_code(self, *, allow_simulated: bool) -> int:
        """The exit code of `cloister verify` and `cloister-verify`."""
        codes = {"holds": 0, "broken": 1, "incomplete": 2, "simulated": 0 if allow_simulated else 3}
        return codes[self.outcome]


def report(found: Found, genesis: str | None) -> Report:
    """Puts together what was found."""
    if genesis is None and "genesis" in found.passed:
        found.missing.setdefault("genesis", "no genesis digest was pinned or given to compare with")
    refused = found.refused
    lines = tuple(_line(check, found) for check in CHECKS)
    if refused is not None:
        outcome = "broken"
    elif any(line.outcome != "holds" for line in lines):
        outcome = "incomplete"
    else:
        outcome = "simulated" if found.simulated else "holds"
    simulated = found.simulated and refused is None
    return Report(lines, _not_proven(simulated, genesis), outcome, refused.check if refused else None)


def _line(check: str, found: Found) -> Line:
    if found.refused is not None and found.refused.check == check:
        return Line(check, "broken", found.refused.reason)
    # A refused bundle claims nothing of its log or acknowledgements, but says that no genesis was given.
    if check in found.missing and (found.refused is None or check == "genesis"):
        return Line(check, "missing", found.missing[check])
    if check in found.passed:
        return Line(check, "holds", "")
    return Line(check, "unchecked", "an earlier check is broken")


def _not_proven(simulated: bool, genesis: str | None) -> tuple[str, ...]:
    out = []
    if simulated:
        out.append("that any hardware protected the run: the evidence is simulated")
    if genesis is None:
        out.append("that the workspace is the one you mean: no genesis digest was pinned or given")
    out += [
        "that the log shows everyone the same: no outside witness has cosigned its checkpoint",
        "that nothing was revoked, suspended or withdrawn before the run that this bundle leaves out",
        "the times: they are the broker's and the worker's own clocks",
        "that the members understood the program they approved",
    ]
    return tuple(out)
