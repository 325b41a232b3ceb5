"""What the daemon found out about a box outlives its own restart: what the box lacks, and which sources answered."""
import json
import os
import time

import pytest

from harness import FREEBOX, FRITZBOX, Daemon, Sim, config, eventually, freebox, fritzbox, run, value
from stand_ins import ScriptedFreebox

pytestmark = pytest.mark.sanitized

PACK = """
pack: house
kind: {kind}
queries:
  - name: house_info
    request: {info}
    metrics:
      - {{name: {kind}_t_uptime, help: x, value: [NewNothing, NewUpTime, uptime_val]}}
  - name: house_lacking
    request: {lacking}
    metrics:
      - {{name: {kind}_t_x, help: x, value: =1}}
"""
BRANDS = {
    "fritzbox": dict(recording=FRITZBOX, device=fritzbox, info="{tr064: DeviceInfo1.GetInfo}",
                     lacking="{tr064: WANDSLInterfaceConfig1.GetInfo}", name="WANDSLInterfaceConfig1.GetInfo", error="401",
                     trace="WANDSLInterfaceConfig:1#GetInfo", describe="tr064:WANDSLInterfaceConfig1.GetInfo",
                     firmware="154.07.57"),
    "freebox": dict(recording=FREEBOX, device=freebox, info="{get: system/}", lacking="{get: lan/config/}",
                    name="lan/config", error="nodev", trace="/lan/config/", describe="get:lan/config/",
                    firmware="4.12.2"),
}


@pytest.fixture(params=BRANDS)
def brand(request, tmp_path):
    brand = {"kind": request.param, **BRANDS[request.param]}
    (tmp_path / "house.yml").write_text(PACK.format(**brand))
    return brand


def sim_of(brand, *args):
    sim = Sim(brand["recording"], args=["--trace", *args])
    sim.control(f"/request?name={brand['name']}&error={brand['error']}")
    return sim


def daemon_of(tmp_path, brand, sim):
    device = brand["device"](sim.urls[0], "home", queries="[house]")
    return Daemon(tmp_path, config(device, poll="interval: 200ms, timeout: 2s", extra="query_files: [house.yml]\n"))


def asked(sim, brand):
    """How often the box was asked for what it lacks."""
    return sum(line.startswith("asked 0 ") and brand["trace"] in line and " 401" not in line for line in list(sim.lines))


def wait_until_told(daemon):
    """Two turns later, so that the second one would have asked again."""
    found = daemon.wait_for(lambda found: value(found, "boxmeter_queries", state="unsupported") == "1")
    polls = value(found, "boxmeter_polls_total")
    daemon.wait_for(lambda found: float(value(found, "boxmeter_polls_total")) >= float(polls) + 4)
    return found


def learned(tmp_path):
    return tmp_path / "state/learned/home.json"


def test_a_restart_does_not_ask_again_for_what_the_box_lacks(tmp_path, brand):
    with sim_of(brand) as sim:
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        assert asked(sim, brand) == 1
        kept = json.loads(learned(tmp_path).read_text())
        with daemon_of(tmp_path, brand, sim) as daemon:
            found = wait_until_told(daemon)
            told = [line for line in daemon.lines if line.endswith(": 2 queries, 1 unsupported")]
        assert asked(sim, brand) == 1

    assert list(kept["unsupported"]) == [brand["describe"]]
    assert kept["unsupported"][brand["describe"]]["refusals"] == 1
    assert 200 < kept["unsupported"][brand["describe"]]["ask_again"] - time.time() <= 300
    assert kept["firmware"] == brand["firmware"]
    assert learned(tmp_path).stat().st_mode & 0o777 == 0o600
    assert [chosen for key, chosen in kept["choices"].items() if key.startswith("house_info#")] == [
        [1 if brand["kind"] == "fritzbox" else 2]]
    assert len(told) == 1
    assert value(found, f"{brand['kind']}_t_uptime") is not None


def test_when_it_is_due_the_box_is_asked_again(tmp_path, brand):
    with sim_of(brand) as sim:
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        kept = json.loads(learned(tmp_path).read_text())
        kept["unsupported"][brand["describe"]]["ask_again"] -= 301
        learned(tmp_path).write_text(json.dumps(kept))
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        eventually(lambda: asked(sim, brand) == 2)
        kept = json.loads(learned(tmp_path).read_text())

    # Refused twice in a row: it is left alone for ten minutes now.
    assert kept["unsupported"][brand["describe"]]["refusals"] == 2
    assert 500 < kept["unsupported"][brand["describe"]]["ask_again"] - time.time() <= 600


