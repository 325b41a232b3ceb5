"""What holds of every page: all packs of a brand over every recording, polled again and again while its numbers move."""
import collections
import json
import re
import shutil
import subprocess
import time

import pytest

from harness import CORPUS, LABEL, RECORDINGS, ROOT, SAMPLE, Sim, config, freebox, fritzbox, run

HANDMADE = [(folder, []) for folder in sorted(RECORDINGS.iterdir())]
# Real boxes; what was not recorded of them is refused, or made up: then extremes of every type stand in.
REAL = [(CORPUS / name, arguments) for name, arguments in (
    ("fritzbox/7590-154.07.57", []), ("fritzbox/7590-154.07.57", ["--invent"]), ("fritzbox/7530-164.08.02", ["--invent"]),
    ("freebox/documentation-3", []), ("freebox/ultra-16.0", []), ("freebox/ultra-16.0", ["--invent"]))]
ALL = [pytest.param(folder, arguments, id=f"{folder.name} {'invented' if arguments else ''}".strip())
       for folder, arguments in HANDMADE + REAL]

FORBIDDEN_LABELS = {"type", "kind", "instance", "job"}
MAY_HAVE_KIND = {"box_info", "box_up"}
CHANGING_TEXTS = {"address", "firmware", "hostname", "label", "model", "name", "product", "ssid", "status", "vendor"}
VALUES_OF = {
    "band": r"2\.4GHz|5GHz|6GHz|60GHz|[0-9]{1,3}",  # the last: of a mobile network
    "network": "lan|guest", "medium": "wifi|ethernet|powerline|other", "direction": "down|up",
    "family": "ipv4|ipv6", "guest": "true|false", "mac": "([0-9A-F]{2}:){5}[0-9A-F]{2}", "bssid": "([0-9A-F]{2}:){5}[0-9A-F]{2}"}
# By the end of a name, the first that fits: the least and the most that a box says that is well.
RANGES = [("_timestamp_seconds", 1e9, 3e9), ("_bytes_per_second", 0, 2e10), ("_ratio", 0, 1), ("_celsius", -60, 150),
          ("_dbm", -200, 60), ("_dbmv", -60, 80), ("_decibels", -60, 150), ("_hertz", 1e6, 1e9), ("_rpm", 0, 20000),
          ("_volts", 0.1, 500), ("_watts", -1e5, 1e5), ("_meters", 0, 1e5), ("_seconds", 0, 1e9), ("_total", 0, 2**64)]
NOT_BASE_UNITS = re.compile(r"_(k?bits?|[kmg]?bps|[kmg]b|kilobytes|percent|milliseconds|ms|minutes|hours|days|[mk]?wh|mw|[kmg]hz|db"
                            r"|fahrenheit)(_|$)")

Family = collections.namedtuple("Family", "type help points")  # points: {((label, value), ...): number}


@pytest.fixture(scope="module")
def catalogue():
    return {row["name"]: row for row in json.loads(run("metrics", "--format", "json").stdout)}


def packs_of(folder, kind):
    """Two packs tell of a Fritz!Box's smart home: a box that was recorded over REST is asked over REST."""
    packs = {file.stem for file in (ROOT / "config/queries").glob(f"{kind}*.yml")}
    return sorted(packs - ({"fritzbox_smarthome"} if (folder / "rest").is_dir() else {"fritzbox_smarthome_rest"}))


def pages_of(tmp_path, folder, arguments, count=3):
    """What so many polls of everything print, one after the other."""
    kind = "freebox" if "freebox" in folder.parts[-1] or folder.parent.name == "freebox" else "fritzbox"
    with Sim(folder, args=arguments) as sim:
        box = {"fritzbox": fritzbox, "freebox": freebox}[kind](sim.urls[0], queries=json.dumps(packs_of(folder, kind)))
        (tmp_path / "boxmeter.yml").write_text(config(box, poll="timeout: 5s"))
        polls = []
        for _ in range(count):
            polls.append(run("once", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path)}))
            time.sleep(0.7)
    assert {poll.returncode for poll in polls} == {0}, polls[-1].stderr
    return [poll.stdout for poll in polls]


