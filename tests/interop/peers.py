"""Other people's clients, from PyPI, in a virtual environment that is made once per checkout."""
import fcntl
import functools
import json
import pathlib
import subprocess
import sys

import pytest

from harness import ROOT

HERE = pathlib.Path(__file__).resolve().parent
VENV = ROOT / ".venv"
FILES = [HERE / "requirements.txt", HERE / "requirements_newer_python.txt", HERE / "requirements_fritz_exporter_4.txt"]


@functools.cache
def environment():
    """None when the packages of requirements*.txt are installed, else why they are not."""
    wanted = "".join(file.read_text() for file in FILES)
    VENV.mkdir(exist_ok=True)
    with open(VENV / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        stamp = VENV / "installed"
        if stamp.exists() and stamp.read_text() == wanted:
            return None
        install = [VENV / "bin/python", "-m", "pip", "install", "--quiet", "--requirement"]
        as_they_are = ["--no-deps", "--ignore-requires-python", "--no-compile"]
        for command in ([sys.executable, "-m", "venv", VENV], [*install, FILES[0]], [*install, FILES[1], *as_they_are],
                        [*install, FILES[2], *as_they_are, "--upgrade", "--target", VENV / "fritz_exporter_4"]):
            done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
            if done.returncode != 0:
                return (done.stdout.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        stamp.write_text(wanted)
    return None


def program(name):
    """The path of a command that a package brings (`fritzconnection`), or of its `python`."""
    reason = environment()
    if reason:
        pytest.skip(f"the clients from PyPI cannot be installed here: {reason}")
    return VENV / "bin" / name


def run_peer(name, *arguments, stdin=None, env=None, timeout=120):
    """A command of a package, with an environment of its own: nothing of the caller's FRITZ_... is seen."""
    return subprocess.run([program(name), *map(str, arguments)], input=stdin, text=True, capture_output=True,
                          env={"PATH": "/usr/bin:/bin", **(env or {})}, timeout=timeout)


def ask_peer_for_text(script, question):
    """What a script of this folder that a package's python runs prints."""
    done = run_peer("python", HERE / script, stdin=json.dumps(question))
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask_peer(script, question):
    """The same, as JSON."""
    return json.loads(ask_peer_for_text(script, question))
