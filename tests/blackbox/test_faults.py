"""Boxes that misbehave: each fault has its own reason, costs only its own box, and leaves nothing behind."""
import time

import pytest

from harness import (FREEBOX, FRITZBOX, Daemon, Sim, config, eventually, freebox, fritzbox, listening, names,
                     open_files, run, samples, threads, value)

# One query is enough to see a fault; the interval is short so that recovery does not take long.
SHORT = "interval: 1s, timeout: 1s"


def fault_reason(found, device):
    return {key.split('reason="')[1].split('"')[0]: int(text) for key, text in found.items()
            if key.startswith("boxmeter_failures_total") and f'device="{device}"' in key and text != "0"}


@pytest.mark.sanitized
@pytest.mark.parametrize("fault, reason", [
    ("silent", "timeout"),
    ("slow-drip", "timeout"),
    ("reset", "network"),
    ("close", "network"),
    ("huge", "too_large"),
    ("truncate", "network"),
    ("bad-xml", "protocol"),
    ("html", "protocol"),
])
def test_a_fault_has_its_reason_costs_only_its_box_and_heals_without_a_restart(tmp_path, fault, reason):
    with Sim(FRITZBOX, FREEBOX) as sim:
        boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device"]), freebox(sim.urls[1]), poll=SHORT)
        with Daemon(tmp_path, boxes) as daemon:
            daemon.wait_for(lambda found: value(found, "box_up", device="home") == "1"
                            and value(found, "box_up", device="free") == "1")
            sim.fault(fault, box=0)
            found = daemon.wait_for(lambda found: reason in fault_reason(found, "home"))
            assert set(fault_reason(found, "home")) == {reason}
            assert value(found, "box_up", device="free") == "1"
            assert fault_reason(found, "free") == {}
            # The old values are gone, not frozen.
            daemon.wait_for(lambda found: value(found, "box_uptime_seconds", device="home") is None)
            sim.fault("", box=0)
            daemon.wait_for(lambda found: value(found, "box_uptime_seconds", device="home") is not None
                            and value(found, "box_up", device="home") == "1")


@pytest.mark.sanitized
def test_bad_json_of_a_freebox_is_a_protocol_error(tmp_path):
    with Sim(FREEBOX) as sim:
        with Daemon(tmp_path, config(freebox(sim.urls[0], queries=["freebox_connection"]), poll=SHORT)) as daemon:
            daemon.wait_for(lambda found: value(found, "box_up", device="free") == "1")
            sim.fault("bad-json")
            found = daemon.wait_for(lambda found: fault_reason(found, "free"))
            assert set(fault_reason(found, "free")) == {"protocol"}


@pytest.mark.sanitized
@pytest.mark.parametrize("device, credential, told", [
    (fritzbox, {"password": "wrong"}, "home: "),
    (freebox, {"name": "home", "app_token": "wrong"}, "home: "),
])
def test_a_wrong_password_is_tried_once_told_once_and_hurts_nobody_else(tmp_path, device, credential, told):
    recording = FRITZBOX if device is fritzbox else FREEBOX
    with Sim(recording, FREEBOX) as sim:
        boxes = config(device(sim.urls[0], **credential), freebox(sim.urls[1], name="other"), poll=SHORT)
        with Daemon(tmp_path, boxes) as daemon:
            daemon.wait_for(lambda found: value(found, "boxmeter_failures_total", device="home", reason="auth") == "1"
                            and value(found, "box_up", device="other") == "1")
            time.sleep(3.5)  # three intervals in which nothing must happen
            found = daemon.samples()
            attempts = sim.stats()[0]["wrong_credentials"]
        assert attempts == 1
        assert value(found, "box_up", device="home") == "0"
        assert value(found, "boxmeter_failures_total", device="home", reason="auth") == "1"
        assert value(found, "box_up", device="other") == "1"
        lines = [line for line in daemon.lines if told in line and "warn" in line]
        assert len(lines) == 1, daemon.log
        assert "wrong" not in daemon.log.replace("wrong user", "")