def families(page):
    """{name: Family}; a name that is described twice is an error."""
    found = {}
    for line in page.splitlines():
        if line.startswith("# HELP "):
            _, _, name, help_text = line.split(" ", 3)
            assert name not in found, f"two helps: {name}"
            found[name] = Family([], help_text, {})
        elif line.startswith("# TYPE "):
            found[line.split(" ")[2]].type.append(line.split(" ")[3])
        else:
            name, labels, number = SAMPLE.match(line).groups()
            if name in found:  # not: a part of a histogram
                found[name].points[tuple(LABEL.findall(labels or ""))] = float(number)
    return found


def of_the_box(page):
    return {name: family for name, family in families(page).items() if not name.startswith(("boxmeter_", "process_"))}


@pytest.mark.parametrize("folder, arguments", ALL)
def test_what_holds_of_every_page(tmp_path, record_property, catalogue, folder, arguments):
    if not folder.is_dir():
        pytest.skip("no recordings of real boxes here")
    invented = "--invent" in arguments
    pages = pages_of(tmp_path, folder, arguments)
    polls = [of_the_box(page) for page in pages]

    series = sum(len(family.points) for family in polls[-1].values())
    record_property("summary", f"{folder.name}{', the rest invented' * invented}: {series} series of {len(polls[-1])} metrics")
    assert series > 20
    complaints = []
    for name, family in polls[-1].items():
        checks = [complaints_of_type(family, catalogue[name]), complaints_of_labels(name, family),
                  complaints_of_states(name, family, catalogue[name], invented)]
        if not invented:
            checks += [complaints_of_values(name, family), complaints_of_rows(name, family, catalogue[name])]
        complaints += [f"{name}: {complaint}" for check in checks for complaint in check]
    assert not complaints, "\n".join(complaints)
    if not invented:
        check_counters(polls)
        assert {number for name in ("boxmeter_failures_total", "boxmeter_series_dropped_total")
                for number in families(pages[-1])[name].points.values()} == {0}
    if shutil.which("promtool"):
        lint = subprocess.run(["promtool", "check", "metrics"], input=pages[-1], text=True, capture_output=True, timeout=60)
        assert (lint.returncode, lint.stdout, lint.stderr) == (0, "", "")


def complaints_of_type(family, known):
    """One type each, that of the catalogue; what is counted ends in _total and what is told in words in _info."""
    expected = "counter" if known["type"] == "counter" else "gauge"
    if family.type != [expected]:
        yield f"is of type {family.type}, not {expected}"
    if family.help != known["help"]:
        yield f"has another help than the catalogue: {family.help}"
    if (known["type"] == "counter") != known["name"].endswith("_total"):
        yield "is a counter and does not end in _total, or the other way round"
    if (known["type"] == "info") != known["name"].endswith("_info"):
        yield "is of type info and does not end in _info, or the other way round"


def complaints_of_labels(name, family):
    for labels in map(dict, family.points):
        if bad := FORBIDDEN_LABELS - ({"kind"} if name in MAY_HAVE_KIND else set()) & set(labels):
            yield f"has label {bad}"
        if not name.endswith("_info") and CHANGING_TEXTS & set(labels):
            yield f"has {CHANGING_TEXTS & set(labels)}, which belongs on an info metric"


def complaints_of_states(name, family, known, invented):
    """A state set is complete, and one state is 1; a made-up state that nobody knows shows as none."""
    if known["type"] == "stateset":
        things = collections.defaultdict(dict)
        for labels, number in family.points.items():
            things[tuple(pair for pair in labels if pair[0] != "state")][dict(labels)["state"]] = number
        for thing, states in things.items():
            if sorted(states) != sorted(known["states"]):
                yield f"has of {known['states']} only {sorted(states)}"
            if collections.Counter(states.values())[1] not in ([0, 1] if invented else [1]) or not set(states.values()) <= {0, 1}:
                yield f"is in {sum(states.values())} states at once: {thing}"


