"""Cloister for Python: so far, the independent verifier of bundles in `cloister.verify`."""
