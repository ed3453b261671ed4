"""`python -m hammer --stage FILE --requests N --seed S --report FILE`."""

import argparse
import collections
import hashlib
import json
import random
import sys
import time

import hypothesis
import requests
import schemathesis
from hypothesis import strategies
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from .aim import Aim, safe_header, who
from .judge import judge, known
from .world import PATIENCE, World

# Shares of requests that keep to the document, and that break it.
MODES = ((GenerationMode.POSITIVE, 0.7), (GenerationMode.NEGATIVE, 0.3))
# How many operations are tried between two looks at what there is.
LOOK = 12
# An answer that is a stream is looked at so far.
FIRST = 4096


class Hammer:
    """Counts what was sent and what was wrong with it."""

    def __init__(self, world: World, seed: int):
        self.world, self.seed = world, seed
        self.checks = known()
        self.counts: dict = collections.defaultdict(collections.Counter)
        self.findings: dict = {}
        self.sent = 0

    def find(self, operation: str, check: str, words: str, shown: str) -> None:
        key = (operation, check, words.splitlines()[0][:120])
        entry = self.findings.setdefault(key, {"times": 0, "words": words[:2000], "request": shown})
        entry["times"] += 1

    def send(self, case, headers: dict) -> requests.Response:
        words = case.as_transport_kwargs(base_url=f"{self.world.url}", headers=headers)
        words.setdefault("timeout", PATIENCE)
        words["allow_redirects"] = False
        # A stream that is left early takes its connection with it.
        if "/events" in case.path:
            words["headers"]["Connection"] = "close"
        with self.world.http.request(**words, stream=True) as response:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                response._content = response.raw.read1(FIRST)
                response._content_consumed = True
                response.raw.close()
            else:
                response.content
        return response

    def one(self, aim: Aim, case, dice: random.Random, tag: str | None) -> None:
        """Makes one request and judges its answer."""
        operation = f"{aim.method} {aim.path}"
        name = who(dice, aim.path)
        aim.path_of(dice, case)
        if isinstance(case.query, dict):
            aim.query_of(dice, case.query)
        case.body = aim.body_of(dice, case.body)
        given = dict(case.headers or {})
        aim.headers_of(dice, given, tag)
        case.headers = {n: v for n, v in given.items() if isinstance(v, str) and safe_header(v)}
        headers = {} if name == "nobody" else {"Authorization": f"Bearer {self.world.tokens[name]}"}
        shown = f"as {name}: {aim.method} {case.formatted_path} query={case.query} headers={case.headers} body={case.body!r}"
        self.sent += 1
        try:
            response = self.send(case, headers)
        except requests.RequestException as error:
            self.counts[operation]["none"] += 1
            self.find(operation, "NoAnswer", f"{type(error).__name__}", f"{shown}\n{error}")
            return
        self.counts[operation][str(response.status_code)] += 1
        for check, words in judge(case, response, self.checks):
            answer = f"{response.status_code} {response.headers.get('content-type')} {response.text[:600]}"
            self.find(operation, check, words, f"{shown[:1500]}\n-> {answer}")

    def tag(self, aim: Aim) -> str | None:
        """The tag of one of the things that the operation is about."""
        if not aim.places or "If-Match" not in json.dumps([p.name for p in aim.operation.headers]):
            return None
        place = aim.places[0]["id"]
        return self.world.ask("ana", "GET", f"/{aim.path.split('/')[3]}/{place}").headers.get("etag")

    def operation(self, operation, amount: int) -> None:
        """Hits one operation so many times."""
        aim = Aim(self.world, operation.path, operation.method.upper())
        aim.operation = operation
        tag = self.tag(aim)
        for mode, share in MODES:
            wanted = self.counts[operation.label].total() + max(1, round(amount * share))
            self.rounds(aim, operation, mode, wanted, tag)

    def rounds(self, aim: Aim, operation, mode, wanted: int, tag: str | None) -> None:
        """A search that ends early, since little can be varied, is begun again."""
        for again in range(50):
            left = wanted - self.counts[operation.label].total()
            if left <= 0:
                return
            try:
                self.search(aim, operation, mode, left, tag, again)
            except (hypothesis.errors.Unsatisfiable, schemathesis.errors.InvalidSchema):
                mode = GenerationMode.POSITIVE

    def search(self, aim: Aim, operation, mode, amount: int, tag: str | None, again: int) -> None:
        begin = hashlib.sha256(f"{self.seed} {operation.label} {mode} {again}".encode()).digest()

        @hypothesis.seed(int.from_bytes(begin[:8], "big"))
        @hypothesis.settings(
            max_examples=amount,
            phases=[hypothesis.Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(
            case=operation.as_strategy(generation_mode=mode), dice=strategies.integers(0, 2**63 - 1)
        )
        def run(case, dice):
            self.one(aim, case, random.Random(dice), tag)

        run()


def report(hammer: Hammer, operations: list, began: float) -> dict:
    """Everything, for programs."""
    rows = []
    for label in operations:
        counts = hammer.counts[label]
        found = [
            {"check": check, "what": what, **entry}
            for (operation, check, what), entry in hammer.findings.items()
            if operation == label
        ]
        reached = sum(n for status, n in counts.items() if status.startswith("2"))
        rows.append(
            {"operation": label, "requests": counts.total(), "reached": reached, "statuses": dict(counts), "findings": found}
        )
    return {
        "seed": hammer.seed,
        "requests": hammer.sent,
        "harness": hammer.world.asked,
        "seconds": round(time.monotonic() - began),
        "operations": rows,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="hammer")
    parser.add_argument("--stage", required=True)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--only", default="", help="operations whose label has this text")
    args = parser.parse_args()
    random.seed(args.seed)
    began = time.monotonic()
    with open(args.stage, encoding="utf-8") as file:
        world = World(json.load(file))
    document = world.ask("nobody", "GET", "/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    hammer = Hammer(world, args.seed)
    operations = []
    for found in schema.get_all_operations():
        if isinstance(found, Ok):
            operations.append(found.ok())
        else:
            hammer.find("the document", "Schema", str(found.err()), "")
    operations = [one for one in operations if args.only in one.label]
    for at, operation in enumerate(operations):
        # Looking costs requests too: at what is used up, and now and then at the rest.
        if at % LOOK == 0 or operation.method.upper() == "DELETE" or "uploads" in operation.path:
            world.refresh()
        share = (args.requests - hammer.sent) / (len(operations) - at)
        hammer.operation(operation, max(2, round(share)))
        print(f"{hammer.sent:6} {time.monotonic() - began:5.0f} s {operation.label}", file=sys.stderr, flush=True)
        if operation.method.upper() != "GET":
            for lost in world.restore():
                hammer.find(operation.label, "Harness", "somebody cannot sign in any more", lost)
    labels = [one.label for one in operations]
    labels += sorted({label for label, *_ in hammer.findings} - set(labels))
    done = report(hammer, labels, began)
    with open(args.report, "w", encoding="utf-8") as file:
        json.dump(done, file, indent=1)
    return 0


sys.exit(main())
