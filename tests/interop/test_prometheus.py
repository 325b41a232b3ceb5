"""A real Prometheus scrapes boxmeter, promtool and a strict parser of somebody else read its page."""
import contextlib
import http.server
import json
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
import yaml

from harness import (CORPUS, FREEBOX, FRITZBOX, LABEL, RECORDINGS, ROOT, Daemon, Process, Sim, config, eventually, freebox,
                     fritzbox, free_port, push, run, samples, sink)
from secured import MUTUAL, Authority, Secured, users

TEXT = "text/plain;version=0.0.4"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"


@pytest.fixture(scope="module")
def promtool():
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    return "promtool"


class Prometheus(Process):
    """Scrapes the targets, {job: address}, and obeys the rules (files), once a second; `how` are more lines of each job."""

    def __init__(self, folder, targets, rules=(), how=""):
        if not shutil.which("prometheus"):
            pytest.skip("prometheus is not installed")
        jobs = "".join(f"  - job_name: {job}\n    static_configs: [{{targets: ['{address}']}}]\n" + how
                       for job, address in targets.items())
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
            f"rule_files: {json.dumps([str(file) for file in rules])}\nscrape_configs:\n" + jobs)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{port}"])
        eventually(self.is_ready)

    def is_ready(self):
        assert self.popen.poll() is None, self.log
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            return urllib.request.urlopen(self.url + "/-/ready", timeout=5).status == 200

    def api(self, path, **parameters):
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {json.load(error)['error']}") from None

    def query(self, expression):
        """{(name, labels without job and instance): value text} of an instant query."""
        found = {}
        for series in self.api("query", query=expression)["result"]:
            labels = {name: text for name, text in series["metric"].items() if name not in ("job", "instance")}
            found[(labels.pop("__name__", ""), tuple(sorted(labels.items())))] = series["value"][1]
        return found


def test_prometheus_finds_the_devices_by_sd_and_scrapes_them_by_probe(tmp_path):
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed")
    with Sim(FRITZBOX, FREEBOX) as sim, Daemon(tmp_path, config(
            fritzbox(sim.urls[0], "home", queries=["fritzbox_device"], poll=False, labels={"site": "attic"}),
            freebox(sim.urls[1], "free", queries=["freebox_system"]),
            fritzbox("http://127.0.0.1:1", "gone", queries=["fritzbox_device"], poll=False))) as daemon:
        how = f"    http_sd_configs: [{{url: '{daemon.url}/sd', refresh_interval: 1s}}]\n"
        with Prometheus(tmp_path, {"boxes": "127.0.0.1:1"}, how=how) as prometheus:
            up = 'box_up{device=~"home|free"} == 1 and on (device) count by (device) (box_up) == 1'
            eventually(lambda: len(prometheus.query(up)) == 2)

            assert prometheus.query('probe_success{instance="home"}') == {("probe_success", ()): "1"}
            assert prometheus.query('box_up{instance="home"}') == {
                ("box_up", (("device", "home"), ("kind", "fritzbox"), ("site", "attic"))): "1"}
            eventually(lambda: prometheus.query('probe_success{instance="gone"}') == {("probe_success", ()): "0"})
            urls = {target["labels"]["instance"]: target["scrapeUrl"] for target in prometheus.api("targets")["activeTargets"]}
            address = daemon.url.removeprefix("http://")
            assert urls == {"127.0.0.1:1": "http://127.0.0.1:1/metrics", "home": f"{daemon.url}/probe?target=home",
                            "gone": f"{daemon.url}/probe?target=gone", address: f"{daemon.url}/metrics"}


@contextlib.contextmanager
def plain_text_only(target):
    """A way to `target` by which nobody can ask for OpenMetrics; Prometheus always does."""
    types = []

    class Forwarder(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            request = urllib.request.Request(target + self.path, headers={"Accept": TEXT})
            with urllib.request.urlopen(request, timeout=5) as answer:
                types.append(answer.headers["Content-Type"])
                self.send_response(answer.status)
                self.send_header("Content-Type", types[-1])
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwarder) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", types
        server.shutdown()


