"""Words, options and exit codes."""
import json
import subprocess

import pytest

from harness import BUILD, FRITZBOX, ROOT, Sim, run

pytestmark = pytest.mark.sanitized

FRITZ_WORDS = ["call", "http", "status", "hosts", "wlan", "homeauto", "calls", "phonebook", "monitor", "wol"]
FREEBOX_WORDS = ["commands", "get", "post", "put", "delete", "register"]


def test_without_words_the_commands_are_listed_and_the_exit_code_is_2():
    done = run()

    assert done.returncode == 2
    assert "usage: boxmeter COMMAND" in done.stderr
    assert run("--help").returncode == 0
    assert run("--help").stdout == done.stderr


def test_help_texts(golden):
    commands = ["serve", "check", "once", "call", "metrics", "record", "version", "fritz", *(f"fritz {word}" for word in FRITZ_WORDS),
                "freebox", *(f"freebox {word}" for word in FREEBOX_WORDS)]

    text = run("--help").stdout + "".join(f"\n--- {name}\n{run(*name.split(), '--help').stdout}" for name in commands)

    golden("help.txt", text)
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("words, message", [
    (["serv"], "unknown command 'serv' (did you mean 'serve'?) (known: setup, serve, check, once, call, metrics, schema, "
               "record, reload, healthcheck, doctor, completion, hash-password, version, fritz, freebox, help)"),
    (["-c", "boxmeter.yml", "check"], "the command comes before its options: boxmeter COMMAND -c ...; 'boxmeter help' lists the commands"),
    (["check", "--confg.file", "x"],
     "unknown option '--confg.file' (did you mean '--config.file'?); see 'boxmeter check --help'"),
    (["check", "--config.file", "missing.yml"], "there is no file 'missing.yml': 'boxmeter setup --config.file missing.yml' writes "
                                                  "one; 'man boxmeter.yml' tells every key"),
    (["check", "one", "extra"], "unexpected argument 'extra'; see 'boxmeter check --help'"),
    (["once", "--format", "jsn"], "unknown value 'jsn' of '--format' (did you mean 'json'?) (known: prometheus, "
                                  "openmetrics, json); see 'boxmeter once --help'"),
    (["fritz", "wol"], "wol needs the MAC address of a host: boxmeter fritz wol MAC"),
    (["fritz", "hosts", "wlan"], "unexpected argument 'wlan'; see 'boxmeter fritz hosts --help'"),
    (["fritz", "status", "-R"], "unknown option '-R'; see 'boxmeter fritz status --help'"),
    (["fritz", "-R", "status"],
     "'--reboot' is no option of 'boxmeter fritz status'; see 'boxmeter fritz status --help'"),
    (["fritz", "-A", "Hosts1"], "'-A' needs a value; see 'boxmeter fritz --help'"),
    (["freebox", "-u", "127.0.0.1:9", "-t", "T", "register"],
     "--token is what a registration makes; leave it out"),
])
def test_wrong_usage_is_one_line_and_exit_code_2(words, message):
    done = run(*words)

    assert done.returncode == 2
    assert done.stderr == f"boxmeter: {message}\n"
    assert done.stdout == ""


def test_help_of_a_command_is_its_help_option():
    assert run("help").stdout == run("--help").stdout
    assert run("help", "once").stdout == run("once", "--help").stdout
    assert run("help", "fritz", "call").stdout == run("fritz", "call", "--help").stdout
    assert run("help", "onc").stderr.startswith("boxmeter: unknown command 'onc' (did you mean 'once'?)")


def test_version():
    assert run("version").stdout.startswith("boxmeter 0.")
    assert run("--version").stdout == run("-V").stdout == run("version").stdout


def test_the_example_configuration_loads_as_it_is():
    done = run("check", "--config.file", "config/boxmeter.yml")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("config/boxmeter.yml: ")


