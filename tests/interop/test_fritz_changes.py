"""What changes something (switch, dial, wake) is sent as fritzconnection sends it; and calls are heard as it hears them."""
import contextlib
import xml.etree.ElementTree as ElementTree

import pytest

from harness import BUILD, CORPUS, FRITZBOX, Process, Sim, eventually, passage, run
from peers import HERE, ask_peer, program, run_peer
from test_fritzconnection import options

USER = {"FRITZ_USERNAME": "monitor", "FRITZ_PASSWORD": "secret"}


@contextlib.contextmanager
def overheard(url):
    """A way to the box on which SOAP calls that were answered are kept as [action, {argument: value}]."""
    calls = []

    def see(question, status, answer):
        if question and status == 200:
            action = ElementTree.fromstring(question).find("{*}Body")[0]
            calls.append([action.tag, {argument.tag: argument.text or "" for argument in action}])
        return answer
    with passage(url, see) as there:
        yield there, calls


@pytest.fixture(scope="module")
def box():
    recording = CORPUS / "fritzbox/7590-154.07.57"
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")
    with Sim(recording, args=["--invent", "--still"]) as sim:
        yield sim.urls[0]


def theirs(url, tool, *flags):
    with overheard(url) as (there, calls):
        port = there.rsplit(":", 1)[1]
        done = run_peer(tool, "-i", "127.0.0.1", "--port", port, "-u", "monitor", "-p", "secret", *flags)
        assert done.returncode == 0, done.stderr
    return calls


def ours(url, *words):
    with overheard(url) as (there, calls):
        done = run("fritz", "-i", there.removeprefix("http://"), *words, env=USER)
        assert (done.returncode, done.stderr) == (0, "")
    return calls


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("flag", ["-s", "--switch"])
def test_a_device_is_switched(box, flag, state):
    said = theirs(box, "fritzhomeauto", flag, "11657 0240192", state)

    assert ours(box, "homeauto", flag, "11657 0240192", state, "--yes") == said
    assert said[-1][1] == {"NewAIN": "11657 0240192", "NewSwitchState": state.upper()}


@pytest.mark.parametrize("flag", ["-c", "--call"])
def test_a_number_is_dialled(box, flag):
    said = theirs(box, "fritzcall", flag, "**610")

    assert ours(box, "calls", flag, "**610", "--yes") == said
    assert said[-1][1] == {"NewX_AVM-DE_PhoneNumber": "**610"}


def test_a_host_is_woken(box):
    mac = "00:00:5E:00:53:01"
    with overheard(box) as (there, said):
        ask_peer("fritzconnection_calls.py", {"box": options(there), "calls": [
            ["Hosts1", "X_AVM-DE_WakeOnLANByMACAddress", {"NewMACAddress": mac}]]})

    assert ours(box, "wol", mac) == said
    assert said[-1][1] == {"NewMACAddress": mac}


@pytest.mark.parametrize("words, what", [
    (["homeauto", "--switch", "11657 0240192", "on"], "turn on '11657 0240192'"),
    (["calls", "--call", "**610"], "call **610 from the phone that the box is set up to dial with"),
])
def test_nothing_is_switched_or_dialled_without_a_yes(box, words, what):
    with overheard(box) as (there, calls):
        done = run("fritz", "-i", there.removeprefix("http://"), *words, env=USER)

    assert (done.returncode, done.stderr) == (2, f"boxmeter: {what}: nobody can be asked here; add --yes\n")
    assert calls == []


def test_calls_are_heard_as_fritzmonitor_hears_them():
    events = ["RING;0;0301234567;7654321;SIP0;", "CONNECT;0;10;0301234567;", "DISCONNECT;0;23;"]
    with Sim(FRITZBOX, args=["--call-monitor", "0"]) as sim:
        port = next(line.rsplit(":", 1)[1] for line in sim.lines if line.startswith("callmonitor "))
        command = [program("python"), HERE / "fritzmonitor_events.py", port]
        with Process(command) as peer, Process([BUILD / "boxmeter", "fritz", "-i", f"127.0.0.1:{port}", "monitor"]) as monitor:
            def both_listen():
                sim.control("/call?event=PING%3B9%3B")
                return "PING" in peer.log and "PING" in monitor.log
            eventually(both_listen)
            for event in events:
                sim.control("/call?event=" + event.replace(";", "%3B"))
            peer.wait_for_line("DISCONNECT")
            monitor.wait_for_line("DISCONNECT")

        heard = [[line for line in each.lines if "PING" not in line and not line.startswith("notice: ")] for each in (peer, monitor)]
    assert heard[0] == heard[1]
    assert [line.split(";", 1)[1] for line in heard[1]] == events
