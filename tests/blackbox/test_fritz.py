"""`boxmeter fritz`: flags, environment, passwords, what changes a box, and calls."""
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import termios

import pytest

from harness import BUILD, FRITZBOX, PATIENCE, Sim, fritzbox, rest_of_terminal, run

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


def test_nobody_is_asked_about_an_action_that_the_box_does_not_have(sim):
    done = fritz(sim, "call", "DeviceConfig1", "Rebot")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"boxmeter: {sim.urls[0]}: DeviceConfig1.Rebot: this box has no action 'Rebot' in 'DeviceConfig1'")


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
    assert answers[1] == {"error": {"kind": "refused", "code": 713,
                                    "text": "Hosts1.GetGenericHostEntry: UPnP error 713 (Specified Array Index Invalid)"}}
    assert answers[2]["NewHostNumberOfEntries"] > 0
    assert (done.returncode, done.stderr) == (1, "")
    assert sim.stats()[0]["logins"] == before + 1


KEYS = ["NewWEPKey0", "NewWEPKey1", "NewWEPKey2", "NewWEPKey3", "NewPreSharedKey", "NewKeyPassphrase"]


def test_what_is_hidden_leaves_a_trace_and_is_shown_on_demand(tmp_path):
    recording = tmp_path / FRITZBOX.name
    shutil.copytree(FRITZBOX, recording)
    described = "".join(f"<argument><name>{name}</name><direction>out</direction><relatedStateVariable>SSID</relatedStateVariable>"
                        "</argument>" for name in KEYS)
    scpd = recording / "wlanconfigSCPD.xml"
    scpd.write_text(scpd.read_text().replace("<actionList>", "<actionList><action><name>GetSecurityKeys</name>"
                                             f"<argumentList>{described}</argumentList></action>", 1))
    with Sim(recording, args=["--invent", "--still"]) as box:
        table = fritz(box, "call", "WLANConfiguration1", "GetSecurityKeys")
        as_json = fritz(box, "call", "WLANConfiguration1", "GetSecurityKeys", "--json")
        batch = fritz(box, "call", "--batch", "-", stdin="WLANConfiguration1 GetSecurityKeys\n")
        shown = fritz(box, "call", "WLANConfiguration1", "GetSecurityKeys", "--reveal")

    assert [line.split() for line in table.stdout.splitlines()] == [[name, "(hidden)"] for name in KEYS]
    told = f"not shown: {', '.join(sorted(KEYS))} (--reveal shows them)\n"
    assert (table.stderr, as_json.stderr, batch.stderr, shown.stderr) == (told, told, told, "")
    assert (json.loads(as_json.stdout), json.loads(batch.stdout)) == ({}, {})
    assert [line.split()[0] for line in shown.stdout.splitlines()] == KEYS and "(hidden)" not in shown.stdout


def test_a_session_id_is_hidden_and_that_is_told(sim):
    done = fritz(sim, "call", "Hosts1", "X_AVM-DE_GetHostListPath")

    assert done.stdout.split() == ["NewX_AVM-DE_HostListPath", "/devicehostlist.lua?sid="]
    assert done.stderr == "not shown: sid= (--reveal shows them)\n"


def test_what_is_his_own_is_shown_to_who_asks_for_it(sim):
    done = fritz(sim, "call", "WANPPPConnection1", "GetInfo", "--json")

    assert json.loads(done.stdout)["NewUserName"]
    assert done.stderr == ""


def test_a_refusal_has_a_code_for_programs(sim):
    done = fritz(sim, "call", "Hosts1", "GetGenericHostEntry", "NewIndex=99", "--json")

    text = f"{sim.urls[0]}: Hosts1.GetGenericHostEntry: UPnP error 713 (Specified Array Index Invalid)"
    assert json.loads(done.stdout) == {"error": {"kind": "refused", "code": 713, "text": text}}
    assert (done.returncode, done.stderr) == (1, f"boxmeter: {text}\n")


def test_a_box_that_is_away_is_no_refusal_for_programs(sim):
    done = fritz(sim, "-i", "127.0.0.1:1", "hosts", "--json")

    assert json.loads(done.stdout)["error"].keys() == {"kind", "text"}
    assert json.loads(done.stdout)["error"]["kind"] == "network"


