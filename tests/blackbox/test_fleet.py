"""One configuration, many boxes: /sd tells who is asked where, /probe asks a device now, shards divide them."""
import http.client
import json
import threading
import time
import urllib.parse

import pytest

from harness import FREEBOX, FRITZBOX, Daemon, Sim, config, eventually, freebox, fritzbox, names, run, samples, threads, value
from stand_ins import ScriptedFreebox
from test_reload import reload

LONG = "interval: 1h, timeout: 5s"
SLOW = """
pack: slow
kind: freebox
queries:
  - name: slow
    request: {get: slow/}
    metrics: [{name: freebox_slow, help: Number of the reply., value: n}]
  - name: quick
    request: {get: quick/}
    metrics: [{name: freebox_quick, help: Number of the reply., value: n}]
"""


def ask(daemon, path, headers=None):
    """(status, text)"""
    connection = http.client.HTTPConnection(daemon.url.removeprefix("http://"), timeout=30)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    result = answer.status, answer.read().decode()
    connection.close()
    return result


def probe(daemon, target, timeout=None, **parameters):
    """The samples of a probe that is answered."""
    headers = {"X-Prometheus-Scrape-Timeout-Seconds": str(timeout)} if timeout else {}
    status, text = ask(daemon, "/probe?" + urllib.parse.urlencode({"target": target, **parameters}), headers)
    assert status == 200, text
    return samples(text)


class Gate(ScriptedFreebox):
    """Answers slow/ when it is told to; both replies say how often they were asked."""

    def __init__(self):
        super().__init__({"slow/": self.slow, "quick/": self.quick})
        self.counts = {"slow": 0, "quick": 0}
        self.entered, self.opened = threading.Semaphore(0), threading.Semaphore(0)

    def slow(self):
        self.counts["slow"] += 1
        self.entered.release()
        assert self.opened.acquire(timeout=30)
        return {"n": self.counts["slow"]}

    def quick(self):
        self.counts["quick"] += 1
        return {"n": self.counts["quick"]}


def slow_daemon(folder, box, **options):
    (folder / "slow.yml").write_text(SLOW)
    return Daemon(folder, config(freebox(box.url, "free", queries=["slow"], poll=False, **options), poll="interval: 1s, timeout: 20s",
                                 extra="query_files: [slow.yml]\n"))


