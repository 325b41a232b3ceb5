"""The dashboards of Grafana: what their files hold, and what a real Prometheus answers to every panel, rule and alert."""
import json
import re
import subprocess
import sys
import time

import pytest
import yaml

from harness import RECORDINGS, ROOT, Daemon, Sim, config, eventually, free_port, freebox, fritzbox, push, run, sink
from peers import ask_peer
from stand_ins import Telegraf
from test_prometheus import Prometheus

FILES = sorted((ROOT / "grafana/dashboards").glob("*.json"))
BOARDS = {file.stem: json.loads(file.read_text()) for file in FILES}
METRIC = re.compile(r"\b(?:box|boxmeter|fritzbox|freebox|process)_\w+\b(?=[{\[)\s]|$)")
OF_GRAFANA_ITSELF = {"row", "stat", "state-timeline", "table", "timeseries"}
RULES = ROOT / "config/prometheus"
# What no simulated box can show: the expression, and why.
WITHOUT_DATA = {line.split("  # ")[0]: line.split("  # ")[1]
                for line in (ROOT / "tests/interop/panels_without_data.txt").read_text().splitlines()}


def panels():
    """Those inside of closed rows too."""
    for name, board in BOARDS.items():
        for outer in board["panels"]:
            for panel in [outer, *outer.get("panels", [])]:
                if panel["type"] != "row":
                    yield f"{name}: {panel['title']}", panel


def expressions():
    """(where, expression) of every panel, annotation and variable."""
    for where, panel in panels():
        yield from ((where, target["expr"]) for target in panel["targets"])
    for name, board in BOARDS.items():
        yield from ((f"{name}: {each['name']}", each["expr"]) for each in board["annotations"]["list"])
        for variable in board["templating"]["list"][1:]:
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"]).groups()
            yield f"{name}: ${variable['name']}", f"count by ({label}) ({selector})"


def rules(file, key):
    """{name: expression} of the recording rules or the alerts of a file."""
    groups = yaml.safe_load((RULES / file).read_text())["groups"]
    return {rule[key]: rule["expr"] for group in groups for rule in group["rules"]}


@pytest.fixture(scope="module")
def catalogue():
    return {row["name"]: row for row in json.loads(run("metrics", "--format", "json").stdout)}


def test_the_files_are_what_their_program_writes():
    done = subprocess.run([sys.executable, "grafana/make_dashboards.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_dashboard_has_a_stable_uid_and_variables_for_the_source_and_the_boxes():
    assert list(BOARDS) == ["boxmeter", "line", "network", "overview", "smarthome"]
    for name, board in BOARDS.items():
        assert board["uid"] == f"boxmeter-{name}" and "id" not in board and not board["editable"]
        source, *queries = board["templating"]["list"]
        assert (source["name"], source["label"], source["type"], source["query"]) == (
            "datasource", "Data source", "datasource", "prometheus")
        assert [variable["label"] for variable in queries[:3]] == ["Job", "Instance", "Box"]
        for variable in queries:
            assert variable["multi"] and variable["includeAll"] and variable["allValue"] == ".+" and variable["refresh"] == 2
            assert variable["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        ids = [panel["id"] for outer in board["panels"] for panel in [outer, *outer.get("panels", [])]]
        assert len(set(ids)) == len(ids)


def test_every_panel_is_of_grafana_itself_and_has_a_title_a_description_a_unit_and_legends():
    for where, panel in panels():
        assert panel["type"] in OF_GRAFANA_ITSELF, where
        assert panel["title"] and panel["description"] and panel["fieldConfig"]["defaults"]["unit"] and panel["targets"], where
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert target["legendFormat"] or panel["type"] == "table", where


def test_grafanas_own_models_read_everything_that_the_files_say():
    found = ask_peer("grafana_reads.py", BOARDS)

    # Annotations and variables are opened by the data source's plugin: these are Prometheus', and not part of the schema.
    assert {name for read in found.values() for name in read["lost"]} == {"definition", "step", "titleFormat", "useValueForTime"}
    # Grafana has no name for it; anything may stand behind "suffix:".
    assert {unit for read in found.values() for unit in read["unknown_units"]} == {"suffix: dBmV"}


def test_panels_do_not_overlap():
    for name, board in BOARDS.items():
        for group in [board["panels"], *(row["panels"] for row in board["panels"] if row.get("panels"))]:
            taken = set()
            for panel in group:
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])}
                assert not cells & taken and place["x"] + place["w"] <= 24, (name, panel["title"])
                taken |= cells


def test_a_closed_row_repeats_for_what_has_its_panels():
    for name, board in BOARDS.items():
        hidden = {variable["name"] for variable in board["templating"]["list"] if variable.get("hide") == 2}
        closed = [row for row in board["panels"] if row.get("collapsed")]
        assert {row["repeat"] for row in closed} == hidden, name
        for row in closed:
            for panel in row["panels"]:
                for target in panel["targets"]:
                    chosen = set(re.findall(r'(?:device|sink)=~"\$(\w+)"', target["expr"]))
                    assert chosen == {row["repeat"]}, (name, panel["title"])


