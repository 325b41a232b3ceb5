"""What a shell offers when somebody presses Tab."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess

import pytest

from harness import BUILD, FRITZBOX, PATIENCE, ROOT, Sim, run

FILES = {"bash": "boxmeter.bash", "zsh": "_boxmeter", "fish": "boxmeter.fish"}


def offered(*words, **options):
    done = run("completion", "words", "--", *words, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_commands_and_their_commands_are_offered():
    assert offered("ch") == ["check"]
    assert sorted(offered("fritz", "h")) == ["homeauto", "hosts", "http"]
    assert offered("help", "fritz", "wo") == ["wol"]
    assert offered("he") == ["healthcheck", "help"]
    assert offered("--") == ["--help", "--version"]
    assert offered("no-such-command", "") == []


def test_options_and_what_they_take_are_offered():
    assert offered("once", "--fo") == ["--format"]
    assert offered("once", "--format", "") == ["prometheus", "openmetrics", "json"]
    assert offered("metrics", "--pack", "fritzbox_m") == ["fritzbox_mesh", "fritzbox_mobile"]
    assert offered("once", "-c", "") == [":files"]
    assert offered("schema", "") == ["config", "packs"]
    assert offered("doctor", "--metric", "box_dsl_li") == ["box_dsl_line_length_meters"]


def test_a_value_behind_an_equals_sign_and_the_next_one_of_a_list_are_offered():
    assert offered("once", "--format=j") == ["--format=json"]
    assert offered("once", "--config.file=x") == [":files"]
    assert offered("setup", "--packs", "fritzbox,fritzbox_m") == ["fritzbox,fritzbox_mesh", "fritzbox,fritzbox_mobile"]
    assert offered("setup", "--packs=freebox,freebox_v") == ["--packs=freebox,freebox_vm", "--packs=freebox,freebox_vpn"]
    assert offered("setup", "--yes=") == []


def test_every_option_of_a_help_text_is_offered():
    known = {line.split()[0].split(",")[-1] for line in run("serve", "--help").stdout.splitlines() if line.startswith("  -")}
    assert set(offered("serve", "--")) == known


def test_the_devices_of_the_configuration_are_offered_even_of_one_that_is_not_valid(tmp_path):
    file = tmp_path / "boxmeter.yml"
    file.write_text("devices:\n  - {name: home, kind: nonsense}\n  - {name: attic}\n")

    assert offered("call", "") == []
    assert offered("call", "--config.file", str(file), "") == ["home", "attic"]
    assert offered("once", "-c", str(file), "--device", "a") == ["attic"]
    assert offered("once", f"--config.file={file}", "--device=a") == ["--device=attic"]
    assert offered("call", "", cwd=tmp_path) == ["home", "attic"]
    assert offered("call", "home", "", cwd=tmp_path) == []


def test_the_devices_of_other_files_are_offered(tmp_path):
    (tmp_path / "boxmeter.yml").write_text("device_files: [more.csv, more.yml, no-such-file.yml]\ndevices: [{name: home}]\n")
    (tmp_path / "more.csv").write_text("name,url\nbox-1,http://192.0.2.1\n")
    (tmp_path / "more.yml").write_text("devices: [{name: box-2, kind: nonsense}]\n")

    assert offered("once", "--device", "", cwd=tmp_path) == ["home", "box-1", "box-2"]


def test_services_and_actions_of_a_box_are_offered_once_they_are_kept(tmp_path):
    kept = {"XDG_CACHE_HOME": str(tmp_path)}
    assert offered("fritz", "call", "", env=kept) == []
    with Sim(FRITZBOX) as sim:
        done = run("fritz", "-x", "-i", sim.urls[0], "-u", "monitor", "-c", env={**kept, "FRITZ_PASSWORD": "secret"})
        assert done.returncode == 0, done.stderr

    (tmp_path / "boxmeter" / "other.json").write_text("[]")  # somebody else's
    assert offered("fritz", "call", "DeviceI", env=kept) == ["DeviceInfo1"]
    assert offered("fritz", "-S", "DeviceI", env=kept) == ["DeviceInfo1"]
    assert "GetInfo" in offered("fritz", "-A", "DeviceInfo1", "", env=kept)
    assert "GetInfo" in offered("fritz", "call", "DeviceInfo1", "Get", env=kept)


@pytest.mark.parametrize("shell", FILES)
def test_what_is_installed_is_what_boxmeter_prints(shell):
    """After a change: build/boxmeter completion SHELL > completions/FILE"""
    assert (ROOT / "completions" / FILES[shell]).read_text() == run("completion", shell).stdout


def in_shell(shell, script):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-c", script], text=True, capture_output=True, cwd=ROOT / "tests",
                          env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")


LINES = [("boxmeter che", ["check"]), ("boxmeter once --format ", ["json", "openmetrics", "prometheus"]),
         ("boxmeter once --format=o", ["--format=openmetrics"]), ("boxmeter check -c ./harn", ["./harness.py"]),
         ("boxmeter check --config.file=harn", ["--config.file=harness.py"]), ("boxmeter schema p", ["packs"])]


@pytest.mark.parametrize("line, offer", LINES)
def test_bash_completes(line, offer):
    """As readline calls it: '=' ends a word; and files are what it finds by itself."""
    words = re.findall(r"=|[^ =]+", line) + ([""] if line.endswith(" ") else [])
    said = in_shell("bash", f"""source ../completions/boxmeter.bash
        compopt() {{ COMPREPLY+=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")); }}
        COMP_LINE={line!r} COMP_POINT={len(line)} COMP_CWORD={len(words) - 1} COMP_WORDS=({' '.join(map(repr, words))})
        _boxmeter
        printf '%s\\n' "${{COMPREPLY[@]}}" """)
    before = line.split()[-1].rpartition("=")[0]
    assert sorted(said) == ["", *(word.removeprefix(f"{before}=") if before else word for word in offer)]


@pytest.mark.parametrize("line, offer", LINES)
def test_fish_completes(line, offer):
    said = in_shell("fish", f"source ../completions/boxmeter.fish; complete -C '{line}'")
    assert sorted(each.split("\t")[0] for each in said) == ["", *offer]


@pytest.mark.parametrize("line, offer", [each for each in LINES if len(each[1]) == 1])
def test_zsh_completes(line, offer):
    """At a terminal, since it completes nowhere else: a key completes, and prints the line as it is then."""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    start = """autoload -Uz compinit && compinit -D; source ../completions/_boxmeter; setopt no_beep
        show() { zle complete-word; print -r -- "<$BUFFER>" }; zle -N show; bindkey '^X' show; print ready'!'\n"""
    shell, terminal = pty.fork()
    if shell == 0:
        os.chdir(ROOT / "tests")
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}", "TERM": "dumb"})
    try:
        os.write(terminal, start.encode())
        read_until(terminal, r"ready!\r")
        os.write(terminal, f"{line}\x18".encode())
        shown = read_until(terminal, "<(.*)>")[1]
    finally:
        os.kill(shell, signal.SIGKILL)
        os.waitpid(shell, 0)
        os.close(terminal)
    assert shown.split() == [*line.split()[:-1], *offer]


def read_until(terminal, pattern):
    seen = ""
    while not (found := re.search(pattern, seen)):
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        assert ready, f"no {pattern} in {seen}"
        seen += os.read(terminal, 4096).decode()
    return found
