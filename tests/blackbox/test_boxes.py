"""What real boxes and the ones of the repository say, through `boxmeter once`."""
import json

import pytest

from harness import (FREEBOX, FREEBOX_PACKS, FRITZBOX, RECORDINGS, Sim, config, freebox, fritzbox, names, run, samples,
                     value)

pytestmark = pytest.mark.sanitized


def once(tmp_path, text, *arguments):
    file = tmp_path / "boxmeter.yml"
    file.write_text(text)
    return run("once", "--config.file", file, *arguments, env={"STATE_DIRECTORY": str(tmp_path / "state")})


def poll(tmp_path, recording, device):
    with Sim(recording, args=["--still"]) as sim:
        done = once(tmp_path, config(device(sim.urls[0])))
    assert done.returncode == 0, done.stderr
    return samples(done.stdout)


def of_the_device(page):
    """Without boxmeter's own series, which tell times."""
    return "".join(line + "\n" for line in page.splitlines()
                   if not line.startswith("boxmeter_") and " boxmeter_" not in line)


def test_a_recorded_7590_is_read_to_the_last_digit(corpus, tmp_path):
    found = poll(tmp_path, corpus / "fritzbox/7590-154.07.57", fritzbox)

    assert value(found, "box_up", device="home") == "1"
    assert value(found, "box_dsl_rate_bytes_per_second", direction="up") == "5839875"
    assert value(found, "box_dsl_rate_bytes_per_second", direction="down") == "31133125"
    assert value(found, "box_dsl_noise_margin_decibels", direction="up") == "8"
    assert value(found, "box_dsl_noise_margin_decibels", direction="down") == "6"
    assert value(found, "box_dsl_attenuation_decibels", direction="up") == "8"
    assert value(found, "box_dsl_attenuation_decibels", direction="down") == "14"
    assert value(found, "box_wan_receive_bytes_total") == "554484531337"
    assert value(found, "box_wan_transmit_bytes_total") == "129497283207"
    assert value(found, "box_uptime_seconds") == "2058438"
    assert value(found, "box_wlan_stations", radio="1") == "11"
    assert value(found, "box_hosts", network="lan") == "4"
    assert value(found, "box_hosts", network="guest") == "0"
    assert value(found, "box_hosts_active", network="lan", medium="wifi") == "1"
    assert value(found, "box_hosts_active", network="lan", medium="ethernet") == "2"


def test_zeros_of_a_fibre_service_are_no_power(corpus, tmp_path):
    found = poll(tmp_path, corpus / "fritzbox/7590-154.07.57", fritzbox)

    assert "box_fiber_power_dbm" not in names(found)


def test_a_service_that_a_box_lacks_is_unsupported_and_nothing_else_suffers(corpus, tmp_path):
    found = poll(tmp_path, corpus / "fritzbox/7590-154.07.57", fritzbox)

    # The recording has no reply of the LAN statistics: the box says "Invalid Action".
    assert value(found, "boxmeter_query_up", query="fritzbox_lan") is None
    assert value(found, "boxmeter_query_up", query="fritzbox_dsl") == "1"
    assert all(text == "0" for key, text in found.items() if key.startswith("boxmeter_failures_total"))


def test_counters_keep_all_digits_in_openmetrics_too(corpus, tmp_path):
    with Sim(corpus / "fritzbox/7590-154.07.57", args=["--still"]) as sim:
        done = once(tmp_path, config(fritzbox(sim.urls[0])), "--format", "openmetrics")

    assert '\nbox_wan_receive_bytes_total{device="home"} 554484531337\n' in done.stdout
    assert "\n# TYPE box_wan_receive_bytes counter\n" in done.stdout
    assert done.stdout.endswith("# EOF\n")