def test_panels_ask_for_metrics_of_the_catalogue_by_job_and_instance_and_for_counters_as_rates(catalogue):
    for where, panel in panels():
        for expression in (target["expr"] for target in panel["targets"]):
            selectors = re.findall(r"\b(\w+)\{([^}]*)\}", expression)
            assert [name for name, _ in selectors if name != "ALERTS"] == METRIC.findall(expression), where
            assert all(matchers.startswith('job=~"$job", instance=~"$instance"') for _, matchers in selectors), where
            assert set(re.findall(r"\brate\([^\[]*\[([^\]]*)\]", expression)) <= {"$__rate_interval"}, where
            check_counters(catalogue, where, expression)


def test_rules_and_alerts_ask_for_counters_as_rates(catalogue):
    for name, expression in {**rules("rules.yml", "record"), **rules("alerts.yml", "alert")}.items():
        check_counters(catalogue, name, expression)


def check_counters(catalogue, where, expression):
    """Counters are within rate or increase, all of them and nothing else."""
    for name in METRIC.findall(expression):
        assert name in catalogue, (where, name)
        times = len(re.findall(rf"\b{name}\b", expression))
        rates = len(re.findall(rf"\b(?:rate|increase)\({name}\b", expression))
        assert rates == (times if catalogue[name]["type"] == "counter" else 0), (where, name)


def test_a_real_prometheus_has_data_for_every_panel_rule_and_alert_or_it_is_said_why_not(tmp_path):
    sources = sorted(RECORDINGS.iterdir())
    # One sink that takes everything; nobody listens to the other, and its queue is soon full.
    with Telegraf() as telegraf, Sim(*sources) as sim:
        sinks = push(sink(telegraf.url, format="json"),
                     sink(f"http://127.0.0.1:{free_port()}/", name="nobody", format="json", max_body=2000, max_queue=4000))
        boxes = [box_of(source, url) for source, url in zip(sources, sim.urls)]
        with Daemon(tmp_path, config(*boxes, poll="interval: 2s, timeout: 1s", extra=sinks)) as daemon:
            daemon.wait_for(lambda found: all(v == "1" for k, v in found.items() if k.startswith("box_up{")))
            target = {"boxmeter": daemon.url.removeprefix("http://")}
            with Prometheus(tmp_path, target, rules=[RULES / "rules.yml", RULES / "alerts.yml"]) as prometheus:
                time.sleep(10)
                by_name = {source.name.split("-")[1]: number for number, source in enumerate(sources)}
                sim.control(f"/restart?box={by_name['6690']}")
                for name, fault in {"6850": "html", "revolution": "auth", "repeater": "slow-drip"}.items():
                    sim.fault(fault, box=by_name[name])
                eventually(lambda: prometheus.query('ALERTS{alertname="BoxLoginRefused"}'), patience=40, pause=1)
                time.sleep(6)
                empty = {expression for _, expression in expressions() if not prometheus.query(filled(expression))}
                recorded = rules("rules.yml", "record")
                empty |= {text for rule in recorded.items() for text in rule if not prometheus.query(text)}
                alerts = rules("alerts.yml", "alert")
                empty |= {alert for alert in alerts.values() if not prometheus.query(compared(alert))}
                active = {alert["labels"]["alertname"] for alert in prometheus.api("alerts")["alerts"]}
                healths = {rule["name"]: (rule["health"], rule.get("lastError")) for group in prometheus.api("rules")["groups"]
                           for rule in group["rules"]}
    unexpected = sorted(empty - set(WITHOUT_DATA))
    assert unexpected == [], "\n".join(unexpected)
    assert sorted(set(WITHOUT_DATA) - empty) == [], "these have data now"
    assert set(healths.values()) == {("ok", None)} and set(healths) == {*recorded, *alerts}
    print("active alerts:", *sorted(active))
    assert {"BoxDown", "BoxLoginRefused", "BoxRestarted", "BoxFirmwareUpdate", "BoxmeterPushDropping"} <= active


def box_of(source, url):
    kind, make = ("fritzbox", fritzbox) if source.name.startswith("fritzbox") else ("freebox", freebox)
    packs = sorted(file.stem for file in (ROOT / "config/queries").glob(f"{kind}*.yml"))
    return make(url, name=source.name.replace(".", "-"), interval="2s", queries=json.dumps(packs))


def filled(expression):
    """As Grafana fills in its variables, all of each chosen."""
    return re.sub(r'"\$\w+"', '".+"', expression.replace("$__rate_interval", "10s"))


def compared(alert):
    """What an alert compares, however the comparison comes out, but without its exceptions."""
    return re.sub(r"(==|>|<) -?[\d.]+", "> -1e99", alert.split(" unless ")[0])


def test_the_preview_is_drawn_from_what_a_prometheus_says(tmp_path):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed; the preview is drawn by hand")
    source = RECORDINGS / "fritzbox-7590-154.07.57-handmade"
    with Sim(source) as sim, Daemon(tmp_path, config(box_of(source, sim.urls[0]))) as daemon:
        with Prometheus(tmp_path, {"boxmeter": daemon.url.removeprefix("http://")}) as prometheus:
            eventually(lambda: prometheus.query("rate(box_wan_receive_bytes_total[1m])"))
            for name in BOARDS:
                done = subprocess.run([sys.executable, "grafana/preview.py", prometheus.url, tmp_path / f"{name}.png",
                                       "--dashboard", name, "--minutes", "1"], cwd=ROOT, capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
                assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
