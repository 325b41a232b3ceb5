"""The dashboards of Grafana: what their files hold, and what a real Prometheus answers to every panel."""
import json
import re
import subprocess
import sys
import time

import pytest

from harness import FREEBOX, FRITZBOX, RECORDINGS, ROOT, Daemon, Sim, config, free_port, freebox, fritzbox, push, run, sink
from stand_ins import Telegraf
from test_prometheus import Prometheus

FILES = sorted((ROOT / "grafana/dashboards").glob("*.json"))
METRIC = re.compile(r"\b(?:box|boxmeter|fritzbox|freebox|process)_\w+\b(?=[{\[)\s]|$)")
# No recording of the repository has it: the expression, and why.
WITHOUT_DATA = {line.split("  # ")[0]: line.split("  # ")[1]
                for line in (ROOT / "tests/interop/panels_without_data.txt").read_text().splitlines()}


def panels():
    for file in FILES:
        for panel in json.loads(file.read_text())["panels"]:
            if panel["type"] != "row":
                yield file.stem, panel


EXPRESSIONS = sorted({target["expr"] for _, panel in panels() for target in panel["targets"]})


@pytest.fixture(scope="module")
def catalogue():
    return {row["name"]: row for row in json.loads(run("metrics", "--format", "json").stdout)}


def test_the_files_are_what_their_program_writes():
    done = subprocess.run([sys.executable, "grafana/make_dashboards.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_dashboard_has_a_stable_uid_and_asks_the_chosen_source_for_the_chosen_boxes():
    assert [file.stem for file in FILES] == ["boxmeter", "line", "network", "overview", "smarthome"]
    for file in FILES:
        board = json.loads(file.read_text())
        assert board["uid"] == f"boxmeter-{file.stem}" and "id" not in board
        assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource", "job", "instance", "device"]
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_panels_do_not_overlap_and_have_titles_units_and_legends():
    for name, panel in panels():
        assert panel["title"] and panel["fieldConfig"]["defaults"]["unit"], (name, panel["title"])
        if panel["type"] != "table":
            assert all(target["legendFormat"] for target in panel["targets"]), (name, panel["title"])
    for file in FILES:
        taken = set()
        for panel in json.loads(file.read_text())["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            assert not cells & taken and place["x"] + place["w"] <= 24, (file.stem, panel["title"])
            taken |= cells


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_panel_asks_for_metrics_of_the_catalogue_and_for_counters_as_rates(catalogue, expression):
    used = METRIC.findall(expression)
    assert used and set(used) <= set(catalogue), expression
    for name in used:
        if catalogue[name]["type"] == "counter":
            assert re.search(rf"(?:rate|increase)\({name}\b", expression), expression


def test_every_panel_gets_data_from_a_real_prometheus_or_says_why_it_cannot(tmp_path):
    sources = [FRITZBOX, *sorted(RECORDINGS.glob("fritzbox-*")), FREEBOX, *sorted(RECORDINGS.glob("freebox-*"))]
    sources = sorted(set(sources))
    packs = {kind: "[" + ", ".join(sorted(pack_names(kind))) + "]" for kind in ("fritzbox", "freebox")}
    # One sink that takes everything; nobody listens to the other, and its queue is soon full.
    with Telegraf() as telegraf, Sim(*sources) as sim:
        sinks = push(sink(telegraf.url, format="json"),
                     sink(f"http://127.0.0.1:{free_port()}/", name="nobody", format="json", max_body=2000, max_queue=4000))
        boxes = [(fritzbox if source.name.startswith("fritzbox") else freebox)(
                     url, name=source.name.replace(".", "-"), interval="2s",
                     queries=packs["fritzbox" if source.name.startswith("fritzbox") else "freebox"])
                 for source, url in zip(sources, sim.urls)]
        with Daemon(tmp_path, config(*boxes, extra=sinks)) as daemon:
            daemon.wait_for(lambda found: all(v == "1" for k, v in found.items() if k.startswith("box_up{")))
            with Prometheus(tmp_path, {"boxmeter": daemon.url.removeprefix("http://")}) as prometheus:
                time.sleep(12)
                sim.fault("html", box=0)
                time.sleep(10)
                empty = [expression for expression in EXPRESSIONS if not prometheus.query(filled(expression))]
    unexpected = [expression for expression in empty if expression not in WITHOUT_DATA]
    assert unexpected == [], "\n".join(unexpected)
    assert sorted(set(WITHOUT_DATA) - set(empty)) == [], "these have data now"


def pack_names(kind):
    return {query.split("/")[0] for row in json.loads(run("metrics", "--format", "json").stdout)
            for query in row["queries"] if query.startswith(kind)}


def filled(expression):
    """As Grafana fills in its variables, all of each chosen."""
    for name, value in {"$__rate_interval": "10s", "$job": ".*", "$instance": ".*", "$device": ".*"}.items():
        expression = expression.replace(name, value)
    return expression
