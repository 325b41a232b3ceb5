"""What the web server of a Fritz!Box answers within a session: AHA, lua pages, the REST interface."""
import json
import math
import os
import shutil
import socket
import subprocess
import time

import pytest

from harness import (BUILD, FRITZBOX, PATIENCE, Daemon, Process, Sim, config, eventually, fritzbox, names, run, samples, value)

pytestmark = pytest.mark.sanitized

REFUSED = ("the box refused the login of user 'monitor': check name and password, and that this user may use the box's "
           "settings")

PACK = """
pack: house
kind: fritzbox
queries:
  - name: house_devices
    request: {aha: getdevicelistinfos}
    metrics:
      - {name: fritzbox_t_celsius, help: x, each: device/*, value: temperature/celsius, scale: 0.1, labels: {id: "@identifier"}}
      - {name: fritzbox_t_target, help: x, each: device/*, value: hkr/tsoll, labels: {id: "@identifier"}}
  - name: house_load
    request: {lua: ecoStat}
    metrics:
      - {name: fritzbox_t_load, help: x, value: cpuutil/series/0/5}
"""


def call(tmp_path, url, *arguments, **options):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(fritzbox(url, **options)))
    return run("call", "--config.file", file, "home", *arguments, env={"STATE_DIRECTORY": str(tmp_path / "state")})


