"""Check `inputs`: each value of a run is of its variable's type and meets one of the approved constraints."""

from __future__ import annotations

from typing import Any

from . import moments
from .kinds import INGEST
from .report import ensure
from .strict import Malformed, decode

EXACT = 1 << 53


def validate_variables(spec: dict[str, Any]) -> None:
    """Whether a spec's variables make sense by themselves (check `approval`)."""
    variables = spec["variables"]
    unique = len({v["name"] for v in variables}) == len(variables) <= 100
    ensure(unique, "approval", "a job has at most 100 variables, each with its own name")
    for variable in variables:
        name, kind = variable["name"], variable["type"]
        fits = all(_fits(c, kind, spec) for c in variable.get("any_of", []))
        ensure(fits, "approval", f"the variable `{name}` has a constraint that does not fit its type")
        if "default" in variable:
            good = _admitted(variable, variable["default"], spec)
            ensure(good, "approval", f"the variable `{name}` has a default that it does not admit")


def complete(spec: dict[str, Any], given: dict[str, Any]) -> None:
    """Whether the values of a run, with defaults, are all there and admitted."""
    variables = {v["name"]: v for v in spec["variables"]}
    for name in given:
        ensure(name in variables, "inputs", f"the job has no variable `{name}`")
    for name, variable in variables.items():
        value = given.get(name, variable.get("default"))
        ensure(value is not None, "inputs", f"the variable `{name}` has no value")
        ensure(_admitted(variable, value, spec), "inputs", f"the variable `{name}` has a value that is not admitted")


def _admitted(variable: dict[str, Any], value: Any, spec: dict[str, Any]) -> bool:
    kind, constraints = variable["type"], variable.get("any_of", [])
    value = _typed(value, kind, spec)
    if value is None:
        return False
    return not constraints or any(_meets(c, value, kind, spec) for c in constraints)


def _typed(value: Any, kind: str, spec: dict[str, Any]) -> Any:
    """The value as its type has it; `None` when it is of another type. Moments become whole microseconds."""
    match kind:
        case "boolean":
            return value if isinstance(value, bool) else None
        case "integer":
            return value if type(value) is int else None
        case "float":
            if type(value) is int and -EXACT <= value <= EXACT:
                return float(value)
            return value if type(value) is float else None
        case "string":
            good = isinstance(value, str) and len(value) <= 10_000 and "\0" not in value
            return value if good else None
        case "datetime":
            return moments.loose(value) if isinstance(value, str) else None
        case _:
            return value if isinstance(value, str) and value in spec["tables"] else None


_ORDERED = ("integer", "float", "datetime")


def _fits(constraint: dict[str, Any], kind: str, spec: dict[str, Any]) -> bool:
    (name, said), = constraint.items()
    match name:
        case "range":
            low, high = (_typed(v, kind, spec) for v in said)
            return kind in _ORDERED and low is not None and high is not None and bool(low <= high)
        case "length":
            return kind == "string" and bool(said[0] <= said[1])
        case "one_of":
            return bool(said) and all(_typed(v, kind, spec) is not None for v in said)
        case _:
            return kind == "string" and _ranges(said) is not None


def _meets(constraint: dict[str, Any], value: Any, kind: str, spec: dict[str, Any]) -> bool:
    (name, said), = constraint.items()
    match name:
        case "range":
            low, high = (_typed(v, kind, spec) for v in said)
            return kind in _ORDERED and low is not None and high is not None and bool(low <= value <= high)
        case "one_of":
            return value in [_typed(v, kind, spec) for v in said]
        case "length":
            return isinstance(value, str) and bool(said[0] <= len(value) <= said[1])
        case _:
            ranges = _ranges(said)
            return ranges is not None and isinstance(value, str) and all(
                any(low <= c <= high for low, high in ranges) for c in value
            )


def _ranges(characters: str) -> list[tuple[str, str]] | None:
    """The ranges of a set such as `a-z0-9_`; `-` at an end stands for itself."""
    out, at = [], 0
    while at < len(characters):
        if at + 2 < len(characters) and characters[at + 1] == "-":
            low, high = characters[at], characters[at + 2]
            if low > high:
                return None
            out.append((low, high))
            at += 3
        else:
            out.append((characters[at], characters[at]))
            at += 1
    return out or None


def program(spec: dict[str, Any], manifests: list[dict[str, Any]]) -> None:
    """The program of an ingest is one, and makes the next version of the one dataset it reads."""
    if spec["kind"] != "ingest":
        return
    try:
        ingest = decode(spec["source"].encode(), 1 << 20, 128, INGEST)
    except Malformed as error:
        ensure(False, "inputs", f"the program is no ingest: {error}")
        return
    ensure(ingest["version"] == 1, "inputs", "ingests of another version than 1 are not known")
    ensure(not spec["variables"], "inputs", "an ingest has no variables")
    ensure("schedule" not in spec, "inputs", "an ingest has no schedule")
    ensure(not spec["test"], "inputs", "an ingest has no test run")
    ensure(spec["max_runs"] <= 10, "inputs", "an ingest runs at most ten times")
    ensure(len(manifests) == 1, "inputs", "an ingest reads one dataset")
    target, raw = ingest["target"], manifests[0]
    ensure(target["dataset"] == raw["dataset"], "inputs", "an ingest makes a version of the dataset it reads")
    ensure(target["version"] == raw["version"] + 1, "inputs", "an ingest makes the version after the raw file's")
    ensure(target["object"] == "part-00000.parquet", "inputs", "an ingest makes `part-00000.parquet`")
