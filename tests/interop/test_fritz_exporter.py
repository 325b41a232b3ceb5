"""The packs compat_fritz_exporter* publish what the real fritz_exporter, version 3 or 4, publishes of the same box: the same series,
types and values."""
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from harness import CORPUS, FRITZBOX, LABEL, RECORDINGS, ROOT, SAMPLE, Sim, config, fritzbox, run
from peers import ask_peer, ask_peer_for_text

PACKS = {3: ["compat_fritz_exporter", "compat_fritz_exporter_host_info", "compat_fritz_exporter_wifi_client_info"],
         4: ["compat_fritz_exporter_4", "compat_fritz_exporter_4_host_info", "compat_fritz_exporter_4_wifi_client_info"]}
# {"version": {"box": {"metric": why its series or values differ on purpose}}}
DIFFERENCES = json.loads((ROOT / "tests/interop/fritz_exporter_differences.json").read_text())
FIBER = RECORDINGS / "fritzbox-5690-pro-292.08.20-handmade"
# The box, whether the simulator makes up what the recording lacks, and how many series each version has of it.
BOXES = {
    "7590, handmade": (FRITZBOX, False, {3: 125, 4: 156}),
    "7590, real": (CORPUS / "fritzbox/7590-154.07.57", True, {3: 93, 4: 100}),
    "5690 Pro": (FIBER, False, {3: 50, 4: 74}),
    "6690": (RECORDINGS / "fritzbox-6690-267.07.57-handmade", False, {3: 8, 4: 32}),
    "6850 5G": (RECORDINGS / "fritzbox-6850-5g-168.08.02-handmade", False, {3: 10, 4: 12}),
    "repeater": (RECORDINGS / "fritzbox-repeater-2400-216.07.57-handmade", False, {3: 19, 4: 26}),
}
# What version 4 tells and no pack does.
OF_THE_EXPORTER = {
    "fritz_scrapes_total": "boxmeter_polls_total",
    "fritz_scrapes_timeouts_total": "boxmeter_polls_skipped_total",
    "fritz_scrapes_failed_total": "boxmeter_failures_total",
    "fritz_read_problem": "boxmeter_query_up",
}


def service(name, folder):
    """A service that the description of the handmade box lacks."""
    return (f"<service><serviceType>urn:dslforum-org:service:{name}:1</serviceType><serviceId>urn:{name}-com:serviceId:{name}1</serviceId>"
            f"<controlURL>/upnp/control/{folder}</controlURL><eventSubURL>/upnp/control/{folder}</eventSubURL>"
            f"<SCPDURL>/{folder}SCPD.xml</SCPDURL></service>")


VALVES = {"NewHkrSetVentilStatus": "OPEN", "NewHkrReduceVentilStatus": "TEMP", "NewHkrComfortVentilStatus": "CLOSED"}
SERVER = {"NewURL": "https://acs.example.invalid:7547/cwmp?serial=1", "NewPeriodicInformEnable": "1", "NewPeriodicInformInterval": "86400",
          "NewUpgradesManaged": "0"}
COUNT, ENABLED = {"NewUSPControllerNumberOfEntries": "2"}, {"NewUSPMyFRITZEnabled": "1"}
# What the handmade box tells beside its recording: {service: {action: ({input: value}, ...)}, outputs}.
MORE = {
    "X_AVM-DE_Homeauto": {"GetInfo": [({}, {"NewAllowedCharsAIN": "0123456789 ABCDEF:"})], "GetSpecificDeviceInfos": []},
    "ManagementServer": {"GetInfo": [({}, SERVER)]},
    "X_AVM-DE_USPController": {
        "GetUSPControllerNumberOfEntries": [({}, COUNT)], "GetUSPMyFRITZEnable": [({}, ENABLED)],
        "GetUSPControllerByIndex": [({"NewIndex": "0"}, {"NewEnable": "1"}), ({"NewIndex": "1"}, {"NewEnable": "0"})]},
}


def scpd(actions):
    """The description of a service whose arguments are all texts: {action: [input, ...], [output, ...]}."""
    def arguments(names, direction):
        return "".join(f"<argument><name>{name}</name><direction>{direction}</direction><relatedStateVariable>Text"
                       "</relatedStateVariable></argument>" for name in names)
    return ('<scpd xmlns="urn:dslforum-org:service-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><actionList>' +
            "".join(f"<action><name>{name}</name><argumentList>{arguments(inputs, 'in')}{arguments(outputs, 'out')}</argumentList>"
                    "</action>" for name, (inputs, outputs) in actions.items()) +
            '</actionList><serviceStateTable><stateVariable sendEvents="no"><name>Text</name><dataType>string</dataType>'
            '</stateVariable></serviceStateTable></scpd>')


