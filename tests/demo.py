#!/usr/bin/env python3
"""Simulated boxes and a boxmeter that polls them, until Ctrl-C; `./dev demo` runs it.

Exit code 0 only if both boxes were polled.
"""
import argparse
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
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


def wait_until_up(url, daemon, patience=30):
    end = time.monotonic() + patience
    while time.monotonic() < end and daemon.poll() is None:
        try:
            devices = json.loads(fetch(url + "/devices"))["devices"]
            if devices and all(device["up"] for device in devices):
                return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    return False


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
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    boxes, urls = start_boxes(options.build)
    daemon = subprocess.Popen(
        [options.build / "boxmeter", "serve", "--config.file", "config/demo.yml",
         "--web.listen-address", options.listen, "--log.format", "text"],
        cwd=ROOT, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "BOXMETER_DEMO_FRITZBOX": urls["fritzbox"],
             "BOXMETER_DEMO_FREEBOX": urls["freebox"]})
    up = False
    try:
        url = pass_on(daemon)
        up = url is not None and wait_until_up(url, daemon)
        if up:
            show(url, urls)
            daemon.wait(options.seconds)
            up = False  # it ended by itself: that is no success
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        pass
    finally:
        for process in (daemon, boxes):
            process.terminate()
            process.wait(10)
    sys.exit(0 if up else 1)


main()
