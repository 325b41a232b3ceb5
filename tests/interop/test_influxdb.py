"""The dashboard for InfluxDB: a real one answers every panel, with what Telegraf's scrape and our own pushes write into it."""
import json
import re
import shutil
import sys
import urllib.parse
import urllib.request

import pytest

from harness import (FRITZBOX, RECORDINGS, ROOT, Daemon, Process, Sim, config, eventually, fritzbox, free_port, golden, push,
                     sink, split_labels, value)

sys.path.insert(0, str(ROOT / "grafana"))
import history  # noqa: E402
import seen  # noqa: E402
import simulated  # noqa: E402

BOARD = json.loads((ROOT / "grafana/influxdb/boxes.json").read_text())
NAMES = {source: source.name.split("-")[1] for source in sorted(RECORDINGS.iterdir())}
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["query"] for panel in PANELS for target in panel["targets"]]
FIELDS = {name for query in QUERIES for name in re.findall(r'"(box_\w+)"', query)}


class InfluxDb(Process):
    def __init__(self, folder):
        if not shutil.which("influxd"):
            pytest.skip("influxd is not installed")
        self.url = f"http://127.0.0.1:{free_port()}"
        (folder / "influxdb.conf").write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{free_port()}"\n[meta]\ndir = "{folder}/meta"\n[data]\n'
            f'dir = "{folder}/data"\nwal-dir = "{folder}/wal"\n[monitor]\nstore-enabled = false\n[http]\n'
            f'bind-address = "{self.url.removeprefix("http://")}"\nlog-enabled = false\n')
        super().__init__(["influxd", "-config", folder / "influxdb.conf"])
        eventually(self.is_there)

    def is_there(self):
        assert self.popen.poll() is None, self.log
        try:
            return self.post("/query?q=CREATE+DATABASE+boxes")
        except OSError:
            return False

    def post(self, path, body=""):
        urllib.request.urlopen(urllib.request.Request(self.url + path, body.encode()), timeout=30).close()
        return True


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("influxdb")
    with InfluxDb(folder) as database:
        lines = list(history.lines(simulated.page_of(folder, NAMES), FIELDS))
        for begin in range(0, len(lines), 20000):
            database.post("/write?db=boxes&precision=s", "\n".join(lines[begin:begin + 20000]))
        yield seen.Influx(database.url, "boxes", history.END)


def test_every_panel_has_data_in_influxql(source):
    asked = list(seen.panels_of(BOARD, source, 6 * 3600))

    assert [question["panel"]["title"] for _, question in asked if not all(each["result"] for each in question["answers"])] == []
    assert len(asked) == len(PANELS)


def test_pushed_lines_are_in_the_database_what_a_scrape_says(tmp_path):
    """As inputs.prometheus with metric_version 2 would write the page: a tag per label, a field per metric."""
    (tmp_path / "influxdb").mkdir()
    with InfluxDb(tmp_path / "influxdb") as database, Sim(FRITZBOX, args=["--still"]) as sim:
        boxes = config(fritzbox(sim.urls[0]), poll="interval: 2s",
                       extra=push(sink(f"{database.url}/write?db=boxes", format="influx")))
        with Daemon(tmp_path, boxes) as daemon:
            found = daemon.wait_for(lambda found: value(found, "boxmeter_push_sent_total") not in (None, "0")
                                    and value(found, "box_up") == "1")
            assert value(found, "boxmeter_push_dropped_total") is None
            query = urllib.parse.quote("SELECT LAST(*) FROM prometheus GROUP BY *")

            def written():
                answer, = json.loads(urllib.request.urlopen(f"{database.url}/query?db=boxes&q={query}", timeout=10).read())["results"]
                return {(column.removeprefix("last_"), tuple(sorted((name, text) for name, text in series["tags"].items() if text))): number
                        for series in answer.get("series", [])
                        for column, number in zip(series["columns"][1:], series["values"][0][1:]) if number is not None}
            of_page = {(key.split("{")[0], tuple(sorted(tuple(pair.split("=", 1)) for pair in split_labels(key)))): float(text)
                       for key, text in found.items() if key.startswith(("box_", "fritzbox_"))}
            of_page = {(name, tuple((label, text.strip('"')) for label, text in labels if text != '""')): number
                       for (name, labels), number in of_page.items()}
            # A turn comes in several bodies.
            pushed = eventually(lambda: (rows := written()) and len(rows) > 100 and of_page.keys() <= rows.keys() and rows)
    # What changes from poll to poll aside, also where the simulator stands still.
    assert {key: pushed.get(key) for key in of_page if "timestamp" not in key[0]} == {
        key: number for key, number in of_page.items() if "timestamp" not in key[0]}


@pytest.mark.npm
def test_what_a_person_reads_on_the_dashboard_for_influxdb(source):
    try:
        seen.packages()
    except seen.NotHere as reason:
        pytest.skip(f"Grafana's own code is not here: {reason}")

    golden("grafana/influxdb.txt", seen.page_of(BOARD["title"], seen.read(BOARD, source)))


def test_the_dashboard_for_influxdb_speaks_of_what_there_is():
    catalogue = (ROOT / "config/METRICS.md").read_text()
    assert {field for field in FIELDS if f"`{field}`" not in catalogue} == set()
    for panel in PANELS:
        assert panel["description"].endswith(".") and panel["datasource"] == {"type": "influxdb", "uid": "${datasource}"}
        assert all("$timeFilter" in target["query"] and "$measurement" in target["query"] for target in panel["targets"])
