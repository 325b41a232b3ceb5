"""Another configuration under a running daemon: only what changed in it changes, and a wrong one changes nothing."""
import http.client
import json
import re
import signal
import socket
import ssl
import threading
import time
import urllib.request

import pytest

from harness import (BUILD, FREEBOX, FRITZBOX, Daemon, Process, Sim, config, eventually, free_port, freebox, fritzbox,
                     lasting_port, names, open_files, push, run, sink, threads, value)
from secured import TLS, Authority, users
from stand_ins import Telegraf
from test_push import TICKS, Ticks, emptied, numbers

pytestmark = pytest.mark.sanitized

LONG = "interval: 1h, timeout: 5s"


def ask(daemon, method, path, headers=None):
    """(status, text)"""
    connection = http.client.HTTPConnection(daemon.url.removeprefix("http://"), timeout=30)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    result = answer.status, answer.read().decode()
    connection.close()
    return result


def reload(daemon, text=None):
    """(status, text) of a reload after the file has become `text`."""
    if text is not None:
        daemon.file.write_text(text)
    return ask(daemon, "POST", "/-/reload")


def first_round_over(port):
    """Every device has been tried: until then a box is still being asked."""
    return eventually(lambda: get(port, "/-/ready") == 200)


def home(sim, **options):
    return fritzbox(sim.urls[0], "home", **{"queries": "[fritzbox_device, fritzbox_wan_packets]", **options})


def free(sim, **options):
    return freebox(sim.urls[1], "free", **{"queries": "[freebox_system]", **options})


def logins(sim, box):
    return sim.stats()[box]["logins"]


