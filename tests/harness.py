"""What the tests that run the built programs share: boxmeter-sim, boxmeter, and a reader of its page."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BOXMETER_BUILD", ROOT / "build"))
RECORDINGS = ROOT / "tests/recordings"
CORPUS = pathlib.Path(os.environ.get("BOXMETER_CORPUS", ROOT / "../shared/corpus")).resolve()
FRITZBOX = RECORDINGS / "fritzbox-7590-154.07.57-handmade"
FREEBOX = RECORDINGS / "freebox-ultra-16.0-handmade"
FREEBOX_PACKS = sorted(path.stem for path in (ROOT / "config/queries").glob("freebox*.yml"))
# A sanitizer makes everything slower; what a test waits for is waited for longer.
PATIENCE = 60 if "build-" in str(BUILD) else 20

# What a shell without job control runs in the background ignores SIGINT, and hands that on to all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def free_port():
    """A port that nothing listens on; good for 'connection refused' and for programs that want a number."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def lasting_port():
    """A port that, with the next one, can be listened on again and again: the system gives away by itself only those
    from 32768 on."""
    while True:
        port = random.randrange(20000, 32000, 2)
        try:
            with socket.socket() as plain, socket.socket() as tls:
                plain.bind(("127.0.0.1", port))
                tls.bind(("127.0.0.1", port + 1))
                return port
        except OSError:
            continue


def eventually(what, patience=PATIENCE, pause=0.05):
    """The first true result of what(); fails the test when there is none in time."""
    end = time.monotonic() + patience
    while True:
        result = what()
        if result:
            return result
        assert time.monotonic() < end, "waited in vain"
        time.sleep(pause)


def rest_of_terminal(parent):
    """What a terminal whose other end is closed still has to show; it comes in pieces."""
    seen = b""
    try:
        while chunk := os.read(parent, 1000):
            seen += chunk
    except OSError:  # how Linux says that nobody has the other end any more
        pass
    return seen.decode()