ESC = "\x1b]0;owned\x07\x1b[2J\u009b1m\u202e"


def test_a_name_commands_no_terminal(tmp_path):
    recording = tmp_path / FRITZBOX.name
    shutil.copytree(FRITZBOX, recording)
    names = recording / "lists/devicehostlist.xml"
    # XML has no way to write ESC: C1 and what turns the direction do the same.
    names.write_text(re.sub("<HostName>[^<]*", "<HostName>box\u009b1m\u202e", names.read_text(), count=1))
    with Sim(recording, args=["--still"]) as box:
        hosts = fritz(box, "hosts")

    assert "box\\u009b1m\\u202e" in hosts.stdout
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", hosts.stdout + hosts.stderr)


def test_what_is_written_to_a_terminal_is_escaped_also_where_it_is_json(tmp_path):
    parent, child = pty.openpty()
    with subprocess.Popen([str(BUILD / "boxmeter"), "once", "--config.file", f"/nonexistent{ESC}\n"], stdout=child, stderr=child) as program:
        os.close(child)
        program.wait(60)
        seen = rest_of_terminal(parent)
    os.close(parent)
    assert "\\u001b]0;owned\\u0007\\u001b[2J\\u009b1m\\u202e\\n" in seen
    assert seen.count("\n") == 1 and not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", seen)


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


def test_ctrl_c_at_the_question_for_a_password_leaves_a_terminal_that_shows_what_is_typed(sim):
    def shows_typing():
        return bool(termios.tcgetattr(child)[3] & termios.ECHO)
    parent, child = pty.openpty()
    command = [str(BUILD / "boxmeter"), "fritz", "-i", sim.urls[0].removeprefix("http://"), "call", "DeviceInfo1", "GetInfo"]
    with subprocess.Popen(command, stdin=child, stdout=subprocess.PIPE, stderr=child, env={"HOME": "/nonexistent"}) as program:
        seen = ""
        while not seen.endswith("? "):
            seen += os.read(parent, 1000).decode()
        was_silent = not shows_typing()
        program.send_signal(signal.SIGINT)
        program.wait(PATIENCE)
        shows_again = shows_typing()
    os.close(child)
    os.close(parent)

    assert (seen, was_silent, shows_again, program.returncode) == ("password of the box? ", True, True, -signal.SIGINT)


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
    assert done.stderr.startswith("notice: not known of WLANConfiguration2: WLANConfiguration2.GetInfo: UPnP error 820 ")
    assert done.stdout.startswith("WLANConfiguration1: Example Home, channel 6\n")
    assert "\nWLANConfiguration2: ?, not known\n" in done.stdout


def test_the_list_of_all_stations_has_those_of_the_guests_apart_though_their_channel_is_the_same(sim):
    done = fritz(sim, "wlan", "--json")  # of the guests' radio the recording has no station one by one

    stations = {each["service"]: [station["mac"] for station in each["stations"]] for each in json.loads(done.stdout)}
    channels = {each["service"]: each["channel"] for each in json.loads(done.stdout)}
    assert "notice: stations of WLANConfiguration3 are not told one by one: " in done.stderr
    assert channels["WLANConfiguration3"] == channels["WLANConfiguration1"] == 6
    assert stations["WLANConfiguration3"] == [] and len(stations["WLANConfiguration1"]) == 2


def test_stations_that_are_not_told_one_by_one_are_taken_from_the_list(sim):
    def macs(done):
        radio = next(each for each in json.loads(done.stdout) if each["service"] == "WLANConfiguration1")
        return sorted(station["mac"] for station in radio["stations"])
    before = fritz(sim, "wlan", "--json")
    with Sim(FRITZBOX, args=["--still"]) as box:
        box.control("/request?name=WLANConfiguration1.GetGenericAssociatedDeviceInfo&error=606")
        done = fritz(box, "wlan", "--json")
        box.control("/request?name=WLANConfiguration1.X_AVM-DE_GetWLANDeviceListPath&error=606")
        nothing = fritz(box, "wlan")

    assert macs(done) == macs(before) != []
    assert done.stderr.startswith("notice: stations of WLANConfiguration1 are not told one by one: ")
    assert nothing.stdout.startswith("WLANConfiguration1: Example Home, channel 6\nstations not known\n")
