"""boxmeter under a service manager: what it says over $NOTIFY_SOCKET, by sd_notify(3)."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from harness import FRITZBOX, PATIENCE, Daemon, Sim, config, eventually, fritzbox


class Manager:
    """The other end: what was said, in order."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0", 1))
        self.socket.settimeout(PATIENCE)

    def heard(self):
        return self.socket.recv(4096).decode()

    def hear(self, wanted):
        """What was said before `wanted` was."""
        before = []
        while (said := self.heard()) != wanted:
            before.append(said)
        return before

    def all_that_was_said(self):
        said = []
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                said.append(self.heard())
        self.socket.settimeout(PATIENCE)
        return said


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    return Manager(tmp_path / "notify" if request.param == "path" else f"@boxmeter-test-{os.getpid()}-{time.monotonic_ns()}")


def served(folder, url, manager, watchdog="200000", **options):
    """Its watchdog wants to hear of it every 200 ms unless told otherwise."""
    environment = {"NOTIFY_SOCKET": manager.name, **({"WATCHDOG_USEC": watchdog} if watchdog else {})}
    return Daemon(folder, config(fritzbox(url, **options), poll="interval: 1s, timeout: 100ms"), env=environment)


def test_it_tells_when_it_is_ready_how_its_boxes_are_and_that_it_ends(manager, tmp_path):
    with Sim(FRITZBOX) as sim:
        with served(tmp_path, sim.urls[0], manager):
            manager.hear("READY=1")
            manager.hear("STATUS=1 device, 1 up")
            manager.hear("WATCHDOG=1")
            sim.fault("http500")
            manager.hear("STATUS=1 device, 0 up")
        assert "STOPPING=1" in manager.all_that_was_said()


def test_a_box_that_is_down_is_no_reason_to_be_restarted(manager, tmp_path):
    with Sim(FRITZBOX) as sim:
        sim.fault("slow-drip")
        with served(tmp_path, sim.urls[0], manager) as daemon:
            daemon.wait_for(lambda found: found.get('boxmeter_failures_total{device="home",reason="timeout"}', "0") != "0")
            manager.all_that_was_said()
            for _ in range(5):
                manager.hear("WATCHDOG=1")
    assert "all is well" not in daemon.log


def test_who_asks_for_no_watchdog_hears_of_none(manager, tmp_path):
    with Sim(FRITZBOX) as sim, served(tmp_path, sim.urls[0], manager, watchdog=None) as daemon:
        daemon.wait_for(lambda found: found.get('box_up{device="home",kind="fritzbox"}') == "1")
        assert daemon.stop() == 0
    assert "WATCHDOG=1" not in manager.all_that_was_said()


def test_a_service_manager_that_is_gone_is_no_reason_to_end(tmp_path):
    manager = Manager(tmp_path / "notify")
    manager.socket.close()
    with Sim(FRITZBOX) as sim, served(tmp_path, sim.urls[0], manager) as daemon:
        daemon.wait_for(lambda found: found.get('box_up{device="home",kind="fritzbox"}') == "1")
        assert daemon.stop() == 0


@contextlib.contextmanager
def held(pid, thread):
    """A thread of the process, named so, waits in front of its next system call until this ends: it hangs."""
    tasks = pathlib.Path(f"/proc/{pid}/task")
    found, = (task.name for task in tasks.iterdir() if (task / "comm").read_text() == thread + "\n")
    tracer = subprocess.Popen(["strace", "-qq", "-o", "/dev/null", "-e", "inject=all:delay_enter=600000000", "-p", found],
                              stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: f"TracerPid:\t{tracer.pid}\n" in (tasks / found / "status").read_text())
        yield
    finally:
        tracer.send_signal(signal.SIGKILL)
        tracer.wait()


def may_trace(folder):
    return shutil.which("strace") and subprocess.run(["strace", "-o", folder / "trace", "true"], capture_output=True).returncode == 0


@pytest.mark.parametrize(("thread", "words"), [
    ("http loop", "the web server does not answer"),
    ("poll", r"(a request to 'home' does not end|'home' is due and is not asked)")])
def test_a_daemon_of_which_a_part_hangs_does_not_say_that_all_is_well(manager, tmp_path, thread, words):
    if not may_trace(tmp_path):
        pytest.skip("no program may be traced here (strace)")
    with Sim(FRITZBOX) as sim, served(tmp_path, sim.urls[0], manager) as daemon:
        manager.hear("STATUS=1 device, 1 up")
        with held(daemon.popen.pid, thread):
            daemon.wait_for_line(f"{words}; the service manager is not told that all is well$")
            manager.all_that_was_said()
            time.sleep(1)  # five times what the watchdog grants
            assert "WATCHDOG=1" not in manager.all_that_was_said()
        daemon.wait_for_line("all is well again$")
        manager.hear("WATCHDOG=1")
