"""`boxmeter setup`: from a box to a configuration, by questions at a terminal and by options."""
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from harness import BUILD, FREEBOX, FRITZBOX, Sim, run
from setting_up import at_a_terminal, environment

pytestmark = pytest.mark.sanitized


@pytest.fixture(scope="module")
def sim():
    with Sim(FRITZBOX, FREEBOX, args=["--still"]) as running:
        yield running


def boxmeter_setup(tmp_path, *words, stdin=None):
    return subprocess.run([BUILD / "boxmeter", "setup", "--config.file", tmp_path / "conf/boxmeter.yml", *words], text=True,
                          input=stdin or "", capture_output=True, timeout=120, env=environment(tmp_path))


def set_up_fritzbox(tmp_path, sim, *words):
    return boxmeter_setup(tmp_path, "--url", sim.urls[0], "--username", "monitor", "--password-file", "-", "--yes", *words, stdin="secret\n")


def modes(folder):
    return {str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777) for path in sorted(folder.rglob("*"))}


def test_a_password_comes_by_a_pipe_that_cannot_be_opened_again(tmp_path, sim):
    """As for a container, whose user did not begin the pipe: /dev/stdin is "Permission denied"."""
    (tmp_path / "piped").write_text("secret\n")
    rights = "-dac_override,-dac_read_search"
    without = ["setpriv", "--bounding-set", rights, "--inh-caps", rights] if os.geteuid() == 0 else []
    with open(tmp_path / "piped") as pipe:
        (tmp_path / "piped").chmod(0)
        done = subprocess.run([*without, BUILD / "boxmeter", "setup", "--config.file", tmp_path / "conf/boxmeter.yml", "--url", sim.urls[0],
                               "--username", "monitor", "--password-file", "-", "--yes"], stdin=pipe, text=True, capture_output=True,
                              timeout=120, env=environment(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "conf/credentials/home.password").read_text() == "secret\n"


def test_a_password_is_not_typed_where_a_terminal_shows_it(tmp_path, sim):
    code, shown, _ = at_a_terminal(tmp_path, "--url", sim.urls[0], "--username", "monitor", "--password-file", "-", "--yes", answers=[])
    assert code == 2 and ("boxmeter: '--password-file -' reads the standard input, and a terminal would show what is typed: leave it out, and you are "
            "asked") in shown


def test_with_an_option_for_every_answer_nothing_is_asked(tmp_path, sim):
    done = set_up_fritzbox(tmp_path, sim, "--name", "attic", "--packs", "fritzbox,fritzbox_hosts", "--kind", "fritzbox")

    assert done.returncode == 0, done.stderr
    file = tmp_path / "conf/boxmeter.yml"
    assert file.read_text().split("\n", 2)[2] == textwrap.dedent(f"""\
        devices:
          - name: attic
            kind: fritzbox
            url: {sim.urls[0]}
            username: monitor
            password_file: credentials/attic.password
            queries: [fritzbox, fritzbox_hosts]
        """)
    assert (tmp_path / "conf/credentials/attic.password").read_text() == "secret\n"
    assert done.stdout == textwrap.dedent(f"""\
        {file}: 1 device

        box                FRITZ!Box 7590, firmware 154.07.57
        running for        21 days
        internet           connected
        download, at most  100.0 Mbit/s
        upload, at most    37.0 Mbit/s
        hosts online       7
        Wi-Fi stations     5
        series             167 of 27 queries

        Next:
          1. start it:       boxmeter serve --config.file {file}
                             its page: http://127.0.0.1:9877/
          2. Prometheus:     scrape_configs:
                               - job_name: boxmeter
                                 static_configs: [{{targets: ["127.0.0.1:9877"]}}]
          3. Grafana:        import the dashboards of grafana/ (in a package: /usr/share/boxmeter/grafana)
        If something is missing later, 'boxmeter doctor' says why.
        """)
    assert "secret" not in done.stdout + done.stderr
    assert run("check", "--config.file", file, env=environment(tmp_path)).returncode == 0
    assert run("once", "--config.file", file, env=environment(tmp_path)).returncode == 0


def test_only_the_owner_reads_secrets(tmp_path, sim):
    assert set_up_fritzbox(tmp_path, sim).returncode == 0

    found = modes(tmp_path / "conf")
    # What root writes is read by the service, whose user systemd makes up; it holds no secret.
    of_config = "0o644" if os.geteuid() == 0 else "0o600"
    assert found == {"boxmeter.yml": of_config, "credentials": "0o700", "credentials/home.password": "0o600"}
    assert not (tmp_path / "state").exists()


def test_a_freebox_registers_the_application_and_a_second_device_leaves_the_text_as_it_is(tmp_path, sim):
    assert set_up_fritzbox(tmp_path, sim).returncode == 0
    file = tmp_path / "conf/boxmeter.yml"
    before = "# my boxes\n" + file.read_text() + "    labels: {site: attic}  # the upper one\n\n# how much\nlog: {level: warn}\n"
    file.write_text(before)
    file.chmod(0o640)

    done = boxmeter_setup(tmp_path, "--url", sim.urls[1], "--yes")

    assert done.returncode == 0, done.stderr
    assert "The box asks now: allow 'boxmeter' on the front of the box" in done.stderr
    device = (f"  - name: freebox\n    kind: freebox\n    url: {sim.urls[1]}\n"
              "    app_token_file: credentials/freebox.token\n    queries: [freebox]\n")
    assert file.read_text() == before.replace("one\n\n", "one\n" + device + "\n")
    assert modes(tmp_path / "conf")["boxmeter.yml"] == "0o640"
    assert done.stdout.startswith(f"{file}: 2 devices\n\nbox                Freebox v9 (r1), firmware 4.12.2\n")


def test_at_a_terminal_it_asks_and_a_wrong_password_is_asked_for_again(tmp_path, sim):
    code, seen, echoes = at_a_terminal(tmp_path, "--url", sim.urls[0],
                                       answers=["monitor\n", "wrong\n", "monitor\n", "secret\n", "\n", "\n", "y\n"])

    assert code == 0, seen
    asked = [line.split("? ")[0] for line in seen.split("\n") if "? " in line]
    assert asked == ["User of the box (empty: who logged in last)", "Password", "User of the box (empty: who logged in last)",
                     "Password", "Which packs (names with commas, or 'all' that work)",
                     "Name of the device, its label in all metrics", f"Write '{tmp_path}/conf/boxmeter.yml'"]
    assert ("DeviceInfo1.GetInfo: the box refused the login of user 'monitor': check name and password, and that this user "
            "may use the box's settings\n") in seen
    assert "wrong" not in seen and "secret" not in seen
    assert "\rAsking what it can do: 1 of " in seen and " warn " not in seen
    assert echoes
    assert (tmp_path / "conf/credentials/home.password").read_text() == "secret\n"


def test_a_person_at_a_terminal_registers_at_a_freebox(tmp_path):
    with Sim(FREEBOX, args=["--still"]) as sim:
        code, seen, _ = at_a_terminal(tmp_path, "--url", sim.urls[0], answers=["\n", "free\n", "\n"])

    assert code == 0, seen
    assert "left" in seen and "Registered\n" in seen
    assert len((tmp_path / "conf/credentials/free.token").read_text().splitlines()) == 2


def test_who_refuses_at_the_box_gets_no_configuration(tmp_path):
    with Sim(FREEBOX, args=["--still"]) as sim:
        sim.control("/button?name=denied")
        done = boxmeter_setup(tmp_path, "--url", sim.urls[0], "--yes")

    assert done.returncode == 1
    assert done.stderr.endswith("boxmeter: not registered: somebody refused it on the front of the box; start again and choose "
                                "yes there\n")
    assert not (tmp_path / "conf").exists()


@pytest.mark.parametrize("answers", [["monitor\n", "\x03"], ["monitor\n", "secret\n", "\x03"],
                                     ["monitor\n", "secret\n", "\n", "\n", "\x03"], ["\x04"]])
def test_who_leaves_in_the_middle_leaves_nothing_behind_and_a_terminal_that_shows_what_is_typed(tmp_path, sim, answers):
    code, seen, echoes = at_a_terminal(tmp_path, "--url", sim.urls[0], answers=answers)

    assert code == (2 if answers == ["\x04"] else -2), seen
    assert not (tmp_path / "conf").exists()
    assert echoes


def test_a_no_at_the_end_writes_nothing(tmp_path, sim):
    code, seen, _ = at_a_terminal(tmp_path, "--url", sim.urls[0],
                                  answers=["monitor\n", "secret\n", "\n", "\n", "n\n"])

    assert code == 2
    assert seen.endswith("boxmeter: not done, and nothing was written\n")
    assert not (tmp_path / "conf").exists()


def test_a_box_that_is_configured_already_is_not_added_again_unless_it_gets_a_name(tmp_path, sim):
    assert set_up_fritzbox(tmp_path, sim).returncode == 0
    file = tmp_path / "conf/boxmeter.yml"
    before = file.read_text()

    again = set_up_fritzbox(tmp_path, sim)
    assert (again.returncode, again.stderr.splitlines()[-1]) == (
        2, f"boxmeter: '{file}' has this box already, as 'home': change it there ('boxmeter doctor home' says what is wrong), "
           "or give --name to have it twice")
    assert file.read_text() == before
    assert set_up_fritzbox(tmp_path, sim, "--name", "twice").returncode == 0
    assert "  - name: twice\n" in file.read_text()


def test_a_right_that_the_user_lacks_is_told_with_the_place_to_give_it(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--rights", "Dial"]) as sim:
        done = set_up_fritzbox(tmp_path, sim)

    assert done.returncode == 0, done.stderr
    denied = [line.split() for line in done.stderr.splitlines() if " denied: " in line]
    assert ["fritzbox_smarthome"] == [words[0] for words in denied if "smarthome" in words[0]]
    assert "What is denied can be granted in the box's pages: System, FRITZ!Box Users, the user\n" in done.stderr


@pytest.mark.parametrize("text, message", [
    ("devices:\n  - {name: home, kind: fritzbox, password: x}\n",
     "boxmeter: '{file}' has a device 'home' already; give this one another name with --name"),
    ("devices:\n  - {name: a, kind: fritzbx}\n",
     "boxmeter: {file}:2:21: unknown device kind 'fritzbx' (known: fritzbox, freebox)"),
])
def test_a_configuration_that_it_cannot_add_to_stays_as_it_is(tmp_path, sim, text, message):
    (tmp_path / "conf").mkdir()
    file = tmp_path / "conf/boxmeter.yml"
    file.write_text(text)

    done = set_up_fritzbox(tmp_path, sim, "--name", "home")

    assert done.returncode == 2
    assert done.stderr.endswith(message.format(file=file, url=sim.urls[0]) + "\n")
    assert file.read_text() == text
    assert sorted(os.listdir(tmp_path / "conf")) == ["boxmeter.yml"]


def test_what_a_person_has_to_add_by_hand_works_once_it_is_added(tmp_path, sim):
    (tmp_path / "conf").mkdir()
    file = tmp_path / "conf/boxmeter.yml"
    file.write_text("devices: [{name: a, kind: fritzbox, url: 'http://127.0.0.1:1', password: x}]\n")

    done = set_up_fritzbox(tmp_path, sim, "--name", "home")

    lines = (f"  - name: home\n    kind: fritzbox\n    url: {sim.urls[0]}\n    username: monitor\n"
             "    password_file: credentials/home.password\n    queries: [fritzbox]\n")
    assert done.returncode == 2
    assert done.stderr.endswith(f"\n{lines}\nboxmeter: '{file}' lists its devices in a way that setup leaves alone; add the lines above "
                                f"below 'devices' by hand ('{tmp_path}/conf/credentials/home.password' is written)\n")
    file.write_text("devices:\n" + lines)
    once = subprocess.run([BUILD / "boxmeter", "once", "--config.file", file], text=True, capture_output=True, timeout=60)
    assert 'box_up{device="home",kind="fritzbox"} 1\n' in once.stdout


def test_the_password_of_another_configuration_is_not_replaced(tmp_path, sim):
    assert set_up_fritzbox(tmp_path, sim).returncode == 0
    password = tmp_path / "conf/credentials/home.password"
    password.write_text("another\n")
    (tmp_path / "conf/boxmeter.yml").rename(tmp_path / "conf/other.yml")

    done = set_up_fritzbox(tmp_path, sim)

    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2, f"boxmeter: '{password}' is there and holds another password; give this box another name with --name, or remove that file; "
           "nothing was written")
    assert password.read_text() == "another\n" and not (tmp_path / "conf/boxmeter.yml").exists()
    password.write_text("secret\n")
    assert set_up_fritzbox(tmp_path, sim).returncode == 0


@pytest.mark.parametrize("url, message", [
    ("htp://x", "'url' must look like https://host:port, not 'htp://x'"),
    ("http:/192.0.2.1", "'url' must have '://' behind 'http', as in 'http://192.168.178.1'"),
    ("https//box.invalid", "'url' must have '://' behind 'https', as in 'https://192.168.178.1'"),
])
def test_a_mistyped_address_is_told_as_what_it_is(tmp_path, url, message):
    done = boxmeter_setup(tmp_path, "--url", url, "--yes")
    assert (done.returncode, done.stderr) == (2, f"boxmeter: {message}\n")


@pytest.mark.parametrize("words, message", [
    (["--name", "../x"], "device name '../x' must be of letters, digits, '_', '-' and '.', and begin with a letter, a digit or '_'"),
    (["--packs", "fritzbox_host"], "nothing was written: {file}:9:15: unknown pack or query 'fritzbox_host' (did you mean 'fritzbox_hosts'?)"),
])
def test_answers_that_cannot_be_used_write_nothing(tmp_path, sim, words, message):
    done = set_up_fritzbox(tmp_path, sim, *words)

    assert done.returncode == 2
    assert done.stderr.endswith(f"boxmeter: {message.format(file=tmp_path / 'conf/boxmeter.yml')}\n")
    assert [path for path in (tmp_path / "conf").rglob("*") if path.is_file()] == [] if (tmp_path / "conf").exists() else True


def test_where_nobody_can_be_asked_the_option_is_named(tmp_path, sim):
    done = boxmeter_setup(tmp_path, "--url", sim.urls[0])

    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "boxmeter: nobody can be asked here; give --username")


