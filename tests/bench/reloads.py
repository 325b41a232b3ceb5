#!/usr/bin/env python3
"""A hundred reloads in a row beside scrapes, polls and a push: `./dev reloads`.

Every reload changes something: a device comes or goes, another changes its queries, a sink its interval, the web server an
address and its names.  At the end nothing may be lost (every reply of a box was pushed, once), nothing leaked (file
descriptors, threads, memory), no scrape failed, and nobody logged in twice.

usage: reloads.py BUILD [--reloads N]
"""
import argparse
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/blackbox")]

SETTLED = 20  # reloads after which all is there that is ever needed


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--reloads", type=int, default=100)
    return parser.parse_args()


ARGUMENTS = arguments()
os.environ["BOXMETER_BUILD"] = str(ARGUMENTS.build.resolve())

# They look for the programs where the line above says.
from harness import (FREEBOX, FRITZBOX, Daemon, Process, Sim, config, eventually, fritzbox, freebox, lasting_port,  # noqa: E402
                     open_files, push, run, sink, threads, value)
from stand_ins import Telegraf  # noqa: E402
from test_push import TICKS, Ticks, numbers  # noqa: E402


def memory(pid):
    """Private kilobytes."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))


class Scraper(threading.Thread):
    """Scrapes as fast as it is answered; a box that is missing on the page is a failure, too."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.asked, self.done, self.slowest, self.failures, self.ended = daemon, 0, 0.0, [], threading.Event()

    def run(self):
        while not self.ended.is_set():
            began = time.monotonic()
            try:
                found = self.asked.samples()
                if value(found, "box_up", device="home") != "1" or not value(found, "box_info", device="home"):
                    self.failures.append("home is missing")
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append(repr(error))
            self.done += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def configuration(number, sim, box, telegraf, ports):
    devices = [fritzbox(sim.urls[0], "home", queries="[fritzbox_device, fritzbox_wan_traffic]", interval="3s"),
               freebox(box.url, "ticks", queries="[ticks]"),
               fritzbox(sim.urls[1], "attic", queries=["[fritzbox_lan]", "[fritzbox_device]"][number % 2])]
    if number % 3:
        devices.append(freebox(sim.urls[2], "free", queries="[freebox_system]"))
    return config(*devices, poll="interval: 200ms, timeout: 5s", extra=(
        "query_files: [ticks.yml]\n"
        f"web: {{listen: [':{ports[0]}', '127.0.0.1:{ports[1 + number % 2]}'], hosts: [box{number}.invalid]}}\n"
        + push(sink(telegraf.url, interval=f"{100 + number}ms", queries=["ticks"]))))


def reload_by_turns(number, daemon, folder):
    """By POST, by the command and by signal."""
    if number % 3 == 0:
        urllib.request.urlopen(urllib.request.Request(daemon.url + "/-/reload", data=b""), timeout=60).read()
    elif number % 3 == 1:
        done = run("reload", "--config.file", daemon.file, env={"STATE_DIRECTORY": str(folder / "state")})
        assert done.returncode == 0, done.stderr
    else:
        daemon.popen.send_signal(signal.SIGHUP)
    daemon.wait_for(lambda found: value(found, "boxmeter_config_reloads_total") == str(number))


class ByFile(Daemon):
    """A daemon that listens where the file says."""

    def __init__(self, folder, text, port):  # pylint: disable=super-init-not-called
        self.file = folder / "boxmeter.yml"
        self.file.write_text(text)
        Process.__init__(self, [ARGUMENTS.build / "boxmeter", "serve", "--config.file", self.file, "--log.format", "text"],
                         env={"STATE_DIRECTORY": str(folder / "state")})
        self.wait_for_line("boxmeter .* polls")
        self.url = f"http://127.0.0.1:{port}"


def main():
    ports = [lasting_port(), lasting_port(), lasting_port()]
    failures = []

    def expect(what, holds, told):
        print(f"{'ok  ' if holds else 'FAIL'}  {what}: {told}")
        if not holds:
            failures.append(what)
    with tempfile.TemporaryDirectory() as name, Sim(FRITZBOX, FRITZBOX, FREEBOX) as sim, Ticks() as box, Telegraf() as telegraf:
        folder = pathlib.Path(name)
        (folder / "ticks.yml").write_text(TICKS)
        with ByFile(folder, configuration(0, sim, box, telegraf, ports), ports[0]) as daemon:
            daemon.wait_for(lambda found: value(found, "box_info", device="home"))
            scrapers = [Scraper(daemon) for _ in range(2)]
            for scraper in scrapers:
                scraper.start()
            began, pid, before = time.monotonic(), daemon.popen.pid, None
            for number in range(1, ARGUMENTS.reloads + 1):
                daemon.file.write_text(configuration(number, sim, box, telegraf, ports))
                reload_by_turns(number, daemon, folder)
                if number % SETTLED == 0:
                    seen = (open_files(pid), threads(pid), memory(pid))
                    before = before or seen
                    print(f"      after {number} reloads: {seen[0]} files, {seen[1]} threads, {seen[2]} KB")
            took = time.monotonic() - began
            for scraper in scrapers:
                scraper.ended.set()
                scraper.join()
            box.hold()
            eventually(lambda: len(numbers(telegraf)) == box.count)
            found = daemon.samples()
            after = open_files(pid), threads(pid), memory(pid)

            expect("reloads", value(found, "boxmeter_config_reloads_failed_total") == "0",
                   f"{ARGUMENTS.reloads} in {took:.1f} s, none failed")
            wrong = [failure for scraper in scrapers for failure in scraper.failures]
            expect("scrapes", not wrong, f"{sum(s.done for s in scrapers)}, {len(wrong)} failed, the slowest took "
                   f"{max(s.slowest for s in scrapers) * 1000:.0f} ms" + "".join(f"\n        {text}" for text in wrong[:5]))
            expect("pushed", numbers(telegraf) == list(range(1, box.count + 1)),
                   f"{len(numbers(telegraf))} of {box.count} replies, each once and in order")
            expect("logins", [one["logins"] for one in sim.stats()][:2] == [1, 1], "one each of the boxes that stayed")
            expect("file descriptors", after[0] <= before[0] + 8, f"{before[0]} after {SETTLED} reloads, {after[0]} at the end")
            expect("threads", after[1] <= before[1] + 4, f"{before[1]} after {SETTLED} reloads, {after[1]} at the end")
            expect("memory", after[2] <= before[2] * 1.2, f"{before[2]} KB after {SETTLED} reloads, {after[2]} KB at the end")
    print(f"{7 - len(failures)} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
