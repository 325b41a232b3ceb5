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

sys.path.insert(0, str(ROOT / "grafana"))
import make_dashboards  # noqa: E402
import states  # noqa: E402

FILES = sorted((ROOT / "grafana/dashboards").glob("*.json"))
BOARDS = {file.stem: json.loads(file.read_text()) for file in FILES}
METRIC = re.compile(r"\b(?:box|boxmeter|fritzbox|freebox|process)_\w+\b(?=[{\[)\s]|$)")
OF_GRAFANA_ITSELF = {"row", "bargauge", "stat", "state-timeline", "table", "timeseries"}
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
        for variable in queried(board):
            selector, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"]).groups()
            yield f"{name}: ${variable['name']}", f"count by ({label}) ({selector})"


def queried(board):
    """The variables that a Prometheus is asked for."""
    return [variable for variable in board["templating"]["list"] if variable["type"] == "query"]


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
    assert list(BOARDS) == ["boxmeter", "hosts", "line", "network", "overview", "phone", "smarthome", "storage"]
    for name, board in BOARDS.items():
        assert board["uid"] == f"boxmeter-{name}" and "id" not in board and not board["editable"]
        source, queries = board["templating"]["list"][0], queried(board)
        assert (source["name"], source["label"], source["type"], source["query"]) == (
            "datasource", "Data source", "datasource", "prometheus")
        assert [variable["label"] for variable in queries[:3]] == ["Job", "Instance", "Box"]
        for variable in queries:
            assert variable["multi"] and variable["includeAll"] and variable["allValue"] == ".+" and variable["refresh"] == 2
            assert variable["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        ids = [panel["id"] for outer in board["panels"] for panel in [outer, *outer.get("panels", [])]]
        assert len(set(ids)) == len(ids)


def test_every_panel_is_of_grafana_itself_and_has_a_title_a_description_and_legends():
    for where, panel in panels():
        assert panel["type"] in OF_GRAFANA_ITSELF, where
        assert panel["title"] and panel["description"].endswith(".") and panel["targets"], where
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert target["legendFormat"] or panel["type"] == "table", where
        assert "unit" in panel["fieldConfig"]["defaults"] or panel["type"] in ("table", "state-timeline"), where


def test_what_a_table_says_of_its_values_stands_by_the_name_of_the_column():
    """In the defaults it would be said of the labels, too: a box called 7590 was "7.59 K"."""
    for where, panel in panels():
        if panel["type"] == "table":
            defaults = panel["fieldConfig"]["defaults"]
            assert set(defaults) == {"color", "custom", "thresholds"} and not defaults["custom"], where
            assert {rule["matcher"]["id"] for rule in panel["fieldConfig"]["overrides"]} <= {"byName"}, where


def test_links_keep_the_time_the_source_and_the_box():
    links = {link["url"] for _, panel in panels() for config in [panel["fieldConfig"]["defaults"], *(
        {each["id"]: each["value"]} for rule in panel["fieldConfig"]["overrides"] for each in rule["properties"])]
        for link in config.get("links", [])}
    kept = "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&var-device="
    assert {url.split("?")[0] for url in links} == {f"/d/boxmeter-{name}" for name in BOARDS if name != "overview"}
    assert all(url.split("?")[1].startswith(kept) for url in links)
    for board in BOARDS.values():
        assert [(link["keepTime"], link["includeVars"], link["tags"]) for link in board["links"]] == [(True, True, ["boxmeter"])]


def test_every_common_metric_is_in_a_panel_a_rule_or_an_alert_or_it_is_said_why_not(catalogue):
    common = [name for name in catalogue if name.startswith(("box_", "boxmeter_", "process_"))]
    seen, reasons = make_dashboards.places(BOARDS), make_dashboards.reasons()

    assert [name for name in common if name not in seen and name not in reasons] == []
    assert [name for name in reasons if name not in catalogue] == [], "there are no such metrics"
    assert len(reasons) <= 40 and all(reasons.values())


def test_every_pack_has_its_place(catalogue):
    seen = make_dashboards.places(BOARDS)
    packs = {}
    for name, row in catalogue.items():
        for query in row["queries"]:
            packs.setdefault(query.split("/")[0], []).append(name)
    # Addresses are opt-in for those who want them; the serial numbers among them are not drawn.
    assert [pack for pack, names in packs.items() if not any(name in seen for name in names)] == []


def test_each_state_has_a_colour():
    drawn = "".join(json.dumps(board) for board in BOARDS.values())
    for metric, listed in states.all_states().items():
        if re.search(rf"\b{metric}\b", drawn):
            assert [state for state in listed if state not in states.COLORS] == [], metric


def test_grafanas_own_models_read_everything_that_the_files_say():
    influxdb = json.loads((ROOT / "grafana/influxdb/boxes.json").read_text())
    found = ask_peer("grafana_reads.py", {**BOARDS, "influxdb": influxdb})

    # Annotations and variables are opened by the data source's plugin: these are Prometheus', and not part of the schema. How many
    # lines a page of a timeline has, and how many panels stand side by side, is newer than these models (of Grafana 10.1).
    assert {name for read in found.values() for name in read["lost"]} == {
        "definition", "step", "titleFormat", "useValueForTime", "perPage", "maxPerRow"}
    # Grafana has no names for them; anything may stand behind "suffix:".
    assert {unit for read in found.values() for unit in read["unknown_units"]} == {
        "suffix:dBm", "suffix:dBmV", "suffix:/min", "suffix:/s"}


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
        hidden = {variable["name"] for variable in queried(board) if variable["hide"] == 2}
        closed = [row for row in board["panels"] if row.get("collapsed")]
        repeated = {panel["repeat"] for panel in board["panels"] if "repeat" in panel}
        assert repeated == hidden and {row["repeat"] for row in closed} <= hidden, name
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
            with Prometheus(tmp_path, target, rules=[often(tmp_path), RULES / "alerts.yml"]) as prometheus:
                time.sleep(10)
                empty_before = {expression for _, expression in expressions() if not prometheus.query(filled(expression))}
                by_name = {source.name.split("-")[1]: number for number, source in enumerate(sources)}
                sim.control(f"/restart?box={by_name['6690']}")
                for name, fault in {"6850": "html", "revolution": "auth", "repeater": "slow-drip"}.items():
                    sim.fault(fault, box=by_name[name])
                eventually(lambda: prometheus.query('boxmeter_failures_total{reason="auth"} > 0'), patience=40, pause=1)
                time.sleep(6)
                empty = {expression for expression in empty_before if not prometheus.query(filled(expression))}
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
    assert {"BoxDown", "BoxRestarted", "BoxFirmwareUpdate", "BoxmeterPushDropping"} <= active


def often(folder):
    """The recording rules, those that are seldom evaluated too."""
    (folder / "rules.yml").write_text((RULES / "rules.yml").read_text().replace("interval: 5m", "interval: 1s"))
    return folder / "rules.yml"


def box_of(source, url):
    kind, make = ("fritzbox", fritzbox) if source.name.startswith("fritzbox") else ("freebox", freebox)
    packs = sorted(file.stem for file in (ROOT / "config/queries").glob(f"{kind}*.yml"))
    return make(url, name=source.name.replace(".", "-"), interval="2s", queries=json.dumps(packs))


def filled(expression):
    """As Grafana fills in its variables, all of each chosen; what is shown above a bound, whatever it is; of days, the last."""
    for name, text in {"$__rate_interval": "10s", "$__interval": "10s", "$__range": "1m", "${limit}": "100", " > 0": " > -1",
                       " offset -1d": "", "[7d:1m]": "[1m:1s]",
                       'alertstate="firing"': 'alertstate=~".+"'}.items():
        expression = expression.replace(name, text)
    return re.sub(r'"\$[a-z]\w*"', '".+"', expression)


def compared(alert):
    """What an alert compares, however the comparison comes out, but without its exceptions."""
    return re.sub(r"(==|>|<) -?[\d.]+", "> -1e99", re.split(r"\s(?:unless|and on) ", alert)[0])
