"""Requests made up from the OpenAPI document, sent to a real deployment by people of all kinds.

Invariants: the same seed makes the same choices; every request sent is counted and every answer is judged. Limits: what
the server makes up (ids, times) differs from run to run, and so do requests that name it; signed statements cannot be
made up, so the operations that take them are met with real ones that were used before.
"""
