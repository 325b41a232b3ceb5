"""`boxmeter doctor`: the cause and the way out for what can be wrong, and nothing private in it."""
import json
import pathlib
import re
import tempfile

import pytest

from harness import (BUILD, FREEBOX, FRITZBOX, RECORDINGS, Daemon, Process, Sim, config, freebox, fritzbox, lasting_port, push, run,
                     sink)
from secured import MUTUAL, TLS, Authority, users
from stand_ins import Quiet, Server

pytestmark = pytest.mark.sanitized
POLL = "interval: 30s, timeout: 1s"


def doctor(tmp_path, text, *words, env=None):
    file = tmp_path / "boxmeter.yml"
    file.write_text(text)
    return run("doctor", "--config.file", file, *words,
               env={"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path), **(env or {})})


def of_the_device(done, name):
    return done.stdout[done.stdout.index(f"\n{name}\n") + 1:]


@pytest.mark.parametrize("fault", ["slow-drip", "slow-body", "reset", "close", "silent", "http500", "html", "huge", "truncate", "bad-xml",
                                   "bad-json", "auth"])
@pytest.mark.parametrize("brand", [fritzbox, freebox])
def test_each_fault_of_a_box_is_told_with_its_cause_and_the_way_out(tmp_path, golden, brand, fault):
    name, recording, query = {fritzbox: ("home", FRITZBOX, "fritzbox_device"), freebox: ("free", FREEBOX, "freebox_system")}[brand]
    with Sim(recording, args=["--still", "--fault", fault]) as sim:
        done = doctor(tmp_path, config(brand(sim.urls[0], queries=[query]), poll=POLL))

    harmless = {fritzbox: "bad-json", freebox: "bad-xml"}[brand]  # it speaks the other language
    assert done.returncode == (0 if fault == harmless else 1), done.stdout
    golden(f"doctor/{name}-{fault}.txt", of_the_device(done, name).replace(sim.urls[0].rsplit(":", 1)[1], "PORT"))


def test_a_box_that_opens_a_session_and_then_forbids_everything(tmp_path, golden):
    with Sim(FRITZBOX, args=["--still", "--fault", "forbidden"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0], queries=["fritzbox_device", "fritzbox_lua"]), poll=POLL))

    assert done.returncode == 0, done.stdout  # a right can be given: nothing is broken
    golden("doctor/home-forbidden.txt", of_the_device(done, "home").replace(sim.urls[0].rsplit(":", 1)[1], "PORT"))


@pytest.mark.parametrize("words, told", [
    (["home"], "home\n  name: ok\n  box: failing, /tr64desc.xml: cannot connect to <address>:1: Connection refused\n"
               "    -> is the box on, and 'url' its address and port? If so: the box's pages: Home Network, Network, Network Settings, "
               "'Allow access for applications'\n"),
    (["lost"], "lost\n  name: failing, '<address>' is not found: Name or service not known\n"
               "    -> write the box's address into 'url', or see to the name server of this machine\n"),
])
def test_a_box_that_is_not_there(tmp_path, words, told):
    done = doctor(tmp_path, config(fritzbox("http://127.0.0.1:1"), fritzbox("http://box.invalid:49000", name="lost"), poll=POLL), *words)

    shown = of_the_device(done, words[0]).replace("Temporary failure in name resolution", "Name or service not known")
    assert (done.returncode, shown) == (1, told)


def test_a_box_over_the_internet_which_says_nothing_before_the_login_is_there(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0] + "/tr064", queries=["fritzbox_device"]), poll=POLL))

    assert done.returncode == 0, done.stdout
    lines = of_the_device(done, "home").splitlines()
    assert lines[:3] + lines[4:5] == ["home", "  name: ok", "  box: ok", "  login: ok"]
    assert lines[3].startswith("  tls: ok, TLSv1.3, its key is the one remembered at the first contact, certificate until 20")


