"""Words, options and exit codes."""
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
    commands = ["serve", "check", "once", "call", "version"]

    golden("help.txt", run("--help").stdout + "".join(f"\n--- {name}\n{run(name, '--help').stdout}" for name in commands))


@pytest.mark.parametrize("words, message", [
    (["serv"], "unknown command 'serv' (did you mean 'serve'?) (known: serve, check, once, call, version)"),
    (["check", "--confg.file", "x"],
     "unknown option '--confg.file' (did you mean '--config.file'?); see 'boxmeter check --help'"),
    (["check", "--config.file", "missing.yml"], "cannot read 'missing.yml': No such file or directory"),
    (["check", "extra"], "unexpected argument 'extra'"),
    (["metrics"], "'metrics' is not available yet"),
    (["fritz", "-s"], "'fritz' is not available yet"),
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