def test_the_examples_of_the_connection_api(corpus, tmp_path):
    found = poll(tmp_path, corpus / "freebox/documentation-3", freebox)

    assert value(found, "box_dsl_rate_bytes_per_second", direction="down") == str(28031 * 125)
    assert value(found, "box_dsl_noise_margin_decibels", direction="down") == "7"
    assert value(found, "box_fiber_power_dbm", direction="down") == "-36.98"
    assert value(found, "box_fiber_power_dbm", direction="up") == "-11.72"
    assert value(found, "box_wan_receive_bytes_total") == "13332830"
    assert value(found, "box_wan_transmit_bytes_total") == "5489542"
    assert value(found, "box_wan_receive_capacity_bytes_per_second") == "12500000"


def test_a_recorded_ultra_tells_all_sensors_and_fans_by_id(corpus, tmp_path):
    found = poll(tmp_path, corpus / "freebox/ultra-16.0", freebox)

    sensors = {key: text for key, text in found.items() if key.startswith("box_temperature_celsius")}
    assert sensors == {f'box_temperature_celsius{{device="free",sensor="{sensor}"}}': text
                       for sensor, text in [("temp_cpu0", "58"), ("temp_cpu1", "59"), ("temp_cpu2", "59"),
                                            ("temp_cpu3", "59"), ("temp_t1", "60")]}
    assert value(found, "box_fan_speed_rpm", fan="fan0_speed") == "660"
    assert value(found, "box_wan_receive_bytes_total") == "49556332677"


@pytest.mark.parametrize("recording, device, name", [
    (FRITZBOX, fritzbox, "fritzbox"),
    (FREEBOX, freebox, "freebox"),
    (RECORDINGS / "freebox-delta-8.5-handmade", freebox, "freebox-delta"),
])
@pytest.mark.parametrize("exposition", ["prometheus", "openmetrics"])
def test_the_whole_page_of_each_recording(tmp_path, golden, recording, device, name, exposition):
    with Sim(recording, args=["--still"]) as sim:
        done = once(tmp_path, config(device(sim.urls[0])), "--format", exposition)
    assert done.returncode == 0, done.stderr

    golden(f"page/{name}.{exposition}.txt", of_the_device(done.stdout))


@pytest.mark.parametrize("recording", ["ultra-16.0", "delta-8.5", "revolution-4.0"])
def test_all_packs_of_a_freebox_at_once(tmp_path, golden, recording):
    with Sim(RECORDINGS / f"freebox-{recording}-handmade", args=["--still"]) as sim:
        done = once(tmp_path, config(freebox(sim.urls[0], queries=FREEBOX_PACKS)))
        light = once(tmp_path, config(freebox(sim.urls[0])))
    assert done.returncode == 0, done.stderr
    found = samples(done.stdout)
    # The default is for everybody: it stays small, and is the same whatever else is asked.
    print(f"{recording}: {value(samples(light.stdout), 'boxmeter_series')} series, {value(found, 'boxmeter_series')} with all packs")

    assert value(found, "boxmeter_queries", state="failing") == "0"
    assert " warn " not in done.stderr and "error" not in done.stderr.replace("internal_error", "")
    assert all(text == "0" for key, text in found.items()
               if key.startswith(("boxmeter_failures_total", "boxmeter_series_dropped_total")))
    golden(f"page/freebox-{recording}-all-packs.txt", of_the_device(done.stdout))


