"""`boxmeter freebox`: pyfbx's flags and more, against the simulator and against scripted boxes."""
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from harness import BUILD, FREEBOX, Process, Sim, config, eventually, freebox, rest_of_terminal, run
from stand_ins import ScriptedFreebox, Telegraf

pytestmark = pytest.mark.sanitized

TOKEN = "boxmeter-sim-app-token"
STATUS = "Connection.Get_the_current_Connection_status()"
SYSTEM = "System.Get_the_current_system_info()"
XDSL = "Connection.Get_the_current_xDSL_infos()"
# What the Connection API's documentation sends, under its headings: the command, its path, the body, and what of that
# is shown afterwards.  The example of "Update the IPv6 Connection configuration" itself says connection/config/: a slip.
HOP = {"prefix": "2a01:e30:d252:a2a2::/64", "next_hop": "fe80::be30:5bff:feb5:fcc7"}
DOCUMENTED = [
    ("Update_the_Connection_configuration", "", "connection/config/", {"ping": True, "wol": False},
     "Get_the_current_Connection_configuration()"),
    ("Update_the_IPv6_Connection_configuration", "", "connection/ipv6/config/", {"delegations": [HOP]},
     "Get_the_current_IPv6_Connection_configuration()"),
    ("Set_the_config_of_a_DynDNS_service", "provider='dyndns', ", "connection/ddns/dyndns/",
     {"enabled": False, "user": "test", "password": "ssss", "hostname": "ttt"},
     "Get_the_config_of_a_DynDNS_service('dyndns')"),
]
# Its error codes, as a person reads them.
ERRORS = {
    "inval": "the box does not take a value that was sent",
    "nodev": "this box has no such device",
    "noent": "this box has no such entry",
    "netdown": "the internet connection is down",
    "busy": "the box is busy with it; ask again later",
    "invalid_port": "the box does not take this port number",
    "insecure_password": "the box's administrator password is too weak for access over the internet; choose a stronger "
                         "one first",
    "invalid_provider": "the box does not know this DynDNS provider (known: ovh, dyndns, noip)",
    "invalid_next_hop": "the next hop of an IPv6 prefix must be a link-local address (fe80::...)",
}


def ask(url, *arguments, **options):
    return run("freebox", "-u", url, "-t", TOKEN, "-a", "boxmeter", *arguments, **options)


@pytest.fixture(scope="module")
def sim():
    with Sim(FREEBOX, args=["--still"]) as sim:
        yield sim


@pytest.fixture(scope="module")
def url(sim):
    return sim.urls[0]


