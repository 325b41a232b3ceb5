#!/usr/bin/env python3
"""Simulated boxes, a boxmeter that polls them, and a Prometheus if wished, until Ctrl-C; `./dev demo` runs it.

Exit code 0 only if both boxes were polled, and scraped.
"""
import argparse
import contextlib
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORDINGS = ["fritzbox-7590-154.07.57-handmade", "freebox-ultra-16.0-handmade"]
SHOWN = ["box_up", "box_info", "box_wan_receive_bytes_total", "box_wan_receive_rate_bytes_per_second",
         "box_temperature_celsius", "box_hosts"]


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def start_boxes(build):
    """The simulator, and the address of each box by its kind."""
    command = [build / "boxmeter-sim"]
    for name in RECORDINGS:
        command += ["--recording", ROOT / "tests/recordings" / name]
    boxes = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    urls = {}
    for line in boxes.stdout:
        if line.strip() == "ready":
            return boxes, urls
        kind, _, url = line.split()
        urls[kind] = url
    sys.exit("demo: boxmeter-sim did not start")


def pass_on(daemon):
    """Shows the log from now on; returns the address that it names first."""
    found = queue.Queue()

    def read():
        for line in daemon.stderr:
            sys.stderr.write(line)
            address = re.search(r"(http://\S+:\d+)/", line)
            if address:
                found.put(address[1])
        found.put(None)
    threading.Thread(target=read, daemon=True).start()
    return found.get(timeout=30)


def free_port(wished):
    """`wished` on loopback, or else any."""
    for port in (wished, 0):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", port))
            return taken.getsockname()[1]
    sys.exit("demo: no port is free on 127.0.0.1")


def start_prometheus(folder, build, boxmeter):
    """With the shipped job and rules; it only scrapes more often, so that there is something to see soon."""
    shutil.copytree(ROOT / "config/prometheus", folder, dirs_exist_ok=True)
    job = folder / "prometheus.yml"
    job.write_text(job.read_text().replace("127.0.0.1:9877", boxmeter.removeprefix("http://"))
                   .replace("scrape_interval: 30s", "scrape_interval: 15s"))
    url = f"http://127.0.0.1:{free_port(9090)}"
    command = ["prometheus", f"--config.file={job}", f"--storage.tsdb.path={folder}/data", "--log.level=warn",
               f"--web.listen-address={url.removeprefix('http://')}"]
    unpacked = build / "prometheus/usr/share/prometheus/web"  # its own pages, when ./dev has only unpacked it
    if unpacked.exists():
        command.append(f"--web.local-assets={unpacked}")
    return subprocess.Popen(command), url


def wait_until(what, *processes, patience=30):
    """Whether what() came true before one of the processes ended."""
    end = time.monotonic() + patience
    while time.monotonic() < end and all(process.poll() is None for process in processes):
        with contextlib.suppress(urllib.error.URLError, OSError):
            if what():
                return True
        time.sleep(0.1)
    return False


def is_up(url):
    devices = json.loads(fetch(url + "/devices"))["devices"]
    return devices and all(device["up"] for device in devices)


def has_scraped(url):
    return json.loads(fetch(url + "/api/v1/query?query=box_up==1"))["data"]["result"]


def show(url, boxes):
    print("\nA few of the metrics:\n")
    for line in fetch(url + "/metrics").splitlines():
        if line.split("{")[0] in SHOWN:
            print("  " + line)
    print("\nSimulated boxes:")
    for kind, address in boxes.items():
        print(f"  {kind:10} {address}")
    print(f"\nStatus page:  {url}/\nMetrics:      {url}/metrics\n", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, help="end by itself after so long")
    parser.add_argument("--listen", default="127.0.0.1:9877", help="address of boxmeter")
    parser.add_argument("--with-prometheus", action="store_true", help="and a Prometheus with the shipped job and rules")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    boxes, urls = start_boxes(options.build)
    daemon = subprocess.Popen(
        [options.build / "boxmeter", "serve", "--config.file", "config/demo.yml",
         "--web.listen-address", options.listen, "--log.format", "text"],
        cwd=ROOT, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "BOXMETER_DEMO_FRITZBOX": urls["fritzbox"],
             "BOXMETER_DEMO_FREEBOX": urls["freebox"]})
    processes = [daemon, boxes]
    up = False
    with tempfile.TemporaryDirectory(prefix="boxmeter-demo-") as folder:
        try:
            url = pass_on(daemon)
            up = url is not None and wait_until(lambda: is_up(url), daemon)
            if up and options.with_prometheus:
                prometheus, prometheus_url = start_prometheus(pathlib.Path(folder), options.build.resolve(), url)
                processes.insert(0, prometheus)
                up = wait_until(lambda: has_scraped(prometheus_url), daemon, prometheus)
            if up:
                show(url, urls)
                if options.with_prometheus:
                    print(f"Prometheus:   {prometheus_url}/ (alerts: {prometheus_url}/alerts)\n", flush=True)
                daemon.wait(options.seconds)
                up = False  # it ended by itself: that is no success
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            pass
        finally:
            for process in processes:
                process.terminate()
                process.wait(10)
    sys.exit(0 if up else 1)


main()
