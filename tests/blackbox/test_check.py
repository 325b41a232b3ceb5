"""`boxmeter check` says what a configuration is, and of what is wrong the word that was meant."""
import os
import subprocess

import pytest

from harness import BUILD, run


def check(tmp_path, text, env=None):
    (tmp_path / "boxmeter.yml").write_text(text)
    return run("check", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path), **(env or {})})


def test_a_valid_file_is_counted(tmp_path):
    ran = check(tmp_path, """
devices:
  - {name: home, kind: fritzbox, url: 127.0.0.1, username: u, password: p, queries: [fritzbox_device, fritzbox_lan]}
push:
  - {name: telegraf, url: "http://127.0.0.1:8186/telegraf"}
""")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "boxmeter.yml: valid: 1 device, 2 queries, 1 sink\n", "")


@pytest.mark.parametrize("key, meant", [
    ("host: fritz.box", "(did you mean 'url'?)"), ("hostname: fritz.box", "(did you mean 'url'?)"),
    ("address: 127.0.0.1", "(did you mean 'url'?)"), ("ip: 127.0.0.1", "(did you mean 'url'?)"),
    ("port: 49000", "(did you mean 'url', which the port belongs to, as in http://fritz.box:49000?)"),
    ("user: monitor", "(did you mean 'username'?)"), ("tags: {a: b}", "(did you mean 'labels'?)")])
def test_words_of_other_programs_get_the_one_that_is_meant(tmp_path, key, meant):
    ran = check(tmp_path, f"devices:\n  - name: home\n    {key}\n    kind: fritzbox\n    password: p\n")
    assert (ran.returncode, ran.stderr) == (2, f"boxmeter: boxmeter.yml:3:5: unknown key '{key.split(':')[0]}' {meant}\n")


def test_defaults_hold_for_every_device_that_does_not_say_otherwise(tmp_path):
    (tmp_path / "shared").write_text("p")
    (tmp_path / "shared").chmod(0o600)
    defaults = "defaults: {kind: fritzbox, username: u, password_file: shared, interval: 1m, queries: [fritzbox_lan]}\n"
    ran = check(tmp_path, defaults + """devices:
  - {name: one, url: 192.0.2.1}
  - {name: two, url: 192.0.2.2, password: other, queries: [fritzbox_lan, fritzbox_device]}
  - {name: free, kind: freebox, app_token: t, app_id: a, queries: [freebox_system]}
""")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "boxmeter.yml: valid: 3 devices, 4 queries, 0 sinks\n", "")


def test_a_mistake_in_the_defaults_is_told_once_and_where_it_is(tmp_path):
    ran = check(tmp_path, """defaults: {kind: fritzbox, password: p, interval: 5, url: 192.0.2.9}
devices: [{name: one}, {name: two, url: 192.0.2.2}]
""")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "boxmeter: boxmeter.yml:1:51: 'interval' must be a duration such as 500ms, 15s, 2m or 1h, not '5'",
        "boxmeter: boxmeter.yml:1:54: unknown key 'url' (known here: kind, tls, interval, timeout, labels, poll, queries, username, "
        "password, password_file, web_url, call_monitor, app_token, app_token_file, app_id, api_version)"]


def test_a_mistake_in_the_defaults_of_devices_of_another_file_names_the_file_of_the_defaults(tmp_path):
    (tmp_path / "boxes.csv").write_text("name,kind,url\none,fritzbox,192.0.2.1\ntwo,fritzbox,192.0.2.2\n")
    ran = check(tmp_path, "device_files: [boxes.csv]\ndefaults:\n  username: u\n  password: p\n  interval: 5\n  labels: {device: x}\n")
    assert (ran.returncode, ran.stderr.splitlines()) == (2, [
        "boxmeter: boxmeter.yml:5:13: 'interval' must be a duration such as 500ms, 15s, 2m or 1h, not '5'",
        "boxmeter: boxmeter.yml:6:12: label 'device' has a meaning of its own in boxmeter or Prometheus; choose another name"])


