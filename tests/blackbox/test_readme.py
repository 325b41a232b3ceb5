"""Who does what the README says gets there.  Each command, link and name of it, and of the pages behind it, is held by test_docs.py."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import yaml

from harness import BUILD, FREEBOX, FRITZBOX, ROOT, Daemon, Process, Sim, run

README = (ROOT / "README.md").read_text()
MOVING = (ROOT / "docs/moving.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]


def configuration(page, word):
    """The example of a configuration that has the word in it."""
    return next(text for text in re.findall(r"```yaml\n(.*?)```", page, re.S) if word in text)


@pytest.fixture
def home(tmp_path):
    """What the README's setup writes, the answers given as options: a simulated box in the place of fritz.box."""
    assert "sudo boxmeter setup" in COMMANDS
    with Sim(FRITZBOX) as sim:
        subprocess.run([BUILD / "boxmeter", "setup", "--config.file", "my.yml", "--url", sim.urls[0], "--username", "monitor",
                        "--password-file", "-", "--yes"], check=True, cwd=tmp_path, input="secret\n", text=True,
                       env={**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")}, capture_output=True)
        assert (tmp_path / "credentials/home.password").stat().st_mode & 0o777 == 0o600
        written = yaml.safe_load((tmp_path / "my.yml").read_text())
        assert written == yaml.safe_load(configuration(README, "devices:").replace("http://fritz.box:49000", sim.urls[0]))
        yield tmp_path


def test_the_first_box(home):
    with Daemon(home, (home / "my.yml").read_text()) as daemon:
        daemon.wait_for(lambda found: found.get('box_up{device="home",kind="fritzbox"}') == "1")


def test_to_a_dashboard(tmp_path):
    """The files are put below another root; what would restart a service is left out."""
    copies = [command.removeprefix("sudo ").replace("/etc/", f"{tmp_path}/") for command in COMMANDS
              if command.startswith(("sudo cp", "sudo mkdir"))]
    (tmp_path / "prometheus").mkdir()
    (tmp_path / "grafana").mkdir()
    subprocess.run("\n".join(copies), shell=True, check=True, cwd=ROOT)

    provider = yaml.safe_load((tmp_path / "grafana/provisioning/dashboards/boxmeter.yml").read_text())["providers"][0]
    found = tmp_path / pathlib.Path(provider["options"]["path"]).relative_to("/etc")
    assert {json.loads(file.read_text())["uid"] for file in found.iterdir()} == {
        f"boxmeter-{name}" for name in (
            "boxmeter", "hosts", "line", "network", "overview", "phone", "smarthome", "storage")}
    source = yaml.safe_load((tmp_path / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://127.0.0.1:9090", True)
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "config", tmp_path / "prometheus/prometheus.yml"], text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_freebox(tmp_path):
    (tmp_path / "token.txt").write_text("boxmeter-sim-app-token\nboxmeter\n")
    (tmp_path / "token.txt").chmod(0o600)
    with Sim(FREEBOX) as sim:
        text = configuration(MOVING, "token.txt").rstrip() + f"\n    url: {sim.urls[0]}\n"
        (tmp_path / "my.yml").write_text(text)
        done = run("once", "--config.file", "my.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_who_comes_from_fritz_exporter_finds_its_metrics_on_its_port(home):
    text = configuration(MOVING, "compat_fritz_exporter")
    assert text.count("http://fritz.box:49000") == 1 and text.count("listen: 127.0.0.1:9787") == 1
    with Sim(FRITZBOX) as sim, Daemon(home, text.replace("http://fritz.box:49000", sim.urls[0])) as daemon:
        found = daemon.wait_for(lambda found: 'box_up{device="home",friendly_name="home",kind="fritzbox"}' in found)
        found = daemon.wait_for(lambda found: any(key.startswith("fritz_wifi_status{") for key in found))
    assert found['fritz_dsl_status{device="home",friendly_name="home",serial="00005E005301"}'] == "1"
    assert found['box_dsl_up{device="home",friendly_name="home"}'] == "1"


def test_the_demo():
    done = subprocess.run([sys.executable, "tests/demo.py", str(BUILD), "--seconds", "1", "--listen", "127.0.0.1:0"],
                          cwd=ROOT, text=True, capture_output=True, timeout=90)

    assert done.returncode == 0, done.stdout + done.stderr
    assert 'box_up{device="home",kind="fritzbox"} 1' in done.stdout
    assert 'box_up{device="free",kind="freebox"} 1' in done.stdout


def test_the_demo_with_prometheus():
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed")
    command = [sys.executable, "tests/demo.py", BUILD, "--listen", "127.0.0.1:0", "--seconds", "60", "--with-prometheus"]
    with Process(command) as shown:
        url = shown.wait_for_line(r"^Prometheus:   (http://\S+)/ ", patience=60)[1]
        rules, targets = (json.load(urllib.request.urlopen(f"{url}/api/v1/{path}", timeout=5))["data"]
                          for path in ("rules", "targets"))

    assert [(target["labels"]["job"], target["health"]) for target in targets["activeTargets"]] == [("boxmeter", "up")]
    assert {rule["name"] for group in rules["groups"] for rule in group["rules"]} >= {"BoxDown", "device:box_up:avg1d"}
    with pytest.raises(urllib.error.URLError):  # it ended with the demo
        urllib.request.urlopen(url, timeout=5)
