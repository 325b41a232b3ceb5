"""The example for Alertmanager: its own tool takes it, and a real one keeps back what another alert has said already."""
import json
import pathlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml

from harness import ROOT, Process, eventually, free_port
from test_prometheus import alerts

TEMPLATES = "prometheus/alertmanager/default.tmpl"
EXAMPLE = ROOT / "config/prometheus/alertmanager-example.yml"


def program(*names):
    """Debian calls Alertmanager prometheus-alertmanager."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.skip("Alertmanager is not installed")


def with_its_templates(command):
    """Debian's looks for them in /usr/share alone; where it is only unpacked (./dev) it sees its own folder there."""
    share = pathlib.Path(command[0]).parent.parent / "share"
    if "prometheus-" not in command[0] or pathlib.Path("/usr/share", TEMPLATES).exists():
        return command
    if subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("Alertmanager is unpacked but not installed, and there are no namespaces in which it could find its templates")
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"', share, *command]


class Alertmanager(Process):
    def __init__(self, folder):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/api/v2/alerts"
        super().__init__(with_its_templates([
            program("prometheus-alertmanager", "alertmanager"), f"--config.file={EXAMPLE}", f"--storage.path={folder}",
            f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]))
        eventually(self.is_there)

    def is_there(self):
        assert self.popen.poll() is None, self.log
        try:
            return self.inhibited() == {}
        except urllib.error.URLError:
            return False

    def tell(self, *found):
        body = json.dumps([{"labels": labels} for labels in found]).encode()
        urllib.request.urlopen(urllib.request.Request(self.url, body, {"Content-Type": "application/json"}), timeout=5).close()

    def inhibited(self):
        """{(alert, device): whether another one says enough}"""
        with urllib.request.urlopen(self.url, timeout=5) as answer:
            return {(found["labels"]["alertname"], found["labels"].get("device")): bool(found["status"]["inhibitedBy"])
                    for found in json.load(answer)}


def alert(name, device=None, instance="i"):
    return {"alertname": name, "instance": instance, "job": "any", **({"device": device} if device else {})}


def test_amtool_takes_the_example_and_it_speaks_of_alerts_that_there_are(tmp_path):
    done = Process([program("amtool"), "check-config", EXAMPLE])
    assert done.popen.wait(20) == 0, done.log
    done.stop()

    named = {name for rule in yaml.safe_load(EXAMPLE.read_text())["inhibit_rules"]
             for matcher in [*rule["source_matchers"], *rule["target_matchers"]] for name in re.findall(r"Box\w+", matcher)}
    assert named <= set(alerts())


def test_a_box_that_is_away_does_not_also_report_its_line_its_disks_and_its_queries(tmp_path):
    of_a_box = [name for name in alerts() if not re.match("Boxmeter(Down|Push|Reload)|BoxDown|BoxLoginRefused", name)]
    with Alertmanager(tmp_path) as manager:
        manager.tell(alert("BoxDown", "home"), *(alert(name, "home") for name in of_a_box), alert("BoxWanDown", "office"))
        seen = eventually(lambda: (found := manager.inhibited()) and len(found) == len(of_a_box) + 2 and found)

    assert seen == {("BoxDown", "home"): False, **{(name, "home"): True for name in of_a_box}, ("BoxWanDown", "office"): False}


def test_a_line_that_is_down_says_why_there_is_no_internet(tmp_path):
    with Alertmanager(tmp_path) as manager:
        manager.tell(*(alert(name, "home") for name in ("BoxDslDown", "BoxWanDown", "BoxPhoneLineDown", "BoxDiskFull")))
        seen = eventually(lambda: (found := manager.inhibited()) and len(found) == 4 and found)

    assert seen == {("BoxDslDown", "home"): False, ("BoxWanDown", "home"): True, ("BoxPhoneLineDown", "home"): True,
                    ("BoxDiskFull", "home"): False}


def test_nothing_is_told_of_boxes_while_their_boxmeter_does_not_answer(tmp_path):
    with Alertmanager(tmp_path) as manager:
        manager.tell(alert("BoxmeterDown"), alert("BoxWanDown", "home"), alert("BoxDown", "home"),
                     alert("BoxDown", "office", "other"))
        seen = eventually(lambda: (found := manager.inhibited()) and len(found) == 4 and found)

    assert seen == {("BoxmeterDown", None): False, ("BoxWanDown", "home"): True, ("BoxDown", "home"): True,
                    ("BoxDown", "office"): False}