def test_both_brands_tell_what_they_share_in_the_same_words(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        done = once(tmp_path, config(fritzbox(sim.urls[0]), freebox(sim.urls[1])))
    assert done.returncode == 0, done.stderr
    found = samples(done.stdout)

    for metric in ["box_info", "box_uptime_seconds", "box_wan_receive_bytes_total", "box_wan_connected", "box_hosts",
                   "box_wlan_stations"]:
        assert {'device="free"', 'device="home"'} <= {label for key in found if key.startswith(metric + "{")
                                                     for label in key[len(metric) + 1:-1].split(",")}, metric


def test_once_fails_when_a_device_does_not_answer_and_prints_the_other(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        done = once(tmp_path, config(fritzbox(sim.urls[0]), fritzbox("http://127.0.0.1:1", name="gone")))

    assert done.returncode == 1
    found = samples(done.stdout)
    assert value(found, "box_up", device="home") == "1"
    assert value(found, "box_up", device="gone") == "0"
    assert value(found, "boxmeter_failures_total", device="gone", reason="network") == "1"
    assert "gone: DeviceInfo1.GetInfo: /tr64desc.xml: cannot connect to 127.0.0.1:1: Connection refused" in done.stderr


def test_once_of_one_device_and_as_json(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        text = config(fritzbox(sim.urls[0]), freebox(sim.urls[1]))
        done = once(tmp_path, text, "--device", "free", "--format", "json")

    assert done.returncode == 0, done.stderr
    series = json.loads(done.stdout)
    assert series[0] == {"name": "box_up", "type": "gauge", "unit": "", "labels": {"kind": "freebox"}, "value": 1,
                         "device": "free", "query": None}
    assert {"name": "box_wan_receive_bytes_total", "type": "counter", "unit": "bytes"}.items() <= next(
        row.items() for row in series if row["name"] == "box_wan_receive_bytes_total")
    assert {row["device"] for row in series} == {"free"}


def test_the_series_of_once_are_those_of_its_page_with_all_their_digits(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        text = config(fritzbox(sim.urls[0], labels={"site": "here"}))
        page = samples(once(tmp_path, text).stdout)
        rows = json.loads(once(tmp_path, text, "--format", "json").stdout, parse_int=str, parse_float=str)

    found = {}
    for row in rows:
        labels = ",".join(f'{key}="{text}"' for key, text in sorted({**row["labels"], "device": row["device"]}.items()))
        found[f"{row['name']}{{{labels}}}"] = row["value"]
    still = lambda series: {key: text for key, text in series.items() if "seconds" not in key}  # noqa: E731
    assert still(found) == still(page)
    assert set(found) == set(page)
    assert len(found) == len(rows)


def test_once_shows_also_what_was_asked_more_than_three_intervals_ago(tmp_path):
    """A thousand boxes take longer than that, and so does one that is slow and to be asked every second."""
    with Sim(FRITZBOX, args=["--still", "--latency", "50"]) as sim:
        def page(interval):
            done = once(tmp_path, config(fritzbox(sim.urls[0]), poll=f"interval: {interval}, timeout: 5s"))
            return {key: text for key, text in samples(done.stdout).items() if "seconds" not in key}
        shown = page("100ms")

        assert shown == page("1h")
        assert value(shown, "boxmeter_polls_skipped_total") == "0"


def test_call_prints_the_reply_as_json(tmp_path):
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as sim:
        file = tmp_path / "boxmeter.yml"
        file.write_text(config(fritzbox(sim.urls[0]), freebox(sim.urls[1])))
        call = ["call", "--config.file", file]

        traffic = run(*call, "home", "tr064:WANCommonIFC:1.GetAddonInfos")
        host = run(*call, "home", "tr064:Hosts1.GetGenericHostEntry", "NewIndex=0")
        hosts = run(*call, "home", "list:Hosts1.X_AVM-DE_GetHostListPath")
        connection = run(*call, "free", "get:connection/")

    assert isinstance(json.loads(traffic.stdout)["NewByteReceiveRate"], int)
    assert json.loads(host.stdout)["NewMACAddress"].startswith("00:00:5E:00:53:")
    assert isinstance(json.loads(hosts.stdout)["Item"], list)
    assert json.loads(connection.stdout)["state"] == "up"


@pytest.mark.parametrize("words, message", [
    (["hme", "tr064:DeviceInfo1.GetInfo"], "unknown device 'hme' (did you mean 'home'?) (known: home)"),
    (["home"], "call needs a device and a request: boxmeter call DEVICE REQUEST [NAME=VALUE ...]"),
    (["home", "tr064:DeviceInfo1.GetInfo", "oops"], "argument 'oops' is not of the form NAME=VALUE"),
])
def test_call_says_what_is_wrong_with_its_words(tmp_path, words, message):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(fritzbox("http://127.0.0.1:1")))

    done = run("call", "--config.file", file, *words)

    assert done.returncode == 2
    assert done.stderr == f"boxmeter: {message}\n"