class Process:
    """A program whose output lines are collected; ended when the with block ends."""

    def __init__(self, command, env=None, cwd=None):
        self.lines = []
        self.popen = subprocess.Popen([str(word) for word in command], text=True, cwd=cwd or ROOT,
                                      env={**os.environ, **(env or {})},
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def log(self):
        return "\n".join(self.lines)

    def wait_for_line(self, pattern, patience=PATIENCE):
        def look():
            for line in list(self.lines):
                found = re.search(pattern, line)
                if found:
                    return found
            assert self.popen.poll() is None or self.reader.is_alive(), f"ended early:\n{self.log}"
            return None
        return eventually(look, patience)

    def stop(self, with_signal=signal.SIGTERM):
        """The exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(with_signal)
        try:
            code = self.popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            raise
        self.reader.join(5)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Sim(Process):
    """boxmeter-sim; `urls` has one address per box, in the order of recordings and count."""

    def __init__(self, *recordings, args=()):
        command = [BUILD / "boxmeter-sim", "--control", "0"]
        for recording in recordings:
            command += ["--recording", recording]
        super().__init__([*command, *args])
        self.wait_for_line("^ready$")
        # With --tls the https address stands behind the plain one.
        self.urls = [line.split()[-1] for line in self.lines if line.startswith(("fritzbox ", "freebox "))]
        self.control_url = next(line.split()[-1] for line in self.lines if line.startswith("control "))

    def control(self, path, data=b""):
        with urllib.request.urlopen(urllib.request.Request(self.control_url + path, data=data), timeout=5) as answer:
            return answer.read().decode()

    def fault(self, name, box=None):
        self.control(f"/fault?name={name}" + ("" if box is None else f"&box={box}"))

    def stats(self):
        with urllib.request.urlopen(self.control_url + "/stats", timeout=5) as answer:
            return json.loads(answer.read())


class Daemon(Process):
    """`boxmeter serve` over a configuration text."""

    def __init__(self, folder, config, args=(), env=None):
        self.file = pathlib.Path(folder) / "boxmeter.yml"
        self.file.write_text(config)
        super().__init__([BUILD / "boxmeter", "serve", "--config.file", self.file,
                          "--web.listen-address", "127.0.0.1:0", "--log.format", "text", *args],
                         env={"STATE_DIRECTORY": str(pathlib.Path(folder) / "state"), **(env or {})})
        self.url = self.wait_for_line(r"(http://127\.0\.0\.1:\d+)/")[1]

    def get(self, path, headers=None):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers or {}), timeout=10) as answer:
            return answer.read()

    def page(self, openmetrics=False):
        accept = "application/openmetrics-text;version=1.0.0" if openmetrics else "text/plain"
        return self.get("/metrics", {"Accept": accept}).decode()

    def samples(self):
        return samples(self.page())

    def devices(self):
        return {device["name"]: device for device in json.loads(self.get("/devices"))["devices"]}

    def all_asked(self):
        """Until each query was asked and the first turn of each device is over: only then is what it gave on the page."""
        eventually(lambda: all(box["answered"] and all(query["asked"] for query in box["queries"]) for box in self.devices().values()))

    def wait_for(self, condition, patience=PATIENCE):
        """Until condition(samples) is true; returns the samples."""
        found = {}

        def look():
            found.clear()
            found.update(self.samples())
            return condition(found)
        try:
            eventually(look, patience)
        except AssertionError:
            raise AssertionError(f"waited in vain; log:\n{self.log}") from None
        return found


def run(*arguments, env=None, cwd=None, timeout=60):
    """A `boxmeter` command that ends by itself."""
    return subprocess.run([str(BUILD / "boxmeter"), *map(str, arguments)], text=True, cwd=cwd or ROOT,
                          env={**os.environ, **(env or {})}, capture_output=True, timeout=timeout)


SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')


def samples(page):
    """{'name{label="value",...}': 'text of the value'} with labels sorted and without `device`... of one
    device pages; two equal series are an error."""
    found = {}
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        pairs = LABEL.findall(labels or "")
        key = name + "{" + ",".join(f'{k}="{v}"' for k, v in sorted(pairs)) + "}"
        assert key not in found, f"twice: {line}"
        found[key] = value
    return found


def value(found, name, **labels):
    """The value text of the only series of `name` that has these labels; None when there is none."""
    wanted = {f'{key}="{text}"' for key, text in labels.items()}
    matches = [text for key, text in found.items()
               if key.startswith(name + "{") and wanted <= set(split_labels(key))]
    assert len(matches) <= 1, f"{name} {labels}: {len(matches)} series"
    return matches[0] if matches else None


def split_labels(key):
    return [f'{name}="{text}"' for name, text in LABEL.findall(key[key.index("{") + 1:-1])]


def names(found):
    return {key.split("{")[0] for key in found}


def fritzbox(url, name="home", **options):
    """A device of the configuration; the simulator's credentials unless told otherwise."""
    return device(name, "fritzbox", url, {"username": "monitor", "password": "secret", **options})


def freebox(url, name="free", **options):
    return device(name, "freebox", url, {"app_token": "boxmeter-sim-app-token", "app_id": "boxmeter", **options})


def device(name, kind, url, options):
    lines = [f"  - name: {name}", f"    kind: {kind}", f"    url: {url}"]
    lines += [f"    {key}: {given if str(given).startswith('[') else json.dumps(given)}"
              for key, given in options.items() if given is not None]
    return "\n".join(lines) + "\n"


def push(*sinks):
    """The `push` of a configuration, for config(extra=...)."""
    return "push:\n" + "".join(sinks)


def sink(url, name="telegraf", **options):
    return "  - " + json.dumps({"name": name, "url": url, "interval": "100ms", **options}) + "\n"


def config(*devices, poll="interval: 1s, timeout: 2s", extra=""):
    return f"poll: {{{poll}}}\n{extra}devices:\n" + "".join(devices)


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def processor_ticks(pid):
    """What the process has used of the processor, in ticks of the clock (proc_pid_stat(5))."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


@contextlib.contextmanager
def listening(handler):
    """A scripted server on loopback: handler(connection) runs in a thread per connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        alive = True

        def accept():
            while alive:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=handler, args=(connection,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        alive = False
        server.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def passage(url, see):
    """The address of a way to a box; what see(question, status, answer) returns is passed on instead of the answer (bytes)."""
    box = urllib.parse.urlsplit(url)

    class Passage(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self):
            question = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            there = http.client.HTTPConnection(box.hostname, box.port, timeout=PATIENCE)
            there.request(self.command, self.path, body=question,
                          headers={name: text for name, text in self.headers.items() if name.lower() != "accept-encoding"})
            reply = there.getresponse()
            answer = see(question, reply.status, reply.read())
            there.close()
            self.send_response(reply.status)
            for name, text in reply.getheaders():
                if name.lower() not in ("content-length", "connection", "keep-alive"):
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = pass_on

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def golden(name, text):
    """Holds `text` against tests/golden/NAME; UPDATE_GOLDEN=1 writes it instead."""
    path = ROOT / "tests/golden" / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; write it with UPDATE_GOLDEN=1"
    assert text == path.read_text()