def test_without_a_command_the_system_is_shown_as_python_shows_it(url):
    done = ask(url)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{   'board_name': 'fbxgw9r',\n    'box_authenticated': True,\n")
    assert json.loads(ask(url, "-j").stdout)["board_name"] == "fbxgw9r"


def test_several_commands_are_asked_in_one_session(tmp_path):
    with Sim(FREEBOX, args=["--still"]) as sim:
        done = ask(sim.urls[0], "-c", STATUS + "['state']", "-c", SYSTEM + "['sensors'][-1]['id']", "-j")

        assert done.stdout == '"up"\n"temp_t1"\n'
        assert sim.stats()[0]["logins"] == 1


@pytest.mark.parametrize("content, options, code", [
    (f"{TOKEN}\nboxmeter\n", [], 0),
    (f"{TOKEN}\nboxmeter", ["-a", "another"], 0),  # the file's app id counts
    (f"{TOKEN}\nboxmeter", ["another"], 0),
    (f"{TOKEN}\n", ["-a", "boxmeter"], 0),
    (f"{TOKEN}\n", ["boxmeter"], 0),
    (f"{TOKEN}\n", [], 2),
    (f"{TOKEN}\n", ["-a", "another"], 1),
])
def test_a_token_file_has_the_token_and_perhaps_the_app_id(url, tmp_path, content, options, code):
    (tmp_path / "token.txt").write_text(content)

    assert run("freebox", *options, "-u", url, "-t", "f:token.txt", cwd=tmp_path).returncode == code


@pytest.mark.parametrize("words, code, message", [
    (["-c", "Sytem.Reboot_the_system()"], 2, "unknown system in command 'Sytem.Reboot_the_system' "
     "(did you mean 'System'?) (known: Download, "),
    (["-c", "System.Get_the_current_system_inf()"], 2, "unknown command 'System.Get_the_current_system_inf' "
     "(did you mean 'Get_the_current_system_info'?) (System has: Get_the_current_system_info, Reboot_the_system)\n"),
    (["-c", STATUS + "['rate_pu']"], 1, "Connection.Get_the_current_Connection_status: ['rate_pu']: no such member "
     "(did you mean 'rate_up'?) (known: "),
    (["-c", "Switch.Get_a_port_stats(id=)"], 2, "command 'Switch.Get_a_port_stats': column 28: expected a value: text "
     "in quotes, a number, True, False, None, [...] or {...}, got ')'\n"),
    (["-c", "Switch.Get_a_port_stats(idd=1)"], 2, "Get_a_port_stats takes no argument 'idd' (did you mean "
     "'id'?) (it takes: id)\n"),
    (["-c", "System.Reboot_the_system()"], 2, "System.Reboot_the_system (POST system/reboot/) changes the box: nobody "
     "can be asked here; add --yes\n"),
    (["-c", XDSL], 1, "Connection.Get_the_current_xDSL_infos: service_down: not running at the moment "
     "('Ce service n’est pas disponible')\n"),
    (["-x"], 2, "unknown option '-x'; see 'boxmeter freebox --help'\n"),
    (["one", "two"], 2, "unexpected argument 'two'; see 'boxmeter freebox --help'\n"),
    (["--insecure", "--ca-file", "x"], 2, "--insecure and --ca-file exclude each other\n"),
])
def test_mistakes_and_refusals_are_one_line(url, words, code, message):
    done = ask(url, *words)

    assert done.returncode == code
    assert done.stderr.startswith(f"boxmeter: {message}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("path", ["/api/v8/connection/", "api/v16.0/connection/", "/connection/"])
def test_a_path_may_be_written_as_the_documents_write_it(url, tmp_path, path):
    plain = ask(url, "get", "connection/", "-j")
    (tmp_path / "boxmeter.yml").write_text(config(freebox(url)))
    called = run("call", "--config.file", tmp_path / "boxmeter.yml", "free", f"get:{path}", env={"STATE_DIRECTORY": str(tmp_path / "state")})

    done = ask(url, "get", path, "-j")

    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, plain.stderr)
    assert '"bandwidth_down"' in done.stdout
    assert (called.returncode, json.loads(called.stdout).keys()) == (0, json.loads(plain.stdout).keys()), called.stderr


@pytest.mark.parametrize("words, message", [
    ([], "no app token: give one with -t f:FILE, or register an application with 'boxmeter freebox register'"),
    (["comands"], "unknown command 'comands' of 'boxmeter freebox' (did you mean 'commands'?) "
                  "(known: commands, get, post, put, delete, register); see 'boxmeter freebox --help'"),
    (["-t", "x"], "no app id: name the one that the token was made for with -a APP_ID, or on the second line of the "
                  "token file"),
    (["-t", "f:missing.txt"], "'missing.txt': cannot read 'missing.txt': No such file or directory"),
    (["get"], "get needs a path: boxmeter freebox get PATH [NAME=VALUE ...]"),
])
def test_what_cannot_be_asked_is_said_before_any_box_is(words, message):
    done = run("freebox", *words)

    assert (done.returncode, done.stderr) == (2, f"boxmeter: {message}\n")


def test_a_mistake_in_the_last_command_costs_no_request():
    with ScriptedFreebox({"system/": dict}) as box:
        done = ask(box.url, "-c", SYSTEM, "-c", "System.Get(")

        assert done.returncode == 2
        assert box.asked == []


def test_any_path_is_asked_by_its_verb():
    with ScriptedFreebox({"a/7/b/?x=1&y=%26": lambda: [1], "a/7": lambda: None}) as box:
        options = ["-u", box.url, "-t", TOKEN, "-a", "boxmeter"]
        done = [run("freebox", "get", "a/{id}/b/", "id=7", "x=1", "y=&", *options),
                run("freebox", "put", "a/{id}", "id=7", 'post_data={"on": true}', "--yes", *options),
                run("freebox", "post", "a/7", "--yes", "-j", *options),
                run("freebox", "delete", "a/7", "--yes", *options)]

    assert [(one.stdout, one.stderr) for one in done] == [("[1]\n", ""), ("None\n", ""), ("null\n", ""), ("None\n", "")]
    asked = [(method, path.removeprefix("/api/v8/"), body) for method, path, body in box.asked]
    assert [one for one in asked if one[1].startswith("a/")] == [
        ("GET", "a/7/b/?x=1&y=%26", ""), ("PUT", "a/7", {"on": True}), ("POST", "a/7", ""), ("DELETE", "a/7", "")]


@pytest.mark.parametrize("command, arguments, path, body, _", DOCUMENTED, ids=lambda given: str(given)[:40])
def test_what_the_documentation_sends_is_sent_to_the_path_of_its_heading(command, arguments, path, body, _):
    with ScriptedFreebox({path: lambda: {"done": True}}) as box:
        done = ask(box.url, "--yes", "-j", "-c", f"Connection.{command}({arguments}post_data={body!r})")

    assert (done.stdout, done.stderr) == ('{"done":true}\n', "")
    assert [request for request in box.asked if request[0] == "PUT"] == [("PUT", f"/api/v8/{path}", body)]


def test_the_simulator_takes_what_the_documentation_sends_and_shows_it_afterwards(corpus):
    with Sim(corpus / "freebox/documentation-3", args=["--still", "--permit", "settings"]) as sim:
        for command, arguments, _, body, reading in DOCUMENTED:
            put = ask(sim.urls[0], "--yes", "-j", "-c", f"Connection.{command}({arguments}post_data={body!r})")
            got = ask(sim.urls[0], "-j", "-c", f"Connection.{reading}")

            assert put.stdout == got.stdout, put.stderr
            shown = json.loads(got.stdout)
            if "delegations" in body:
                assert shown["delegations"][2] == HOP and len(shown["delegations"]) == 8
            else:
                assert shown.items() >= {name: value for name, value in body.items() if name != "password"}.items()
            assert "password" not in shown


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_code_of_the_documentation_comes_out_as_text(sim, code):
    sim.control(f"/request?name=connection/config&error={code}")
    done = ask(sim.urls[0], "-c", "Connection.Get_the_current_Connection_configuration()")
    sim.control("/request?name=connection/config&error=")

    assert done.returncode == 1
    assert done.stderr == (f"boxmeter: Connection.Get_the_current_Connection_configuration: {code}: {ERRORS[code]} "
                           "('Erreur')\n")


def test_every_field_of_every_documented_object_is_shown(corpus):
    commands = {
        "connection": "Get_the_current_Connection_status()",
        "connection_config": "Get_the_current_Connection_configuration()",
        "connection_ipv6_config": "Get_the_current_IPv6_Connection_configuration()",
        "connection_xdsl": "Get_the_current_xDSL_infos()",
        "connection_ftth": "Get_the_current_FTTH_status()",
        "connection_ddns_dyndns_status": "Get_the_status_of_a_DynDNS_service('dyndns')",
        "connection_ddns_dyndns": "Get_the_config_of_a_DynDNS_service(provider='dyndns')",
    }
    folder = corpus / "freebox/documentation-3"
    assert {file.stem for file in (folder / "get").iterdir()} == set(commands)
    with Sim(folder, args=["--still", "--kind", "freebox"]) as sim:
        done = ask(sim.urls[0], "-j", *(word for text in commands.values() for word in ("-c", "Connection." + text)))

    wanted = [json.loads((folder / f"get/{name}.json").read_text())["result"] for name in commands]
    assert [json.loads(line) for line in done.stdout.splitlines()] == wanted, done.stderr


def test_writing_asks_on_a_terminal():
    for answer, code in ((b"y\n", 0), (b"n\n", 2)):
        with ScriptedFreebox({"system/reboot/": lambda: None}) as box:
            ended, screen = on_a_terminal(answer, "-u", box.url, "-t", TOKEN, "-a", "boxmeter", "-c",
                                          "System.Reboot_the_system()")

        assert ended == code, screen
        assert "System.Reboot_the_system (POST system/reboot/) changes the box? [y/N]" in screen
        assert (("POST", "/api/v8/system/reboot/", "") in box.asked) == (code == 0)


def on_a_terminal(answer, *arguments):
    """(exit code, what was shown)"""
    master, slave = pty.openpty()
    with subprocess.Popen([BUILD / "boxmeter", "freebox", *arguments], stdin=slave, stdout=slave, stderr=slave) as program:
        os.close(slave)
        os.write(master, answer)
        code = program.wait(20)
    screen = rest_of_terminal(master)
    os.close(master)
    return code, screen


def test_the_body_may_be_left_out_as_none():
    with ScriptedFreebox({"call/log/delete_all/": lambda: None}) as box:
        done = ask(box.url, "--yes", "-c", "Call.Delete_every_calls(post_data=None)")

    assert (done.stdout, done.stderr) == ("None\n", "")
    assert ("POST", "/api/v8/call/log/delete_all/", "") in box.asked


def test_secrets_are_left_out_unless_they_are_wanted():
    reply = {"enabled": True, "password": "hunter2"}
    with ScriptedFreebox({"ftp/config/": lambda: reply}) as box:
        command = ["-c", "Ftp.Get_the_current_Ftp_configuration()"]
        assert ask(box.url, *command).stdout == "{'enabled': True}\n"
        assert ask(box.url, "--reveal", *command).stdout == "{'enabled': True, 'password': 'hunter2'}\n"


def test_replies_are_sent_to_a_listener_and_not_printed(url):
    with Telegraf() as telegraf:
        done = ask(url, "-j", "-s", telegraf.url, "-c", STATUS, "-c", SYSTEM)
        loud = ask(url, "-v", "-s", telegraf.url)

    assert (done.stdout, done.stderr, loud.stdout) == ("", "", "")
    assert [set(body) >= {"rate_up"} for body in telegraf.taken] == [True, False, False]
    assert re.search(f"sent [0-9]+ bytes to '{telegraf.url}': HTTP 204", loud.stderr)


@pytest.mark.parametrize("script, message", [
    ([500], "answers HTTP 500"), (["close"], "closed the connection without an answer")])
def test_a_listener_that_refuses_is_an_error(url, script, message):
    with Telegraf(script=script) as telegraf:
        done = ask(url, "-s", telegraf.url)

    assert done.returncode == 1
    assert done.stderr.startswith("boxmeter: System.Get_the_current_system_info: not sent: ")
    assert done.stderr.endswith(f"{message}\n") and done.stderr.count("\n") == 1


def test_asking_again_and_again_survives_every_error_and_counts_them():
    with ScriptedFreebox({"system/": lambda: {"uptime_val": 1}}) as box, Telegraf(script=[500, 204, "close"]) as telegraf:
        with Process([BUILD / "boxmeter", "freebox", "-u", box.url, "-t", TOKEN, "-a", "boxmeter", "-d", "0.05",
                      "-s", telegraf.url, "--timeout", "2", "-c", SYSTEM, "-c", XDSL]) as asking:
            eventually(lambda: len(telegraf.taken) >= 2)
            box.stop()
            asking.wait_for_line("cannot connect")
            box.start()
            taken = len(telegraf.taken)
            eventually(lambda: len(telegraf.taken) >= taken + 2)
            code = asking.stop(signal.SIGINT)

    *errors, last = asking.lines
    asked, counted = map(int, re.fullmatch("boxmeter: asked ([0-9]+) times, ([0-9]+) errors", last).groups())
    assert code == 1
    assert counted == len(errors) < asked
    assert f"boxmeter: System.Get_the_current_system_info: not sent: '{telegraf.url}' answers HTTP 500" in errors
    assert all(line.startswith("boxmeter: ") for line in errors)


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_the_pause_and_closes_the_session(with_signal):
    with ScriptedFreebox({"system/": lambda: 1, "login/logout/": lambda: None}) as box:
        with Process([BUILD / "boxmeter", "freebox", "-u", box.url, "-t", TOKEN, "-a", "boxmeter", "-d", "3600"]) as asking:
            asking.wait_for_line("^1$")
            start = time.monotonic()
            code = asking.stop(with_signal)

    assert (code, asking.lines) == (0, ["1", "boxmeter: asked 1 times, 0 errors"])
    assert time.monotonic() - start < 10
    assert ("POST", "/api/v8/login/logout/", "") in box.asked


def test_it_ends_when_nobody_reads_any_more(url):
    with subprocess.Popen([BUILD / "boxmeter", "freebox", "-u", url, "-t", TOKEN, "-a", "boxmeter", "-d", "0.01"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asking:
        asking.stdout.readline()
        asking.stdout.close()

        assert asking.wait(20) == 1
        assert asking.stderr.read() == "boxmeter: System.Get_the_current_system_info: cannot write to the standard output\n"


def test_the_catalogue_lists_what_every_command_needs():
    everything = json.loads(run("freebox", "commands", "--json").stdout)

    assert len(everything) == 166
    assert everything[-1] == {"command": "Pvr.Request_next_quota_threshold", "verb": "PUT", "path": "pvr/quota/",
                              "parameters": [], "post_data": True}
    assert run("freebox", "commands", "Switch").stdout == """\
COMMAND                               VERB  PATH                    ARGUMENTS
Switch.Get_the_current_switch_status  GET   switch/status/
Switch.Get_a_port_configuration       GET   switch/port/{id}        id
Switch.Update_a_port_configuration    PUT   switch/port/{id}        post_data, id
Switch.Get_a_port_stats               GET   switch/port/{id}/stats  id
"""
    assert run("freebox", "commands", "Contacts.Access_a_given_contact_number").stdout == """\
COMMAND                                 VERB  PATH         ARGUMENTS
Contacts.Access_a_given_contact_number  GET   {type}/{id}  type (one of number,address,url,email), id
"""


def test_a_configured_device_takes_commands_too(url, tmp_path):
    (tmp_path / "boxmeter.yml").write_text(config(freebox(url)))

    done = run("call", "free", "command:Switch.Get_a_port_stats", "id=1", cwd=tmp_path)

    assert json.loads(done.stdout)["rx_good_bytes"] > 0, done.stderr


def test_what_changes_a_configured_device_needs_a_yes(tmp_path):
    with ScriptedFreebox({"connection/config/": lambda: {"ping": True}}) as box:
        (tmp_path / "boxmeter.yml").write_text(config(freebox(box.url)))
        words = ["call", "free", "put:connection/config/", 'post_data={"ping": true}']
        refused = run(*words, cwd=tmp_path)
        done = run(*words, "--yes", cwd=tmp_path)

    assert (refused.returncode, refused.stderr) == (
        2, "boxmeter: PUT connection/config/ changes 'free': nobody can be asked here; add --yes\n")
    assert json.loads(done.stdout) == {"ping": True}
    assert [request for request in box.asked if request[0] == "PUT"] == [
        ("PUT", "/api/v8/connection/config/", {"ping": True})]


def test_registering_writes_the_token_and_lists_what_is_not_granted(tmp_path):
    with ScriptedFreebox({"login/logout/": lambda: None}, verdicts=["pending", "granted"],
                         permissions={"settings": False, "calls": True}) as box:
        done = run("freebox", "register", "-u", box.url, "-a", "my.app", cwd=tmp_path)
        again = run("freebox", "register", "-u", box.url, "-a", "my.app", cwd=tmp_path)

    file = tmp_path / "freebox.token"
    assert (done.returncode, done.stderr) == (0, """\
Allow 'my.app' on the front of the box, which asks now
Registered; the app token is in 'freebox.token': use it with -t f:freebox.token, or as app_token_file in the configuration
""")
    assert done.stdout == """\
PERMISSION  GRANTED  WITHOUT IT, NOT TO BE SEEN
calls       yes
settings    no       changing anything; Wi-Fi keys and VPN credentials; history by POST rrd/
Grant more in Freebox OS: Gestion des accès, Applications
"""
    assert file.read_text() == f"{TOKEN}\nmy.app\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (again.returncode, again.stderr) == (
        2, "boxmeter: 'freebox.token' is already there: use it with -t f:freebox.token, or name another with "
           "--token-file\n")
    asked = next(body for _, path, body in box.asked if path.endswith("/login/authorize/"))
    assert (asked["app_id"], asked["app_name"]) == ("my.app", "my.app")


def test_nobody_is_sent_to_the_box_for_a_token_that_cannot_be_kept(tmp_path):
    (tmp_path / "file").write_text("")
    with ScriptedFreebox({}, verdicts=["granted"]) as box:
        done = run("freebox", "register", "-u", box.url, "--token-file", "file/freebox.token", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (2, "boxmeter: cannot write in 'file': Not a directory\n")
    assert not box.asked


def test_a_request_without_a_token_says_how_to_get_one():
    done = run("freebox", "get", "connection/", "-u", "http://127.0.0.1:1")

    assert (done.returncode, done.stderr) == (
        2, "boxmeter: no app token: give one with -t f:FILE, or register an application with 'boxmeter freebox register'\n")


def test_without_a_token_the_application_is_registered_first_as_pyfbx_does(tmp_path):
    with ScriptedFreebox({"system/": lambda: 1}, verdicts=["granted"]) as box:
        done = run("freebox", "-u", box.url, "-a", "my.app", "--token-file", "new.token", cwd=tmp_path)

    assert done.stdout == "1\n", done.stderr
    assert TOKEN not in done.stderr
    assert (tmp_path / "new.token").read_text() == f"{TOKEN}\nmy.app\n"


@pytest.mark.parametrize("verdict, message", [
    ("denied", "somebody refused it on the front of the box; start again and choose yes there"),
    ("timeout", "nobody answered on the front of the box in time; start again and answer there while it asks"),
    ("unknown", "the box has forgotten the request; start again"),
])
def test_a_registration_that_is_not_granted_says_what_to_do(tmp_path, verdict, message):
    with ScriptedFreebox({}, verdicts=["pending", verdict]) as box:
        done = run("freebox", "register", "-u", box.url, cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"boxmeter: not registered: {message}"
    assert not (tmp_path / "freebox.token").exists()


@pytest.mark.parametrize("code, message", [
    ("new_apps_denied", "the box lets no new application in (allow it in Freebox OS: Gestion des accès)"),
    ("denied_from_external_ip", "the box does not allow this from outside its own network; do it from there (a VPN "
                                "into it counts)"),
])
def test_a_registration_that_cannot_begin_says_why(sim, tmp_path, code, message):
    sim.control(f"/request?name=login/authorize&error={code}")
    done = run("freebox", "register", "-u", sim.urls[0], cwd=tmp_path)
    sim.control("/request?name=login/authorize&error=")

    assert done.returncode == 1
    assert done.stderr.startswith(f"boxmeter: {code}: {message}")
    assert list(tmp_path.iterdir()) == []


def test_a_person_at_a_terminal_sees_the_time_that_is_left(tmp_path):
    with ScriptedFreebox({"system/": lambda: 1}, verdicts=["pending", "granted"]) as box:
        code, screen = on_a_terminal(b"", "register", "-u", box.url, "--token-file", str(tmp_path / "token"))

    assert code == 0
    assert "\r  5:00 left \r  4:59 left " in screen


def test_an_address_that_nothing_can_be_sent_to_is_found_before_the_box_is_asked():
    with ScriptedFreebox({}) as box:
        done = ask(box.url, "-s", "telegraf:8186")

    assert (done.returncode, done.stderr) == (
        2, "boxmeter: '--send' takes a URL such as http://127.0.0.1:8186/telegraf, not 'telegraf:8186'\n")
    assert box.asked == []


TRAZFR = json.dumps({"api": {"uid": "0123", "api_version": "8.0", "api_base_url": "/api/", "box_model": "fbxgw7-r1/full"}, "app_token": TOKEN})


@pytest.mark.parametrize("name, content, app_id", [
    ("token.json", TRAZFR, "com.github.trazfr.fboxexp"),
    (".freebox_token", TOKEN, "fr.freebox.exporter"),
])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_token_files_of_other_exporters_are_taken_as_they_are(tmp_path, name, content, app_id, mark):
    (tmp_path / name).write_text(mark + content + "\r\n")
    with Sim(FREEBOX, args=["--app-id", app_id]) as box:
        asked = run("freebox", "-u", box.urls[0], "-t", f"f:{name}", "-j", cwd=tmp_path)
        (tmp_path / "boxmeter.yml").write_text(
            f"devices: [{{name: free, kind: freebox, url: '{box.urls[0]}', app_token_file: {name}}}]\n")
        polled = run("once", "--config.file", tmp_path / "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})

    assert (asked.returncode, json.loads(asked.stdout)["uptime_val"] > 0) == (0, True), asked.stderr
    assert polled.returncode == 0, polled.stderr


def test_what_is_hidden_leaves_a_trace(tmp_path):
    with ScriptedFreebox({"wifi/bss/": lambda: [{"id": 1, "config": {"ssid": "home", "key": "hush"}}],
                          "call/log/": lambda: [{"id": 1, "number": "0199001234", "name": "0199001234"}]}) as box:
        options = ["-u", box.url, "-t", TOKEN, "-a", "a.b", "-j"]
        hidden = run("freebox", "get", "wifi/bss/", *options)
        shown = run("freebox", "get", "wifi/bss/", "--reveal", *options)
        calls = run("freebox", "get", "call/log/", *options)
        refused = run("freebox", "get", "nothing/", *options)

    assert json.loads(hidden.stdout) == [{"id": 1, "config": {"ssid": "home"}}]
    assert (hidden.stderr, shown.stderr) == ("not shown: key (--reveal shows them)\n", "")
    assert json.loads(shown.stdout)[0]["config"]["key"] == "hush"
    assert json.loads(calls.stdout) == [{"id": 1, "number": "0199001234", "name": "0199001234"}]  # asked for on purpose
    assert json.loads(refused.stdout)["error"]["code"] == "invalid_request"


ANNOUNCED = """
import socket, struct, subprocess, sys, threading
for command in ("ip link set lo up multicast on", "ip addr add 192.168.1.254/24 dev lo"):
    subprocess.run(command.split(), check=True)
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.bind(("", 5353))
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton("224.0.0.251"), socket.inet_aton("192.168.1.254")))
instance, service = b"\\x0eFreebox Server", b"\\x08_fbx-api\\x04_tcp\\x05local\\0"
text = b"".join(bytes([len(pair)]) + pair for pair in (b"api_version=16.0", b"api_domain=box.fbxos.invalid", b"https_available=1",
                                                       b"https_port=46535", b"uid=23b86ec8091013d668829fe12791fdab"))
def record(name, kind, content):
    return name + struct.pack(">HHIH", kind, 1, 120, len(content)) + content
def answer():
    while True:
        asked, sender = group.recvfrom(9000)
        kind = asked[-3]
        content = record(service, 12, instance + service) if kind == 12 else record(instance + service, 16, text)
        group.sendto(asked[:2] + struct.pack(">HHHHH", 0x8400, 1, 1, 0, 0) + asked[12:] + content, sender)
threading.Thread(target=answer, daemon=True).start()
sys.exit(subprocess.run([sys.argv[1], "call", "--config.file", sys.argv[2], "free", "get:system/"]).returncode)
"""


def test_a_freebox_that_announces_itself_is_asked_at_the_name_and_port_that_it_tells(tmp_path):
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("no network of its own: needs root, unshare and ip")
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(freebox("auto")))

    done = subprocess.run(["unshare", "--net", sys.executable, "-c", ANNOUNCED, BUILD / "boxmeter", file], text=True,
                          capture_output=True, timeout=120, env={**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")})

    # There is no name server in that network: what it was asked for is seen in the complaint.
    assert done.returncode == 1
    assert "no Freebox found: 'https://box.fbxos.invalid:46535': " in done.stderr
