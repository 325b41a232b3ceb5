"""`boxmeter record`: a box is asked, what is private is replaced, and boxmeter-sim plays the result."""
import collections
import json
import re
import shutil

import pytest
from harness import CORPUS, FREEBOX, FRITZBOX, RECORDINGS, ROOT, Sim, config, free_port, freebox, fritzbox, run, samples

DELTA = RECORDINGS / "freebox-delta-8.5-handmade"
KINDS = {"fritzbox": fritzbox, "freebox": freebox}
# What the recordings in the repository have of documentation ranges, as somebody's own.
PLANTED = [
    (r"00:00:5E:00:53:([0-9A-F]{2})", r"34:31:C4:A5:B6:\1"),
    (r"00:00:5e:00:53:([0-9a-f]{2})", r"34:31:c4:a5:b6:\1"),
    (r"00005E0053([0-9A-F]{2})", r"3431C4A5B6\1"),
    (r"(?:203\.0\.113|198\.51\.100|192\.0\.2)\.(\d+)", r"91.10.20.\1"),
    (r"2001:db8:", r"2a01:e34:"),
]


def kind_of(recording):
    return "freebox" if (recording / "get").is_dir() else "fritzbox"


def record(sim, kind, folder, tmp_path, **options):
    file = tmp_path / "record.yml"
    file.write_text(config(KINDS[kind](sim.urls[0], name="box", **options)))
    return run("record", "box", folder, "--config.file", file, timeout=300)


def groups_of_packs(kind):
    """Packs that may be asked together: two exporters need not agree about a metric, and two packs tell of the smart home."""
    packs = sorted(path.stem for path in (ROOT / "config/queries").glob("*.yml") if f"\nkind: {kind}\n" in path.read_text())
    alone = [name for name in packs if name.startswith("compat_") or name == "fritzbox_smarthome_rest"]
    return [[name for name in packs if name not in alone]] + [[name] for name in alone]


def polled(sim, kind, tmp_path):
    """{(metric, names of its labels): values, sorted} of all packs: what does not depend on names."""
    file = tmp_path / "once.yml"
    found = collections.defaultdict(list)
    for packs in groups_of_packs(kind):
        file.write_text(config(KINDS[kind](sim.urls[0], name="box", queries=json.dumps(packs)), poll="timeout: 30s"))
        for key, value in samples(run("once", "--config.file", file, timeout=120).stdout).items():
            if not key.startswith(("box_poll", "box_scrape", "box_login", "box_up", "boxmeter", "box_last", "box_query", "process_")):
                found[re.sub(r'="(?:[^"\\]|\\.)*"', "", key)].append(value)
    return {key: sorted(values) for key, values in found.items()}


def text_of(folder):
    return "\n".join(f"{path.relative_to(folder)}\n{path.read_text()}"
                     for path in sorted(folder.rglob("*")) if path.is_file())


def plant(recording, folder):
    shutil.copytree(recording, folder)
    for path in folder.rglob("*.*"):
        text = path.read_text()
        for pattern, replacement in PLANTED:
            text = re.sub(pattern, replacement, text)
        path.write_text(text)
    return folder


def recordings():
    found = [FRITZBOX, FREEBOX, DELTA]
    found += sorted(path for path in RECORDINGS.iterdir() if path not in found)
    return found + [CORPUS / "fritzbox/7590-154.07.57", CORPUS / "freebox/ultra-16.0"]


@pytest.mark.parametrize("recording", recordings(), ids=lambda path: path.name)
def test_a_recording_of_a_simulated_box_gives_the_same_metrics(recording, tmp_path):
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")
    kind = kind_of(recording)
    with Sim(recording, args=["--still"]) as sim:
        ran = record(sim, kind, tmp_path / "made", tmp_path)
        before = polled(sim, kind, tmp_path)

    assert ran.returncode == 0, ran.stderr
    with Sim(tmp_path / "made", args=["--still"]) as sim:
        after = polled(sim, kind, tmp_path)
    assert before and after == before


@pytest.mark.parametrize("recording", [FRITZBOX, FREEBOX, DELTA], ids=lambda path: path.name)
def test_nothing_of_the_originals_is_in_a_recording(recording, tmp_path):
    planted = plant(recording, tmp_path / f"planted-{recording.name}")
    kind = kind_of(recording)
    with Sim(planted, args=["--still"]) as sim:
        ran = record(sim, kind, tmp_path / "made", tmp_path)
        before = polled(sim, kind, tmp_path)

    assert ran.returncode == 0, ran.stderr
    text = text_of(tmp_path / "made")
    for trace in ("34:31:C4", "3431C4A5", "91.10.20.", "2a01:e34", "boxmeter-sim-app-token"):
        assert trace.lower() not in text.lower()
    names = set(re.findall(r'"(?:primary_name|hostname|ssid)": *"([^"]{4,})"|<(?:HostName|NewSSID)>([^<]{4,})<',
                           text_of(planted)))
    names = {name for pair in names for name in pair if name} - {"Freebox Server", "fritz.box"}
    assert len(names) >= 3
    assert [name for name in names if name in text] == []
    with Sim(tmp_path / "made", args=["--still"]) as sim:
        assert polled(sim, kind, tmp_path) == before