def test_what_is_no_box_is_told_with_what_has_to_be_switched_on(tmp_path):
    done = boxmeter_setup(tmp_path, "--url", "127.0.0.1:1", "--kind", "fritzbox", "--yes")

    assert (done.returncode, done.stderr) == (
        1, "boxmeter: no box that boxmeter knows answers there (as Fritz!Box: /tr64desc.xml: cannot connect to 127.0.0.1:1: "
           "Connection refused); for a Fritz!Box: the box's pages: Home Network, Network, Network Settings, 'Allow access for "
           "applications'\n")


ON_A_NETWORK = """
import socket, struct, subprocess, sys, threading, time
for command in ("ip link set lo up multicast on", "ip addr add 192.168.178.1/24 dev lo", "ip addr add 192.168.178.20/24 dev lo"):
    subprocess.run(command.split(), check=True)
box = subprocess.Popen([sys.argv[1] + "/boxmeter-sim", "--recording", sys.argv[2], "--still", "--listen", sys.argv[4], "--port", "49000"],
                       stdout=subprocess.PIPE, text=True)
while box.stdout.readline().strip() != "ready":
    pass
if sys.argv[5] == "ssdp":
    group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group.bind(("", 1900))
    group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     struct.pack("4s4s", socket.inet_aton("239.255.255.250"), socket.inet_aton(sys.argv[4])))
    def answer():
        while True:
            asked, sender = group.recvfrom(2000)
            own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            own.bind((sys.argv[4], 0))
            own.sendto(("HTTP/1.1 200 OK\\r\\nLOCATION: http://%s:49000/tr64desc.xml\\r\\nSERVER: FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590\\r\\n"
                        "ST: urn:dslforum-org:device:InternetGatewayDevice:1\\r\\n\\r\\n" % sys.argv[4]).encode(), sender)
    threading.Thread(target=answer, daemon=True).start()
done = subprocess.run([sys.argv[1] + "/boxmeter", "setup", "--config.file", sys.argv[3], "--username", "monitor", "--password-file",
                       "/dev/stdin", "--yes"], input="secret\\n", text=True)
box.terminate()
sys.exit(done.returncode)
"""


