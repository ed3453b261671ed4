"""The package is typed: `mypy --strict` finds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_types_hold(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--no-error-summary", f"--cache-dir={tmp_path}"]
    folder = Path(__file__).resolve().parents[1]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert found.returncode == 0, found.stdout + found.stderr
