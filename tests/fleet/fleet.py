#!/usr/bin/env python3
"""Thousands of simulated boxes under one boxmeter, for minutes: `./dev fleet` runs it.

Three parts, each as long as the others: all boxes answer, then every second one is dead, then all are back.  Every figure
is of the built daemon; the simulated boxes run beside it and are not counted.
"""
import argparse
import gzip
import pathlib
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from harness import FRITZBOX, Daemon, Sim, open_files, threads  # noqa: E402


def cpu_seconds(pid):
    """Of a process and all its threads, to the nanosecond (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def private_megabytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^RssAnon:\s+(\d+)", text, re.M)[1]) * 1024 / 1e6


def total(page, name):
    return sum(float(text) for text in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", page, re.M))


def largest(page, name):
    return max((float(text) for text in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", page, re.M)), default=0.0)


class Scrapes:
    """Asks for the page every few seconds, as Prometheus does."""

    def __init__(self, daemon):
        self.daemon, self.took, self.lag, self.memory, self.ending = daemon, [], 0.0, 0.0, threading.Event()
        self.page = ""
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ending.is_set():
            began = time.monotonic()
            with urllib.request.urlopen(urllib.request.Request(
                    self.daemon.url + "/metrics", headers={"Accept-Encoding": "gzip"}), timeout=60) as answer:
                packed = answer.read()
            self.took.append(time.monotonic() - began)
            self.page = gzip.decompress(packed).decode()
            self.lag = max(self.lag, largest(self.page, "boxmeter_poll_lag_seconds"))
            self.memory = max(self.memory, private_megabytes(self.daemon.popen.pid))
            self.ending.wait(5)

    def end(self):
        self.ending.set()
        self.thread.join()


def part(name, daemon, sim, seconds):
    pid = daemon.popen.pid
    skipped = total(daemon.page(), "boxmeter_polls_skipped_total")
    requests, cpu, began = asked(sim), cpu_seconds(pid), time.monotonic()
    scrapes = Scrapes(daemon)
    time.sleep(seconds)
    scrapes.end()
    took = time.monotonic() - began
    page = scrapes.page
    print(f"{name:12} up {total(page, 'box_up'):6.0f}   processor {100 * (cpu_seconds(pid) - cpu) / took:5.1f} %   "
          f"requests/s {(asked(sim) - requests) / took:6.0f}   private {scrapes.memory:6.1f} MB   "
          f"files {open_files(pid):5}   threads {threads(pid):4}   skipped {total(page, 'boxmeter_polls_skipped_total') - skipped:4.0f}   "
          f"latest {1000 * scrapes.lag:6.0f} ms   scrape {1000 * statistics.median(scrapes.took):5.0f} ms "
          f"(worst {1000 * max(scrapes.took):5.0f})   page {len(page) / 1e6:5.1f} MB", flush=True)


def asked(sim):
    return sum(box["requests"] for box in sim.stats())


def run(count, seconds, tls):
    with tempfile.TemporaryDirectory(prefix="boxmeter-fleet-") as name, \
            Sim(FRITZBOX, args=["--count", str(count), *(["--tls"] if tls else [])]) as sim:
        folder = pathlib.Path(name)
        # The https address of a box stands behind its plain one.
        urls = [url for url in sim.urls if url.startswith("https://" if tls else "http://")] or sim.urls
        rows = "".join(f"box{i},fritzbox,{url},monitor,secret,{'insecure' if tls else ''}\n" for i, url in enumerate(urls[:count]))
        (folder / "boxes.csv").write_text("name,kind,url,username,password,tls\n" + rows)
        began = time.monotonic()
        with Daemon(folder, "device_files: [boxes.csv]\n") as daemon:
            print(f"{count} boxes over {'TLS' if tls else 'http'}: listening after {time.monotonic() - began:.2f} s", flush=True)
            daemon.wait_for(lambda found: total(daemon.page(), "box_up") == count, patience=300)
            print(f"all answered after {time.monotonic() - began:.1f} s", flush=True)
            part("all answer", daemon, sim, seconds)
            for box in range(0, count, 2):
                sim.fault("reset", box)
            part("half dead", daemon, sim, seconds)
            sim.fault("none")
            part("all back", daemon, sim, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", nargs="?", type=float, default=10, help="all in all, of each of http and TLS")
    parser.add_argument("--boxes", type=int, default=2000)
    parser.add_argument("--only", choices=["http", "tls"])
    wanted = parser.parse_args()
    for tls in (False, True):
        if wanted.only != ("http" if tls else "tls"):
            run(wanted.boxes, wanted.minutes * 60 / 3, tls)


main()
