#!/usr/bin/env python3
"""Writes the dashboards of grafana/dashboards: the lists of panels of boards/ become long files of JSON; and WHERE.md, which says
where each metric that both brands share is seen.

usage: make_dashboards.py [--check]      --check: exit 1 when a file is not what this program would write

Every panel asks for the chosen boxes, whatever their brand: the metrics have the same names for all.  What not every box
has is in a row of its own that repeats for those that have it.  Such a row is closed: where no box has the thing, Grafana
still draws one line for it, and a closed row asks for nothing.  Needs Debian's python3-yaml.
"""
import json
import re
import sys

from boards import hosts, itself, line, network, overview, phone, smart_home, storage
from layout import dashboard, influx_dashboard
from panels import HERE, labels_of

DASHBOARDS = {
    "overview": ("Boxes: overview", "All boxes at a glance.", overview.ROWS),
    "line": ("Boxes: internet line", "Connection, load, volume, addresses, and the line: DSL, fibre, cable, mobile network.",
             line.ROWS),
    "network": ("Boxes: home network and Wi-Fi", "Wi-Fi, LAN, mesh, addresses given away.", network.ROWS),
    "hosts": ("Boxes: hosts", "Who is at home, who takes the line, how good their Wi-Fi is.", hosts.ROWS),
    "smarthome": ("Boxes: smart home and energy", "Climate, power, contacts, batteries.", smart_home.ROWS),
    "storage": ("Boxes: storage and services", "Disks, downloads, VPN, machines, what is open.", storage.ROWS),
    "phone": ("Boxes: phone", "Lines, calls, handsets, answering machines.", phone.ROWS),
    "boxmeter": ("Boxes: boxmeter itself", "Whether the boxes answer, what is pushed, what it costs.", itself.ROWS),
}


RULES = HERE.parent / "config/prometheus"
WHERE = """# Where a metric is seen

Written by `make_dashboards.py`. The metrics that all brands share, and boxmeter's own: the panels, rules and alerts that ask
for each, or ([not_drawn.txt](not_drawn.txt)) why none does. Those of one brand are in [METRICS.md](../config/METRICS.md); each
pack has its row.

| metric | where |
|---|---|
"""


def places(boards):
    """{metric: ["board: panel", "alert Name", "rule name"]}"""
    found = {}

    def add(text, place):
        for name in re.findall(r"\b\w+\b", text):
            if name in labels_of() and place not in found.setdefault(name, []):
                found[name].append(place)
    for name, board in boards.items():
        for outer in board["panels"]:
            for panel in [outer, *outer.get("panels", [])]:
                for target in panel.get("targets", []):
                    add(target["expr"], f"{name}: {panel['title']}")
    for file, kind in (("alerts.yml", "alert"), ("rules.yml", "record")):
        for rule in re.split(rf"(?m)^ +- (?={kind}: )", (RULES / file).read_text())[1:]:
            head = re.match(rf"{kind}: (\S+)", rule)[1]
            add(re.sub(r"(?s)annotations:.*", "", rule), f"{'alert' if kind == 'alert' else 'rule'} {head}")
    return found


def reasons():
    return dict(line.split("  # ") for line in (HERE / "not_drawn.txt").read_text().splitlines())


def where(boards):
    found, why = places(boards), reasons()
    common = [name for name in sorted(labels_of()) if name.startswith(("box_", "boxmeter_", "process_"))]
    return WHERE + "".join(f"| `{name}` | {'; '.join(found.get(name, [])) or 'not drawn: ' + why.get(name, '?')} |\n"
                           for name in common)


def files():
    """{file: its text}"""
    boards = {name: dashboard(name, title, description, rows) for name, (title, description, rows) in DASHBOARDS.items()}
    texts = {HERE / "dashboards" / f"{name}.json": json.dumps(board, indent=1, ensure_ascii=False) + "\n" for name,
             board in boards.items()}
    texts[HERE / "influxdb/boxes.json"] = json.dumps(influx_dashboard(), indent=1, ensure_ascii=False) + "\n"
    return {**texts, HERE / "WHERE.md": where(boards)}


def main():
    stale = []
    for file, text in files().items():
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file.name)
    if stale:
        sys.exit(f"not what make_dashboards.py writes: {', '.join(stale)}; run grafana/make_dashboards.py")


if __name__ == "__main__":
    main()
