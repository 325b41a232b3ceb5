"""Words, options and exit codes."""
import json

import pytest

from harness import run

pytestmark = pytest.mark.sanitized


def test_without_words_the_commands_are_listed_and_the_exit_code_is_2():
    done = run()

    assert done.returncode == 2
    assert "usage: boxmeter COMMAND" in done.stderr
    assert run("--help").returncode == 0
    assert run("--help").stdout == done.stderr


def test_help_texts(golden):
    commands = ["serve", "check", "once", "call", "metrics", "fritz", "freebox", "freebox commands", "freebox get",
                "freebox put", "freebox register", "record", "version"]

    golden("help.txt", run("--help").stdout + "".join(f"\n--- {name}\n{run(*name.split(), '--help').stdout}" for name in commands))


@pytest.mark.parametrize("words, message", [
    (["serv"], "unknown command 'serv' (did you mean 'serve'?) (known: serve, check, once, call, metrics, fritz, freebox, "
               "version, record)"),
    (["check", "--confg.file", "x"],
     "unknown option '--confg.file' (did you mean '--config.file'?); see 'boxmeter check --help'"),
    (["check", "--config.file", "missing.yml"], "cannot read 'missing.yml': No such file or directory"),
    (["check", "extra"], "unexpected argument 'extra'"),
    (["healthcheck"], "'healthcheck' is not available yet"),
    (["serve", "--web.config.file", "web.yml"], "--web.config.file is not available yet"),
])
def test_wrong_usage_is_one_line_and_exit_code_2(words, message):
    done = run(*words)

    assert done.returncode == 2
    assert done.stderr == f"boxmeter: {message}\n"
    assert done.stdout == ""


def test_version():
    assert run("version").stdout.startswith("boxmeter 0.")
    assert run("--version").stdout == run("version").stdout


def test_the_example_configuration_loads_as_it_is():
    done = run("check", "--config.file", "config/boxmeter.yml")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("config/boxmeter.yml: ")


def test_the_catalogue_of_metrics_of_one_pack():
    assert run("metrics", "--pack", "fritzbox_addresses").stdout == (
        "NAME                  TYPE  UNIT  LABELS           HELP                                           QUERIES\n"
        "box_wan_address_info  info        family, address  Address of the box on the internet; 1 always.  "
        "fritzbox_addresses/fritzbox_wan_addresses\n")
    assert run("metrics", "--pack", "fritbox").stderr.startswith(
        "boxmeter: unknown pack 'fritbox' (did you mean 'fritzbox'?) (known: freebox, ")


def test_the_page_of_metrics_is_what_the_program_prints(golden):
    golden("../../config/METRICS.md", run("metrics", "--format", "markdown").stdout)


def test_the_catalogue_names_what_every_device_and_boxmeter_itself_say():
    rows = {row["name"]: row for row in json.loads(run("metrics", "--format", "json").stdout)}

    assert rows["box_up"] == {
        "name": "box_up", "type": "gauge", "unit": "", "labels": ["kind"], "states": [], "queries": [],
        "help": "Whether the last turn reached the box and no login was refused."}
    assert rows["boxmeter_http_request_duration_seconds"]["type"] == "histogram"
    assert rows["boxmeter_push_failures_total"]["labels"] == ["sink", "reason"]
    assert rows["box_wan_state"]["states"] == ["down", "connecting", "up", "disconnecting"]
    assert rows["box_uptime_seconds"]["queries"] == ["freebox/freebox_system", "fritzbox/fritzbox_device"]
