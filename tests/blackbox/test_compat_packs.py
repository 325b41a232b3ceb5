"""The packs that speak the names of other exporters.  fritz_exporter's are held against the real one (tests/interop), all others
against tables of names, types and labels that were written down from those exporters, not from the packs."""
import json
import re
import shutil
import subprocess

import pytest

from harness import FREEBOX, FRITZBOX, RECORDINGS, ROOT, Sim, config, freebox, fritzbox, run, samples

TABLES = {path.stem: path.read_text() for path in sorted((ROOT / "tests/golden/compat").glob("*.txt"))}
PACKS = sorted(path.stem for path in (ROOT / "config/queries").glob("compat_*.yml"))
# Packs that serve together, by the kind of box, and what its owner says of it.
TOGETHER = {
    "fritz_exporter": (["compat_fritz_exporter", "compat_fritz_exporter_host_info", "compat_fritz_exporter_wifi_client_info"],
                       {"friendly_name": "Flat"}),
    "fritz_exporter_4": (["compat_fritz_exporter_4", "compat_fritz_exporter_4_host_info", "compat_fritz_exporter_4_wifi_client_info"],
                         {"friendly_name": "Flat"}),
    "fritzbox_exporter": (["compat_fritzbox_exporter"], {"gateway": "fritz.box"}),
    "freebox_exporter": (["compat_freebox_exporter", "compat_freebox_exporter_host_details"], {}),
    "freebox_exporter_rs": (["compat_freebox_exporter_rs"], {}),
    "freebox_exporter_saphoooo": (["compat_freebox_exporter_saphoooo"], {}),
}
BOXES = {re.match("(.*)-handmade", path.name)[1]: path for path in sorted(RECORDINGS.iterdir()) if path.is_dir()}
SEEN = [(peer, box) for peer in TOGETHER for box in BOXES if box.startswith("freebox" if peer.startswith("freebox") else "fritzbox")]
# What no recording tells; all of fritz_exporter's is seen in tests/interop.
UNFED = {"fritz_ha_heater_comfort_valve_state", "fritz_ha_heater_reduced_valve_state", "fritz_ha_heater_valve_set_state",
         "fritz_tr069_acs_info", "fritz_tr069_periodic_inform_enabled", "fritz_tr069_periodic_inform_interval_seconds",
         "fritz_tr069_upgrades_managed", "fritz_usp_controller_enabled", "fritz_usp_myfritz_enabled",
         "gateway_dsl_line_length_meter", "gateway_security_default_password_active", "gateway_telephony_dect_list"}
OF_THE_MOMENT = re.compile(r"^(boxmeter_|box_|# \w+ (boxmeter_|box_))")


def device(peer, url):
    packs, labels = TOGETHER[peer]
    make = freebox if peer.startswith("freebox") else fritzbox
    return make(url, name="home", queries="[" + ", ".join(packs) + "]", **({"labels": labels} if labels else {}))


