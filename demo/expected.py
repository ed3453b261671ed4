"""Computes in plain Python, from both plain files, what the hospitals compute without showing them.

Compares the result that came out of Cloister with it, value by value. Standard library only.

usage: expected.py FOLDER RESULT.csv
"""

import csv
import json
import math
import pathlib
import sys


def read(path: pathlib.Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def expected(folder: pathlib.Path) -> dict[str, dict[str, float]]:
    diagnosis = {row["patient"]: row["diagnosis"] for row in read(folder / "diagnoses.csv")}
    groups: dict[str, list[dict[str, str]]] = {}
    for row in read(folder / "measurements.csv"):
        groups.setdefault(diagnosis[row["patient"]], []).append(row)
    totals = {}
    for name, members in groups.items():
        radius = [float(row["mean_radius"]) for row in members]
        texture = [float(row["mean_texture"]) for row in members]
        area = [float(row["mean_area"]) for row in members]
        totals[name] = {
            "patients": len(members),
            "mean_radius": math.fsum(radius) / len(radius),
            "mean_texture": math.fsum(texture) / len(texture),
            "total_area": math.fsum(area),
        }
    return totals


def main() -> None:
    want = expected(pathlib.Path(sys.argv[1]))
    got = {row.pop("diagnosis"): row for row in read(pathlib.Path(sys.argv[2]))}
    if got.keys() != want.keys():
        sys.exit(f"groups differ: expected {sorted(want)}, got {sorted(got)}")
    for name, values in want.items():
        for column, value in values.items():
            if not math.isclose(float(got[name][column]), value, rel_tol=1e-9):
                sys.exit(f"`{column}` of `{name}`: expected {value}, got {got[name][column]}")
    print(json.dumps({"equal": True, "rows": len(got), "expected": want}))


main()