def test_what_a_box_lacks_and_what_a_user_may_not_see_is_no_failure(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--rights", "Dial"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0], queries=["fritzbox_fiber", "fritzbox_smarthome"]), poll=POLL))

    lines = of_the_device(done, "home").splitlines()
    lines = lines[:4] + lines[next(at for at, line in enumerate(lines) if "  query " in line):]
    assert done.returncode == 0, done.stdout
    assert lines[4:6] == ["  query fritzbox_fiber: unsupported, X_AVM-DE_WANFiber1.GetInfo: this box has no service 'X_AVM-DE_WANFiber1'",
                          "    -> nothing is wrong: this box does not have it; '-NAME' in 'queries' takes the query away"]
    assert lines[6].startswith("  query fritzbox_smarthome") and ": denied, " in lines[6]
    assert lines[7] == "    -> grant it in the box's pages: System, FRITZ!Box Users, the user"


STATES = "ok|unsupported|denied|idle|failing|not asked|absent|warning"


def read_text(text, names):
    """What the text says, as --json would; devices have numbers there."""
    findings, device = [], ""
    for line in text.splitlines():
        if line.startswith("    -> "):
            findings[-1]["way_out"] = line.removeprefix("    -> ")
        elif line.startswith("  "):
            check, state, what = re.fullmatch(f"  (.+?): ({STATES})(?:, (.+))?", line).groups()
            findings.append({"device": device, "check": check, "state": state, "what": what or "", "way_out": ""})
        elif line:
            device = f"device {names.index(line) + 1}"
    return findings


@pytest.mark.parametrize("fault", [None, "http500", "html", "auth", "close"])
def test_json_and_text_say_the_same_of_every_box(tmp_path, fault):
    recordings = [RECORDINGS / name for name in ("fritzbox-7590-154.07.57-handmade", "fritzbox-6690-267.07.57-handmade",
                                                 "freebox-ultra-16.0-handmade", "freebox-delta-8.5-handmade")]
    names = ["dsl", "cable", "ultra", "delta"]
    with Sim(*recordings, args=["--still", "--rights", "Dial"] + (["--fault", f"{fault}@0", "--fault", f"{fault}@3"] if fault else [])) as sim:
        makers = [fritzbox, fritzbox, freebox, freebox]
        text = config(*[maker(url, name=name) for maker, url, name in zip(makers, sim.urls, names)], poll=POLL)
        plain, packed = doctor(tmp_path, text), doctor(tmp_path, text, "--json")

    findings = json.loads(packed.stdout)["findings"]
    assert read_text(plain.stdout, names) == findings
    assert plain.returncode == packed.returncode == (1 if any(finding["state"] == "failing" for finding in findings) else 0)
    assert {finding["device"] for finding in findings} == {"", "device 1", "device 2", "device 3", "device 4"}


def test_each_service_that_the_queries_need_has_a_line(tmp_path, golden):
    packs = {"home": ["fritzbox", "fritzbox_smarthome", "fritzbox_lua", "fritzbox_call_monitor", "fritzbox_phone"],
             "free": ["freebox", "freebox_home", "freebox_rrd", "freebox_vm"]}
    with Sim(FRITZBOX, FREEBOX, args=["--still", "--rights", "Dial"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0], queries=packs["home"]), freebox(sim.urls[1], queries=packs["free"]), poll=POLL))

    lines = done.stdout.split("\nhome\n")[1].splitlines()
    services = [line for at, line in enumerate(lines) if line.startswith("  service ")
                or (line.startswith("    ->") and lines[at - 1].startswith("  service "))]
    golden("doctor/services.txt", re.sub(r"127\.0\.0\.1:\d+|<address>(:\d+)?", "ADDRESS", "\n".join(services) + "\n"))