def test_devices_that_are_the_same_are_not_asked_and_not_logged_in_again(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim, Daemon(tmp_path, config(home(sim), free(sim), poll=LONG)) as daemon:
        daemon.all_asked()
        before, page = sim.stats(), daemon.samples()

        assert reload(daemon) == (200, "configuration reloaded: nothing has changed; 2 devices now\n")
        daemon.popen.send_signal(signal.SIGHUP)
        after = daemon.wait_for(lambda found: value(found, "boxmeter_config_reloads_total") == "2")

        assert sim.stats() == before
        ours = ("boxmeter_http", "boxmeter_config", "process")
        assert {k: v for k, v in after.items() if not k.startswith(ours)} == {
            k: v for k, v in page.items() if not k.startswith(ours)}
        assert value(after, "boxmeter_config_reloads_failed_total") == "0"
        assert value(after, "boxmeter_config_last_reload_successful") == "1"
        was = float(value(page, "boxmeter_config_last_reload_success_timestamp_seconds"))
        assert was < float(value(after, "boxmeter_config_last_reload_success_timestamp_seconds")) <= time.time()


def test_devices_come_and_go(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim, Daemon(tmp_path, config(home(sim), free(sim), poll=LONG)) as daemon:
        daemon.all_asked()
        at_home = sim.stats()[0]

        assert reload(daemon, config(home(sim), poll=LONG)) == (
            200, "configuration reloaded: removed devices free; 1 device now\n")
        assert list(daemon.devices()) == ["home"]
        assert 'device="free"' not in daemon.page()
        eventually(lambda: sim.stats()[1]["connections"] == 0)  # it has logged out and gone

        assert reload(daemon, config(home(sim), free(sim), poll=LONG)) == (
            200, "configuration reloaded: added devices free; 2 devices now\n")
        daemon.all_asked()
        assert daemon.devices()["free"]["up"]
        assert logins(sim, 1) == 2
        assert sim.stats()[0] == at_home


def test_other_queries_and_labels_keep_the_login(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim, Daemon(tmp_path, config(home(sim), free(sim), poll=LONG)) as daemon:
        daemon.all_asked()
        before = [logins(sim, 0), logins(sim, 1)]

        text = config(home(sim, queries="[fritzbox_device, fritzbox_lan]"), free(sim, labels={"site": "attic"}), poll=LONG)
        assert reload(daemon, text) == (200, "configuration reloaded: changed devices home, free; 2 devices now\n")
        found = daemon.wait_for(lambda found: value(found, "box_uptime_seconds", device="free", site="attic")
                                and "box_lan_receive_bytes_total" in names(found))

        assert "box_wan_receive_packets_total" not in names(found)
        assert value(found, "box_uptime_seconds", device="home")  # has never been away
        assert [logins(sim, 0), logins(sim, 1)] == before
        # They are counted at the end of the turn, and the page may show its values before.
        ended = daemon.wait_for(lambda found: int(value(found, "boxmeter_polls_total", device="home")) >= 4)
        assert value(ended, "boxmeter_polls_total", device="home") == "4"


def test_a_pack_that_changes_keeps_the_login(tmp_path):
    pack = """
pack: house
kind: fritzbox
queries:
  - name: house_info
    request: {tr064: DeviceInfo1.GetInfo}
    metrics:
      - {name: fritzbox_t_uptime, help: x, value: NewUpTime, scale: SCALE}
"""
    file = tmp_path / "house.yml"
    file.write_text(pack.replace("SCALE", "1"))
    with Sim(FRITZBOX, args=["--still"]) as sim:
        text = config(home(sim, queries="[house]"), poll=LONG, extra="query_files: [house.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            daemon.all_asked()
            first = float(value(daemon.samples(), "fritzbox_t_uptime"))

            file.write_text(pack.replace("SCALE", "2"))
            assert reload(daemon) == (200, "configuration reloaded: changed devices home; 1 device now\n")

            daemon.wait_for(lambda found: float(value(found, "fritzbox_t_uptime") or 0) == 2 * first)
            assert logins(sim, 0) == 1


def test_another_address_is_another_box(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--count", "2"]) as sim, Daemon(tmp_path, config(home(sim), poll=LONG)) as daemon:
        daemon.all_asked()

        text = config(fritzbox(sim.urls[1], "home", queries="[fritzbox_device]"), poll=LONG)
        assert reload(daemon, text) == (200, "configuration reloaded: changed devices home; 1 device now\n")

        daemon.all_asked()
        assert [box["logins"] for box in sim.stats()] == [1, 1]
        eventually(lambda: sim.stats()[0]["connections"] == 0)


def test_another_password_logs_in_again(tmp_path):
    (tmp_path / "password").write_text("wrong")
    with Sim(FRITZBOX, args=["--still"]) as sim:
        with Daemon(tmp_path, config(home(sim, password=None, password_file="password"), poll=LONG)) as daemon:
            daemon.wait_for_line("home: .*refused the login")

            (tmp_path / "password").write_text("secret")
            assert reload(daemon)[0] == 200

            eventually(lambda: daemon.devices()["home"]["up"])


@pytest.mark.parametrize("how", ["POST", "SIGHUP"])
def test_a_wrong_configuration_leaves_everything_as_it_is(tmp_path, how):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        good = config(home(sim), free(sim), poll=LONG)
        with Daemon(tmp_path, good) as daemon:
            daemon.all_asked()
            before, devices = sim.stats(), daemon.devices()
            daemon.file.write_text(good.replace("interval: 1h", "intervall: 1h").replace("kind: freebox", "kind: freebx"))
            wrong = (f"{daemon.file}:1:8: unknown key 'intervall' (did you mean 'interval'?)\n"
                     f"{daemon.file}:10:11: unknown device kind 'freebx' (known: fritzbox, freebox)")
            refusal = f"the configuration could not be reloaded, the one before stays in use:\n{wrong}\n"

            if how == "POST":
                assert reload(daemon) == (500, refusal)
            else:
                daemon.popen.send_signal(signal.SIGHUP)
            found = daemon.wait_for(lambda found: value(found, "boxmeter_config_reloads_failed_total") == "1")

            assert value(found, "boxmeter_config_last_reload_successful") == "0"
            daemon.wait_for_line(r"error +the configuration could not be reloaded, the one before stays in use: ")
            assert wrong.splitlines()[1] in daemon.log
            assert (sim.stats(), daemon.devices()) == (before, devices)

            assert reload(daemon, good)[0] == 200
            assert value(daemon.samples(), "boxmeter_config_last_reload_successful") == "1"


def test_a_sink_that_is_put_right_sends_what_has_waited(tmp_path):
    (tmp_path / "ticks.yml").write_text(TICKS)
    with Ticks() as box, Telegraf() as telegraf, Telegraf() as other:
        def text(url, **options):
            return config(freebox(box.url, queries="[ticks]"), extra="query_files: [ticks.yml]\n"
                          + push(sink(url, **options), sink(other.url, "other")))
        with Daemon(tmp_path, text(f"http://127.0.0.1:{free_port()}/telegraf")) as daemon:
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects", sink="telegraf")) > 5)

            assert reload(daemon, text(telegraf.url, interval="200ms")) == (
                200, "configuration reloaded: changed sinks telegraf; 1 device now\n")

            eventually(lambda: len(numbers(telegraf)) > 8)
            box.hold()
            eventually(lambda: len(numbers(telegraf)) == box.count == len(numbers(other)))
            assert numbers(telegraf) == numbers(other) == list(range(1, box.count + 1))

            assert reload(daemon, config(freebox(box.url, queries="[ticks]"), extra="query_files: [ticks.yml]\n")) == (
                200, "configuration reloaded: removed sinks other, telegraf; 1 device now\n")
            assert not [name for name in names(daemon.samples()) if name.startswith("boxmeter_push")]


def test_a_removed_sink_is_tried_once_more(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim, Telegraf(script=[503]) as telegraf:
        waiting = config(home(sim), poll=LONG, extra=push(sink(telegraf.url, interval="1h")))
        with Daemon(tmp_path, waiting) as daemon:
            daemon.all_asked()
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) > 0)

            reload(daemon, config(home(sim), poll=LONG))

            eventually(lambda: any("box_uptime_seconds" in thing["fields"] for thing in telegraf.taken))


def test_the_log_follows(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        with Daemon(tmp_path, config(home(sim), poll=LONG), args=["--log.format", "json"]) as daemon:
            assert reload(daemon, config(home(sim), poll=LONG, extra="log: {level: error}\n"))[0] == 200
            assert reload(daemon)[0] == 200
            assert reload(daemon, config(home(sim), poll=LONG))[0] == 200
            daemon.stop()
            lines = [json.loads(line)["msg"] for line in daemon.lines if line.startswith("{")]
            assert len([line for line in lines if line.startswith("configuration reloaded")]) == 1


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                     {"Origin": "http://evil.invalid"}, {"Origin": "null"}])
def test_a_page_of_another_site_cannot_reload(tmp_path, headers):
    with Sim(FRITZBOX, args=["--still"]) as sim, Daemon(tmp_path, config(home(sim), poll=LONG)) as daemon:
        assert ask(daemon, "POST", "/-/reload", headers)[0] == 403
        own = {"Origin": daemon.url, "Sec-Fetch-Site": "same-origin"}
        assert ask(daemon, "POST", "/-/reload", own)[0] == 200
        assert value(daemon.samples(), "boxmeter_config_reloads_total") == "1"


def test_reload_auto_follows_the_content_of_every_file(tmp_path):
    """As Kubernetes replaces what is mounted: a folder of another time, behind a symbolic link that is swapped."""
    pack = """
pack: house
kind: fritzbox
queries:
  - {name: house_info, request: {tr064: DeviceInfo1.GetInfo}, metrics: [{name: fritzbox_t_SUFFIX, help: x, value: NewUpTime}]}
"""
    for version in ("one", "two"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "house.yml").write_text(pack.replace("SUFFIX", version))
    link = tmp_path / "data"
    link.symlink_to("one")
    with Sim(FRITZBOX, args=["--still"]) as sim:
        text = config(home(sim, queries="[house]"), poll=LONG, extra="query_files: [data/*.yml]\nreload: auto\n")
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_one"))

            (tmp_path / "new").symlink_to("two")
            (tmp_path / "new").rename(link)
            daemon.wait_for(lambda found: value(found, "fritzbox_t_two"))
            # Counted when it has ended; the box can have been asked before.
            found = daemon.wait_for(lambda found: value(found, "boxmeter_config_reloads_total") != "0")
            assert value(found, "boxmeter_config_reloads_total") == "1"
            assert logins(sim, 0) == 1

            daemon.file.write_text(text + "nonsense: 1\n")
            daemon.wait_for(lambda found: value(found, "boxmeter_config_last_reload_successful") == "0")
            daemon.file.write_text(text)
            found = daemon.wait_for(lambda found: value(found, "boxmeter_config_last_reload_successful") == "1")
            assert value(found, "boxmeter_config_reloads_total") == "3"


def hammered(daemon, reloads, change):
    """What went wrong with scrapes beside so many reloads."""
    wrong, ended = [], threading.Event()

    def scrape():
        while not ended.is_set():
            try:
                found = daemon.samples()
                if value(found, "box_up", device="home") != "1" or value(found, "box_info", device="home") is None:
                    wrong.append("home is not there")
            except Exception as error:  # pylint: disable=broad-except
                wrong.append(repr(error))
    scrapers = [threading.Thread(target=scrape) for _ in range(2)]
    for scraper in scrapers:
        scraper.start()
    try:
        for number in range(reloads):
            assert reload(daemon, change(number))[0] == 200
    finally:
        ended.set()
        for scraper in scrapers:
            scraper.join()
    return wrong


def test_reloads_beside_scrapes_and_polls_lose_nothing_and_leak_nothing(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim, Telegraf() as telegraf:
        def text(number):
            others = [free(sim)] if number % 2 else []
            return config(home(sim, interval="3s"), *others, poll="interval: 100ms, timeout: 5s",
                          extra=push(sink(telegraf.url, interval=f"{100 + number}ms")))
        with Daemon(tmp_path, text(0)) as daemon:
            daemon.all_asked()
            assert hammered(daemon, 10, text) == []  # all that is ever needed is there now
            files, running = open_files(daemon.popen.pid), threads(daemon.popen.pid)

            assert hammered(daemon, 20, text) == []

            assert logins(sim, 0) == 1
            eventually(lambda: open_files(daemon.popen.pid) <= files + 4)
            eventually(lambda: threads(daemon.popen.pid) <= running + 4)
            found = daemon.samples()
            assert value(found, "boxmeter_push_dropped_total", sink="telegraf") is None
            assert value(found, "boxmeter_config_reloads_total") == "30"


def test_the_configuration_in_use_is_shown_without_secrets(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        text = config(home(sim, tls=None), free(sim, queries=None), poll=LONG, extra="defaults: {labels: {site: attic}}\n"
                      + push(sink("http://127.0.0.1:9/telegraf?p=hidden", bearer_token="hidden", headers={"X-Key": "hidden"})))
        with Daemon(tmp_path, text) as daemon:
            shown = daemon.get("/config").decode()
            for secret in ("secret\"", ": secret\n", "hidden", "boxmeter-sim-app-token"):
                assert secret not in shown, shown
            assert "# from the command line, whatever stands below: web.listen: 127.0.0.1:0\n" in shown
            assert "web:\n  listen: 127.0.0.1:9877\n" in shown
            assert ("  - name: home\n    kind: fritzbox\n" + f"    url: {sim.urls[0]}\n    labels: {{site: attic}}\n    poll: true\n"
                    "    queries: [fritzbox_device, fritzbox_wan_packets]\n    username: monitor\n    password: <secret>\n") in shown
            assert "    app_token: <secret>\n" in shown
            assert "    poll: true\n    queries: freebox\n" in shown  # that of its kind
            lines = daemon.get("/config?lines=1").decode()
            assert f"    password: <secret>  # {daemon.file}:" in lines
            assert "  listen: 127.0.0.1:9877  # default\n" in lines
            assert [line.split("  # ")[0] for line in lines.splitlines()] == shown.splitlines()


def test_devices_of_other_files_are_in_the_configuration_in_use_with_their_lines(tmp_path):
    (tmp_path / "boxes.csv").write_text("name,kind,url,labels.site,username,password\n"
                                        "one,fritzbox,http://127.0.0.1:1,attic,monitor,hidden\n")
    (tmp_path / "more.yml").write_text("- {name: two, kind: fritzbox, url: 'http://127.0.0.1:2', queries: [fritzbox_device], username: u, "
                                       "password: hidden}\n")
    with Daemon(tmp_path, "poll: {interval: 1h}\ndevice_files: [boxes.csv, more.yml]\ndefaults: {timeout: 3s}\n") as daemon:
        shown, lines = daemon.get("/config").decode(), daemon.get("/config?lines=1").decode()

    assert "hidden" not in lines
    assert ("device_files: [boxes.csv, more.yml]\n") in shown
    listed = shown[shown.index("devices:\n"):]
    assert listed.startswith(f"devices:\n  # from '{tmp_path}/boxes.csv', by device_files:\n  - name: one\n    kind: fritzbox\n"
                             "    url: http://127.0.0.1:1\n    timeout: 3s\n    labels: {site: attic}\n"), shown
    assert f"  # from '{tmp_path}/more.yml', by device_files:\n  - name: two\n" in listed
    assert listed.count("    timeout: 3s\n") == listed.count("    password: <secret>\n") == 2
    assert f"    password: <secret>  # {tmp_path}/boxes.csv:2:47\n" in lines
    assert f"  - name: two  # {tmp_path}/more.yml:1:10\n" in lines
    assert lines.count(f"    timeout: 3s  # {daemon.file}:3:21\n") == 2


def test_the_configuration_in_use_says_when_it_was_read_and_why_it_could_not_be_read_again(tmp_path):
    moment = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ"
    with Sim(FRITZBOX, args=["--still"]) as sim:
        good = config(home(sim), poll=LONG)
        with Daemon(tmp_path, good) as daemon:
            heading = re.fullmatch(f"# {daemon.file}, read ({moment})", daemon.get("/config").decode().splitlines()[0])

            assert reload(daemon, good.replace("interval", "intervall"))[0] == 500
            shown = daemon.get("/config").decode().splitlines()
            assert shown[0] == heading[0]
            assert re.fullmatch(f"# reload failed {moment}", shown[1])
            assert shown[2:4] == ["#   the configuration could not be reloaded, the one before stays in use:",
                                  f"#   {daemon.file}:1:8: unknown key 'intervall' (did you mean 'interval'?)"]

            assert reload(daemon, good)[0] == 200
            shown = daemon.get("/config").decode().splitlines()
            assert re.fullmatch(f"# {daemon.file}, read {moment}", shown[0])[0] > heading[0]
            assert "reload failed" not in shown[1]


class Served(Process):
    """`boxmeter serve` as the file alone says."""

    def __init__(self, folder, text):
        self.file = folder / "boxmeter.yml"
        self.file.write_text(text)
        super().__init__([BUILD / "boxmeter", "serve", "--config.file", self.file, "--log.format", "text"],
                         env={"STATE_DIRECTORY": str(folder / "state")})
        self.wait_for_line("boxmeter .* polls")

    def reload(self, text):
        """(exit code, what `boxmeter reload` says)"""
        self.file.write_text(text)
        done = run("reload", "--config.file", self.file, env={"STATE_DIRECTORY": str(self.file.parent / "state")})
        return done.returncode, done.stdout + done.stderr


def get(port, path="/-/healthy", host="127.0.0.1"):
    """The status; None where nobody listens."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def at(sim, *addresses, **web):
    listed = json.dumps({"listen": list(addresses), **web})
    return config(home(sim), poll=LONG, extra=f"web: {listed}\n")


def test_the_server_moves_to_another_port_without_a_moment_of_silence(tmp_path):
    old, new = lasting_port(), lasting_port()
    with Sim(FRITZBOX, args=["--still"]) as sim, Served(tmp_path, at(sim, f"127.0.0.1:{old}")) as daemon:
        kept = http.client.HTTPConnection("127.0.0.1", old, timeout=10)
        kept.request("GET", "/-/healthy")
        assert kept.getresponse().read() == b"boxmeter is healthy\n"

        assert daemon.reload(at(sim, f"127.0.0.1:{new}")) == (0, "configuration reloaded: changed web; 1 device now\n")

        assert (get(old), get(new)) == (None, 200)
        daemon.wait_for_line(re.escape(f"web server: http://127.0.0.1:{new}/ instead of http://127.0.0.1:{old}/"))
        kept.request("GET", "/-/healthy")  # who is there gets one more answer
        answer = kept.getresponse()
        assert (answer.status, answer.getheader("Connection")) == (200, "close")


def test_the_same_port_is_bound_anew_for_other_addresses(tmp_path):
    port = lasting_port()
    with Sim(FRITZBOX, args=["--still"]) as sim, Served(tmp_path, at(sim, f"127.0.0.1:{port}")) as daemon:
        assert get(port, host="127.0.0.2") is None
        assert daemon.reload(at(sim, f"0.0.0.0:{port}"))[0] == 0
        assert (get(port), get(port, host="127.0.0.2")) == (200, 200)
        assert daemon.reload(at(sim, f"127.0.0.1:{port}", f"127.0.0.3:{port}"))[0] == 0
        assert (get(port), get(port, host="127.0.0.2"), get(port, host="127.0.0.3")) == (200, None, 200)


def test_an_address_that_cannot_be_bound_leaves_the_old_ones_and_all_else(tmp_path):
    port, taken = lasting_port(), lasting_port()
    with Sim(FRITZBOX, args=["--still"]) as sim, Served(tmp_path, at(sim, f"127.0.0.1:{port}")) as daemon, socket.create_server(
            ("127.0.0.1", taken)):
        first_round_over(port)
        before = sim.stats()
        for wanted in ([f"127.0.0.1:{taken}"], [f"0.0.0.0:{port}", f"127.0.0.1:{taken}"]):
            text = at(sim, *wanted, route_prefix="/moved").replace("interval: 1h", "interval: 2h")
            assert daemon.reload(text) == (1, (
                "the configuration could not be reloaded, the one before stays in use:\n"
                f"cannot listen on 127.0.0.1:{taken}: Address already in use\n"))
            assert (get(port), get(port, "/metrics"), get(port, "/moved/metrics")) == (200, 200, 404)
            assert get(port, host="127.0.0.2") is None
        assert sim.stats() == before


def test_names_prefix_and_logins_follow_a_reload(tmp_path):
    port = lasting_port()
    def named(name, path="/metrics"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Host": name})
        status = connection.getresponse().status
        connection.close()
        return status
    with Sim(FRITZBOX, args=["--still"]) as sim, Served(tmp_path, at(sim, f"127.0.0.1:{port}")) as daemon:
        assert named("boxmeter.invalid") == 421
        assert daemon.reload(at(sim, f"127.0.0.1:{port}", hosts=["boxmeter.invalid"], route_prefix="/box"))[0] == 0
        assert (named("boxmeter.invalid"), named("boxmeter.invalid", "/box/metrics")) == (404, 200)

        (tmp_path / "web.yml").write_text(users(alice="secret"))
        assert daemon.reload(at(sim, f"127.0.0.1:{port}", config_file="web.yml", health_without_login=True))[0] == 0
        assert (named("boxmeter.invalid"), named("boxmeter.invalid", "/-/ready")) == (401, 200)

        (tmp_path / "web.yml").write_text("basic_auth_users: {alice: secret}\n")
        code, told = daemon.reload(at(sim, f"127.0.0.1:{port}", config_file="web.yml"))
        assert code == 1 and f"{tmp_path}/web.yml:1:27: the password of 'alice'" in told
        assert named("boxmeter.invalid") == 401


def test_tls_begins_and_ends_with_a_reload(tmp_path):
    port = lasting_port()
    Authority(tmp_path).sign("server", "IP:127.0.0.1")
    (tmp_path / "web.yml").write_text(TLS)
    context = ssl.create_default_context(cafile=tmp_path / "ca.crt")

    def by_tls():
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/-/healthy", timeout=10, context=context) as answer:
            return answer.status
    with Sim(FRITZBOX, args=["--still"]) as sim, Served(tmp_path, at(sim, f"127.0.0.1:{port}")) as daemon:
        assert get(port) == 200
        assert daemon.reload(at(sim, f"127.0.0.1:{port}", config_file="web.yml"))[0] == 0
        assert (by_tls(), get(port)) == (200, 400)
        assert daemon.reload(at(sim, f"127.0.0.1:{port}"))[0] == 0
        assert get(port) == 200
