"""Turns what was made up into something that gets further than 404: ids, tags, keys and fields that exist."""

import random
import re
import uuid
from urllib.parse import urlsplit, urlunsplit

from .world import PEOPLE, World

NAMES = ("Idempotency-Key", "If-Match")


def folder(path: str) -> str:
    """What kind of thing an operation is about."""
    parts = path.removeprefix("/api/v1/").split("/")
    if parts[0] == "sign-in":
        return "providers"
    return "tile" if "tile" in parts else parts[0]


def who(dice: random.Random, path: str) -> str:
    """Who asks."""
    weights = dict(PEOPLE)
    if "/worker/" in path:
        weights["worker"] = 150
    return dice.choices(list(weights), list(weights.values()))[0]


def elsewhere(url: str) -> str:
    """The same URL at a host that cannot be: nobody else is to be knocked at."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "https://nowhere.invalid/"
    if not parts.netloc or parts.hostname in ("127.0.0.1", "localhost", "::1"):
        return url
    return urlunsplit(parts._replace(netloc="nowhere.invalid"))


class Aim:
    """Decides for one operation."""

    def __init__(self, world: World, path: str, method: str):
        self.world, self.path, self.method = world, path, method
        self.places = world.places.get(folder(path), [])
        self.others = [place for kind in world.places.values() for place in kind]

    def path_of(self, dice: random.Random, case) -> None:
        """Path parameters: mostly of something that is there."""
        roll = dice.random()
        if not case.path_parameters or roll > 0.9:
            return
        pool = self.places if roll < 0.75 and self.places else self.others
        place = dice.choice(pool) if pool else {}
        for name in list(case.path_parameters):
            if name in place:
                case.path_parameters[name] = place[name]
            elif roll < 0.5 and name in ("id", "digest", "dataset"):
                case.path_parameters[name] = str(uuid.UUID(int=dice.getrandbits(128)))

    def headers_of(self, dice: random.Random, headers: dict, tag: str | None) -> None:
        """Keys that repeat, tags that fit."""
        for name in [given for given in headers if given.lower() in ("if-match", "idempotency-key")]:
            if dice.random() < 0.7:
                del headers[name]
        if self.method == "POST" and dice.random() < 0.5:
            again = dice.random() < 0.2
            headers["Idempotency-Key"] = f"k{dice.randrange(3)}" if again else f"{dice.getrandbits(64):x}"
        if self.method in ("PUT", "PATCH", "DELETE", "POST") and dice.random() < 0.7:
            headers["If-Match"] = dice.choice(["*", "*", tag or "*", 'W/"weak"', '"other"', "unquoted"])

    def query_of(self, dice: random.Random, query: dict) -> None:
        """Filters that match something; a fence."""
        for name in list(query):
            if name == "cursor" and dice.random() < 0.7:
                del query[name]
            elif name == "email" and dice.random() < 0.7:
                query[name] = dice.choice(list(self.world.stage["people"].values()))
            elif name == "workspace" and dice.random() < 0.5:
                query[name] = self.world.stage["workspace"]

    def _field(self, dice: random.Random, name: str, value):
        world = self.world
        fresh = f"{dice.getrandbits(40):x}"
        choices = {
            "email": [f"{fresh}@north.example", world.stage["victim"], world.stage["people"]["cai"]],
            "readers": [[world.stage["people"]["ana"]]],
            "name": [f"n{fresh}", "part-00000.parquet", "result.sealed"],
            "dataset": [place["id"] for place in world.places.get("datasets", [])] or [value],
            "workspace": [world.stage["workspace"]],
            "version": [1, 2],
            "max_runs": [1, 3],
            "variables": [[]],
            "valid_until": ["2031-01-01T00:00:00Z"],
            "password": [world.stage["password"], "a new password 2"],
            "url": ["https://hook.invalid/x"],
            "issuer": ["https://idp.invalid/"],
            "domains": [["north.example"], []],
            "actions": [[], ["job.*"]],
            "expires_in_days": [1, 366],
            "wait_seconds": [0],
            "measurement": ["ab" * 32],
            "sha256": ["00" * 32],
            "muted": [[], ["invited"]],
        }
        if name in ("statement", "manifest", "grant", "charter", "request", "record", "challenge", "receipt"):
            return dice.choice(world.statements) if world.statements else value
        return dice.choice(choices[name]) if name in choices else value

    def body_of(self, dice: random.Random, body):
        """Fields that make sense, each with a chance of its own to stay as made up."""
        if not isinstance(body, dict):
            return body
        sense = dice.choice([0.0, 0.5, 0.9, 1.0])
        aimed = {n: self._field(dice, n, v) if dice.random() < sense else v for n, v in body.items()}
        if isinstance(aimed.get("wait_seconds"), int):
            aimed["wait_seconds"] = 0
        for name in ("url", "issuer"):
            if isinstance(aimed.get(name), str):
                aimed[name] = elsewhere(aimed[name])
        # The people who ask must be able to sign in again.
        if self.path.endswith("/sessions") and aimed.get("email") in self.world.stage["people"].values():
            aimed["email"] = self.world.stage["victim"]
        return aimed


def safe_header(value: str) -> bool:
    """What the HTTP library sends as it is."""
    return bool(re.fullmatch(r"[\x20-\x7e]*", value)) and value == value.strip()
