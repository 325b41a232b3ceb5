"""The examples of push destinations are configurations as they stand."""
import pytest

from harness import ROOT, run

EXAMPLES = sorted((ROOT / "config/push").glob("*.yml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_a_destination_is_valid(tmp_path, example):
    (tmp_path / "boxmeter.yml").write_text(example.read_text() + "devices:\n  - {name: home, kind: fritzbox, password: x}\n")
    for secret in ("influxdb.token", "influxdb.password", "questdb.password"):
        (tmp_path / secret).write_text("secret\n")
        (tmp_path / secret).chmod(0o600)

    done = run("check", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})

    assert (done.returncode, done.stderr) == (0, "")