def test_what_was_replaced_is_told_and_what_was_not_answered_is_written_down(tmp_path):
    box = tmp_path / "box"
    (box / "get").mkdir(parents=True)
    (box / "api_version.json").write_text('{"api_version": "8.0", "uid": "0123abcd", "device_name": "Annas Box"}')
    (box / "get/system.json").write_text(json.dumps({"success": True, "result": {
        "mac": "34:31:C4:A5:B6:01", "serial": "881234AB", "uptime_val": 60, "sensors": [{"name": "CPU", "value": 50}]}}))
    (box / "get/connection.json").write_text(json.dumps({"success": True, "result": {
        "ipv4": "91.10.20.30", "media": "ftth", "state": "up"}}))
    (box / "get/wifi_custom_keys_config.json").write_text(json.dumps({"success": True, "result": {"key": "hunter2000"}}))
    with Sim(box, args=["--still"]) as sim:
        ran = record(sim, "freebox", tmp_path / "made", tmp_path)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == (f"{tmp_path}/made: 9 files; replaced 1 MAC addresses, 1 names of devices, 1 public addresses, "
                          "2 secrets, 2 serial numbers\n")
    assert json.loads((tmp_path / "made/get/system.json").read_text())["result"] == {
        "mac": "00:00:5E:00:53:01", "serial": "783879AA", "uptime_val": 60, "sensors": [{"name": "CPU", "value": 50}]}
    about = (tmp_path / "made/RECORDING.md").read_text()
    assert "\n* `get:phone/`: invalid_request" in about


def test_keys_the_configuration_and_stored_data_are_not_asked_for(tmp_path):
    with Sim(FRITZBOX, args=["--invent"]) as sim:
        assert record(sim, "fritzbox", tmp_path / "made", tmp_path).returncode == 0

    made = {path.name for path in (tmp_path / "made/soap").iterdir()}
    assert len(made) > 100
    assert not [name for name in made if re.search("GetSecurityKeys|GetConfigFile|GetPersistentData|Set|Delete", name)]


def test_a_box_that_lets_nobody_in_leaves_no_recording(tmp_path):
    with Sim(FRITZBOX) as sim:
        ran = record(sim, "fritzbox", tmp_path / "made", tmp_path, password="wrong")

    assert ran.returncode == 1
    assert ran.stderr == (
        "boxmeter: box: DeviceInfo1.GetInfo: the box refused the login of user 'monitor': check name and password, "
        "and that this user may use the box's settings\n")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_dead_box_ends_a_recording_after_three_questions(kind, tmp_path):
    file = tmp_path / "record.yml"
    file.write_text(config(KINDS[kind](f"http://127.0.0.1:{free_port()}", name="box")))

    ran = run("record", "box", tmp_path / "made", "--config.file", file)

    assert ran.returncode == 1
    assert ran.stderr.startswith("boxmeter: box: ")
    assert "onnect" in ran.stderr
    assert not (tmp_path / "made").exists()


def test_a_box_that_dies_in_the_middle_leaves_no_recording(tmp_path):
    with Sim(FREEBOX, args=["--session-uses", "1000"]) as sim:
        sim.fault("reset")
        ran = record(sim, "freebox", tmp_path / "made", tmp_path)

    assert ran.returncode == 1
    assert not (tmp_path / "made").exists()


def test_a_folder_in_use_is_refused(tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made/x").write_text("")
    file = tmp_path / "record.yml"
    file.write_text(config(fritzbox("http://127.0.0.1:1", name="box")))

    ran = run("record", "box", tmp_path / "made", "--config.file", file)

    assert ran.returncode == 2
    assert ran.stderr == f"boxmeter: '{tmp_path}/made' is there already; name a folder that is new or empty\n"


def test_a_folder_that_cannot_be_made_is_told_before_the_box_is_asked(tmp_path):
    (tmp_path / "file").write_text("")
    with Sim(FRITZBOX) as sim:
        ran = record(sim, "fritzbox", tmp_path / "file/made", tmp_path)
        asked = sim.stats()[0]["requests"]

    assert (ran.returncode, ran.stderr) == (2, f"boxmeter: cannot write in '{tmp_path}/file': Not a directory\n")
    assert asked == 0


# Texts that nobody named as private when the recorder was written, and that tell of somebody all the same.
UNKNOWN = {"get/connection_ftth.json": {"sfp_serial": "Zq7Serial0001", "sfp_model": "Zq7Model"},
           "get/system.json": {"serial": "Zq7Serial0002", "gcid": "Zq7Street", "expansions": [{"slot": 1, "bundle": "Zq7Bundle"}],
                               "made_up": "Zq7 anything", "digits": "9051234567", "nested": {"list": ["Zq7ListItem"]}},
           "get/lan_config.json": {"name_dns": "zq7dns", "name_mdns": "Zq7mdns", "name_netbios": "Zq7netbios", "name": "Zq7name"},
           "get/vm.json": [{"id": 1, "cloudinit_hostname": "zq7vm", "disk_path": "WnE3cGF0aA=="}],
           "get/vpn_client_status.json": {"active_vpn_description": "Zq7Vpn", "state": "up"},
           "get/home_nodes.json": [{"id": 1, "label": "Zq7Alarm", "category": "alarm", "show_endpoints": [
               {"ep_type": "signal", "name": "pin", "value": "9051", "value_type": "string"}]}]}


def test_a_text_that_nobody_knows_is_replaced(tmp_path):
    shutil.copytree(DELTA, tmp_path / "box")
    for name, result in UNKNOWN.items():
        (tmp_path / "box" / name).write_text(json.dumps({"success": True, "result": result}))
    with Sim(tmp_path / "box", args=["--still"]) as sim:
        ran = record(sim, "freebox", tmp_path / "made", tmp_path)

    assert ran.returncode == 0, ran.stderr
    made = text_of(tmp_path / "made")
    assert [trace for trace in ("zq7", "wne3cgf0aa", "9051234567", '"9051"') if trace in made.lower()] == []
    assert (tmp_path / "made/get/vpn_client_status.json").read_text().count('"up"') == 1
    about = (tmp_path / "made/RECORDING.md").read_text()
    assert about.startswith("# Recording of a ") and "\n\nMade by boxmeter " in about