def of_the_devices(page):
    """{(name, labels): number} of the series that stand still between two scrapes."""
    found = {}
    for key, text in samples(page).items():
        name, labels = key.split("{", 1)
        if name.startswith(("box_", "freebox_", "fritzbox_")):
            pairs = [(label, json.loads(f'"{quoted}"')) for label, quoted in LABEL.findall(labels[:-1])]
            found[(name, tuple(sorted(pairs)))] = float(text)
    return found


def test_prometheus_reads_every_series_to_its_last_digit_in_both_formats(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        boxes = config(fritzbox(sim.urls[0]), freebox(sim.urls[1]), poll="interval: 1h, timeout: 5s")
        with Daemon(tmp_path, boxes) as daemon, plain_text_only(daemon.url) as (text, types):
            daemon.all_asked()
            jobs = {"openmetrics": daemon.url.removeprefix("http://"), "text": text}
            with Prometheus(tmp_path, jobs) as prometheus:
                eventually(lambda: list(prometheus.query("sum(up)").values()) == ["2"])
                pages = {"text": daemon.page(), "openmetrics": daemon.page(openmetrics=True)}
                seen = {job: prometheus.query(f'{{job="{job}",__name__=~"(box|freebox|fritzbox)_.*"}}') for job in jobs}
                targets = prometheus.api("targets")["activeTargets"]
                metadata = {entry["metric"]: entry["type"]
                            for entry in prometheus.api("targets/metadata", match_target='{job="text"}')}
                samples_of = prometheus.query("scrape_samples_scraped")

    assert [target["lastError"] for target in targets] == ["", ""]
    assert types and set(types) == {"text/plain; version=0.0.4; charset=utf-8"}
    assert samples_of
    for job, page in pages.items():
        said = of_the_devices(page)
        assert len(said) > 100
        assert {series: float(number) for series, number in seen[job].items()} == said
    assert metadata["box_wan_receive_bytes_total"] == "counter"
    assert metadata["box_temperature_celsius"] == "gauge"


def test_prometheus_forgets_a_box_that_is_pulled_away_and_keeps_the_other(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as home, Sim(FREEBOX, args=["--still"]) as free:
        boxes = config(fritzbox(home.urls[0], queries=["fritzbox_device"]),
                       freebox(free.urls[0], queries=["freebox_system"]), poll="interval: 1s, timeout: 1s")
        with Daemon(tmp_path, boxes) as daemon:
            with Prometheus(tmp_path, {"boxmeter": daemon.url.removeprefix("http://")}) as prometheus:
                eventually(lambda: len(prometheus.query("box_uptime_seconds")) == 2)
                home.stop()
                # Prometheus would show a series that merely stopped for five minutes more.
                eventually(lambda: len(prometheus.query("box_uptime_seconds")) == 1)
                up = prometheus.query("box_up")
                left = prometheus.query('{device="home",__name__=~"box_.*"}')
                scraped = prometheus.query("up")

    assert up == {("box_up", (("device", "free"), ("kind", "freebox"))): "1",
                  ("box_up", (("device", "home"), ("kind", "fritzbox"))): "0"}
    assert {name for name, _ in left} == {"box_up"}
    assert list(scraped.values()) == ["1"]


def test_prometheus_scrapes_through_tls_with_a_certificate_of_its_own_and_a_password(tmp_path):
    authority = Authority(tmp_path)
    authority.sign("server", "IP:127.0.0.1")
    authority.sign("client", "DNS:prometheus.invalid")
    (tmp_path / "password").write_text("wonderland")

    def how(certificate, password):
        client = f", cert_file: {tmp_path}/client.crt, key_file: {tmp_path}/client.key" if certificate else ""
        login = f"    basic_auth: {{username: prometheus, password_file: {tmp_path}/password}}\n" if password else ""
        return f"    scheme: https\n    tls_config: {{ca_file: {tmp_path}/ca.crt{client}}}\n{login}"

    with Secured(tmp_path, MUTUAL + users(prometheus="wonderland")) as site:
        target = {"boxmeter": f"{site.host}:{site.port}"}
        with Prometheus(tmp_path, target, how=how(True, True)) as prometheus:
            eventually(lambda: list(prometheus.query("up").values()) == ["1"])
            eventually(lambda: list(prometheus.query('boxmeter_http_requests_total{code="200",handler="/metrics"} > 2').values()))
            # However often it scrapes, bcrypt was asked once.
            logins = prometheus.query("boxmeter_http_logins_total")
        for certificate, password, error in [(True, False, "server returned HTTP status 401 Unauthorized"),
                                             (False, True, "certificate required")]:
            folder = tmp_path / f"{certificate}{password}"
            folder.mkdir()
            with Prometheus(folder, target, how=how(certificate, password)) as prometheus:
                def last_error():
                    return "".join(target["lastError"] for target in prometheus.api("targets")["activeTargets"])
                eventually(last_error)
                assert error in last_error()
                assert list(prometheus.query("up").values()) == ["0"]
    assert logins == {("boxmeter_http_logins_total", (("outcome", "accepted"),)): "1"}


HANDMADE = [(FRITZBOX, fritzbox, ["fritzbox", "fritzbox_addresses"]), (FREEBOX, freebox, ["freebox", "freebox_addresses"]),
            (RECORDINGS / "freebox-delta-8.5-handmade", freebox, ["freebox", "freebox_addresses"])]
REAL = [(CORPUS / "fritzbox/7590-154.07.57", fritzbox, ["fritzbox", "fritzbox_addresses"]),
        (CORPUS / "fritzbox/7530-164.08.02", fritzbox, ["fritzbox", "fritzbox_addresses"]),
        (CORPUS / "freebox/documentation-3", freebox, ["freebox", "freebox_addresses"]),
        (CORPUS / "freebox/ultra-16.0", freebox, ["freebox", "freebox_addresses"])]
ALL = [pytest.param(*each, id=each[0].name) for each in HANDMADE + REAL]


def pages_of(tmp_path, recording, device, packs):
    """Both formats of a page that has all families that there are: text, OpenMetrics."""
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")
    # A real recording lacks most replies; extremes of every type stand in for them.
    with Sim(recording, args=["--still", "--invent"]) as sim:
        dead = sink(f"http://127.0.0.1:{free_port()}/", format="raw", max_queue="1KB")
        text = config(device(sim.urls[0], queries=packs), poll="interval: 1h, timeout: 5s", extra=push(dead))
        with Daemon(tmp_path, text) as daemon:
            daemon.all_asked()

            def no_push_failed_between():
                pages = daemon.page(), daemon.page(openmetrics=True)
                failures = [re.findall(r"boxmeter_push_failures_total\{.*", page) for page in pages]
                return failures[0] and failures[0] == failures[1] and pages
            return eventually(no_push_failed_between)


@pytest.mark.parametrize("recording, device, packs", ALL)
def test_promtool_has_nothing_to_say_about_the_page(promtool, tmp_path, recording, device, packs):
    text, _ = pages_of(tmp_path, recording, device, packs)

    done = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("recording, device, packs", ALL)
def test_a_strict_parser_of_somebody_else_reads_the_same_from_both_formats(tmp_path, recording, device, packs):
    openmetrics_parser = pytest.importorskip("prometheus_client.openmetrics.parser",
                                             reason="python3-prometheus-client is not installed")
    text_parser = pytest.importorskip("prometheus_client.parser")
    text, openmetrics = pages_of(tmp_path, recording, device, packs)

    families = list(openmetrics_parser.text_string_to_metric_families(openmetrics))
    plain = list(text_parser.text_string_to_metric_families(text))

    def series(families):
        return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
                for family in families for sample in family.samples
                if not family.name.startswith(("process_", "boxmeter_http_"))}
    assert series(families) == series(plain)
    types = {family.name: family.type for family in families}
    expected = {"box_up": "gauge", "boxmeter_push_sent": "counter", "boxmeter_push_failures": "counter",
                "boxmeter_http_request_duration_seconds": "histogram"}
    if "handmade" in recording.name:
        expected |= {"box": "info", "box_wan_receive_bytes": "counter", "box_wan_state": "gauge"}
    assert {name: types.get(name) for name in expected} == expected
    assert all(family.documentation for family in families)


def test_the_shipped_configuration_of_prometheus_is_one(promtool):
    done = subprocess.run([promtool, "check", "config", "--lint=all", "--lint-fatal", "config/prometheus/prometheus.yml"],
                          cwd=ROOT, text=True, capture_output=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "SUCCESS: config/prometheus/prometheus.yml is valid" in done.stdout


def test_the_shipped_alerts_fire_when_they_should_and_not_otherwise(promtool):
    done = subprocess.run([promtool, "test", "rules", "tests/prometheus/alerts_test.yml"], cwd=ROOT, text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    tested = re.findall(r"name: (\w+) (fires|is quiet)", (ROOT / "tests/prometheus/alerts_test.yml").read_text())
    assert sorted(set(tested)) == sorted((name, what) for name in alerts() for what in ("fires", "is quiet"))


def test_the_recording_rules_make_of_a_line_what_they_say(promtool):
    done = subprocess.run([promtool, "test", "rules", "tests/prometheus/rules_test.yml"], cwd=ROOT, text=True, capture_output=True,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    tested = set(re.findall(r"device:\w+:\w+", (ROOT / "tests/prometheus/rules_test.yml").read_text()))
    assert tested == set(re.findall(r"record: (\S+)", (ROOT / "config/prometheus/rules.yml").read_text()))


def test_promtool_has_nothing_to_say_about_the_rules(promtool):
    for name in ("rules.yml", "alerts.yml"):
        done = subprocess.run([promtool, "check", "rules", "--lint=all", "--lint-fatal", f"config/prometheus/{name}"], cwd=ROOT,
                              text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_waits_has_a_severity_says_what_is_wrong_and_where_the_way_out_is_and_names_no_job():
    text = (ROOT / "config/prometheus/alerts.yml").read_text()
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    for rule in rules:
        assert rule["for"] and rule["labels"] in [{"severity": "critical"}, {"severity": "warning"}, {"severity": "info"}], rule
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
        assert rule["annotations"]["runbook_url"] == f"RUNBOOK.md#{rule['alert'].lower()}"
    assert not re.search(r"job *(=|!|~)", text)
    assert re.findall(r"^## (\w+)$", (ROOT / "config/prometheus/RUNBOOK.md").read_text(), re.M) == [rule["alert"] for rule in rules]


def test_rules_and_alerts_speak_of_metrics_that_are_in_the_catalogue():
    known = {row["name"] for row in json.loads(run("metrics", "--format", "json").stdout)} | {"up"}
    text = "".join((ROOT / "config/prometheus" / name).read_text() for name in ("rules.yml", "alerts.yml"))
    expressions = "\n".join(re.findall(r"expr:(.*(?:\n {10,}.*)*)", text))
    used = set(re.findall(r"(?<![:\w])(?:box|boxmeter|fritzbox|freebox)_\w+(?![:\w])", expressions))
    assert used and used - known == set()


def alerts():
    return re.findall(r"alert: (\w+)", (ROOT / "config/prometheus/alerts.yml").read_text())


@pytest.mark.parametrize("page", sorted(
    page for page in (ROOT / "tests/golden/page").glob("*.txt") if not page.stem.endswith(".openmetrics")), ids=lambda page: page.stem)
def test_promtool_finds_nothing_in_any_page(promtool, page):
    done = subprocess.run([promtool, "check", "metrics"], input=page.read_text(), text=True, capture_output=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
