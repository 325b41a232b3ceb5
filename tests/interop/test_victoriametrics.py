"""Line protocol into a real VictoriaMetrics: the series are called as those of the page."""
import json
import shutil
import urllib.parse
import urllib.request

import pytest

from harness import FRITZBOX, Daemon, Process, Sim, config, eventually, fritzbox, free_port, push, sink, value


class VictoriaMetrics(Process):
    def __init__(self, folder):
        program = shutil.which("victoria-metrics")
        if not program:
            pytest.skip("victoria-metrics is not installed")
        self.url = f"http://127.0.0.1:{free_port()}"
        super().__init__([program, f"-storageDataPath={folder}/data", f"-httpListenAddr={self.url.removeprefix('http://')}",
                          "-influxSkipMeasurement", "-search.latencyOffset=0s"])
        eventually(self.is_there)

    def is_there(self):
        assert self.popen.poll() is None, self.log
        try:
            return urllib.request.urlopen(self.url + "/health", timeout=5).status == 200
        except OSError:
            return False

    def query(self, expression):
        url = f"{self.url}/api/v1/query?query={urllib.parse.quote(expression)}"
        return json.loads(urllib.request.urlopen(url, timeout=10).read())["data"]["result"]


def test_pushed_lines_are_series_of_the_same_names_and_labels(tmp_path):
    with VictoriaMetrics(tmp_path) as database, Sim(FRITZBOX, args=["--still"]) as sim:
        boxes = config(fritzbox(sim.urls[0], labels={"site": "attic, \"left\""}), poll="interval: 1s",
                       extra=push(sink(f"{database.url}/write", format="influx", spool={"max": "1MiB"}, gzip=True)))
        with Daemon(tmp_path, boxes) as daemon:
            daemon.wait_for(lambda found: value(found, "boxmeter_push_sent_total") not in (None, "0"))
            info = eventually(lambda: database.query("box_info"))[0]["metric"]
            page = daemon.samples()

    info.pop("__name__")
    info.pop("db", None)
    line = next(key for key in page if key.startswith("box_info{"))
    assert all(f'{name}="' in line for name in info) and info["site"] == "attic, \"left\""
    assert "boxmeter_push_dropped_total" not in {key.split("{")[0] for key in page}
