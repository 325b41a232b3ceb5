"""All packs of a Fritz!Box over every recording, through `boxmeter once` and `boxmeter serve`."""
import re
import time

import pytest
import yaml

from harness import RECORDINGS, ROOT, Daemon, Sim, config, fritzbox, names, run, samples, value

pytestmark = pytest.mark.sanitized

PACKS = ["fritzbox", "fritzbox_addresses", "fritzbox_cable", "fritzbox_hosts", "fritzbox_log", "fritzbox_lua",
         "fritzbox_mesh", "fritzbox_mobile", "fritzbox_online_monitor", "fritzbox_phone", "fritzbox_services",
         "fritzbox_smarthome", "fritzbox_stations", "fritzbox_storage", "fritzbox_vpn"]
BOXES = {
    "5690-pro": RECORDINGS / "fritzbox-5690-pro-292.08.20-handmade",
    "6690": RECORDINGS / "fritzbox-6690-267.07.57-handmade",
    "6850-5g": RECORDINGS / "fritzbox-6850-5g-168.08.02-handmade",
    "7590": RECORDINGS / "fritzbox-7590-154.07.57-handmade",
    "repeater-2400": RECORDINGS / "fritzbox-repeater-2400-216.07.57-handmade",
}


def packs_of(box):
    """The two packs for smart homes tell the same: the newest box is asked over REST."""
    return [pack + "_rest" if pack == "fritzbox_smarthome" and box == "5690-pro" else pack for pack in PACKS]


def once(tmp_path, recording, packs, exposition="prometheus"):
    file = tmp_path / "boxmeter.yml"
    with Sim(recording, args=["--still"]) as sim:
        file.write_text(config(fritzbox(sim.urls[0], queries="[" + ", ".join(packs) + "]")))
        done = run("once", "--config.file", file, "--format", exposition,
                   env={"STATE_DIRECTORY": str(tmp_path / "state")})
        requests = sim.stats()
    assert done.returncode == 0, done.stderr
    return done, requests


def of_the_box(page):
    """Without boxmeter's own series, which tell times."""
    return "".join(line + "\n" for line in page.splitlines()
                   if not line.startswith("boxmeter_") and " boxmeter_" not in line)


def check_clean(done):
    """No query fails that should be unsupported, no series twice, no rule that does not fit its reply."""
    found = samples(done.stdout)
    assert [value(found, "boxmeter_queries", state=state) for state in ("denied", "idle", "failing")] == ["0", "0", "0"]
    for counter in ("boxmeter_failures_total", "boxmeter_series_dropped_total"):
        assert {text for key, text in found.items() if key.startswith(counter)} == {"0"}
    assert not re.search("level=(warn|error)", done.stderr), done.stderr
    return found


@pytest.mark.parametrize("box", BOXES)
def test_all_packs_over_a_recording(tmp_path, golden, box):
    done, _ = once(tmp_path, BOXES[box], packs_of(box))

    found = check_clean(done)
    own = [key for key in found if not key.startswith("boxmeter_")]
    print(f"{box}: {len(own)} series of {len(names(own))} metrics")
    golden(f"page/fritzbox-{box}-all.txt", of_the_box(done.stdout))


@pytest.mark.parametrize("box, requests", [("7590", 55), ("6690", 30), ("6850-5g", 30), ("5690-pro", 55),
                                           ("repeater-2400", 30)])
def test_the_default_pack_asks_little(tmp_path, box, requests):
    """All of it once, the descriptions that it takes and the services that a box refuses included."""
    _, stats = once(tmp_path, BOXES[box], ["fritzbox"])

    print(f"{box}: {stats}")
    assert sum(one["requests"] for one in stats) <= requests


SECONDS = {"s": 1, "m": 60, "h": 3600}


def seconds(text):
    return int(text[:-1]) * SECONDS[text[-1]]


@pytest.mark.parametrize("box, most", [("7590", 29.0), ("6690", 12.4), ("6850-5g", 10.2), ("5690-pro", 25.6), ("repeater-2400", 11.6)])
def test_how_often_a_box_is_asked_per_minute(tmp_path, box, most):
    """At the intervals that the pack says, in the second ten minutes: what the box lacks is known, and queries that meet in a
    turn share their answers.  Every turn of the ten minutes is asked for, one after the other."""
    pack = yaml.safe_load((ROOT / "config/queries/fritzbox.yml").read_text())
    intervals = {query["name"]: seconds(query.get("interval", "30s")) for query in pack["queries"]}
    with Sim(BOXES[box]) as sim, Daemon(tmp_path, config(
            fritzbox(sim.urls[0], queries="[fritzbox]", poll=False), poll="interval: 30s, timeout: 10s")) as daemon:
        def asked(queries):
            before = sim.stats()[0]["requests"]
            status = daemon.get(f"/probe?target=home&query={','.join(queries)}")
            assert b"probe_success 1" in status or b"probe_success 0" in status
            time.sleep(0.01)  # a probe that comes before the turn has ended, just after its answers, shares them
            return sim.stats()[0]["requests"] - before

        for _ in range(2):  # in the first round it is seen what they share, and what the box lacks
            due = ([name for name, interval in intervals.items() if second % interval == 0] for second in range(0, 600, 15))
            total = sum(asked(queries) for queries in due if queries)

    print(f"{box}: {total / 10} requests per minute")
    # Never more; a turn that shares an answer which is about to be too old asks for one less.
    assert most - 0.3 <= total / 10 <= most


def test_a_recorded_7590_with_all_packs(corpus, tmp_path):
    done, _ = once(tmp_path, corpus / "fritzbox/7590-154.07.57", PACKS)

    found = check_clean(done)
    own = [key for key in found if not key.startswith("boxmeter_")]
    print(f"corpus 7590: {len(own)} series of {len(names(own))} metrics")
    assert value(found, "box_mesh_link_rate_bytes_per_second", interface="AP:5G:0", direction="down") == "121875000"
    assert value(found, "box_host_active", mac="B8:27:EB:D1:DC:06") == "1"
    assert value(found, "box_lan_port_speed_bytes_per_second", port="1") == "125000000"


def test_no_number_of_a_caller_and_no_session_reaches_a_page(tmp_path):
    done, _ = once(tmp_path, BOXES["7590"], PACKS)
    page = done.stdout + done.stderr

    for secret in ("?sid=", "&sid=", '"000005"', 'name="Example"', "Example One", "001010000000001", "customer@example.net"):
        assert secret not in page
    assert value(samples(done.stdout), "box_calls", outcome="received") == "2"
    assert value(samples(done.stdout), "fritzbox_calls_duration_seconds", outcome="received") == "4560"


def test_the_daemon_asks_all_packs_again_and_again_in_silence(tmp_path):
    with Sim(BOXES["7590"]) as sim:
        device = fritzbox(sim.urls[0], queries="[" + ", ".join(PACKS) + "]", interval="200ms")
        with Daemon(tmp_path, config(device, poll="interval: 200ms, timeout: 5s")) as daemon:
            found = daemon.wait_for(lambda found: float(value(found, "boxmeter_polls_total", device="home") or 0) > 5)
            log = [line for line in daemon.lines if re.match(r"\S+ (warn|error) ", line)]
    assert {text for key, text in found.items() if key.startswith("boxmeter_failures_total")} == {"0"}
    assert log == []
