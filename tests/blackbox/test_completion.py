"""What a shell offers when somebody presses Tab."""
import os
import shutil
import subprocess

import pytest

from harness import BUILD, FRITZBOX, ROOT, Sim, run

FILES = {"bash": "boxmeter.bash", "zsh": "_boxmeter", "fish": "boxmeter.fish"}


def offered(*words, **options):
    done = run("completion", "words", "--", *words, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_commands_and_their_commands_are_offered():
    assert offered("ch") == ["check"]
    assert sorted(offered("fritz", "h")) == ["homeauto", "hosts", "http"]
    assert offered("help", "fritz", "wo") == ["wol"]
    assert offered("no-such-command", "") == []


def test_options_and_what_they_take_are_offered():
    assert offered("once", "--fo") == ["--format"]
    assert offered("once", "--format", "") == ["prometheus", "openmetrics", "json"]
    assert offered("metrics", "--pack", "fritzbox_m") == ["fritzbox_mesh", "fritzbox_mobile"]
    assert offered("once", "-c", "") == [":files"]


def test_every_option_of_a_help_text_is_offered():
    known = {line.split()[0].split(",")[-1] for line in run("serve", "--help").stdout.splitlines() if line.startswith("  -")}
    assert set(offered("serve", "--")) == known


def test_the_devices_of_the_configuration_are_offered_even_of_one_that_is_not_valid(tmp_path):
    file = tmp_path / "boxmeter.yml"
    file.write_text("devices:\n  - {name: home, kind: nonsense}\n  - {name: attic}\n")

    assert offered("call", "") == []
    assert offered("call", "--config.file", str(file), "") == ["home", "attic"]
    assert offered("once", "-c", str(file), "--device", "a") == ["attic"]
    assert offered("call", "", cwd=tmp_path) == ["home", "attic"]
    assert offered("call", "home", "", cwd=tmp_path) == []


def test_services_and_actions_of_a_box_are_offered_once_they_are_kept(tmp_path):
    kept = {"XDG_CACHE_HOME": str(tmp_path)}
    assert offered("fritz", "call", "", env=kept) == []
    with Sim(FRITZBOX) as sim:
        done = run("fritz", "-x", "-i", sim.urls[0], "-u", "monitor", "-c", env={**kept, "FRITZ_PASSWORD": "secret"})
        assert done.returncode == 0, done.stderr

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
    done = subprocess.run([shell, "-c", script], text=True, capture_output=True, cwd=ROOT,
                          env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")


@pytest.mark.parametrize(("line", "words", "offer"), [
    ("boxmeter che", ["boxmeter", "che"], ["check"]),
    ("boxmeter once --format ", ["boxmeter", "once", "--format", ""], ["json", "openmetrics", "prometheus"])])
def test_bash_completes(line, words, offer):
    said = in_shell("bash", f"""source completions/boxmeter.bash
        COMP_LINE={line!r} COMP_POINT={len(line)} COMP_CWORD={len(words) - 1} COMP_WORDS=({' '.join(map(repr, words))})
        _boxmeter
        printf '%s\\n' "${{COMPREPLY[@]}}" """)
    assert sorted(said) == ["", *offer]


def test_fish_completes():
    said = in_shell("fish", "source completions/boxmeter.fish; complete -C 'boxmeter che'")
    assert [line.split("\t")[0] for line in said] == ["check", ""]


def test_zsh_reads_its_completions():
    assert in_shell("zsh", "zsh -n completions/_boxmeter") == [""]