def test_a_folder_of_credentials_that_systemd_loads_whole_is_flat_there(tmp_path):
    """systemd.exec(5), LoadCredential=: a file of a folder is called by the folder's name, '_' and its own."""
    credentials = tmp_path / "loaded"
    credentials.mkdir()
    (credentials / "credentials_home.password").write_text("p")
    (credentials / "credentials_home.password").chmod(0o600)
    text = "devices: [{name: home, kind: fritzbox, password_file: credentials/home.password}]\n"

    assert check(tmp_path, text).returncode == 2
    assert check(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(credentials)}).returncode == 0


def test_a_password_that_came_after_the_start_of_the_service_needs_another_start(tmp_path):
    """`boxmeter reload` after a second box: the copies of systemd's are as old as the service, and the file is root's."""
    secret = tmp_path / "home.password"
    secret.write_text("p")
    secret.chmod(0)
    (tmp_path / "boxmeter.yml").write_text("devices: [{name: home, kind: fritzbox, password_file: home.password}]\n")
    rights = "-dac_override,-dac_read_search"
    as_a_user = ["setpriv", "--bounding-set", rights, "--inh-caps", rights] if os.geteuid() == 0 else []

    ran = subprocess.run([*as_a_user, BUILD / "boxmeter", "check"], cwd=tmp_path, text=True, capture_output=True,
                         env={**os.environ, "CREDENTIALS_DIRECTORY": str(tmp_path / "loaded"), "STATE_DIRECTORY": str(tmp_path)})

    assert (ran.returncode, ran.stderr) == (2, (
        "boxmeter: boxmeter.yml:1:55: cannot read 'home.password': Permission denied; systemd hands such files over when it starts "
        "the service: systemctl restart boxmeter\n"))


def test_secret_files_are_sought_among_the_credentials_of_the_unit_first(tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    text = "devices: [{name: home, kind: fritzbox, password_file: fritz.password}]\n"

    ran = check(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert ran.stderr == "boxmeter: boxmeter.yml:1:55: cannot read 'fritz.password': No such file or directory\n"

    (credentials / "fritz.password").write_text("p")
    (credentials / "fritz.password").chmod(0o600)
    assert check(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(credentials)}).returncode == 0
    assert check(tmp_path, text).returncode == 2


def test_a_name_that_is_used_twice_is_told_beside_the_other_mistakes_of_the_device(tmp_path):
    ran = check(tmp_path, """devices:
  - {name: home, kind: fritzbox, username: u, password: p}
  - {name: home, kind: fritzbox, username: u, password: p, interval: 5}
""")
    assert (ran.returncode, ran.stderr.splitlines()) == (2, [
        "boxmeter: boxmeter.yml:3:12: device 'home' is also at boxmeter.yml:2:12; each device needs a name of its own",
        "boxmeter: boxmeter.yml:3:70: 'interval' must be a duration such as 500ms, 15s, 2m or 1h, not '5'"])


def test_of_a_fleet_not_every_name_is_told(tmp_path):
    (tmp_path / "boxes.csv").write_text("name,kind,url\n" + "".join(f"box-{number},fritzbox,192.0.2.1\n" for number in range(1, 1001)))
    (tmp_path / "boxmeter.yml").write_text("device_files: [boxes.csv]\ndefaults: {username: u, password: p}\n")

    ran = run("call", "box1000", "tr064:DeviceInfo1.GetInfo", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path)})

    shown = ", ".join(f"box-{number}" for number in range(1, 21))
    assert ran.stderr == f"boxmeter: unknown device 'box1000' (did you mean 'box-1000'?) (known: {shown} and 980 more)\n"


@pytest.mark.parametrize("key", ["external_url", "route_prefix"])
def test_a_value_of_another_form_is_told_with_its_place_once(tmp_path, key):
    ran = check(tmp_path, f"web:\n  {key}: [a]\ndevices: []\n")
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == f"boxmeter: boxmeter.yml:2:{len(key) + 5}: '{key}' must be a single value, not a list"