def test_once_with_a_wrong_password_ends_with_1(tmp_path):
    with Sim(FRITZBOX) as sim:
        file = tmp_path / "boxmeter.yml"
        file.write_text(config(fritzbox(sim.urls[0], password="wrong")))
        done = run("once", "--config.file", file)
    assert done.returncode == 1
    assert value(samples(done.stdout), "box_up") == "0"
    assert ("home: DeviceInfo1.GetInfo: the box refused the login of user 'monitor': check name and password, and that "
            "this user may use the box's settings\n") in done.stderr


def test_a_password_file_is_read_again_after_it_was_rejected(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("wrong\n")
    secret.chmod(0o600)
    with Sim(FRITZBOX) as sim:
        box = fritzbox(sim.urls[0], password=None, password_file=str(secret), queries=["fritzbox_device"])
        file = tmp_path / "boxmeter.yml"
        file.write_text(config(box))
        assert run("once", "--config.file", file).returncode == 1
        secret.write_text("secret\n")
        assert run("once", "--config.file", file).returncode == 0


@pytest.mark.sanitized
def test_an_expired_nonce_and_an_expired_session_cost_one_login_and_no_value(tmp_path):
    with Sim(FRITZBOX, FREEBOX) as sim:
        boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device"]),
                       freebox(sim.urls[1], queries=["freebox_connection"]), poll=SHORT)
        with Daemon(tmp_path, boxes) as daemon:
            before = daemon.wait_for(lambda found: value(found, "boxmeter_logins_total", device="home") == "1"
                                     and value(found, "boxmeter_logins_total", device="free") == "1"
                                     and value(found, "boxmeter_polls_total", device="free") >= "2")
            sim.control("/expire")
            after = daemon.wait_for(lambda found: value(found, "boxmeter_logins_total", device="home") == "2"
                                    and value(found, "boxmeter_logins_total", device="free") == "2")
        assert fault_reason(before, "home") == fault_reason(after, "home") == {}
        assert fault_reason(after, "free") == {}


def test_a_thousand_faults_leave_no_thread_and_no_socket_behind(tmp_path):
    faults = ["reset", "close", "bad-xml", "html", "http500", "truncate"]
    with Sim(FRITZBOX, args=["--count", "20"]) as sim:
        boxes = [fritzbox(url, name=f"box{i}", interval="1s", queries=["fritzbox_device"])
                 for i, url in enumerate(sim.urls)]
        # One second is the shortest interval; backoff never ends within it: 20 boxes fail 20 times a second.
        with Daemon(tmp_path, config(*boxes, poll="interval: 1s, timeout: 1s, workers: 8")) as daemon:
            daemon.wait_for(lambda found: all(value(found, "box_up", device=f"box{i}") == "1" for i in range(20)))
            before = open_files(daemon.popen.pid), threads(daemon.popen.pid)
            failures = 0
            deadline = time.monotonic() + 75
            turn = 0
            while failures < 1000 and time.monotonic() < deadline:
                sim.fault(faults[turn % len(faults)])
                time.sleep(0.7)
                sim.fault("")
                time.sleep(0.5)
                turn += 1
                found = daemon.samples()
                failures = sum(sum(fault_reason(found, f"box{i}").values()) for i in range(20))
            daemon.wait_for(lambda found: all(value(found, "box_up", device=f"box{i}") == "1" for i in range(20)),
                            patience=90)
            eventually(lambda: open_files(daemon.popen.pid) <= before[0] + 2)
            assert threads(daemon.popen.pid) < before[1] + 8  # the pool is between 1 and 8


