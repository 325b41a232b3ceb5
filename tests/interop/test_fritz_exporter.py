"""The packs compat_fritz_exporter* publish what the real fritz_exporter publishes of the same box: the same series, types and values."""
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from harness import CORPUS, FRITZBOX, LABEL, RECORDINGS, ROOT, SAMPLE, Sim, config, fritzbox, run
from peers import ask_peer_for_text

PACKS = "[compat_fritz_exporter, compat_fritz_exporter_host_info, compat_fritz_exporter_wifi_client_info]"
# {"box": {"metric": why its series or values differ on purpose}}
DIFFERENCES = json.loads((ROOT / "tests/interop/fritz_exporter_differences.json").read_text())
# The box, whether the simulator makes up what the recording lacks, and how many series there are.
BOXES = {
    "7590, handmade": (FRITZBOX, False, 125),
    "7590, real": (CORPUS / "fritzbox/7590-154.07.57", True, 93),
    "5690 Pro": (RECORDINGS / "fritzbox-5690-pro-292.08.20-handmade", False, 50),
    "6690": (RECORDINGS / "fritzbox-6690-267.07.57-handmade", False, 8),
    "6850 5G": (RECORDINGS / "fritzbox-6850-5g-168.08.02-handmade", False, 10),
    "repeater": (RECORDINGS / "fritzbox-repeater-2400-216.07.57-handmade", False, 19),
}
HOMEAUTO = """<service><serviceType>urn:dslforum-org:service:X_AVM-DE_Homeauto:1</serviceType>
<serviceId>urn:X_AVM-DE_Homeauto-com:serviceId:X_AVM-DE_Homeauto1</serviceId><controlURL>/upnp/control/x_homeauto</controlURL>
<eventSubURL>/upnp/control/x_homeauto</eventSubURL><SCPDURL>/x_homeautoSCPD.xml</SCPDURL></service></serviceList>"""

VALVES = {"NewHkrSetVentilStatus": "OPEN", "NewHkrReduceVentilStatus": "TEMP", "NewHkrComfortVentilStatus": "CLOSED"}


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
    """The handmade box, telling also what boxmeter reads elsewhere: each host by its address, each thermostat's valve."""
    folder = tmp_path_factory.mktemp("recording") / FRITZBOX.name
    shutil.copytree(FRITZBOX, folder)
    description = folder / "tr64desc.xml"
    description.write_text(description.read_text().replace("</serviceList>", HOMEAUTO, 1))
    for host in ElementTree.parse(folder / "lists/devicehostlist.xml").iter("Item"):
        if host.findtext("IPAddress"):
            answer(folder, "Hosts", "X_AVM-DE_GetSpecificHostEntryByIP", {"NewIPAddress": host.findtext("IPAddress")},
                   **{"New" + name: host.findtext(name) or "" for name in ("InterfaceType", "X_AVM-DE_Port", "X_AVM-DE_Model",
                                                                           "X_AVM-DE_Speed")})
    (folder / "x_homeautoSCPD.xml").write_text(scpd({"GetInfo": ([], ["NewAllowedCharsAIN"]),
                                                     "GetSpecificDeviceInfos": (["NewAIN"], VALVES)}))
    answer(folder, "X_AVM-DE_Homeauto", "GetInfo", {}, NewAllowedCharsAIN="0123456789 ABCDEF:")
    for device in ElementTree.parse(folder / "aha/getdevicelistinfos.xml").iter("device"):
        if device.find("hkr") is not None:
            answer(folder, "X_AVM-DE_Homeauto", "GetSpecificDeviceInfos", {"NewAIN": device.get("identifier")}, **VALVES)
    return folder


def series(page):
    """{(name, labels less device): value} and {name: type} of what fritz_exporter may tell."""
    values, types = {}, dict(re.findall(r"^# TYPE (fritz_\S+) (\S+)$", page, re.M))
    for line in page.splitlines():
        if line.startswith("fritz_"):
            name, labels, value = SAMPLE.match(line).groups()
            values[name, frozenset(pair for pair in LABEL.findall(labels) if pair[0] != "device" and pair[1])] = float(value)
    return values, {name: kind for name, kind in types.items() if any(name == key[0] for key in values)}


def ours(tmp_path, url):
    (tmp_path / "boxmeter.yml").write_text(config(fritzbox(url, labels={"friendly_name": "Flat"}, queries=PACKS)))
    done = run("once", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    return series(done.stdout)


def theirs(url):
    port = int(url.rsplit(":", 1)[1])
    return series(ask_peer_for_text("fritz_exporter_page.py", {"port": port, "name": "Flat"}))


def differing(their, our):
    return {key for key in their.keys() | our.keys() if their.get(key) != pytest.approx(our.get(key), rel=1e-12)}


@pytest.mark.parametrize("box", BOXES)
def test_the_series_their_types_and_their_values_are_the_same(complete, tmp_path, box):
    recording, invent, count = BOXES[box]
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")
    with Sim(complete if recording == FRITZBOX else recording, args=["--still", *(["--invent"] if invent else [])]) as sim:
        their, their_types = theirs(sim.urls[0])
        our, our_types = ours(tmp_path, sim.urls[0])

    different = differing(their, our)
    for name, labels in sorted(different, key=str):
        print(name, dict(labels), "theirs:", their.get((name, labels)), "ours:", our.get((name, labels)))
    assert {name for name, _ in different} == set(DIFFERENCES.get(box, {}))
    assert {name: kind for name, kind in our_types.items() if name in their_types} == \
        {name: kind for name, kind in their_types.items() if name in our_types}
    assert len(their) == count