def test_a_box_that_restarted_meanwhile_is_asked_at_once(tmp_path, brand):
    with sim_of(brand) as sim:
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        sim.control(f"/request?name={brand['name']}&error=")
        sim.control("/restart")
        with daemon_of(tmp_path, brand, sim) as daemon:
            daemon.wait_for(lambda found: value(found, f"{brand['kind']}_t_x") == "1")
        kept = json.loads(learned(tmp_path).read_text())

    assert kept["unsupported"] == {}


@pytest.mark.parametrize("damage, why", [
    (lambda text: text[:len(text) // 2], "it is damaged"),
    (lambda text: "", "it is damaged"),
    (lambda text: "\0" * len(text), "it is damaged"),
    (lambda text: text.replace('"format": 1', '"format": 9'), "it is of another version of boxmeter"),
], ids=["cut", "empty", "zeros", "another version"])
def test_a_damaged_file_costs_a_warning_and_one_more_question(tmp_path, brand, damage, why):
    with sim_of(brand) as sim:
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        learned(tmp_path).write_text(damage(learned(tmp_path).read_text()))
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
            warnings = [line for line in daemon.lines if "what the box lacks" in line]
        eventually(lambda: asked(sim, brand) == 2)

    assert len(warnings) == 1
    assert warnings[0].endswith(f"home: what the box lacks is found out anew, not read from '{learned(tmp_path)}': {why}")
    assert list(json.loads(learned(tmp_path).read_text())["unsupported"]) == [brand["describe"]]


def test_a_daemon_that_is_killed_leaves_a_whole_file(tmp_path, brand):
    with sim_of(brand) as sim:
        for _ in range(5):
            with daemon_of(tmp_path, brand, sim) as daemon:
                eventually(learned(tmp_path).exists)
                daemon.popen.kill()
            json.loads(learned(tmp_path).read_text())
        assert asked(sim, brand) == 1


def test_once_asks_for_everything_and_keeps_nothing_of_it(tmp_path, brand):
    with sim_of(brand) as sim:
        with daemon_of(tmp_path, brand, sim) as daemon:
            wait_until_told(daemon)
        before = learned(tmp_path).read_text()
        done = run("once", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
        assert done.returncode == 0, done.stderr
        eventually(lambda: asked(sim, brand) == 2)

    assert learned(tmp_path).read_text() == before


GIVEN = """
pack: given
kind: freebox
queries:
  - name: given_system
    request: {get: system/}
    interval: 100ms
    metrics:
      - {name: freebox_a, help: Stays., value: a}
      - {name: freebox_b, help: Goes., value: b}
      - {name: freebox_c, help: Goes too., value: c}
"""


def test_metrics_that_went_with_a_change_of_firmware_are_told_counted_and_forgotten_when_they_are_back(tmp_path):
    said = {"firmware_version": "4.7.1", "uptime_val": 5000, "a": 1, "b": 2, "c": 3}
    (tmp_path / "given.yml").write_text(GIVEN)
    with ScriptedFreebox({"system/": lambda: dict(said)}) as box:
        text = config(freebox(box.url, queries=["given"]), poll="interval: 100ms, timeout: 2s", extra="query_files: [given.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: value(found, "freebox_c") == "3")
            assert value(daemon.samples(), "boxmeter_metrics_gone") == "0"
            # Without a new firmware that is no news.
            said.pop("c")
            daemon.wait_for(lambda found: value(found, "freebox_c") is None)
            assert daemon.devices()["free"]["gone"] == []
        said.update(firmware_version="4.8.0", uptime_val=10)
        said.pop("b")
        # It was changed while we were away, and that is noticed as well.
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: value(found, "boxmeter_metrics_gone") == "2")
            assert daemon.devices()["free"]["gone"] == ["freebox_b", "freebox_c"]
            daemon.wait_for_line(r"firmware 4\.8\.0 does not give what 4\.7\.1 gave: freebox_b, freebox_c")
            said.update(b=2, c=3)
            daemon.wait_for(lambda found: value(found, "boxmeter_metrics_gone") == "0")
            daemon.wait_for_line("gives again what was gone since its firmware changed")
    assert daemon.log.count("does not give what") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write into somebody else's folder")
def test_what_root_writes_into_the_services_state_belongs_to_the_service(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 12345, 12346)
    with Sim(FRITZBOX) as sim:
        (tmp_path / "boxmeter.yml").write_text(config(fritzbox(sim.urls[0]), extra=f"state_dir: {state}\n"))
        done = run("once", "--config.file", tmp_path / "boxmeter.yml")
    assert done.returncode == 0, done.stderr

    written = sorted(state.rglob("*"))
    assert written != []
    assert {(path.stat().st_uid, path.stat().st_gid) for path in written} == {(12345, 12346)}
