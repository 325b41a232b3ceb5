"""docker/compose.yml: what its programs find where it mounts it, told by their own code."""
import json
import pathlib
import sys

import yaml

from harness import ROOT
from peers import ask_peer

sys.path.insert(0, str(ROOT / "tests/blackbox"))
from test_container import fresh  # noqa: E402


def test_grafanas_own_models_read_each_board_in_a_fresh_folder_of_provisioning(tmp_path):
    root = fresh("grafana", tmp_path)
    provider, = yaml.safe_load((root / "etc/grafana/provisioning/dashboards/boxmeter.yml").read_text())["providers"]
    folder = root / provider["options"]["path"].lstrip("/")
    boards = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}

    found = ask_peer("grafana_reads.py", boards)

    assert sorted(found) == sorted(path.stem for path in pathlib.Path(ROOT / "grafana/dashboards").glob("*.json"))
    # What the data source's plugin reads, and what is newer than these models; see test_dashboards.py.
    assert {name for read in found.values() for name in read["lost"]} <= {
        "definition", "step", "titleFormat", "useValueForTime", "perPage", "maxPerRow"}
