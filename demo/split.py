"""Splits the Wisconsin breast-cancer file between two hospitals.

Source: Breast Cancer Wisconsin (Diagnostic), W. Wolberg, O. Mangasarian, N. Street, W. Street, UCI Machine Learning
Repository, 1995 (CC BY 4.0), as scikit-learn (BSD-3-Clause) ships it in its wheel. The file has no patient ids; each
row gets one that looks random, derived from its position, the same every time. Standard library only.

usage: split.py WHEEL FOLDER
"""

import csv
import hashlib
import io
import pathlib
import sys
import zipfile

MEMBER = "sklearn/datasets/data/breast_cancer.csv"
SHA256 = "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed"
COLUMNS = ["mean_radius", "mean_texture", "mean_perimeter", "mean_area", "mean_smoothness"]
DIAGNOSES = {"0": "malignant", "1": "benign"}


def patient_id(position: int) -> str:
    return "P-" + hashlib.sha256(f"cloister demo patient {position}".encode()).hexdigest()[:10]


def rows(wheel: pathlib.Path) -> list[list[str]]:
    data = zipfile.ZipFile(wheel).read(MEMBER)
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        sys.exit(f"`{MEMBER}` is not the file this demo knows: {found}")
    return list(csv.reader(io.StringIO(data.decode())))[1:]


def write(path: pathlib.Path, header: list[str], lines: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(lines))


def main() -> None:
    wheel, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    measurements, diagnoses = [], []
    for position, row in enumerate(rows(wheel)):
        patient = patient_id(position)
        measurements.append([patient, *row[: len(COLUMNS)]])
        diagnoses.append([patient, DIAGNOSES[row[-1]]])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "measurements.csv", ["patient", *COLUMNS], measurements)
    write(folder / "diagnoses.csv", ["patient", "diagnosis"], diagnoses)
    print(len(measurements))


main()