def test_dead_boxes_do_not_keep_live_ones_waiting(tmp_path):
    """16 boxes that accept and never answer beside 100 live ones, with 8 workers."""
    def never_answer(connection):
        connection.recv(1)
        time.sleep(60)

    with listening(never_answer) as port, Sim(FRITZBOX, args=["--count", "100"]) as sim:
        dead = [fritzbox(f"http://127.0.0.1:{port}", name=f"dead{i}") for i in range(16)]
        live = [fritzbox(url, name=f"live{i}", queries=["fritzbox_device", "fritzbox_wan_traffic"])
                for i, url in enumerate(sim.urls)]
        with Daemon(tmp_path, config(*dead, *live, poll="interval: 5s, timeout: 1s, workers: 8")) as daemon:
            daemon.wait_for(lambda found: all(value(found, "box_up", device=f"live{i}") == "1" for i in range(100)))
            time.sleep(16)
            found = daemon.samples()
    assert [value(found, "boxmeter_polls_skipped_total", device=f"live{i}") for i in range(100)] == ["0"] * 100
    assert all(int(value(found, "boxmeter_polls_total", device=f"live{i}")) >= 6 for i in range(100))
    assert [value(found, "box_up", device=f"dead{i}") for i in range(16)] == ["0"] * 16


@pytest.mark.sanitized
def test_sigterm_in_the_middle_of_a_poll_ends_within_a_second_with_0(tmp_path):
    with Sim(FRITZBOX, args=["--fault", "silent"]) as sim:
        with Daemon(tmp_path, config(fritzbox(sim.urls[0]), poll="interval: 30s, timeout: 20s")) as daemon:
            eventually(lambda: sim.stats()[0]["connections"] > 0)
            began = time.monotonic()
            code = daemon.stop()
            took = time.monotonic() - began
    assert code == 0, daemon.log
    assert took < 1 or "build-" in str(daemon.popen.args[0])


@pytest.mark.sanitized
def test_start_with_unreachable_devices_succeeds(tmp_path):
    with Daemon(tmp_path, config(fritzbox("http://127.0.0.1:1"), freebox("http://127.0.0.1:1"))) as daemon:
        found = daemon.wait_for(lambda found: fault_reason(found, "home") and fault_reason(found, "free"))
        assert value(found, "box_up", device="home") == value(found, "box_up", device="free") == "0"
        assert names(found) & {"box_uptime_seconds", "box_wan_receive_bytes_total"} == set()


@pytest.mark.sanitized
def test_start_with_an_invalid_file_fails_before_anything_is_bound(tmp_path):
    file = tmp_path / "boxmeter.yml"
    file.write_text("devices: [{name: home, kind: fritzbx}]\n")

    done = run("serve", "--config.file", file)

    assert done.returncode == 2
    assert done.stderr.startswith(f"boxmeter: {file}:1:")
    assert "fritzbx" in done.stderr and "fritzbox" in done.stderr


def test_a_second_daemon_on_the_port_fails_with_a_clear_error(tmp_path):
    with Daemon(tmp_path, config(fritzbox("http://127.0.0.1:1"))) as daemon:
        address = daemon.url.removeprefix("http://")
        done = run("serve", "--config.file", daemon.file, "--web.listen-address", address)
    assert done.returncode == 2
    assert f"cannot listen on {address}: Address already in use" in done.stderr


def test_boxes_that_were_asked_all_at_once_at_the_start_leave_few_threads_behind(tmp_path):
    boxes = 40
    with Sim(FRITZBOX, args=["--count", str(boxes), "--latency", "300"]) as sim:
        text = config(*[fritzbox(url, name=f"box{i}", queries=["fritzbox_device"]) for i, url in enumerate(sim.urls)],
                      poll="interval: 30s")
        with Daemon(tmp_path, text) as daemon:
            at_once = eventually(lambda: (count := threads(daemon.popen.pid)) > boxes and count)
            daemon.wait_for(lambda found: all(value(found, "box_up", device=f"box{i}") == "1" for i in range(boxes)))
            # A worker that nobody needs leaves after ten seconds.
            eventually(lambda: threads(daemon.popen.pid) < at_once - boxes / 2, patience=40, pause=0.5)