@pytest.mark.parametrize("address, how", [("192.168.178.1", "at its usual address"), ("192.168.178.20", "ssdp")])
def test_a_fritzbox_of_this_network_is_found(tmp_path, address, how):
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("no network of its own: needs root, unshare and ip")
    file = tmp_path / "conf/boxmeter.yml"

    done = subprocess.run(["unshare", "--net", sys.executable, "-c", ON_A_NETWORK, BUILD, FRITZBOX, file, address, how], text=True,
                          capture_output=True, timeout=120, env=environment(tmp_path))

    assert done.returncode == 0, done.stderr
    assert f"\n1  Fritz!Box  FRITZ!Box 7590 154.07.57  http://{address}:49000\n" in done.stderr
    assert f"    url: http://{address}:49000\n" in file.read_text()


BY_ITS_NAME = """
import subprocess, sys
subprocess.run("ip link set lo up".split(), check=True)
subprocess.run(["mount", "--bind", sys.argv[4], "/etc/hosts"], check=True)
box = subprocess.Popen([sys.argv[1] + "/boxmeter-sim", "--recording", sys.argv[2], "--still", "--port", "80"], stdout=subprocess.PIPE, text=True)
while box.stdout.readline().strip() != "ready":
    pass
done = subprocess.run([sys.argv[1] + "/boxmeter", "setup", "--config.file", sys.argv[3], "--yes"])
box.terminate()
sys.exit(done.returncode)
"""


def test_a_freebox_of_this_network_is_found(tmp_path):
    if (os.geteuid() != 0 or not shutil.which("ip")
            or subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True).returncode):
        pytest.skip("no network and no hosts of its own: needs root, unshare and ip")
    file, hosts = tmp_path / "conf/boxmeter.yml", tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost mafreebox.freebox.fr\n")

    done = subprocess.run(["unshare", "--net", "--mount", sys.executable, "-c", BY_ITS_NAME, BUILD, FREEBOX, file, hosts], text=True,
                          capture_output=True, timeout=120, env=environment(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "\n1  Freebox  Freebox Server (" in done.stderr
    assert "    url: auto\n" in file.read_text()
    assert (tmp_path / "conf/credentials/home.token").exists()
