"""A Prometheus for goldens and pictures: simulated boxes as boxmeter tells of them, with a past (history.py)."""
import contextlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
import history  # noqa: E402
import seen  # noqa: E402
from harness import (ROOT, Daemon, Process, Sim, config, eventually, free_port, freebox, fritzbox, push, sink)  # noqa: E402
from stand_ins import Telegraf  # noqa: E402


def box_of(recording, name, url):
    """With every pack of its kind."""
    kind, make = ("fritzbox", fritzbox) if recording.name.startswith("fritzbox") else ("freebox", freebox)
    packs = sorted(file.stem for file in (ROOT / "config/queries").glob(f"{kind}*.yml"))
    return make(url, name=name, queries=json.dumps(packs))


def page_of(folder, names):
    """What boxmeter says of all boxes ({recording: name}) once it has asked them everything."""
    with Telegraf() as telegraf, Sim(*names, args=["--still"]) as sim:
        boxes = [box_of(recording, name, url) for (recording, name), url in zip(names.items(), sim.urls)]
        text = config(*boxes, poll="interval: 1h, timeout: 5s", extra=push(sink(telegraf.url, format="json")))
        with Daemon(folder, text) as daemon:
            eventually(lambda: all(query["asked"] for box in daemon.devices().values() for query in box["queries"]))
            eventually(lambda: "boxmeter_push_sent_total{" in daemon.page())
            return daemon.page()


@contextlib.contextmanager
def source(folder, names, days=8):
    """Asked as Grafana asks it."""
    history.made(page_of(folder, names), folder, days)
    port = free_port()
    with Process(history.serving(folder, port)) as prometheus:
        found = seen.Source(f"http://127.0.0.1:{port}", end=history.END, scrape=history.STEP)

        def ready():
            assert prometheus.popen.poll() is None, prometheus.log
            with contextlib.suppress(OSError):
                return found.get("query", query="box_up", time=history.END)["result"]
        eventually(ready)
        yield found