def test_the_catalogue_of_metrics_of_one_pack():
    assert run("metrics", "--pack", "fritzbox_addresses").stdout == (
        "NAME                     TYPE  UNIT  LABELS           HELP                                                       "
        "QUERIES\n"
        "box_fiber_identity_info  info        serial           Serial number of the optical module in the box; 1 always.  "
        "fritzbox_addresses/fritzbox_fiber_identity\n"
        "box_identity_info        info        serial           Serial number of the box; 1 always.                        "
        "fritzbox_addresses/fritzbox_identity\n"
        "box_wan_address_info     info        family, address  Address of the box on the internet; 1 always.              "
        "fritzbox_addresses/fritzbox_wan_addresses\n")
    assert run("metrics", "--pack", "fritbox").stderr.startswith(
        "boxmeter: unknown pack 'fritbox' (did you mean 'fritzbox'?) (known: freebox, ")


def test_the_page_of_metrics_is_what_the_program_prints(golden):
    golden("../../config/METRICS.md", run("metrics", "--format", "markdown").stdout)


def test_the_catalogue_names_what_every_device_and_boxmeter_itself_say():
    rows = {row["name"]: row for row in json.loads(run("metrics", "--format", "json").stdout)}

    assert rows["box_up"] == {
        "name": "box_up", "type": "gauge", "unit": "", "labels": ["kind"], "key": [], "states": [], "queries": [],
        "help": "Whether the last turn got an answer of a box of this kind, a refusal of a request included, and no login was refused."}
    assert rows["boxmeter_http_request_duration_seconds"]["type"] == "histogram"
    assert rows["boxmeter_push_failures_total"]["labels"] == ["sink", "reason"]
    assert rows["box_wan_state"]["states"] == ["down", "connecting", "up", "disconnecting"]
    assert rows["box_uptime_seconds"]["queries"] == ["freebox/freebox_system", "fritzbox/fritzbox_device"]


@pytest.mark.parametrize("word", FRITZ_WORDS)
def test_a_value_may_be_the_name_of_a_command(word, tmp_path):
    """`-u monitor` was taken as the command `monitor`, and the user was nobody."""
    sim_arguments = ["--username", word, "--password", word, "--still"]
    with Sim(FRITZBOX, args=sim_arguments) as sim:
        url, before = sim.urls[0], sim.stats()[0]
        options = ["-i", url.removeprefix("http://"), "-u", word, "-p", word, "--cache-directory", word, "-x"]
        done = run("fritz", *options, "call", "DeviceInfo1", "GetInfo", cwd=tmp_path)
        behind = run("fritz", "call", *options, "DeviceInfo1", "GetInfo", cwd=tmp_path)
        after = sim.stats()[0]

    assert (done.returncode, done.stdout) == (0, behind.stdout)
    assert after["wrong_credentials"] == before["wrong_credentials"]
    assert (tmp_path / word).is_dir()
    refused = run("fritz", "-i", word + ".invalid", "--port", "1", "status")
    assert refused.returncode == 1 and f"http://{word}.invalid:1" in refused.stderr
    port = run("fritz", "-i", "127.0.0.1", "--port", word, "status")
    assert port.returncode == 2 and word in port.stderr


@pytest.mark.parametrize("word", FREEBOX_WORDS)
def test_a_value_of_freebox_may_be_the_name_of_a_command(word, tmp_path):
    done = run("freebox", "-n", "-u", word + ".invalid", "-a", word, "-t", word, "-c", "System.Get_the_current_system_info()",
               cwd=tmp_path)
    before_word = run("freebox", "-a", word, "-t", "f:" + word, "get", "system/", cwd=tmp_path)

    assert done.returncode == 1 and f"{word}.invalid" in done.stderr
    assert before_word.stderr == f"boxmeter: '{word}': cannot read '{word}': No such file or directory\n"


@pytest.mark.parametrize("words", [["version"], ["--help"], ["metrics"], ["fritz", "--help"], ["freebox", "commands"],
                                   ["check", "--config.file", "config/boxmeter.yml"]], ids=" ".join)
@pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
def test_what_cannot_be_printed_is_a_failure(words, stdout):
    program = str(BUILD / "boxmeter")
    done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {stdout}', program, *words], cwd=ROOT, text=True, capture_output=True)

    assert (done.returncode, done.stderr) == (1, "boxmeter: cannot write to the standard output\n")
