"""`boxmeter fritz`: flags, environment, passwords, what changes a box, and calls."""
import json
import os
import pty
import subprocess

import pytest

from harness import BUILD, FRITZBOX, Sim, fritzbox, rest_of_terminal, run

pytestmark = pytest.mark.sanitized
USER = {"FRITZ_USERNAME": "monitor", "FRITZ_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def sim():
    with Sim(FRITZBOX, args=["--still"]) as running:
        yield running


def fritz(sim, *words, env=None, stdin=None):
    command = [str(BUILD / "boxmeter"), "fritz", "-i", sim.urls[0].removeprefix("http://"), *words]
    return subprocess.run(command, text=True, input=stdin or "", capture_output=True, timeout=60,
                          env={"HOME": "/nonexistent", **(USER if env is None else env)})


def on_a_terminal(sim, *words, typed, env):
    """What the program says to somebody who types `typed`."""
    parent, child = pty.openpty()
    command = [str(BUILD / "boxmeter"), "fritz", "-i", sim.urls[0].removeprefix("http://"), *words]
    with subprocess.Popen(command, stdin=child, stdout=subprocess.PIPE, stderr=child, env={"HOME": "/nonexistent", **env}) as program:
        os.close(child)
        seen = ""
        while not seen.endswith(" "):  # the end of a question
            seen += os.read(parent, 1000).decode()
        os.write(parent, typed.encode())
        out = program.stdout.read().decode()
        program.wait(60)
        seen += rest_of_terminal(parent)
    os.close(parent)
    return program.returncode, seen, out


def test_without_a_word_it_tells_what_box_it_is(sim):
    done = fritz(sim, env={})

    assert done.stdout.splitlines()[2:4] == [f"FRITZ!Box 7590 at {sim.urls[0]}", "FRITZ!OS: 7.57"]
    assert done.returncode == 0


def test_flags_may_stand_without_their_value_as_those_of_fritzconnection(sim):
    port = sim.urls[0].rsplit(":", 1)[1]

    done = run("fritz", "-p", "-i", "127.0.0.1", "--port", port, "-u", "-s")

    assert "                    DeviceInfo1\n" in done.stdout


def test_listings_log_in_nowhere(sim):
    before = sim.stats()[0]["unauthorized"]

    assert fritz(sim, "-c").returncode == 0

    assert sim.stats()[0]["unauthorized"] == before


@pytest.mark.parametrize("words, message", [
    (["-S", "WLANConfiguration7"], "this box has no service 'WLANConfiguration7' (did you mean 'WLANConfiguration1'?)"),
    (["-A", "Hosts1", "GetGenericHostEntri"],
     "'Hosts1' has no action 'GetGenericHostEntri' (did you mean 'GetGenericHostEntry'?)"),
    (["call", "Hosts1", "GetGenericHostEntry", "NewIndex=99"],
     "Hosts1.GetGenericHostEntry: UPnP error 713 (Specified Array Index Invalid)"),
])
def test_what_the_box_does_not_have_is_an_error_with_its_address(sim, words, message):
    done = fritz(sim, *words)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"boxmeter: {sim.urls[0]}: {message}\n")


@pytest.mark.parametrize("words, message", [
    (["cal"], "unknown command 'cal' of 'boxmeter fritz' (did you mean 'call'?) (known: {known}); see 'boxmeter fritz --help'"),
    (["call", "Hosts1"],
     "call needs a service and an action: boxmeter fritz call SERVICE ACTION [NAME=VALUE ...]"),
    (["call", "Hosts1", "GetInfo", "x"], "argument 'x' is not of the form NAME=VALUE"),
    (["call", "--batch", "-", "Hosts1"], "--batch reads its calls, 'Hosts1' is too much"),
    (["-x", "--cache-format", "xml"], "unknown cache format 'xml' (known: json; pickle is read as json)"),
    (["-R"], "restart FRITZ!Box 7590 at {url}: nobody can be asked here; add --yes"),
    (["-r"], "disconnect FRITZ!Box 7590 at {url} from the internet, for a new address: nobody can be asked here; add --yes"),
    (["call", "WLANConfiguration1", "SetEnable", "NewEnable=0"],
     "'WLANConfiguration1.SetEnable' may change the box: nobody can be asked here; add --yes"),
])
def test_wrong_usage(sim, words, message):
    done = fritz(sim, *words)

    known = "call, http, status, hosts, wlan, homeauto, calls, phonebook, monitor, wol"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"boxmeter: {message.format(url=sim.urls[0], known=known)}\n"


