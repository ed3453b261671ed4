"""Runs scim2-tester against a server and prints each result as a line of JSON.

usage: scim_check.py BASE_URL DOMAIN    (the token on standard input)

Addresses are drawn in DOMAIN: the server takes those of domains that the provider claims and no others.
"""

import json
import sys
import uuid

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
from scim2_tester import filling


def addresses_of(domain):
    """Draws addresses of the domain where the tester would draw any text."""
    drawn = filling.get_random_example_value

    def draw(path):
        name = str(path).lower()
        binding = path.resolve()
        model = binding.target_model.__name__.lower() if binding and binding.target_model else ""
        if name.endswith("username") or name.endswith("emails.value") or (name == "value" and "email" in model):
            return f"{uuid.uuid4()}@{domain}"
        return drawn(path)

    filling.get_random_example_value = draw


def main():
    base_url, domain = sys.argv[1:]
    token = sys.stdin.read().strip()
    addresses_of(domain)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False) as http:
        for result in check_server(SyncSCIMClient(http)):
            line = {
                "status": result.status.name,
                "title": result.title,
                "resource": result.resource_type,
                "reason": result.reason,
            }
            if result.status.name != "SUCCESS":
                line["data"] = repr(result.data)[:2000]
            print(json.dumps(line))


main()