def once(tmp_path, peer, recording, exposition="prometheus"):
    with Sim(recording, args=["--still"]) as sim:
        (tmp_path / "boxmeter.yml").write_text(config(device(peer, sim.urls[0])))
        done = run("once", "--config.file", tmp_path / "boxmeter.yml", "--format", exposition,
                   env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    return done


def catalogue(pack):
    return {row["name"]: row for row in json.loads(run("metrics", "--pack", pack, "--format", "json").stdout)}


@pytest.mark.parametrize("pack", TABLES)
def test_the_names_types_and_labels_of_a_pack_are_those_of_the_exporter(pack):
    wanted = {}
    for line in TABLES[pack].splitlines():
        name, kind, *labels = line.split(" ")
        wanted[name] = (kind, sorted(filter(None, labels)))

    assert {name: (row["type"], sorted(row["labels"])) for name, row in catalogue(pack).items()} == wanted


def test_every_pack_is_held_against_a_table_or_the_real_exporter():
    assert {pack for packs, _ in TOGETHER.values() for pack in packs} == set(PACKS)
    assert set(PACKS) - set(TABLES) == {*TOGETHER["fritz_exporter"][0], *TOGETHER["fritz_exporter_4"][0]}


def test_they_are_no_part_of_our_own_vocabulary():
    own = json.loads(run("metrics", "--format", "json").stdout)

    assert not [query for row in own for query in row["queries"] if query.startswith("compat_")]


@pytest.mark.sanitized
@pytest.mark.parametrize("peer, box", SEEN)
def test_a_recording_in_the_words_of_the_exporter(tmp_path, golden, peer, box):
    done = once(tmp_path, peer, BOXES[box])

    found = samples(done.stdout)
    for counter in ("boxmeter_failures_total", "boxmeter_series_dropped_total"):
        assert {text for key, text in found.items() if key.startswith(counter)} == {"0"}
    assert not [line for line in done.stderr.splitlines() if " info  home: " not in line], done.stderr
    golden(f"compat/page/{peer}-{box}.txt",
           "".join(line + "\n" for line in done.stdout.splitlines() if not OF_THE_MOMENT.match(line)))


def test_every_metric_of_a_pack_is_seen_on_some_recording():
    told = {(peer, name) for peer, (packs, _) in TOGETHER.items() for pack in packs for name in catalogue(pack)}
    seen = {(page.name.split("-")[0], name) for page in (ROOT / "tests/golden/compat/page").iterdir()
            for name in re.findall(r"^# TYPE (\S+)", page.read_text(), re.M)}

    assert {name for _, name in told - seen} == UNFED


# What promtool has to say of the names, which are the other exporter's; of nothing else.
COMPLAINTS = {
    "counter metrics should have \"_total\" suffix",
    "non-counter metrics should not have \"_total\" suffix",
    "non-histogram and non-summary metrics should not have \"_count\" suffix",
    "metric name should not include type 'counter'",
    "metric names should be written in 'snake_case' not 'camelCase'",
}


@pytest.mark.parametrize("peer", TOGETHER)
def test_promtool_reads_the_page_and_complains_of_names_alone(tmp_path, peer):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    page = once(tmp_path, peer, FREEBOX if peer.startswith("freebox") else FRITZBOX).stdout

    lint = subprocess.run(["promtool", "check", "metrics"], input=page, text=True, capture_output=True, timeout=60)

    assert lint.returncode in (0, 3)  # 3: it reads the page and would have other names
    assert {line.split(" ", 1)[1] for line in lint.stderr.splitlines()} <= COMPLAINTS


def test_the_openmetrics_page_is_one_too(tmp_path):
    """Counters without `_total` have no type there, since OpenMetrics has no counter of another name."""
    page = once(tmp_path, "fritzbox_exporter", FRITZBOX, "openmetrics").stdout

    assert "# TYPE gateway_traffic unknown\n" in page
    assert "# TYPE gateway_dsl_errors counter\n" in page
    assert page.endswith("# EOF\n")


@pytest.mark.parametrize("make", [freebox, fritzbox])
def test_a_box_can_be_told_in_the_words_of_all_its_exporters_and_in_ours(tmp_path, make):
    packs = [path.stem for path in (ROOT / "config/queries").glob("*.yml") if f"\nkind: {make.__name__}\n" in path.read_text()]
    (tmp_path / "boxmeter.yml").write_text(config(make("http://127.0.0.1:1", queries="[" + ", ".join(packs) + "]")))

    done = run("check", "--config.file", tmp_path / "boxmeter.yml")

    assert done.returncode == 0, done.stderr
    assert len(packs) > 20


def test_the_serial_number_is_asked_once_for_all_queries(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        asked = []
        for queries in ("[compat_fritz_exporter_device]", "[compat_fritz_exporter_lan]",
                        "[compat_fritz_exporter_lan, compat_fritz_exporter_dsl]"):
            (tmp_path / "boxmeter.yml").write_text(config(fritzbox(sim.urls[0], queries=queries)))
            before = sim.stats()[0]["requests"]
            done = run("once", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
            assert done.returncode == 0, done.stderr
            asked.append(sim.stats()[0]["requests"] - before)
    print(asked)
    assert asked[2] == asked[1] + 1
