"""status, hosts, wlan, homeauto, calls, phonebook and http show what fritzconnection's tools of these names show."""
import json
import re
import shutil

import pytest

from harness import CORPUS, FRITZBOX, Sim, run
from peers import ask_peer, run_peer
from test_fritzconnection import options

USER = {"FRITZ_USERNAME": "monitor", "FRITZ_PASSWORD": "secret"}
CALLS = """<?xml version="1.0" encoding="UTF-8"?>
<root><timestamp>1</timestamp>
<Call><Id>3</Id><Type>1</Type><Caller>01715550001</Caller><Called>SIP0</Called><CalledNumber>5550100</CalledNumber>
<Name>Erika Müller</Name><Device>Fon 1</Device><Port>0</Port><Date>24.11.25 10:15</Date><Duration>0:02</Duration></Call>
<Call><Id>2</Id><Type>2</Type><Caller></Caller><Called>SIP0</Called><Name/><Device/><Port>-1</Port>
<Date>24.11.25 09:00</Date><Duration>0:00</Duration></Call>
<Call><Id>1</Id><Type>3</Type><Caller>SIP0</Caller><Called>03055500002</Called><Name/><Device>Fon 1</Device><Port>0</Port>
<Date>23.11.25 20:01</Date><Duration>1:12</Duration></Call></root>
"""
BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<phonebooks><phonebook owner="1" name="Telefonbuch"><timestamp>1</timestamp>
<contact><category>0</category><person><realName>Erika Müller</realName></person><uniqueid>1</uniqueid>
<telephony nid="2"><number type="home" prio="1" id="0">03055500001</number><number type="mobile" id="1">01715550001</number></telephony>
</contact>
<contact><category>0</category><person><realName>Otto</realName></person><uniqueid>2</uniqueid>
<telephony nid="1"><number type="home" prio="1" id="0">03055500002</number></telephony></contact>
</phonebook></phonebooks>
"""


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """The hand-made box with a list of calls and a phone book."""
    folder = tmp_path_factory.mktemp("recording") / FRITZBOX.name
    shutil.copytree(FRITZBOX, folder)
    (folder / "lists/calllist.xml").write_text(CALLS)
    (folder / "lists/phonebook.xml").write_text(BOOK)
    for action, answer in {"GetPhonebookList": "<NewPhonebookList>0,1</NewPhonebookList>",
                           "GetPhonebook": "<NewPhonebookName>Telefonbuch</NewPhonebookName><NewPhonebookURL>/</NewPhonebookURL>",
                           "GetCallList": "<NewCallListURL>/</NewCallListURL>"}.items():
        (folder / f"soap/X_AVM-DE_OnTel1.{action}.xml").write_text(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:' + action +
            'Response xmlns:u="urn:dslforum-org:service:X_AVM-DE_OnTel:1">' + answer + f"</u:{action}Response></s:Body></s:Envelope>")
    with Sim(folder, args=["--still"]) as sim:
        # Nobody is in the guest network; the recording has no answer for a table without entries.
        sim.control("/request?name=WLANConfiguration3.GetGenericAssociatedDeviceInfo&error=713")
        yield sim.urls[0]


def theirs(tool, url, *flags):
    """The lines below the headline."""
    done = run_peer(tool, "-i", "127.0.0.1", "--port", url.rsplit(":", 1)[1], "-u", "monitor", "-p", "secret", *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[5:]


def ours(url, *words):
    done = run("fritz", "-i", url.removeprefix("http://"), *words, "--json", env=USER)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def table(url, *words):
    done = run("fritz", "-i", url.removeprefix("http://"), *words, env=USER)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_status(box):
    said = dict(re.match(r"    (.{22}): (.*)$", line).groups() for line in theirs("fritzstatus", box) if line.startswith("    "))
    said = {label.strip(): value for label, value in said.items()}
    status = ours(box, "status")
    hours, rest = divmod(status["uptime"], 3600)

    assert [str(status["is_linked"]), str(status["is_connected"])] == [said["is linked"], said["is connected"]]
    assert [status["external_ip"], status["external_ipv6"], status["ipv6_prefix"]] == [
        said["external ip (v4)"], said["external ip (v6)"], said["internal ipv6-prefix"]]
    assert f"{hours:02}:{rest // 60:02}:{rest % 60:02}" == said["uptime"]
    assert [str(status["bytes_sent"]), str(status["bytes_received"])] == [said["bytes send"], said["bytes received"]]
    shown = table(box, "status")
    for rate in re.findall(r"'([^']*)'", said["max. bit rate"]):
        assert rate in shown
    assert f"uptime                {said['uptime']}\n" in shown


def test_hosts(box):
    said = [(line[5:21].strip(), line[22:50].strip(), line[51:68].strip(), line[71:].strip())
            for line in theirs("fritzhosts", box) if re.match(r" *\d+: ", line)]
    hosts = ours(box, "hosts")

    assert len(hosts) == 10
    assert sorted((host["ip"] or "-", host["name"], host["mac"], "active" if host["active"] else "-") for host in hosts) == sorted(said)
    assert table(box, "hosts").splitlines()[0].split() == ["n", "ip", "name", "mac", "active", "interface"]


def test_wlan(box):
    said = [line.split() for line in theirs("fritzwlan", box) if re.match(r" +\d+ ", line)]
    radios = ours(box, "wlan")

    assert [radio["service"] for radio in radios] == ["WLANConfiguration1", "WLANConfiguration2", "WLANConfiguration3"]
    assert [[str(int(station[key]) if key == "active" else station[key]) for key in ("index", "active", "mac", "ip", "signal", "speed")]
            for radio in radios for station in radio["stations"]] == said
    assert "index  active  mac" in table(box, "wlan", "--service", "2")


def test_homeauto(corpus):
    with Sim(corpus / "fritzbox/7590-154.07.57", args=["--invent", "--still"]) as sim:
        url = sim.urls[0]
        said = [line for line in theirs("fritzhomeauto", url) if "'" in line]
        devices = ours(url, "homeauto")
        verbose = ours(url, "homeauto", "-v")

    assert len(devices) == len(said) == len(verbose) == 3
    for device, full, line in zip(devices, verbose, said):
        assert line.startswith(device["name"]) and f"'{device['ain']}'" in line
        # What the box itself calls invalid is no measured value; wide numbers run together in their columns.
        for key, valid, shown in (("power", "NewMultimeterIsValid", "{:.3f}"), ("celsius", "NewTemperatureIsValid", "{:.1f}")):
            assert (device[key] is None) == (full[valid] != "VALID")
            assert device[key] is None or shown.format(device[key]) in line


@pytest.mark.parametrize("flags", [[], ["-t", "in"], ["-t", "missed"], ["-t", "out"]], ids=" ".join)
def test_calls(box, flags):
    lines = theirs("fritzcall", box, *flags)
    said = [line.split() for line in lines if re.search(r"\d\d:\d\d", line)]
    calls = ours(box, "calls", *flags)

    numbers = {"in": "1", "missed": "2", "out": "3"}
    assert [[numbers[call["type"]], call["number"] or "-", *call["date"].split(), call["duration"] or "-"] for call in calls] == said
    assert len(calls) == (1 if flags else 3)


def test_the_calls_as_a_table(box):
    assert table(box, "calls") == (
        "type    number       name          date            duration  device\n"
        "in      01715550001  Erika Müller  24.11.25 10:15  0:02      Fon 1\n"
        "missed  -            -             24.11.25 09:00  -         -\n"
        "out     03055500002  -             23.11.25 20:01  1:12      Fon 1\n")


def test_phonebook(box):
    said = {line[:30].strip(): line[30:].split(", ") for line in theirs("fritzphonebook", box, "-a") if re.search(r"\d{5}", line)}
    book, other = ours(box, "phonebook")

    assert (book["name"], book["id"], other["id"]) == ("Telefonbuch", "0", "1")
    assert {contact["name"]: contact["numbers"] for contact in book["contacts"]} == said
    assert table(box, "phonebook", "--number", "03055500002") == "".join(
        f"phone book {number}: Telefonbuch\nname  numbers\nOtto  03055500002\n\n" for number in (0, 1))
    assert theirs("fritzphonebook", box, "--number", "03055500002")[2].split() == ["Otto", "03055500002"]


def test_http_gives_content_type_encoding_and_content(box):
    commands = [["getswitchlist", None], ["getdevicelistinfos", None], ["getbasicdevicestats", "116570000001"]]
    said = ask_peer("fritzconnection_calls.py", {"box": options(box), "calls": [], "commands": commands})["contents"]

    assert [ours(box, "http", command, *(["--ain", ain] if ain else [])) for command, ain in commands] == said
    assert table(box, "http", "getswitchlist") == said[0]["content"]
