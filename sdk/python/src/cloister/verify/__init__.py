"""Verifies bundles offline, after `docs/bundle.md`. Shares no code with the verifier in Rust."""

from .bundle import verify_bytes
from .report import CHECKS, Line, Report

__all__ = ["CHECKS", "Line", "Report", "verify_bytes"]