def reply(tmp_path, url, *arguments, **options):
    done = call(tmp_path, url, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def error(tmp_path, url, *arguments, **options):
    done = call(tmp_path, url, *arguments, **options)
    assert (done.returncode, done.stdout) == (1, ""), done.stdout
    return done.stderr.removeprefix("boxmeter: home: ").removesuffix("\n")


def daemon_of(tmp_path, *boxes, poll="interval: 200ms, timeout: 2s"):
    (tmp_path / "house.yml").write_text(PACK)
    return Daemon(tmp_path, config(*boxes, poll=poll, extra="query_files: [house.yml]\n"))


def house(url, name="home", **options):
    return fritzbox(url, name, queries="[house]", **options)


def failures(found):
    return {key: text for key, text in found.items() if key.startswith("boxmeter_failures_total") and text != "0"}


def test_a_list_of_smart_home_devices_keeps_its_numbers_and_drops_what_is_empty(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        said = reply(tmp_path, sim.urls[0], "aha:getdevicelistinfos")

    devices = {device["@identifier"]: device for device in said["device"]}
    assert said["@version"] == "1"
    assert len(devices) == 7
    assert devices["09995 0000004"]["hkr"]["tsoll"] == "253"
    assert "lock" not in devices["09995 0000004"]["hkr"]
    assert devices["11657 0000006"] == {
        "@functionbitmask": "2944", "@fwversion": "04.26", "@id": "20", "@identifier": "11657 0000006",
        "@manufacturer": "AVM", "@productname": "FRITZ!DECT 210", "name": "Gartenlampe", "present": "0", "txbusy": "0",
        "switch": {}, "temperature": {}}
    assert said["group"]["groupinfo"] == {"masterdeviceid": "0", "members": "16,20"}


@pytest.mark.parametrize("arguments, answer", [
    (["aha:getswitchlist"], {"value": "116570000001,116570000006,grp000000-000000001"}),
    (["aha:gettemperature", "ain=11657 0000001"], {"value": "235"}),
    (["aha:gethkrtsoll", "ain=099950000004"], {"value": "253"}),
    (["aha:getswitchpower", "ain=11657 0000006"], {}),
    (["http:getswitchlist"], {"content-type": "text/plain", "encoding": "utf-8",
                              "content": "116570000001,116570000006,grp000000-000000001\n"}),
    (["lua:query", "temperatures=cpu:status/StatTemperature", "load=cpu:status/StatCPU"],
     {"temperatures": "61,60,59,59,58,58"}),
])
def test_single_answers(tmp_path, arguments, answer):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        assert reply(tmp_path, sim.urls[0], *arguments) == answer


def test_statistics_are_arrays_with_null_for_what_is_missing(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        said = reply(tmp_path, sim.urls[0], "aha:getbasicdevicestats", "ain=11657 0000001")

    temperature = said["temperature"]["stats"]
    assert (temperature["@count"], temperature["@grid"]) == ("96", "900")
    assert temperature["values"][:3] == [235, 234, 233]
    assert (len(temperature["values"]), temperature["values"][-1]) == (96, None)
    assert [len(stats["values"]) for stats in said["energy"]["stats"]] == [12, 31]


def test_every_list_of_devices_of_the_corpus_is_read(corpus, tmp_path):
    lists = [path for path in sorted((corpus / "fritzbox/7590-154.07.57/aha").iterdir()) if "login" not in path.name]
    assert len(lists) == 8
    for path in lists:
        recording = tmp_path / path.stem
        (recording / "aha").mkdir(parents=True)
        shutil.copy(corpus / "fritzbox/7590-154.07.57/tr64desc.xml", recording)
        shutil.copy(path, recording / "aha/getdevicelistinfos.xml")
        with Sim(recording, args=["--still"]) as sim:
            said = reply(tmp_path, sim.urls[0], "aha:getdevicelistinfos")
        devices = said["device"] if isinstance(said["device"], list) else [said["device"]]
        assert len(devices) == path.read_text().count("<device ")
        assert all(device["present"] == "1" and device["name"] for device in devices)


def test_a_page_is_its_data_without_the_session(tmp_path):
    with Sim(FRITZBOX) as sim:
        done = call(tmp_path, sim.urls[0], "lua:ecoStat")

    assert json.loads(done.stdout)["cputemp"]["series"] == [[58, 58, 59, 59, 60, 61]]
    assert "sid" not in done.stdout


@pytest.mark.parametrize("args", [[], ["--old-login"]])
def test_a_command_takes_one_login_and_logs_out(tmp_path, args):
    with Sim(FRITZBOX, args=args) as sim:
        reply(tmp_path, sim.urls[0], "aha:getswitchlist")
        stats = sim.stats()[0]

    assert (stats["sessions"], stats["logouts"], stats["stale_sids"], stats["wrong_credentials"]) == (1, 1, 0, 0)
    assert stats["requests"] == 4


def test_without_a_name_the_last_user_logs_in(tmp_path):
    with Sim(FRITZBOX, args=["--username", "fritz4711"]) as sim:
        assert "value" in reply(tmp_path, sim.urls[0], "aha:getswitchlist", username=None)


def test_a_password_of_all_kinds_of_letters_is_understood(tmp_path):
    for args in ([], ["--old-login"]):
        with Sim(FRITZBOX, args=["--password", "p&ss=wörd %41+€", *args]) as sim:
            assert "value" in reply(tmp_path, sim.urls[0], "aha:getswitchlist", password="p&ss=wörd %41+€")


def test_wrong_passwords_block_the_next_login_and_the_error_says_how_long(tmp_path):
    with Sim(FRITZBOX) as sim:
        for pause in (1.1, 2.1, 0):  # each blocks for twice as long: the last for longer than the slowest program takes to start
            asked = time.monotonic()
            assert error(tmp_path, sim.urls[0], "aha:getswitchlist", password="wrong") == "getswitchlist: " + REFUSED
            time.sleep(pause)
        blocked = error(tmp_path, sim.urls[0], "aha:getswitchlist")
        took = time.monotonic() - asked
        stats = sim.stats()[0]
        time.sleep(4.1)
        assert "value" in reply(tmp_path, sim.urls[0], "aha:getswitchlist")

    least = math.ceil(4 - took)  # 4 when both were answered within a second
    assert blocked in [f"getswitchlist: the box takes no login for another {left} s, because of wrong ones before (from this "
                       "host or user)" for left in range(least, 5)]
    assert stats["wrong_credentials"] == 3  # the fourth command did not even try


@pytest.mark.parametrize("request_text, rights, right", [
    ("aha:getswitchlist", "BoxAdmin", "Smart Home"),
    ("lua:query x=cpu:status/StatTemperature", "HomeAuto", "FRITZ!Box Settings"),
])
def test_a_right_that_is_missing_is_named_at_the_price_of_one_login(tmp_path, request_text, rights, right):
    with Sim(FRITZBOX, args=["--rights", rights]) as sim:
        said = error(tmp_path, sim.urls[0], *request_text.split())
        stats = sim.stats()[0]

    assert said.split(": ", 1)[1] == ("the box does not allow it (HTTP 403): user 'monitor' lacks the right "
                                      f"'{right}'")
    assert (stats["sessions"], stats["stale_sids"]) == (1, 0)


@pytest.mark.parametrize("request_text, said", [
    ("aha:getcolordefaults", "getcolordefaults: the box does not know the command, its device (ain) or its arguments (HTTP 400)"),
    ("aha:gettemperature ain=1", "gettemperature: the box does not know the command, its device (ain) or its arguments (HTTP 400)"),
    ("lua:docInfo", "docInfo: this firmware has no page 'docInfo' (the answer is page 'overview')"),
    ("lua:query x=cpu:status/Nothing", "query: this firmware has none of these variables"),
    ("rest:smarthome/overview", "smarthome/overview: this firmware has no Smart Home REST interface (FRITZ!OS 8.20 and later have)"),
])
def test_what_a_firmware_lacks_is_told(tmp_path, request_text, said):
    with Sim(FRITZBOX) as sim:
        assert error(tmp_path, sim.urls[0], *request_text.split()) == said


def with_rest(tmp_path):
    recording = tmp_path / "fritzbox-8.20"
    shutil.copytree(FRITZBOX, recording)
    (recording / "rest/smarthome/overview/units").mkdir(parents=True)
    (recording / "rest/smarthome/overview.json").write_text('{"devices":[{"ain":"11657 0000001"}],"units":[]}')
    (recording / "rest/smarthome/overview/units/ha-1.unit.json").write_text('{"isConnected":true}')
    return recording


def test_the_rest_interface_answers_where_there_is_one(tmp_path):
    with Sim(with_rest(tmp_path)) as sim:
        url = sim.urls[0]
        assert reply(tmp_path, url, "rest:smarthome/overview") == {"devices": [{"ain": "11657 0000001"}], "units": []}
        assert reply(tmp_path, url, "rest:/api/v0/smarthome/overview/units/ha-1.unit") == {"isConnected": True}
        assert error(tmp_path, url, "rest:smarthome/overview/units/x") == (
            "smarthome/overview/units/x: HTTP 404 (error 2001: [UID_NOT_FOUND] no such unit)")


FIRST = """
pack: house
kind: fritzbox
queries:
  - name: house_devices
    request: {first: [{rest: smarthome/overview}, {aha: getdevicelistinfos}]}
    metrics:
      - {name: fritzbox_t_rest, help: x, each: devices/*, fold: count, value: =1}
      - {name: fritzbox_t_aha, help: x, each: device/*, fold: count, value: =1}
"""


@pytest.mark.parametrize("is_new, series", [(True, {"fritzbox_t_rest": "1", "fritzbox_t_aha": "0"}),
                                            (False, {"fritzbox_t_rest": "0", "fritzbox_t_aha": "7"})])
def test_the_first_interface_that_a_box_has_is_asked(tmp_path, is_new, series):
    (tmp_path / "house.yml").write_text(FIRST)
    with Sim(with_rest(tmp_path) if is_new else FRITZBOX) as sim:
        file = tmp_path / "boxmeter.yml"
        file.write_text(config(house(sim.urls[0]), extra="query_files: [house.yml]\n"))
        done = run("once", "--config.file", file)

    assert done.returncode == 0, done.stderr
    found = samples(done.stdout)
    assert {key.split("{")[0]: text for key, text in found.items() if key.startswith("fritzbox_t_")} == series


def test_a_session_that_ends_while_the_daemon_runs_costs_one_login_and_no_value(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        with daemon_of(tmp_path, house(sim.urls[0])) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_load") == "9")
            for _ in range(3):
                before = sim.stats()[0]
                sim.control("/expire")
                eventually(lambda: sim.stats()[0]["sessions"] == before["sessions"] + 1)
                eventually(lambda: sim.stats()[0]["requests"] > before["requests"] + 10)
            found = daemon.samples()
        stats = sim.stats()[0]

    assert (stats["sessions"], stats["stale_sids"], stats["logouts"]) == (4, 3, 1)
    assert failures(found) == {}
    assert value(found, "fritzbox_t_target", id="09995 0000004") == "253"
    assert value(found, "boxmeter_logins_total") == "4"


def test_sessions_that_are_good_for_few_requests_cost_logins_and_no_value(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--session-uses", "3"]) as sim:
        with daemon_of(tmp_path, house(sim.urls[0])) as daemon:
            daemon.all_asked()
            eventually(lambda: sim.stats()[0]["sessions"] >= 4)
            found = daemon.samples()

    assert failures(found) == {}
    assert value(found, "fritzbox_t_load") == "9"


@pytest.mark.parametrize("how, why", [
    ("other", "(the answer is page 'overview')"),
    ("html", "(the answer is HTML)"),
    ("empty", "(the answer is empty)"),
    ("303", "(HTTP 303)"),
    ("404", "(HTTP 404)"),
])
def test_a_page_that_a_firmware_takes_away_is_unsupported_and_told_once(tmp_path, how, why):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        with daemon_of(tmp_path, house(sim.urls[0])) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_load") == "9")
            sim.control(f"/request?name=lua:ecoStat&error={how}")
            daemon.wait_for(lambda found: "fritzbox_t_load" not in names(found))
            before = sim.stats()[0]["requests"]
            eventually(lambda: sim.stats()[0]["requests"] > before + 5)
            found = daemon.samples()
            stats = sim.stats()[0]
            load = next(query for query in daemon.devices()["home"]["queries"] if query["name"] == "house_load")
        told = [line for line in daemon.lines if "home/house_load: " in line]

    assert load["state"] == "unsupported"
    assert failures(found) == {}
    assert value(found, "fritzbox_t_target", id="09995 0000004") == "253"
    assert stats["sessions"] <= 2 and stats["stale_sids"] == 0  # it may have been an ended session, once
    assert len(told) == 1, daemon.log
    assert told[0].endswith(f"unsupported: ecoStat: this firmware has no page 'ecoStat' {why}")


def test_a_login_that_is_refused_while_running_is_tried_once(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        with daemon_of(tmp_path, house(sim.urls[0])) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_load") == "9")
            sim.fault("auth")
            sim.control("/expire")
            daemon.wait_for(lambda found: value(found, "box_up") == "0")
            time.sleep(1)
            found = daemon.samples()
            stats = sim.stats()[0]

    assert (stats["wrong_credentials"], stats["stale_sids"]) == (1, 1)
    assert failures(found) == {'boxmeter_failures_total{device="home",reason="auth"}': "1"}
    assert sum(REFUSED in line for line in daemon.lines) == 1
    assert "secret" not in daemon.log


WEB = ["aha: getdevicelistinfos", "aha: getswitchlist", "lua: ecoStat", "lua: energy", "lua: usbOv", "lua: shareVpn"]
MANY = "pack: house\nkind: fritzbox\nqueries:\n" + "".join(
    f"  - {{name: house_{n}, request: {{{request}}}, metrics: [{{name: fritzbox_t_{n}, help: x, value: =1}}]}}\n"
    for n, request in enumerate([*WEB, "tr064: DeviceInfo1.GetInfo"]))


@pytest.mark.parametrize("since", ["the start", "some turns"])
def test_a_session_that_opens_and_is_then_refused_everything_costs_a_login_and_no_failures(tmp_path, since):
    (tmp_path / "house.yml").write_text(MANY)
    with Sim(FRITZBOX, args=["--fault", "forbidden"] if since == "the start" else []) as sim:
        text = config(house(sim.urls[0]), poll="interval: 100ms, timeout: 2s", extra="query_files: [house.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            if since != "the start":
                daemon.wait_for(lambda found: all(f"fritzbox_t_{n}" in names(found) for n in range(len(WEB) + 1)))
                sim.fault("forbidden")
            daemon.wait_for_line(f"home: .*: 7 queries, {len(WEB)} denied" if since == "the start" else f"home/house_{len(WEB) - 1}: denied: ")
            turns = int(value(daemon.samples(), "boxmeter_polls_total"))
            found = daemon.wait_for(lambda found: int(value(found, "boxmeter_polls_total")) > turns + 10)
            stats = sim.stats()[0]

    assert failures(found) == {}
    assert (value(found, "box_up"), value(found, "fritzbox_t_6")) == ("1", "1")
    # Digest's for TR-064, and the web's; one more is tried when a session was good before.
    assert (stats["sessions"], value(found, "boxmeter_logins_total")) == ((1, "2") if since == "the start" else (2, "3"))
    assert [line for line in daemon.lines if "warn" in line] == [], daemon.log


def test_no_session_id_is_in_any_error_or_log(tmp_path):
    with Sim(FRITZBOX) as sim:
        with daemon_of(tmp_path, house(sim.urls[0])) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_load") is not None)
            for fault in ("reset", "http500", "truncate", "bad-json", "bad-xml", "html"):
                sim.fault(fault)
                before = sim.stats()[0]["requests"]
                eventually(lambda: sim.stats()[0]["requests"] > before + 1)
            pages = daemon.get("/devices").decode() + daemon.page()

    assert "sid=" not in daemon.log + pages
    assert "AVM-SID" not in daemon.log + pages


@pytest.mark.parametrize("fault", ["none", "silent"])
def test_the_end_of_the_daemon_does_not_wait_for_logouts(tmp_path, fault):
    with Sim(FRITZBOX, args=["--count", "5"]) as sim:
        with daemon_of(tmp_path, *(house(url, f"box{i}") for i, url in enumerate(sim.urls))) as daemon:
            daemon.all_asked()
            assert [box["sessions"] for box in sim.stats()] == [1] * len(sim.urls)
            sim.fault(fault)
            began = time.monotonic()
            code = daemon.stop()
            took = time.monotonic() - began
        logouts = sum(box["logouts"] for box in sim.stats())

    assert code == 0
    assert took < 1.5  # promised: a second; half of it is for the logouts
    assert logouts == (5 if fault == "none" else 0)


def test_boxes_that_take_their_time_are_logged_out_of_at_the_same_time(tmp_path):
    with Sim(FRITZBOX, args=["--count", "12", "--latency", "80"]) as sim:
        with daemon_of(tmp_path, *(house(url, f"box{i}") for i, url in enumerate(sim.urls))) as daemon:
            daemon.all_asked()
            assert [box["sessions"] for box in sim.stats()] == [1] * len(sim.urls)
            assert daemon.stop() == 0
        assert sum(box["logouts"] for box in sim.stats()) == 12  # a second of them, one after the other


CALLS = """
pack: house
kind: fritzbox
queries:
  - name: house_calls
    request: {callmonitor: calls}
    labels: {direction: direction}
    each: calls/*
    metrics:
      - {name: fritzbox_t_calls_total, type: counter, help: x, value: count}
      - {name: fritzbox_t_seconds_total, type: counter, help: x, value: seconds}
      - {name: fritzbox_t_ringing, help: x, each: "", labels: {direction: "="}, value: ringing}
  - name: house_devices
    request: {aha: getswitchlist}
    metrics:
      - {name: fritzbox_t_switches, help: x, value: =1}
"""


def call_monitor(sim):
    return next(line.split()[-1] for line in sim.lines if line.startswith("callmonitor "))


def tell(sim, *events):
    for event in events:
        sim.control("/call?event=" + event.replace(";", "%3B"))


def counted(found):
    return {(name, direction): value(found, f"fritzbox_t_{name}_total", direction=direction)
            for name in ("calls", "seconds") for direction in ("incoming", "outgoing")}


def test_calls_are_counted_while_the_daemon_runs_and_also_after_the_box_hung_up(tmp_path):
    with Sim(FRITZBOX, args=["--call-monitor", "0"]) as sim:
        (tmp_path / "house.yml").write_text(CALLS)
        text = config(house(sim.urls[0], call_monitor=call_monitor(sim)), poll="interval: 100ms, timeout: 2s",
                      extra="query_files: [house.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: value(found, "fritzbox_t_calls_total", direction="incoming") == "0")
            tell(sim, "RING;0;0301234567;7654321;SIP0;", "CONNECT;0;10;0301234567;",
                 "CALL;1;10;7654321;0301234567;SIP0;")
            daemon.wait_for(lambda found: value(found, "fritzbox_t_ringing") == "1")
            tell(sim, "DISCONNECT;0;42;")
            found = daemon.wait_for(lambda found: value(found, "fritzbox_t_seconds_total", direction="incoming") == "42")
            assert counted(found) == {("calls", "incoming"): "1", ("calls", "outgoing"): "1",
                                      ("seconds", "incoming"): "42", ("seconds", "outgoing"): "0"}

            sim.control("/call")  # closes the connection
            daemon.wait_for(lambda found: value(found, "fritzbox_t_ringing") == "0")
            tell(sim, "RING;0;0301234567;7654321;SIP0;")
            found = daemon.wait_for(lambda found: value(found, "fritzbox_t_calls_total", direction="incoming") == "2")
            assert value(found, "fritzbox_t_seconds_total", direction="incoming") == "42"
            assert failures(found) == {}
            pages = daemon.page() + daemon.get("/devices").decode()
    assert "0301234567" not in pages + daemon.log


def test_a_box_of_which_only_the_call_monitor_is_read_is_up(tmp_path):
    with Sim(FRITZBOX, args=["--call-monitor", "0"]) as sim:
        text = config(fritzbox(sim.urls[0], queries="[fritzbox_call_monitor]", call_monitor=call_monitor(sim)), poll="interval: 100ms, timeout: 2s")
        with Daemon(tmp_path, text) as daemon:
            found = daemon.wait_for(lambda found: value(found, "fritzbox_call_monitor_calls_total", direction="incoming", outcome="answered") == "0")
            assert value(found, "box_up") == "1"


def test_a_call_monitor_that_is_off_is_told_and_hurts_nothing_else(tmp_path):
    with Sim(FRITZBOX) as sim:
        (tmp_path / "house.yml").write_text(CALLS)
        text = config(house(sim.urls[0], call_monitor="127.0.0.1:1"), poll="interval: 100ms, timeout: 2s",
                      extra="query_files: [house.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            found = daemon.wait_for(lambda found: value(found, "fritzbox_t_switches") == "1"
                                    and value(found, "boxmeter_query_up", query="house_calls") == "0"
                                    and value(found, "box_up") == "1")
        told = [line for line in daemon.lines if "house_calls" in line]

    assert value(found, "box_up") == "1"
    assert len(told) == 1 and told[0].endswith(
        "home/house_calls: calls: no connection to the call monitor at 127.0.0.1:1: Connection refused (it is switched "
        "on by dialling #96*5* on a phone of the box)"), daemon.log


@pytest.fixture
def silent_name_server(tmp_path):
    """(what stands before a command that is to ask it, its socket): it hears questions and never answers."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("no resolv.conf of its own: needs root and unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        try:
            server.bind(("127.0.0.53", 53))
        except OSError:  # systemd-resolved has it
            server.bind(("127.0.0.77", 53))
        file = tmp_path / "resolv.conf"
        # Each question is asked again and again, for minutes.
        file.write_text(f"nameserver {server.getsockname()[0]}\noptions timeout:30 attempts:5\n")
        server.settimeout(PATIENCE)
        yield ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0" /etc/resolv.conf; exec "$@"', file], server


# glibc asks files and then DNS, as Debian's nsswitch.conf says; nothing else here knows the name.
def test_a_name_server_that_is_silent_does_not_hold_the_end_of_a_daemon_with_a_call_monitor(tmp_path, silent_name_server):
    before, server = silent_name_server
    with Sim(FRITZBOX) as sim:
        (tmp_path / "house.yml").write_text(CALLS)
        (tmp_path / "boxmeter.yml").write_text(
            config(house(sim.urls[0], call_monitor="box.invalid:1012"), extra="query_files: [house.yml]\n"))
        command = [BUILD / "boxmeter", "serve", "--config.file", tmp_path / "boxmeter.yml", "--web.listen-address", "127.0.0.1:0"]
        env = {"STATE_DIRECTORY": str(tmp_path / "state"), "RES_OPTIONS": "timeout:30 attempts:5"}
        with Process([*before, *command], env=env) as daemon:
            assert b"\3box\7invalid" in server.recv(512)
            assert daemon.stop() == 0  # long before the name server is given up


def test_a_call_monitor_that_nobody_configured_says_how_to(tmp_path):
    with Sim(FRITZBOX, args=["--call-monitor", "0"]) as sim:
        assert error(tmp_path, sim.urls[0], "callmonitor:calls") == (
            "calls: nobody listens to the call monitor: set 'call_monitor: true' of this device")
        said = reply(tmp_path, sim.urls[0], "callmonitor:calls", call_monitor=call_monitor(sim))
        assert (said["active"], said["ringing"], len(said["calls"])) == (0, 0, 2)