def answer(folder, service, action, inputs, **outputs):
    """What the recording says to one action more."""
    name = ".".join([f"{service}1.{action}", *(f"{key}={value}" for key, value in inputs.items())])
    said = "".join(f"<{key}>{value}</{key}>" for key, value in outputs.items())
    (folder / f"soap/{name}.xml").write_text(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<u:{action}Response xmlns:u="urn:dslforum-org:service:{service}:1">{said}</u:{action}Response></s:Body></s:Envelope>')


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """The handmade box, telling also what boxmeter reads elsewhere (each host by its address) and what no recording has (each
    thermostat's valve, the provider's server, USP)."""
    folder = tmp_path_factory.mktemp("recording") / FRITZBOX.name
    shutil.copytree(FRITZBOX, folder)
    for host in ElementTree.parse(folder / "lists/devicehostlist.xml").iter("Item"):
        if host.findtext("IPAddress"):
            answer(folder, "Hosts", "X_AVM-DE_GetSpecificHostEntryByIP", {"NewIPAddress": host.findtext("IPAddress")},
                   **{"New" + name: host.findtext(name) or "" for name in ("InterfaceType", "X_AVM-DE_Port", "X_AVM-DE_Model",
                                                                           "X_AVM-DE_Speed")})
    thermostats = [device.get("identifier") for device in ElementTree.parse(folder / "aha/getdevicelistinfos.xml").iter("device")
                   if device.find("hkr") is not None]
    more = {**MORE, "X_AVM-DE_Homeauto": {**MORE["X_AVM-DE_Homeauto"],
                                          "GetSpecificDeviceInfos": [({"NewAIN": ain}, VALVES) for ain in thermostats]}}
    description = folder / "tr64desc.xml"
    services = "".join(service(name, name.lower()) for name in more)
    description.write_text(description.read_text().replace("</serviceList>", services + "</serviceList>", 1))
    for name, actions in more.items():
        (folder / f"{name.lower()}SCPD.xml").write_text(scpd({action: (list(answers[0][0]), list(answers[0][1]))
                                                              for action, answers in actions.items()}))
        for action, answers in actions.items():
            for inputs, outputs in answers:
                answer(folder, name, action, inputs, **outputs)
    return folder


def series(page):
    """{(name, labels less device): value} and {name: type} of what fritz_exporter may tell of a box."""
    values, types = {}, dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.M))
    for line in page.splitlines():
        if line.startswith("fritz_") and not line.startswith(tuple(OF_THE_EXPORTER)):
            name, labels, value = SAMPLE.match(line).groups()
            labels = frozenset(pair for pair in LABEL.findall(labels or "") if pair[0] != "device" and pair[1])
            values[name, labels] = float(value)
    return values, {name: kind for name, kind in types.items() if any(name == key[0] for key in values)}


def ours(tmp_path, url, version):
    packs = "[" + ", ".join(PACKS[version]) + "]"
    (tmp_path / "boxmeter.yml").write_text(config(fritzbox(url, labels={"friendly_name": "Flat"}, queries=packs)))
    done = run("once", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    return series(done.stdout)


def theirs(url, version):
    port = int(url.rsplit(":", 1)[1])
    return series(ask_peer_for_text("fritz_exporter_page.py", {"port": port, "name": "Flat", "version": version}))


def differing(their, our):
    return {key for key in their.keys() | our.keys() if their.get(key) != pytest.approx(our.get(key), rel=1e-12)}


def hold(tmp_path, recording, version, invent=False):
    """The names of what differs, and how many series the peer has."""
    with Sim(recording, args=["--still", *(["--invent"] if invent else [])]) as sim:
        their, their_types = theirs(sim.urls[0], version)
        our, our_types = ours(tmp_path, sim.urls[0], version)

    different = differing(their, our)
    for name, labels in sorted(different, key=str):
        print(name, dict(labels), "theirs:", their.get((name, labels)), "ours:", our.get((name, labels)))
    assert {name: kind for name, kind in our_types.items() if name in their_types} == \
        {name: kind for name, kind in their_types.items() if name in our_types}
    return {name for name, _ in different}, len(their), our


@pytest.mark.parametrize("version", PACKS)
@pytest.mark.parametrize("box", BOXES)
def test_the_series_their_types_and_their_values_are_the_same(complete, tmp_path, box, version):
    recording, invent, count = BOXES[box]
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")

    different, their_count, _ = hold(tmp_path, complete if recording == FRITZBOX else recording, version, invent)

    assert different == set(DIFFERENCES[str(version)].get(box, {}))
    assert their_count == count[version]


def test_the_light_in_an_active_fibre_is_read_from_the_page_of_the_box_where_tr064_says_0(tmp_path):
    folder = tmp_path / "fibre"
    shutil.copytree(FIBER, folder)
    info = folder / "soap/X_AVM-DE_WANFiber1.GetInfo.xml"
    info.write_text(re.sub(r"(<New(?:OpticalSignalLevel|TransmitOpticalLevel)>)[^<]*", r"\g<1>0", info.read_text()))
    (folder / "data/fiberStats.json").write_text(json.dumps({"pid": "fiberStats", "data": {
        "opt_ds": [["Fr", 18, -83], ["Fr", 17, -84]], "opt_us": [["Fr", 18, -59], ["Fr", 17, -58]]}}))

    different, _, our = hold(tmp_path, folder, 4)

    levels = {name: value for (name, _), value in our.items() if name.endswith("_level_dBm")}
    assert levels == {"fritz_fiber_optical_signal_level_dBm": pytest.approx(-8.3), "fritz_fiber_transmit_optical_level_dBm": pytest.approx(-5.9)}
    assert different == set(DIFFERENCES["4"]["5690 Pro"])


def test_each_metric_of_version_4_is_in_a_pack_with_its_type_and_labels_or_is_about_the_exporter():
    their = {name: (kind, set(labels) - {"friendly_name"})
             for name, (kind, *labels) in ask_peer("fritz_exporter_page.py", {"version": 4}).items()}
    our = {}
    for pack in PACKS[4]:
        for row in json.loads(run("metrics", "--pack", pack, "--format", "json").stdout):
            our[row["name"]] = (row["type"], set(row["labels"]) - {"device"})

    assert our == {name: told for name, told in their.items() if name not in OF_THE_EXPORTER}
    assert OF_THE_EXPORTER.keys() <= their.keys()
