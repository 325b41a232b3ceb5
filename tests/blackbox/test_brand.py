"""A third brand, of one folder (tests/brand) and one row: configured, polled, exported, recorded by a boxmeter that has
it beside the two that ship.  docs/adding-a-brand.md tells how it was made."""
import json
import subprocess
import sys

import pytest
from harness import BUILD, ROOT, device, samples

sys.path.insert(0, str(ROOT / "tests/brand"))
from router import Router  # noqa: E402

PORTS = {
    'example_port_up{device="attic",port="wan"}': "1",
    'example_port_up{device="attic",port="lan1"}': "1",
    'example_port_up{device="attic",port="lan2"}': "0",
    'example_port_received_bytes_total{device="attic",port="wan"}': "123456789",
    'example_port_received_bytes_total{device="attic",port="lan1"}': "2300000",
    'example_port_received_bytes_total{device="attic",port="lan2"}': "0",
    'example_port_sent_bytes_total{device="attic",port="wan"}': "2345678",
    'example_port_sent_bytes_total{device="attic",port="lan1"}': "120000000",
    'example_port_sent_bytes_total{device="attic",port="lan2"}': "0",
}
STATUS = {
    'example_uptime_seconds{device="attic"}': "86400",
    'example_info{device="attic",firmware="1.4.2",model="Example R1"}': "1",
}


def configured(folder, *devices):
    file = folder / "boxmeter.yml"
    file.write_text("state_dir: state\ndevices:\n" + "".join(devices))
    return file


def example(url, **options):
    return device("attic", "example", url, {"username": "monitor", "password": "secret", **options})


def boxmeter(*arguments):
    return subprocess.run([str(BUILD / "boxmeter-example"), *map(str, arguments)], text=True, capture_output=True,
                          timeout=60)


def test_a_third_brand_is_polled_and_exported(tmp_path):
    with Router() as router:
        ran = boxmeter("once", "--config.file", configured(tmp_path, example(router.url)))

        assert ran.stderr.endswith(" info  attic: 1.4.2: 2 queries\n") and ran.stderr.count("\n") == 1
        assert ran.returncode == 0
        found = samples(ran.stdout)
        assert {key: text for key, text in found.items() if key.startswith("example_")} == {**PORTS, **STATUS}
        assert found['box_up{device="attic",kind="example"}'] == "1"
        # One login serves both queries.
        assert router.asked == ["POST /login as viewer", "GET /api/status.json", "GET /api/status.json"]


def test_a_third_brand_logs_in_again_when_its_token_has_run_out(tmp_path):
    with Router(uses=1) as router:
        ran = boxmeter("once", "--config.file", configured(tmp_path, example(router.url, role="admin")))

        assert ran.stderr.endswith(" info  attic: 1.4.2: 2 queries\n") and ran.stderr.count("\n") == 1
        assert ran.returncode == 0
        assert router.asked == ["POST /login as admin", "GET /api/status.json", "GET /api/status.json",
                                "POST /login as admin", "GET /api/status.json"]


def test_tables_of_a_third_brand_become_rows(tmp_path):
    with Router() as router:
        ran = boxmeter("call", "attic", "page:status", "--config.file", configured(tmp_path, example(router.url)))

    assert (ran.stderr, ran.returncode) == ("", 0)
    assert json.loads(ran.stdout)["ports"][2] == {
        "name": "lan2", "up": False, "received": 0, "sent": 0, "mac": "00:00:5E:00:53:03"}


def test_no_secret_of_a_third_brand_is_in_a_reply(tmp_path):
    with Router() as router:
        ran = boxmeter("call", "attic", "page:status", "--config.file", configured(tmp_path, example(router.url)))

    assert "wifi_key" not in json.loads(ran.stdout)


def test_a_third_brand_tells_what_is_wrong_with_a_login(tmp_path):
    with Router(password="another") as router:
        ran = boxmeter("call", "attic", "page:status", "--config.file", configured(tmp_path, example(router.url)))

    assert (ran.stderr, ran.returncode) == (
        "boxmeter: attic: status: the router refused the login of user 'monitor': check username and password_file\n", 1)


def test_a_third_brand_is_recorded_and_scrubbed(tmp_path):
    with Router() as router:
        ran = boxmeter("record", "attic", tmp_path / "recording", "--config.file",
                       configured(tmp_path, example(router.url)))

    assert ran.returncode == 0, ran.stderr
    assert sorted(path.name for path in (tmp_path / "recording").iterdir()) == ["RECORDING.md", "status.json"]
    status = json.loads((tmp_path / "recording/status.json").read_text())
    assert status["model"] == "Example R1"
    assert status["wifi_key"] != "not-a-real-key"


@pytest.mark.parametrize("options, complaint", [
    ({"role": "boss"}, "8:11: 'role' must be one of viewer, admin, not 'boss'"),
    ({"rolle": "admin"}, "8:5: unknown key 'rolle' (did you mean 'role'?)"),
    ({"app_id": "x"}, "8:5: 'app_id' is not a key of kind example (it takes: username, password, password_file, role)"),
    ({"password": None}, "3:5: device 'attic' has no password (give it password_file or password)"),
])
def test_a_third_brand_s_section_is_read_as_strictly_as_the_others(tmp_path, options, complaint):
    file = configured(tmp_path, example("http://127.0.0.1:1", **options))

    ran = boxmeter("check", "--config.file", file)

    assert ran.returncode == 2
    assert ran.stderr == f"boxmeter: {file}:{complaint}\n"


def test_requests_of_a_pack_are_checked_by_the_brand(tmp_path):
    (tmp_path / "mine.yml").write_text("pack: mine\nkind: example\nqueries:\n"
                                       "  - {name: mine_a, request: {page: ../secret}, metrics: []}\n")
    file = configured(tmp_path, example("http://127.0.0.1:1"))
    file.write_text("query_files: mine.yml\n" + file.read_text())

    ran = boxmeter("check", "--config.file", file)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ":4:36: '../secret' climbs out of the box's API; remove the '..'" in ran.stderr, ran.stderr


def test_the_brands_that_ship_are_there_too(tmp_path):
    ran = boxmeter("check", "--config.file", configured(
        tmp_path, example("http://127.0.0.1:1"), device("home", "fritzbox", "http://127.0.0.1:1", {"password": "x"})))

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{tmp_path}/boxmeter.yml: valid: 2 devices, ")
