"""Reads dashboards ({name: board}) with Grafana's own models of its schema, and prints what is not the same afterwards
(the last name of its path) and which units Grafana does not know."""
import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard, units

KNOWN = {unit for unit in vars(units).values() if isinstance(unit, str)}


def lost(before, after, name=""):
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before:
            yield from lost(before[key], after.get(key, "nothing"), key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for a, b in zip(before, after):
            yield from lost(a, b, name)
    elif before != after:
        yield name


def units_of(board):
    for outer in board["panels"]:
        for panel in [outer, *outer.get("panels", [])]:
            if panel["type"] != "row":
                yield from [panel["fieldConfig"]["defaults"]["unit"]] if "unit" in panel["fieldConfig"]["defaults"] else []
                yield from (each["value"] for override in panel["fieldConfig"]["overrides"]
                            for each in override["properties"] if each["id"] == "unit")


register_default_plugins()
found = {}
for name, board in json.load(sys.stdin).items():
    read = json.loads(JSONEncoder().encode(dashboard.Dashboard.from_json(board)))
    found[name] = {"lost": sorted(set(lost(board, read))), "unknown_units": sorted(set(units_of(board)) - KNOWN)}
json.dump(found, sys.stdout)
