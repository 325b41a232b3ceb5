"""Somebody at a terminal, who sets boxmeter up."""
import fcntl
import os
import pty
import select
import subprocess
import termios
import time

from harness import BUILD, PATIENCE


def environment(tmp_path):
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "STATE_DIRECTORY": str(tmp_path / "state")}


def at_a_terminal(tmp_path, *words, answers):
    """(exit code, what was shown) to somebody who gives one answer after the other, each when something was asked."""
    parent, child = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    command = [BUILD / "boxmeter", "setup", "--config.file", tmp_path / "conf/boxmeter.yml", *words]
    answers, seen, fresh = list(answers), "", ""
    with subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment(tmp_path),
                          preexec_fn=take_terminal) as program:
        end = time.monotonic() + PATIENCE
        while program.poll() is None and time.monotonic() < end:
            if not select.select([parent], [], [], 0.1)[0]:
                continue
            try:
                fresh += os.read(parent, 4000).decode()
            except OSError:
                break
            if answers and fresh.endswith(("? ", "] ")):
                seen += fresh
                fresh = ""
                os.write(parent, answers.pop(0).encode())
        assert program.poll() is not None or program.wait(5) is not None
        while select.select([parent], [], [], 0)[0]:
            fresh += os.read(parent, 4000).decode()
    echoes = b"ECHO" if is_echoing(child) else b""
    os.close(child)
    os.close(parent)
    return program.returncode, (seen + fresh).replace("\r\n", "\n"), bool(echoes)


def is_echoing(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
