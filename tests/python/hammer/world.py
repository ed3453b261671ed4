"""Who asks, and what there is to ask for."""

import random
import uuid

import requests

# How often each asks, of a hundred times.
PEOPLE = {"ana": 40, "ben": 14, "cai": 8, "dora": 8, "eve": 10, "nobody": 8, "forger": 4, "worker": 8}
# How many things of a kind there shall be before an operation is tried, so that deleting does not end for want of them.
STOCK = 3
PATIENCE = 40


class World:
    """A deployment with people signed in."""

    def __init__(self, stage: dict):
        self.url = stage["url"].rstrip("/")
        self.stage = stage
        self.tokens = {"worker": stage["worker_token"], "forger": "clst_not-a-token"}
        self.own_sessions: set[str] = set()
        self.http = requests.Session()
        self.http.trust_env = False
        self.asked = 0
        for name in stage["people"]:
            self.sign_in(name)
        self.places: dict[str, list] = {}
        self.statements: list = []

    def ask(self, name: str, method: str, path: str, body=None) -> requests.Response:
        """One request of the harness's own; counted, not judged."""
        self.asked += 1
        headers = {} if name == "nobody" else {"Authorization": f"Bearer {self.tokens[name]}"}
        return self.http.request(
            method, f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=PATIENCE
        )

    def sign_in(self, name: str) -> None:
        body = {"email": self.stage["people"][name], "password": self.stage["password"]}
        signed = self.ask("nobody", "POST", "/sessions", body)
        if signed.status_code != 200:
            raise SystemExit(f"{name} cannot sign in: {signed.status_code} {signed.text}")
        self.tokens[name] = signed.json()["token"]
        self.own_sessions.add(signed.json()["session"])

    def _items(self, name: str, path: str) -> list:
        answer = self.ask(name, "GET", f"{path}?limit=200")
        return answer.json()["items"] if answer.status_code == 200 else []

    def restore(self) -> list[str]:
        """Everybody is as before, whatever was done to them; says what cannot be mended."""
        broken = []
        for name in self.stage["people"]:
            if self.ask(name, "GET", "/me").status_code == 200:
                continue
            self.ask("ana", "PUT", "/sign-in/local", {"local": "all"})
            try:
                self.sign_in(name)
            except SystemExit as lost:
                broken.append(str(lost))
        return broken

    def _stock(self, kind: str, have: list, make) -> None:
        for _ in range(STOCK - len(have)):
            make()

    def refresh(self) -> None:
        """Looks at what there is, and makes what is used up."""
        new = lambda: uuid.uuid4().hex[:12]
        genesis = self.stage["workspace"]
        webhook = lambda: self.ask("ana", "POST", "/webhooks", {"url": f"https://{new()}.invalid/", "actions": []})
        token = lambda: self.ask("ana", "POST", "/tokens", {"scopes": ["read"], "expires_in_days": 9})
        draft = lambda: self.ask(
            "ana",
            "POST",
            f"/workspaces/{genesis}/jobs",
            {"name": f"draft {new()}", "source": "SELECT 1", "readers": [self.stage["people"]["ana"]], "max_runs": 1},
        )
        user = lambda: self.ask("ana", "POST", "/users", {"email": f"{new()}@north.example"})
        provider = lambda: self.ask(
            "ana",
            "PUT",
            "/sign-in/providers",
            {"name": "Nowhere", "issuer": f"https://{new()}.invalid/", "client_id": "c", "domains": ["north.example"]},
        )
        # The second time, what was made is there.
        for again in (False, True):
            users = [u["id"] for u in self._items("ana", "/users") if u["email"] not in self.stage["people"].values()]
            sessions = [s["id"] for s in self._items("ana", "/sessions") if not s["current"]]
            tokens = [t["id"] for t in self._items("ana", "/tokens")]
            webhooks = [w["id"] for w in self._items("ana", "/webhooks")]
            jobs = self._items("ana", "/jobs")
            settings = self.ask("ana", "GET", "/sign-in").json()
            providers = [p["id"] for p in settings.get("providers", [])]
            if not again:
                self._stock("users", users, user)
                self._stock("tokens", tokens, token)
                self._stock("webhooks", webhooks, webhook)
                self._stock("jobs", [j for j in jobs if j["state"] == "draft"], draft)
                self._stock("providers", providers, provider)
                self._stock("sessions", sessions, lambda: self.ask("nobody", "POST", "/sessions", self._ana()))
        ids = lambda name, path: [item["id"] for item in self._items(name, path)]
        runs = ids("ana", "/runs")
        datasets = ids("ana", "/datasets")
        self.places = {
            "users": [{"id": one} for one in users],
            "sessions": [{"id": one} for one in sessions if one not in self.own_sessions],
            "tokens": [{"id": one} for one in tokens],
            "webhooks": [{"id": one} for one in webhooks],
            "providers": [{"id": one} for one in providers],
            "jobs": [{"id": job["id"]} for job in jobs],
            "runs": [{"id": one, "name": name} for one in runs for name in self._outputs(one)],
            "datasets": [{"id": one, "version": 1, "name": "part-00000.parquet"} for one in datasets],
            "workspaces": [{"id": one["id"]} for one in self._items("ana", "/workspaces")],
            "notices": [{"id": one} for name in ("ana", "ben") for one in ids(name, "/notices")][:20],
            "uploads": [{"id": self._upload(datasets), "offset": 0} for _ in range(2)],
            "certificates": [{"digest": digest} for digest in self._certificates()],
            "tile": [{"path": path} for path in self._tiles()],
        }
        self.places["worker"] = [
            {"id": run, "dataset": dataset, "version": 1, "name": "part-00000.parquet"}
            for run in runs
            for dataset in datasets
        ]
        if not self.statements:
            self._read_statements(runs)

    def _ana(self) -> dict:
        return {"email": self.stage["people"]["ana"], "password": self.stage["password"]}

    def _upload(self, datasets: list) -> str:
        dataset = (datasets or [str(uuid.uuid4())])[0]
        body = {"dataset": dataset, "version": 2, "name": f"part-{random.randrange(100000):05}.parquet"}
        return self.ask("ana", "POST", "/uploads", body).json().get("id", "")

    def _outputs(self, run: str) -> list[str]:
        shown = self.ask("ana", "GET", f"/runs/{run}").json()
        return [output["name"] for output in shown.get("outputs") or []] or ["result.sealed"]

    def _tiles(self) -> list[str]:
        size = int(self.ask("nobody", "GET", "/log").json()["checkpoint"].splitlines()[1])
        last = [f"{kind}/{size // 256:03}.p/{size % 256}" for kind in ("0", "entries")]
        return [*last, "0/000", "entries/000", "0/x001/000", "../../../etc/passwd"]

    def _certificates(self) -> list[str]:
        found = []
        for email in self.stage["people"].values():
            found += [one["digest"] for one in self.ask("ana", "GET", f"/certificates?email={email}").json().get("items", [])]
        return found

    def _read_statements(self, runs: list) -> None:
        """Envelopes that were signed for something else, or for this and used up."""

        def within(value):
            if isinstance(value, dict):
                if "payloadType" in value and "signatures" in value:
                    self.statements.append(value)
                for inner in value.values():
                    within(inner)
            elif isinstance(value, list):
                for inner in value:
                    within(inner)

        for path in [f"/workspaces/{self.stage['workspace']}/statements"] + [f"/runs/{run}/bundle" for run in runs[:2]]:
            answer = self.ask("ana", "GET", path)
            if answer.status_code == 200:
                within(answer.json())