def test_of_encryption_the_version_is_told_and_why_the_box_is_believed_and_until_when(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        def told(**options):
            found = doctor(tmp_path, config(fritzbox(sim.urls[0], queries=["fritzbox_device"], **options), poll=POLL))
            lines = of_the_device(found, "home").splitlines()
            return re.sub(r"\d{4}-\d\d-\d\d", "DAY", "\n".join(
                line for at, line in enumerate(lines) if line.startswith("  tls: ") or lines[at - 1].startswith("  tls: ")
                and line.startswith("    ->")))

        first = told()
        insecure = told(tls="insecure")
        key = re.search(r'pin: "(sha256//[^"]+)"', insecure)[1]
        pinned = told(tls={"pin": key})
        wrong = told(tls={"pin": "sha256//" + 43 * "A" + "="})

    assert first == "  tls: ok, TLSv1.3, its key is the one remembered at the first contact, certificate until DAY"
    assert insecure == ("  tls: warning, TLSv1.3, anybody is believed, certificate until DAY\n"
                        f'    -> to believe this box alone, set tls: {{pin: "{key}"}}, if that is its key')
    assert pinned == "  tls: ok, TLSv1.3, its key is the one in 'pin', certificate until DAY"
    assert wrong.startswith("  tls: failing, ") and "    -> if that is your box (one that was replaced or reset has a new key)" in wrong


@pytest.mark.parametrize("tls, vouched", [("system", "an authority that is trusted"), ({"ca_file": "ca.crt"}, "the certificate in 'ca_file'")])
def test_of_a_certificate_that_an_authority_signed_it_is_told_who_vouches_for_it_and_when_it_ends(tmp_path, tls, vouched):
    authority = Authority(tmp_path)
    authority.sign("box", "DNS:localhost,IP:127.0.0.1")
    authority.sign("other", "DNS:box.invalid")
    trusted = {"SSL_CERT_FILE": str(tmp_path / "ca.crt")}

    def told(certificate, env):
        with Sim(FRITZBOX, args=["--still", "--tls", "--certificate", tmp_path / f"{certificate}.pem"]) as sim:
            url = sim.urls[0].replace("127.0.0.1", "localhost")
            done = doctor(tmp_path, config(fritzbox(url, queries=["fritzbox_device"], tls=tls), poll=POLL), env=env)
        lines = of_the_device(done, "home").splitlines()
        at = next(at for at, line in enumerate(lines) if line.startswith("  tls: "))
        key = r"sha256//[^\"]+"
        return [re.sub(key, "KEY", re.sub(r"\d{4}-\d\d-\d\d", "DAY", re.sub(r"<address>:\d+", "ADDRESS", line))) for line in lines[at:at + 2]]

    assert told("box", trusted)[0] == f"  tls: ok, TLSv1.3, {vouched} vouches for it, certificate until DAY"
    way_out = ("    -> if that is your box (one that was replaced or reset has a new key), let it be believed as the message says; "
               "else somebody stands between")
    assert told("other", trusted) == [
        "  tls: failing, DeviceInfo1.GetInfo: /tr64desc.xml: the certificate of ADDRESS is for 'box.invalid', not for '<address>'; "
        "to trust just this key, set tls: {pin: \"KEY\"}", way_out]
    Authority(tmp_path)  # another one of that name, which has signed nothing
    assert told("box", trusted)[0].startswith("  tls: failing, DeviceInfo1.GetInfo: /tr64desc.xml: the certificate of ADDRESS is not trusted by ")


def test_a_certificate_that_ends_soon_is_a_warning_where_an_authority_vouches_for_it(tmp_path):
    authority = Authority(tmp_path)
    authority.sign("box", "DNS:localhost", days=3)
    with Sim(FRITZBOX, args=["--still", "--tls", "--certificate", tmp_path / "box.pem"]) as sim:
        url = sim.urls[0].replace("127.0.0.1", "localhost")
        done = doctor(tmp_path, config(fritzbox(url, queries=["fritzbox_device"], tls={"ca_file": "ca.crt"}), poll=POLL))

    lines = of_the_device(done, "home").splitlines()
    assert done.returncode == 0, done.stdout
    assert lines[3].startswith("  tls: warning, TLSv1.3, the certificate in 'ca_file' vouches for it, certificate until 20")
    assert lines[4] == "    -> renew the certificate, else the box is not believed from that day on"


@pytest.mark.parametrize("metric, told", [
    ("box_uptime_seconds", "home\n  query fritzbox_device: ok, asked tr064:DeviceInfo1.GetInfo: 1 series\n"),
    ("box_fiber_power_dbm", "home\n  query fritzbox_fiber: unsupported, asked tr064:X_AVM-DE_WANFiber1.GetInfo: X_AVM-DE_WANFiber1.GetInfo: "
                            "this box has no service 'X_AVM-DE_WANFiber1'\n    -> nothing is wrong: this box does not have it; "
                            "'-NAME' in 'queries' takes the query away\n"),
    ("box_host_active", "home\n  box_host_active: not asked, none of the queries of this device gives it\n"
                        "    -> add to 'queries' of the device: fritzbox_hosts\n"),
    ("box_up", "home\n  box_up: ok, boxmeter's own, which no pack gives: Whether the last turn got an answer of a box of "
               "this kind, a refusal of a request included, and no login was refused.\n"),
    ("box_uptime_second", "home\n  box_uptime_second: not asked, no pack for a fritzbox gives it (did you mean 'box_uptime_seconds'?)\n"
                          "    -> 'boxmeter metrics' lists what there is\n"),
    ("box_nonsense", "home\n  box_nonsense: not asked, no pack for a fritzbox gives it\n    -> 'boxmeter metrics' lists what there is\n"),
])
def test_why_a_metric_is_there_or_not(tmp_path, metric, told):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0]), poll=POLL), "home", "--metric", metric)

    assert (done.returncode, done.stdout) == (0, "\n" + told), done.stderr


