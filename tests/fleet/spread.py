"""Both ways to spread a fleet, with real Prometheus servers on one machine; `./dev fleet` runs it, `./dev test` does not."""
import contextlib
import json
import shutil
import urllib.request

import pytest

from harness import FRITZBOX, Daemon, Process, Sim, config, eventually, fritzbox, free_port

BOXES = 24
QUERIES = ["fritzbox_device"]


class Prometheus(Process):
    """Finds what it scrapes by /sd of `discovery`; `relabel` are the rules of the job."""

    def __init__(self, folder, discovery, relabel=()):
        if not shutil.which("prometheus"):
            pytest.skip("prometheus is not installed")
        job = {"job_name": "boxes", "http_sd_configs": [{"url": url + "/sd", "refresh_interval": "1s"} for url in discovery],
               "relabel_configs": list(relabel)}
        (folder / "prometheus.yml").write_text(json.dumps(
            {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job]}))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{port}"])

    def devices(self, expression="box_up == 1"):
        """{device: how many series} of an instant query."""
        with contextlib.suppress(OSError), urllib.request.urlopen(
                f"{self.url}/api/v1/query?query={urllib.request.quote(expression)}", timeout=10) as answer:
            found = [series["metric"]["device"] for series in json.load(answer)["data"]["result"]]
            return {name: found.count(name) for name in found}
        return {}

    def targets(self):
        with urllib.request.urlopen(self.url + "/api/v1/targets?state=active", timeout=10) as answer:
            return json.load(answer)["data"]["activeTargets"]


def hashmod(index, of):
    """Prometheus' own way: each server takes the targets whose hash of the device's name gives its number."""
    return [{"source_labels": ["__meta_boxmeter_device"], "modulus": of, "target_label": "__tmp_share", "action": "hashmod"},
            {"source_labels": ["__tmp_share"], "regex": str(index), "action": "keep"}]


def boxes(sim, **options):
    return [fritzbox(url, f"box{i}", queries=QUERIES, **options) for i, url in enumerate(sim.urls)]


def test_prometheus_servers_divide_the_boxes_by_hashmod_and_each_is_asked_by_one(tmp_path):
    with Sim(FRITZBOX, args=["--count", str(BOXES)]) as sim, contextlib.ExitStack() as stack:
        daemons = []
        for i in range(2):
            (tmp_path / f"boxmeter{i}").mkdir()
            daemons.append(stack.enter_context(Daemon(tmp_path / f"boxmeter{i}", config(*boxes(sim, poll=False)))))
        servers = []
        for i in range(3):
            (tmp_path / f"prometheus{i}").mkdir()
            servers.append(stack.enter_context(
                Prometheus(tmp_path / f"prometheus{i}", [daemons[i % 2].url], hashmod(i, 3))))

        eventually(lambda: sum(len(server.devices()) for server in servers) == BOXES)

        found = [server.devices() for server in servers]
        assert sorted(sum((list(one) for one in found), [])) == sorted(f"box{i}" for i in range(BOXES))
        assert all(set(one.values()) == {1} for one in found if one)
        for server in servers:
            assert all(target["health"] == "up" and "/probe?target=box" in target["scrapeUrl"] for target in server.targets())
        assert all('device="' not in daemon.page() for daemon in daemons)


def test_boxmeters_divide_the_boxes_by_shards_and_one_prometheus_finds_them_all(tmp_path):
    with Sim(FRITZBOX, args=["--count", str(BOXES)]) as sim, contextlib.ExitStack() as stack:
        daemons = []
        for i in range(3):
            folder = tmp_path / f"boxmeter{i}"
            folder.mkdir()
            daemons.append(stack.enter_context(Daemon(folder, config(*boxes(sim)), args=["--shard", f"{i}/3"])))
        (tmp_path / "prometheus").mkdir()
        prometheus = stack.enter_context(Prometheus(tmp_path / "prometheus", [daemon.url for daemon in daemons]))

        eventually(lambda: len(prometheus.devices()) == BOXES)

        assert set(prometheus.devices().values()) == {1}
        targets = prometheus.targets()
        assert sorted(target["scrapeUrl"] for target in targets) == sorted(daemon.url + "/metrics" for daemon in daemons)
        assert sum(len(daemon.devices()) for daemon in daemons) == BOXES
