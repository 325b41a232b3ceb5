"""What the running program listens on: addresses of both families, unix sockets, sockets that systemd hands over."""
import os
import socket
import stat
import subprocess

import pytest

from harness import BUILD, Process, config, eventually, fritzbox, run

CONFIG = config(fritzbox("http://127.0.0.1:1"))


class Listening(Process):
    """`boxmeter serve` that listens where `web` says."""

    def __init__(self, folder, web="", args=(), env=None):
        (folder / "boxmeter.yml").write_text(web + CONFIG)
        super().__init__([BUILD / "boxmeter", "serve", "--config.file", folder / "boxmeter.yml", "--log.format", "text", *args],
                         env={"STATE_DIRECTORY": str(folder / "state"), **(env or {})})
        self.address = self.wait_for_line(r"sinks?; ([^ ,]+)")[1]
        self.port = self.address.rpartition(":")[2].strip("/")


def healthy(family, address):
    with socket.socket(family) as peer:
        peer.settimeout(10)
        peer.connect(address)
        peer.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while chunk := peer.recv(1000):
            answer += chunk
    return answer.endswith(b"\r\n\r\nboxmeter is healthy\n")


@pytest.mark.parametrize("where", ["file", "command line"])
def test_a_port_alone_is_listened_on_by_both_families_in_the_file_and_on_the_command_line(tmp_path, where):
    web, args = ('web: {listen: ":0"}\n', []) if where == "file" else ("", ["--web.listen-address", ":0"])
    with Listening(tmp_path, web, args) as daemon:
        assert daemon.address == f"http://localhost:{daemon.port}/"
        assert healthy(socket.AF_INET, ("127.0.0.1", int(daemon.port)))
        assert healthy(socket.AF_INET6, ("::1", int(daemon.port)))


@pytest.mark.parametrize("address, complaint", [
    ("9877", "listen address '9877' has no host (write 127.0.0.1:9877, or :9877 for every address of the machine)"),
    ("unix:b.sock", "listen address 'unix:b.sock' needs a path that begins with '/', as in unix:/run/boxmeter.sock"),
    ("box", "listen address 'box' must look like 127.0.0.1:9877, [::1]:9877, :9877 or unix:/run/boxmeter.sock"),
])
def test_what_is_no_address_is_refused_in_the_same_words_in_the_file_and_on_the_command_line(tmp_path, address, complaint):
    file = tmp_path / "boxmeter.yml"
    file.write_text(CONFIG)
    done = run("serve", "--config.file", file, "--web.listen-address", address)
    assert (done.returncode, done.stderr) == (2, f"boxmeter: {complaint}\n")

    file.write_text(f"web: {{listen: {address}}}\n" + CONFIG)
    done = run("check", "--config.file", file)
    assert (done.returncode, done.stderr) == (2, f"boxmeter: {file}:1:15: {complaint}\n")


def test_a_unix_socket_is_served_beside_a_port_and_gone_afterwards(tmp_path):
    path = tmp_path / "b.sock"
    with Listening(tmp_path, f'web: {{listen: ["127.0.0.1:0", "unix:{path}"]}}\n') as daemon:
        assert healthy(socket.AF_UNIX, str(path))
        assert healthy(socket.AF_INET, ("127.0.0.1", int(daemon.port)))
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
        daemon.popen.kill()  # leaves the file behind
        daemon.popen.wait()
    assert path.exists()
    with Listening(tmp_path, f'web: {{listen: "unix:{path}"}}\n') as daemon:
        assert daemon.address == f"unix:{path}"
        assert healthy(socket.AF_UNIX, str(path))
        assert daemon.stop() == 0
    assert not path.exists()


def test_a_file_that_is_no_socket_is_not_replaced(tmp_path):
    path = tmp_path / "precious"
    path.write_text("kept")
    (tmp_path / "boxmeter.yml").write_text(CONFIG)
    done = run("serve", "--config.file", tmp_path / "boxmeter.yml", "--web.listen-address", f"unix:{path}")
    assert (done.returncode, done.stderr) == (2, f"boxmeter: cannot listen on unix:{path}: Address already in use\n")
    assert path.read_text() == "kept"


# What systemd does with the sockets of a .socket unit: they become 3, 4 ... and LISTEN_PID is who is started.
HAND_OVER = """
import os, sys
for i, socket in enumerate(map(int, sys.argv[1].split(","))):
    os.dup2(socket, 10 + i)
for i in range(len(sys.argv[1].split(","))):
    os.dup2(10 + i, 3 + i)
    os.close(10 + i)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(sys.argv[1].split(",")))
os.execv(sys.argv[2], sys.argv[2:])
"""


def handing_over(sockets, *command):
    numbers = ",".join(str(one.fileno()) for one in sockets)
    return subprocess.Popen(["/usr/bin/python3", "-c", HAND_OVER, numbers, *map(str, command)], text=True,
                            pass_fds=[one.fileno() for one in sockets], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "LISTEN_FDNAMES": "web:unix"})


def test_sockets_that_were_handed_over_are_served_and_nothing_else_is_bound(tmp_path):
    (tmp_path / "boxmeter.yml").write_text('web: {listen: "192.0.2.1:1"}\n' + CONFIG)  # could not be bound
    path = str(tmp_path / "handed.sock")
    with socket.create_server(("127.0.0.1", 0)) as port, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(path)
        unix.listen()
        daemon = handing_over([port, unix], BUILD / "boxmeter", "serve", "--config.file", tmp_path / "boxmeter.yml",
                              "--log.format", "text")
        try:
            eventually(lambda: healthy(socket.AF_INET, port.getsockname()))
            number = port.getsockname()[1]
            assert healthy(socket.AF_UNIX, path)
            with open(f"/proc/{daemon.pid}/net/unix", encoding="utf-8") as table:
                assert path in table.read()
        finally:
            daemon.terminate()
            log, _ = daemon.communicate(timeout=30)
        assert daemon.returncode == 0
    assert "2 sockets were handed over; they are served instead of web.listen" in log
    assert f"polls 1 device and pushes to 0 sinks; http://127.0.0.1:{number}/, unix:{path}\n" in log
    assert os.path.exists(path)  # it belongs to whoever made it


def test_a_socket_that_does_not_listen_is_refused(tmp_path):
    (tmp_path / "boxmeter.yml").write_text(CONFIG)
    with socket.socket() as idle:
        daemon = handing_over([idle], BUILD / "boxmeter", "serve", "--config.file", tmp_path / "boxmeter.yml")
        log, _ = daemon.communicate(timeout=30)
    assert daemon.returncode == 2
    assert log == ("boxmeter: file descriptor 3, handed over by LISTEN_FDS, is no stream socket that listens "
                   "(in a .socket unit: ListenStream=, Accept=no)\n")