def test_a_sink_is_sent_a_request_without_values(tmp_path):
    got = []

    class Listener(Server):
        class handler(Quiet):
            def do_POST(self):
                got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.reply(404 if self.path == "/wrong" else 204, b"")

    with Listener() as listener:
        sinks = push(sink(f"http://127.0.0.1:{listener.port}/right", name="a"), sink(f"http://127.0.0.1:{listener.port}/wrong", name="b"),
                     sink("http://127.0.0.1:1/", name="c"))
        done = doctor(tmp_path, config(fritzbox("http://127.0.0.1:1"), poll=POLL, extra=sinks))

    told = [line for line in done.stdout.split("\nhome\n")[0].splitlines() if "->" in line or "sink" in line][-5:]
    assert told == ["  sink a: ok, HTTP 204 to a request without values",
                    "  sink b: failing, HTTP 404 to a request without values",
                    "    -> check the path of 'url', and that the listener takes POST",
                    "  sink c: failing, cannot connect to <address>:1: Connection refused",
                    "    -> is the listener running, and is 'url' its address?"]
    assert got == [b"[]", b"[]"]


@pytest.fixture
def open_folder():
    """tmp_path is below a folder that nobody else gets into."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


def test_files_and_folders_that_others_can_read_or_change_are_told(open_folder):
    modes = {"boxmeter.yml": 0o644, "telegraf.password": 0o644, "state": 0o777}
    (open_folder / "state").mkdir()
    (open_folder / "boxmeter.yml").touch()
    (open_folder / "telegraf.password").write_text("hidden\n")
    text = config(fritzbox("http://127.0.0.1:1", password="x y"), poll=POLL,
                  extra=push(sink("http://127.0.0.1:1/", username="boxmeter", password_file="telegraf.password")))

    def told():
        for name, mode in modes.items():
            (open_folder / name).chmod(mode)
        return [re.sub(r"yml:\d+:\d+", "yml:PLACE", line) for line in doctor(open_folder, text).stdout.split("\nhome\n")[0].splitlines()
                if re.match("  (files|state_dir|configuration)|    -> chmod", line)]

    assert told() == [
        "  files: warning, every user of this machine can read '~/boxmeter.yml', which has a password or a token in it",
        "    -> chmod o-r it, or keep what is secret in a file of its own (password_file and the like)",
        "  state_dir: warning, every user of this machine can change what is kept in '~/state', keys of boxes among it",
        "    -> chmod o-w it",
        "  configuration: warning, ~/boxmeter.yml:PLACE: every user of this machine can read '~/telegraf.password' (chmod o-r it)"]
    modes = {"boxmeter.yml": 0o640, "telegraf.password": 0o600, "state": 0o700}
    assert told() == ["  files: ok", "  state_dir: ok, ~/state"]


def test_json_for_programs_holds_nothing_private(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        done = doctor(tmp_path, config(fritzbox(sim.urls[0], name="grandma", username="klaus"), poll=POLL), "--json")

    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert findings[-1] == {
        "device": "device 1", "check": "login", "state": "failing",
        "what": "DeviceInfo1.GetInfo: the box refused the login of user '<user>': check name and password, and that this user may use the "
                "box's settings",
        "way_out": "write the right user and secret ('boxmeter setup' asks for them); rights: the box's pages: System, FRITZ!Box Users, "
                   "the user"}
    for private in ["klaus", "grandma", "127.0.0.1", "secret\"", str(tmp_path)]:
        assert private not in done.stdout


def test_what_prometheus_would_see_of_a_running_daemon(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim, Daemon(tmp_path, config(fritzbox(sim.urls[0]), poll=POLL)) as daemon:
        port = daemon.url.rsplit(":", 1)[1]
        done = doctor(tmp_path, config(fritzbox(sim.urls[0]), poll=POLL, extra=f"web: {{listen: '127.0.0.1:{port}'}}\n"))

    assert f"  web <address>:{port}: ok, Prometheus would see " in done.stdout


@pytest.mark.parametrize("asked", ["a login", "a certificate"])
def test_what_prometheus_would_see_with_a_login_or_a_certificate(tmp_path, asked):
    Authority(tmp_path).sign("server", "DNS:localhost")
    (tmp_path / "web.yml").write_text(MUTUAL if asked == "a certificate" else TLS + users(prometheus="secret"))
    text = config(fritzbox("http://127.0.0.1:1"), poll=POLL, extra=f"web: {{listen: '127.0.0.1:{lasting_port()}', config_file: web.yml}}\n")
    (tmp_path / "boxmeter.yml").write_text(text)
    with Process([BUILD / "boxmeter", "serve", "--config.file", tmp_path / "boxmeter.yml", "--log.format", "text"],
                 env={"STATE_DIRECTORY": str(tmp_path / "state")}) as daemon:
        daemon.wait_for_line("boxmeter .* polls")
        done = doctor(tmp_path, text)

    assert re.search(f": ok, asks for {asked}, with which Prometheus would see [1-9][0-9]* series\n", done.stdout), done.stdout
    later = doctor(tmp_path, text)
    assert re.search("  web <address>:[0-9]+: warning, .*\n    -> start boxmeter ", later.stdout), later.stdout


def test_what_prometheus_would_see_by_a_unix_socket_and_below_a_prefix(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        text = config(fritzbox(sim.urls[0]), poll=POLL, extra=f"web: {{listen: 'unix:{tmp_path}/web.sock', route_prefix: /box}}\n")
        (tmp_path / "boxmeter.yml").write_text(text)
        with Process([BUILD / "boxmeter", "serve", "--config.file", tmp_path / "boxmeter.yml", "--log.format", "text"],
                     env={"STATE_DIRECTORY": str(tmp_path / "state")}) as daemon:
            daemon.wait_for_line("boxmeter .* polls")
            done = doctor(tmp_path, text)

    assert "/web.sock: ok, Prometheus would see " in done.stdout