def complaints_of_rows(name, family, known):
    """An info metric has one row per key, so that `X * on (key) group_left () X_info` never finds two."""
    if known["type"] == "info":
        keys = {"device", *known["key"]}
        rows = collections.Counter(tuple(pair for pair in labels if pair[0] in keys) for labels in family.points)
        yield from (f"has {count} rows for {thing}" for thing, count in rows.items() if count > 1)
        yield from (f"has a row without {key}" for labels in family.points for key in known["key"] if not dict(labels).get(key))
        if set(family.points.values()) != {1}:
            yield "is not always 1"


def complaints_of_values(name, family):
    numbers = set(family.points.values())
    for label, text in {pair for labels in family.points for pair in labels}:
        if label in VALUES_OF and not re.fullmatch(VALUES_OF[label], text):
            yield f'has {label}="{text}"'
    if NOT_BASE_UNITS.search(name):
        yield "is not in a base unit"
    if "(1)" in family.help and "(0)" in family.help and not numbers <= {0, 1}:
        yield f"is a yes or no, and says {numbers}"
    for ending, least, most in RANGES:
        if name.endswith(ending):
            yield from (f"says {number}, which is hardly in {ending[1:]}" for number in numbers if not least <= number <= most)
            break


def check_counters(polls):
    """None falls while the box does not restart, and some of them rise."""
    rose = set()
    for before, after in zip(polls, polls[1:]):
        for name, family in after.items():
            if family.type != ["counter"]:
                continue
            for labels, number in family.points.items():
                if name not in before or labels not in before[name].points:
                    continue  # one that said nothing before: 0 is none of traffic
                earlier = before[name].points[labels]
                assert number >= earlier, f"{name}{labels} fell from {earlier} to {number}"
                if number > earlier:
                    rose.add(name)
    assert rose


# What only one of the brands tells, of metrics that both have.
ONE_BRAND_TELLS = {
    "box_disk_info": {"bus", "firmware", "state", "table"},
    "box_dsl_info": {"profile", "protocol"},
    "box_fiber_info": {"module"},
    "box_host_info": {"model", "port", "vendor"},
    "box_identity_info": {"mac"},
    "box_mobile_rsrp_dbm": {"band"}, "box_mobile_rsrq_decibels": {"band"}, "box_mobile_rssi_dbm": {"band"},
    "box_smarthome_device_info": {"category", "firmware", "manufacturer"},
    "box_wan_info": {"last_error"},
    "box_wlan_ssid_info": {"guest"},
    "box_wlan_station_info": {"interface", "node", "radio"},
}


def test_both_brands_give_a_metric_the_same_labels_and_states_or_it_is_known_which_one_tells_more():
    told = collections.defaultdict(dict)
    for brand in ("fritzbox", "freebox"):
        for file in (ROOT / "config/queries").glob(f"{brand}*.yml"):
            for row in json.loads(run("metrics", "--pack", file.stem, "--format", "json").stdout):
                labels, states = told[row["name"]].setdefault(brand, (set(), set()))
                labels |= set(row["labels"])
                states |= set(row["states"])
    both = {name: (brands["fritzbox"], brands["freebox"]) for name, brands in told.items() if len(brands) == 2}

    assert len(both) > 60 and all(name.startswith("box_") for name in both)
    assert {name: a[0] ^ b[0] for name, (a, b) in both.items() if a[0] != b[0]} == ONE_BRAND_TELLS
    assert [name for name, (a, b) in both.items() if a[1] != b[1]] == []
    # What one brand alone knows may have a common name; what has a brand's name is of that brand.
    assert [name for name, brands in told.items() for brand in brands if not name.startswith(("box_", brand + "_"))] == []


@pytest.mark.parametrize("pack", ["fritzbox", "freebox"])
def test_a_default_pack_has_no_series_per_host_and_no_addresses(pack):
    rows = json.loads(run("metrics", "--pack", pack, "--format", "json").stdout)

    assert rows and [row["name"] for row in rows if {"mac", "address"} & set(row["labels"])] == []