def test_a_device_that_is_not_polled_is_asked_by_probes_alone_and_never_on_metrics(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        devices = config(fritzbox(sim.urls[0], "home", queries=["fritzbox_device"], poll=False, labels={"site": "attic"}),
                         freebox(sim.urls[1], "free", queries=["freebox_system"]))
        with Daemon(tmp_path, devices) as daemon:
            daemon.wait_for(lambda found: value(found, "box_up", device="free") == "1")
            assert ask(daemon, "/-/ready")[0] == 200
            assert sim.stats()[0]["requests"] == 0
            assert 'device="home"' not in daemon.page()

            found = probe(daemon, "home")

            assert value(found, "probe_success") == "1"
            assert 0 < float(value(found, "probe_duration_seconds")) < 20
            assert value(found, "box_up", device="home", site="attic") == "1"
            assert value(found, "box_info", device="home", site="attic") == "1"
            assert not [key for key in found if "free" in key]
            assert 'device="home"' not in daemon.page()
            assert daemon.devices()["home"]["polled"] is False
            requests = sim.stats()[0]["requests"]
            again = probe(daemon, "home")
            assert value(again, "boxmeter_polls_total") == "2"
            assert value(again, "boxmeter_logins_total") == value(found, "boxmeter_logins_total")
            assert sim.stats()[0]["requests"] > requests


def test_a_polled_device_can_be_asked_in_between_and_its_page_shows_the_newest(tmp_path):
    with Sim(FREEBOX, args=["--still"]) as sim, \
            Daemon(tmp_path, config(freebox(sim.urls[0], queries=["freebox_system", "freebox_connection"]), poll=LONG)) as daemon:
        daemon.wait_for(lambda found: value(found, "box_up") == "1")

        def asked_in_between():
            """A probe that comes before the first turn has ended shares its answer."""
            found = probe(daemon, "free", query="freebox_system")
            queries = {query["name"]: query for query in daemon.devices()["free"]["queries"]}
            return queries["freebox_system"]["last_success"] > queries["freebox_connection"]["last_success"] and found
        found = eventually(asked_in_between)

        assert value(found, "probe_success") == "1"
        assert value(found, "boxmeter_query_up", query="freebox_system") == "1"
        assert value(daemon.samples(), "boxmeter_polls_total") == "3"


def test_who_comes_while_a_device_is_asked_shares_the_answer(tmp_path):
    with Gate() as box, slow_daemon(tmp_path, box) as daemon:
        answers = []
        first = threading.Thread(target=lambda: answers.append(probe(daemon, "free")))
        first.start()
        assert box.entered.acquire(timeout=30)
        before = threads(daemon.popen.pid)
        others = [threading.Thread(target=lambda: answers.append(probe(daemon, "free"))) for _ in range(5)]
        for other in others:
            other.start()
        eventually(lambda: threads(daemon.popen.pid) >= before + 5)  # each that waits has one

        box.opened.release()
        for thread in [first, *others]:
            thread.join(30)

        assert [(value(found, "freebox_slow"), value(found, "freebox_quick")) for found in answers] == [("1", "1")] * 6
        assert box.counts == {"slow": 1, "quick": 1}


def test_at_its_deadline_a_probe_returns_what_it_got(tmp_path):
    with Gate() as box, slow_daemon(tmp_path, box) as daemon:
        began = time.monotonic()
        early, later = [], []
        first = threading.Thread(target=lambda: early.append(probe(daemon, "free", timeout=3)))
        first.start()
        assert box.entered.acquire(timeout=30)
        before = threads(daemon.popen.pid)
        second = threading.Thread(target=lambda: later.append(probe(daemon, "free", timeout=30)))
        second.start()
        eventually(lambda: threads(daemon.popen.pid) > before)  # it waits for the same answer
        first.join(30)

        assert 2.5 <= float(value(early[0], "probe_duration_seconds")) <= time.monotonic() - began
        assert value(early[0], "probe_success") == "0"
        assert value(early[0], "freebox_slow") is None

        box.opened.release()
        second.join(30)
        assert (value(later[0], "probe_success"), value(later[0], "freebox_slow")) == ("1", "1")
        assert box.counts["slow"] == 1


def test_a_probe_shows_also_what_was_asked_more_than_three_intervals_before_its_end(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--latency", "50"]) as sim:
        devices = config(*(fritzbox(sim.urls[0], name, poll=False, interval=interval)
                           for name, interval in (("often", "100ms"), ("rarely", "1h"))), poll="interval: 1h, timeout: 5s")
        with Daemon(tmp_path, devices) as daemon:
            often, rarely = names(probe(daemon, "often")), names(probe(daemon, "rarely"))

    assert often == rarely
    assert "box_info" in often


def test_a_box_that_is_gone_fails_its_probe_and_a_refused_login_is_not_tried_at_every_probe(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        devices = config(fritzbox("http://127.0.0.1:1", "gone", queries=["fritzbox_device"], poll=False),
                         fritzbox(sim.urls[0], "locked", queries=["fritzbox_device"], poll=False, password="wrong"))
        with Daemon(tmp_path, devices) as daemon:
            gone = probe(daemon, "gone")
            assert (value(gone, "probe_success"), value(gone, "box_up")) == ("0", "0")
            assert value(gone, "boxmeter_failures_total", reason="network") == "1"

            assert value(probe(daemon, "locked"), "probe_success") == "0"
            refused = sim.stats()[0]
            for _ in range(3):
                assert value(probe(daemon, "locked"), "probe_success") == "0"
            assert sim.stats()[0] == refused


@pytest.mark.parametrize("path, headers, status, text", [
    ("/probe", {}, 400, "a probe needs one 'target', the name of a device: /probe?target=DEVICE\n"),
    ("/probe?target=home&target=free", {}, 400, "a probe needs one 'target', the name of a device: /probe?target=DEVICE\n"),
    ("/probe?target=hom", {}, 404,
     "unknown device 'hom' (did you mean 'home'?); /probe asks configured devices only, /sd lists them\n"),
    ("/probe?target=http://127.0.0.1:1/", {}, 404,
     "unknown device 'http://127.0.0.1:1/'; /probe asks configured devices only, /sd lists them\n"),
    ("/probe?target=home&query=fritzbox_devic", {}, 404,
     "device 'home' is not asked 'fritzbox_devic' (did you mean 'fritzbox_device'?) "
     "(its queries: fritzbox, fritzbox_device)\n"),
    ("/probe?target=home", {"X-Prometheus-Scrape-Timeout-Seconds": "soon"}, 400,
     "X-Prometheus-Scrape-Timeout-Seconds must be a number of seconds above 0\n"),
    ("/probe?target=home", {"Origin": "http://elsewhere.invalid"}, 403,
     "a page of another site asked for this; from there it needs a login (web.config_file)\n"),
    ("/probe?target=home&querry=fritzbox_device", {}, 400,
     "unknown parameter 'querry' (did you mean 'query'?); a probe takes 'target' and 'query'\n"),
    ("/sd?poll=no", {}, 400, "filter 'poll' takes true or false, not 'no'\n"),
    ("/sd?knd=fritzbox", {}, 400,
     "unknown filter 'knd' (did you mean 'kind'?) (known: device, kind, pack, shard, poll, label.NAME)\n"),
])
def test_what_cannot_be_asked_is_refused_with_the_way_out(tmp_path, path, headers, status, text):
    with Daemon(tmp_path, config(fritzbox("http://127.0.0.1:1", "home", queries=["fritzbox_device"], poll=False))) as daemon:
        assert ask(daemon, path, headers) == (status, text)


def test_sd_lists_every_device_with_its_labels_and_filters(tmp_path):
    with Daemon(tmp_path, config(
            fritzbox("http://127.0.0.1:1", "home", queries=["fritzbox_device"], poll=False, labels={"site": "attic"}, interval="15s"),
            freebox("http://127.0.0.1:1", "free", queries=["freebox_system", "freebox_connection"]))) as daemon:
        address = daemon.url.removeprefix("http://")
        status, text = ask(daemon, "/sd")
        home, free = json.loads(text)

        assert status == 200
        assert home == {"targets": [address], "labels": {
            "__scheme__": "http", "__metrics_path__": "/probe", "__param_target": "home", "instance": "home",
            "__scrape_interval__": "15s", "__scrape_timeout__": "15s", "__meta_boxmeter_device": "home",
            "__meta_boxmeter_kind": "fritzbox", "__meta_boxmeter_interval": "15s", "__meta_boxmeter_packs": ",fritzbox,",
            "__meta_boxmeter_poll": "false", "__meta_boxmeter_shard": "0", "__meta_boxmeter_label_site": "attic"}}
        assert free == {"targets": [address], "labels": {
            "__scheme__": "http", "__metrics_path__": "/metrics", "__meta_boxmeter_device": "free",
            "__meta_boxmeter_kind": "freebox", "__meta_boxmeter_interval": "1s", "__meta_boxmeter_packs": ",freebox,",
            "__meta_boxmeter_poll": "true", "__meta_boxmeter_shard": "0"}}

        def listed(query):
            return [target["labels"]["__meta_boxmeter_device"] for target in json.loads(ask(daemon, "/sd?" + query)[1])]
        assert listed("poll=false") == listed("kind=fritzbox") == listed("label.site=attic") == listed("device=home") == ["home"]
        assert listed("pack=freebox") == ["free"]
        assert listed("kind=fritzbox&kind=freebox") == ["home", "free"]
        assert ask(daemon, "/sd?kind=freebox&poll=false") == (200, "[]\n")


def fleet(count, **options):
    return config(*(fritzbox("http://127.0.0.1:1", f"box{i}", queries=["fritzbox_device"], **options) for i in range(count)), poll=LONG,
                  extra='shard: {index: 0, of: 3, address: "boxmeter-{index}.invalid:9877"}\n')


def test_shards_divide_the_devices_and_sd_names_who_serves_each(tmp_path):
    served, told = [], None
    for index in range(3):
        (tmp_path / str(index)).mkdir()
        with Daemon(tmp_path / str(index), fleet(30), args=["--shard", f"boxmeter-{index}/3"]) as daemon:
            served.append(sorted(daemon.devices()))
            assert re_line(daemon, f"as shard {index} of 3")
            targets = json.loads(ask(daemon, "/sd")[1])
            by_shard = {t["labels"]["__meta_boxmeter_device"]: t["targets"] for t in targets}
            told = told or by_shard
            assert by_shard == told
            elsewhere = next(name for name in told if name not in served[index])
            assert ask(daemon, f"/probe?target={elsewhere}") == (
                421, f"device '{elsewhere}' is asked by shard {told[elsewhere][0][9]} of 3, {told[elsewhere][0]}\n")
    assert sorted(sum(served, [])) == sorted(told) and len(told) == 30
    assert all(served)
    for index, names in enumerate(served):
        assert all(told[name] == [f"boxmeter-{index}.invalid:9877"] for name in names)


def re_line(daemon, text):
    return any(text in line for line in daemon.lines)


@pytest.mark.parametrize("shard, text", [
    ("3/3", "index 3 of 3 shards: the highest is 2"),
    ("three", "'three' is no shard; write INDEX/OF such as 0/3"),
    ("a/3", "'a' is no index of a shard; write a number, or a name that ends in one such as boxmeter-0"),
])
def test_a_shard_that_is_none_is_refused(tmp_path, shard, text):
    (tmp_path / "boxmeter.yml").write_text(fleet(3))
    done = run("once", "--config.file", tmp_path / "boxmeter.yml", "--shard", shard)
    assert (done.returncode, done.stderr) == (2, f"boxmeter: {text}\n")


def test_devices_come_from_yaml_json_and_csv(tmp_path):
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices/a.yml").write_text("- {name: yaml, kind: fritzbox, url: 'http://127.0.0.1:1', password: x}\n")
    (tmp_path / "devices/b.json").write_text(json.dumps(
        {"devices": [{"name": "json", "kind": "fritzbox", "url": "http://127.0.0.1:1", "password": "x", "poll": False}]}, indent=1))
    (tmp_path / "devices/c.csv").write_text(
        "name,kind,url,password,queries,labels.site,interval\n"
        "csv,fritzbox,http://127.0.0.1:1,\"x,\"\"y\",fritzbox -fritzbox_wan_packets,attic,15s\n"
        "\n"
        "bare,fritzbox,http://127.0.0.1:1,x,,,\n")

    with Daemon(tmp_path, "poll: {interval: 1h}\ndevice_files: [devices/*]\n") as daemon:
        assert list(daemon.devices()) == ["yaml", "json", "csv", "bare"]
        labels = {t["labels"]["__meta_boxmeter_device"]: t["labels"] for t in json.loads(ask(daemon, "/sd")[1])}
        assert labels["csv"]["__meta_boxmeter_label_site"] == "attic"
        assert (labels["csv"]["__meta_boxmeter_interval"], labels["bare"]["__meta_boxmeter_interval"]) == ("15s", "3600s")
        assert labels["json"]["__meta_boxmeter_poll"] == "false"
        queries = [query["name"] for query in daemon.devices()["csv"]["queries"]]
        assert "fritzbox_wan_packets" not in queries and "fritzbox_device" in queries

        (tmp_path / "devices/a.yml").write_text("[]\n")
        with open(tmp_path / "devices/c.csv", "a") as file:
            file.write("new,fritzbox,http://127.0.0.1:1,x,,,\n")
        assert reload(daemon) == (
            200, "configuration reloaded: added devices new; removed devices yaml; 4 devices now\n")


@pytest.mark.parametrize("name, content, text", [
    ("a.csv", "name,kind\nhome,fritzbx\n", "a.csv:2:6: unknown device kind 'fritzbx' (known: fritzbox, freebox)"),
    ("a.csv", "name,kind,pasword\nhome,fritzbox,x\nfree,freebox,x\n", "a.csv:1:11: unknown key 'pasword' (did you mean 'password'?)"),
    ("a.csv", "Name,kind,labels.site,tls.mode\nhome,fritzbox,x,y\n", "a.csv:1:1: unknown key 'Name' (did you mean 'name'?)"),
    ("a.csv", "name,kind\nhome,fritzbox,x,y\n", "a.csv:2:15: 4 cells, but the first line names 2 keys"),
    ("a.csv", "name,name\n", "a.csv:1:6: key 'name' stands twice"),
    ("a.csv", "name,\n", "a.csv:1:6: the first line names the keys of its columns; this one has no name"),
    ("a.csv", 'name,kind\n"home,fritzbox\n', "a.csv:2:1: a quote that is never closed"),
    ("a.csv", 'name,kind\n"home"s,fritzbox\n', "a.csv:2:7: a quote ends in the middle of a cell"),
    ("a.csv", 'name,kind\nho"me,fritzbox\n',
     "a.csv:2:3: a quote in the middle of a cell; put the whole cell in quotes, and write a quote in it twice"),
    ("a.csv", "name,kind\r\rhome,fritzbx\r", "a.csv:3:6: unknown device kind 'fritzbx' (known: fritzbox, freebox)"),
    (".", None, "boxmeter.yml:1:15: cannot read '.': Is a directory"),
    ("a.json", '[\n {"name": "home", "kind": "fritzbox", "interval": 5}\n]\n',
     "a.json:2:51: 'interval' must be a duration such as 500ms, 15s, 2m or 1h, not '5'"),
    ("a.yml", "", "boxmeter.yml:1:1: the files of 'device_files' list no device"),
])
def test_mistakes_in_files_of_devices_have_their_place(tmp_path, name, content, text):
    if content is not None:
        (tmp_path / name).write_text(content, newline="")
    (tmp_path / "boxmeter.yml").write_text(f"device_files: {name}\n")
    done = run("check", "--config.file", "boxmeter.yml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"boxmeter: {text}\n")


@pytest.mark.parametrize("name, text", [
    ("a.csv", "\ufeffname;kind;password;queries\r\nbox-1;fritzbox;'x;fritzbox,fritzbox_vpn\r\n;;;\r\n \r\nbox-2;fritzbox;~;\r\n"),
    ("b.csv", 'name, kind, password\rbox-1, "fritzbox" , "p""q"\rbox-2,fritzbox,"p,q"\r'),
    ("c.csv", "name\tkind\tpassword\nbox-1\tfritzbox\tx\n\t\t\nbox-2\tfritzbox\tnull"),
    ("d.json", json.dumps([{"name": f"box-{i}", "kind": "fritzbox", "password": "\\\U0001f511/ü", "labels": {"who": "\U0001f600"}}
                           for i in (1, 2)], indent="\t")),
])
def test_tables_and_json_are_read_as_other_programs_write_them(tmp_path, name, text):
    """A byte order mark, any line end, blanks beside separators, emptied rows, characters beyond 16 bits."""
    (tmp_path / "devices/older").mkdir(parents=True)  # a folder is not a file of the pattern
    (tmp_path / "devices" / name).write_text(text, newline="")
    (tmp_path / "boxmeter.yml").write_text("device_files: [devices/*]\n")

    done = run("check", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})

    assert (done.returncode, done.stderr) == (0, "")
    assert "valid: 2 devices" in done.stdout


@pytest.mark.parametrize("name", ["d.csv", "d.json", "d.yml"])
def test_ten_thousand_devices_are_read(tmp_path, name):
    rows = [{"name": f"box-{i}", "kind": "fritzbox", "url": f"https://192.0.2.{i % 250}:49443", "username": "monitor", "password": "x",
             "interval": "60s"} for i in range(10_000)]
    (tmp_path / "d.csv").write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]))
    (tmp_path / "d.json").write_text(json.dumps(rows))
    (tmp_path / "d.yml").write_text("".join("- " + json.dumps(row) + "\n" for row in rows))
    (tmp_path / "boxmeter.yml").write_text(f"device_files: {name}\n")

    done = run("check", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})

    assert (done.returncode, done.stderr) == (0, "")
    assert "valid: 10000 devices" in done.stdout