def test_a_box_is_restarted_when_a_yes_is_given(sim):
    sim.control("/request?name=DeviceConfig1.Reboot&error=606")
    done = fritz(sim, "-R", "--yes")
    sim.control("/request?name=DeviceConfig1.Reboot&error=")

    assert done.stderr == (f"boxmeter: {sim.urls[0]}: DeviceConfig1.Reboot: UPnP error 606 (Action Not Authorized): user "
                           "'monitor' has the right 'FRITZ!Box Settings', which is not enough for this\n")


def test_a_call_prints_a_table_and_with_json_typed_values(sim):
    table = fritz(sim, "call", "Hosts", "GetGenericHostEntry", "NewIndex=0").stdout
    answer = json.loads(fritz(sim, "call", "Hosts:1", "GetGenericHostEntry", "NewIndex=0", "--json").stdout)

    assert list(answer) == ["NewIPAddress", "NewAddressSource", "NewLeaseTimeRemaining", "NewMACAddress",
                            "NewInterfaceType", "NewActive", "NewHostName"]
    assert answer["NewActive"] is True and answer["NewLeaseTimeRemaining"] == 0
    assert [line.split()[0] for line in table.splitlines()] == list(answer)


def test_many_calls_are_read_from_stdin_and_one_that_fails_stops_none(sim):
    lines = "# comment\nDeviceInfo1 GetInfo\nHosts1 GetGenericHostEntry NewIndex=99\n\nHosts1 GetHostNumberOfEntries\n"
    before = sim.stats()[0]["logins"]

    done = fritz(sim, "call", "--batch", "-", stdin=lines)

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["NewModelName"] == "FRITZ!Box 7590"
    assert answers[1] == {"error": "Hosts1.GetGenericHostEntry: UPnP error 713 (Specified Array Index Invalid)"}
    assert answers[2]["NewHostNumberOfEntries"] > 0
    assert (done.returncode, done.stderr) == (1, "")
    assert sim.stats()[0]["logins"] == before + 1


def test_secrets_are_shown_on_demand_only(sim):
    hidden = json.loads(fritz(sim, "call", "WANPPPConnection1", "GetInfo", "--json").stdout)
    shown = json.loads(fritz(sim, "--reveal", "call", "WANPPPConnection1", "GetInfo", "--json").stdout)

    assert set(shown) - set(hidden) == {"NewUserName"}


def test_a_password_in_the_command_line_is_warned_of(sim):
    done = fritz(sim, "-u", "monitor", "-p", "secret", "call", "DeviceInfo1", "GetInfo", env={})

    assert done.returncode == 0
    assert done.stderr == ("warning: every user of this machine can read a password in a command line; FRITZ_PASSWORD and "
                           "--password-file do not show it\n")


def test_a_password_file(sim, tmp_path):
    (tmp_path / "password").write_text("secret\n")

    done = fritz(sim, "--password-file", str(tmp_path / "password"), "call", "DeviceInfo1", "GetInfo", env={})

    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_password_a_person_is_asked_and_a_program_told(sim):
    told = fritz(sim, "call", "DeviceInfo1", "GetInfo", env={})
    code, seen, out = on_a_terminal(sim, "call", "DeviceInfo1", "GetInfo", typed="secret\n", env={})

    assert told.returncode == 2
    assert told.stderr == ("boxmeter: no password, and nobody can be asked here; the box asks for a login: give the password by "
                           "FRITZ_PASSWORD or --password-file (and its user by -u or FRITZ_USERNAME)\n")
    assert code == 0
    assert seen.strip() == "password of the box?"
    assert "NewModelName         FRITZ!Box 7590" in out


def test_a_person_can_say_no(sim):
    code, seen, out = on_a_terminal(sim, "-R", typed="n\n", env=USER)

    assert (code, out) == (2, "")
    assert seen.startswith(f"restart FRITZ!Box 7590 at {sim.urls[0]}? [y/N] ")
    assert seen.strip().endswith("boxmeter: not done")


def test_a_radio_that_refuses_leaves_the_others():
    with Sim(FRITZBOX, args=["--still"]) as box:
        box.control("/request?name=WLANConfiguration2.GetInfo&error=820")
        done = fritz(box, "wlan")

    assert done.returncode == 0
    assert done.stderr.startswith("notice: WLANConfiguration2 is left out: WLANConfiguration2.GetInfo: UPnP error 820 ")
    assert done.stdout.startswith("WLANConfiguration1: Example Home, channel 6\n")
    assert "WLANConfiguration2" not in done.stdout
