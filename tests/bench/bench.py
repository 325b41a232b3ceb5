#!/usr/bin/env python3
"""The figures of docs/speed.md, measured on this machine; `./dev bench` runs it.

Every figure stands beside its yardstick, measured in the same run by the same clock: other machines have other
figures, the ratio says more.  `aim` is what design.md asks for; nothing fails when it is missed.
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

CALLS_A_SECOND = 1000  # of 2,000 boxes that are asked 30 things every 60 s
LOOPS = 100  # requests of the busy pack in a turn, each another one: the same one would be asked once
BUSY_PACK = """
pack: busy
kind: %(kind)s
queries:
  - name: %(kind)s_busy
    for_each: {n: [%(values)s]}
    request: %(request)s
    labels: {n: $n}
    metrics:
      - {name: box_busy_value, help: A number of the reply., value: %(value)s}
      - {name: box_busy_info, type: info, help: Two texts of the reply; 1 always., labels: {one: %(one)s, other: %(other)s}}
"""
BUSY = {
    "fritzbox": {"request": '{tr064: Hosts1.GetGenericHostEntry, args: {NewIndex: "{n}"}}', "value": "reply/NewActive",
                 "one": "reply/NewHostName", "other": "reply/NewMACAddress"},
    "freebox": {"request": '{get: system/, args: {n: "{n}"}}', "value": "reply/uptime_val",
                "one": "reply/model_info/pretty_name", "other": "reply/firmware_version"},
}


@dataclasses.dataclass
class Row:
    what: str
    value: float
    unit: str
    yardstick: str = ""
    beside: float | None = None  # the yardstick's value, in the same unit
    aim: str = ""
    met: bool | None = None

    @property
    def ratio(self):
        return None if not self.beside else self.value / self.beside


class Bench:
    def __init__(self, build, quick, sizes):
        self.build, self.quick, self.sizes = build, quick, sizes
        self.rows = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxmeter-bench-"))

    def row(self, *args, **kwargs):
        row = Row(*args, **kwargs)
        self.rows.append(row)
        print(line_of(row), flush=True)
        return row

    def exchange(self, request, ports, threads=1, prepare=0, **bound):
        """What bench-exchange says of a request (its bytes) at these ports."""
        file = self.folder / "request"
        file.write_bytes(request)
        command = [self.build / "bench-exchange", "--request", file, "--threads", threads, "--prepare", prepare]
        for port in ports:
            command += ["--port", port]
        for name, value in bound.items():
            command += [f"--{name}"] if value is True else [f"--{name}", value]
        ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
        if ran.returncode != 0:
            sys.exit(f"bench: {ran.stderr}")
        return json.loads(ran.stdout)


def cpu_seconds(pid):
    """Of a process and all its threads, ended ones too, to the nanosecond: its CPU-time clock (clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def memory(pid):
    """(RssAnon, VmRSS) in MB"""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return tuple(int(re.search(rf"^{key}:\s+(\d+)", text, re.M)[1]) * 1024 / 1e6 for key in ("RssAnon", "VmRSS"))


def port_of(url):
    return int(url.rsplit(":", 1)[1])


def http_get(path, *headers):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def soap_get_addon_infos():
    """What a Fritz!Box answers without a login: no digest, one exchange."""
    service = "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1"
    body = ('<?xml version="1.0" encoding="utf-8"?><s:Envelope s:encodingStyle='
            '"http://schemas.xmlsoap.org/soap/encoding/" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<s:Body><u:GetAddonInfos xmlns:u="{service}"></u:GetAddonInfos></s:Body></s:Envelope>')
    return "\r\n".join(["POST /igdupnp/control/WANCommonIFC1 HTTP/1.1", "Host: 127.0.0.1",
                        'Content-Type: text/xml; charset="utf-8"', f'SOAPAction: "{service}#GetAddonInfos"',
                        f"Content-Length: {len(body)}", "", body]).encode()


def requests(sim):
    return sum(box["requests"] for box in sim.stats())


def wait_until(what, patience=90):
    harness.eventually(what, patience, pause=0.2)


def polled(daemon, times):
    """Whether every device has ended `times` turns: each query is asked once in a turn."""
    return all(device["polls"] >= times * len(device["queries"]) and device["up"]
               for device in daemon.devices().values())


def brand(kind):
    return {"fritzbox": (harness.FRITZBOX, harness.fritzbox), "freebox": (harness.FREEBOX, harness.freebox)}[kind]


def config(urls, device, poll, pack=None, file=None):
    extra = f"query_files: [{file}]\n" if file else ""
    options = {"queries": [pack]} if pack else {}
    return harness.config(*(device(url, f"box-{n:04}", **options) for n, url in enumerate(urls)), poll=poll, extra=extra)


def calls(bench):
    """1. Process time of a call, with everything that belongs to it, beside the same exchange by hand."""
    seconds = 2 if bench.quick else 5
    yardsticks = {"fritzbox": soap_get_addon_infos(), "freebox": http_get("/api_version")}
    for kind, name in (("fritzbox", "TR-064 call"), ("freebox", "Freebox call")):
        recording, device = brand(kind)
        file = bench.folder / "busy.yml"
        file.write_text(BUSY_PACK % {"kind": kind, "values": ", ".join(map(str, range(LOOPS))), **BUSY[kind]})
        for boxes, words, aim in ((1, "1 box alone", 100), (8, "8 boxes in parallel", 60)):
            with harness.Sim(recording, args=["--count", boxes]) as sim:
                raw = bench.exchange(yardsticks[kind], map(port_of, sim.urls), threads=boxes, seconds=seconds)
                text = config(sim.urls, device, "interval: 100ms, timeout: 10s", "busy", file)
                with harness.Daemon(bench.folder, text) as daemon:
                    wait_until(lambda: polled(daemon, 2))
                    took, count = measured_calls(sim, daemon, seconds)
            bench.row(f"CPU per {name}, {words}", took / count * 1e6, "us", "raw socket loop", raw["cpu_us"],
                      f"< {aim} us" if kind == "fritzbox" else "", took / count * 1e6 < aim)


def measured_calls(sim, daemon, seconds):
    """(CPU seconds of the daemon, requests that the boxes got) meanwhile."""
    cpu, count = cpu_seconds(daemon.popen.pid), requests(sim)
    time.sleep(seconds)
    return cpu_seconds(daemon.popen.pid) - cpu, requests(sim) - count


def shipped_pack(bench, kind):
    """The default pack with every query at the device's interval."""
    text = (ROOT / f"config/queries/{kind}.yml").read_text()
    file = bench.folder / f"{kind}.yml"
    file.write_text(re.sub(r"^    interval: .*\n", "", text, flags=re.M))
    return file


def resident(bench):
    """2. Memory with the default pack at the default interval, after the first round and a second of what is asked often."""
    for words, args, each_aim in (("http", [], 60), ("TLS", ["--tls"], 120)):
        first = None
        for boxes in (1, 100) if bench.quick or args else (1, 100, 1000):
            private, whole = resident_with(bench, boxes, args)
            first = first or private
            what = f"memory, {boxes:,} box{'es' if boxes > 1 else ''} over {words}"
            bench.row(f"{what}: private (RssAnon)", private, "MB", "fritz_exporter, 1 box", 38.5,
                      "< 6 MB" if boxes == 1 else "", private < 6)
            bench.row(f"{what}: resident (VmRSS)", whole, "MB", "fritz_exporter, 1 box", 38.5,
                      "< 16 MB" if boxes == 1 else "", whole < 16)
            if boxes > 1:
                each = (private - first) * 1e3 / (boxes - 1)
                bench.row(f"memory of each further box over {words}, of {boxes:,}", each, "KB", "one box alone", first * 1e3,
                          f"< {each_aim} KB", each < each_aim)


def resident_with(bench, boxes, args):
    """memory() of a daemon that starts with nothing known"""
    shutil.rmtree(bench.folder / "state", ignore_errors=True)
    with harness.Sim(harness.FRITZBOX, args=["--count", boxes, *args]) as sim:
        with harness.Daemon(bench.folder, config(sim.urls, harness.fritzbox, "interval: 10s, timeout: 10s")) as daemon:
            wait_until(lambda: polled(daemon, 1))
            polls = {name: device["polls"] for name, device in daemon.devices().items()}
            wait_until(lambda: all(device["polls"] >= polls[name] + 4 for name, device in daemon.devices().items()))
            daemon.get("/metrics", {"Accept-Encoding": "gzip"})  # as Prometheus asks
            return memory(daemon.popen.pid)


@contextlib.contextmanager
def page_server(bench, by, devices):
    """(what it told of itself, its pid)"""
    with subprocess.Popen([bench.build / "bench-page", by, "--devices", str(devices)], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        told = json.loads(server.stdout.readline())
        try:
            yield told, server.pid
        finally:
            server.stdin.close()


def scrapes(bench, told, pid, gzip=False, change=False, **how):
    """What bench-exchange says of /metrics on one connection, and with two of them: `rate` a second;
    `server_us` of process time."""
    seconds = 0.5 if bench.quick else 1.5
    request = http_get("/metrics", *(["Accept-Encoding: gzip"] if gzip else []))
    prepare = told["control_port"] if change else 0
    bench.exchange(request, [told["port"]], count=2, **how)
    cpu = cpu_seconds(pid)
    one = bench.exchange(request, [told["port"]], prepare=prepare, seconds=seconds, **how)
    one["server_us"] = (cpu_seconds(pid) - cpu) * 1e6 / one["exchanges"]
    two = bench.exchange(request, [told["port"]], prepare=prepare, threads=2, seconds=seconds, **how)
    return {**one, "rate": two["exchanges"] / two["seconds"]}


def page(bench):
    """3. /metrics beside prometheus-cpp's exposer and beside a text that never changes."""
    for series in bench.sizes:
        devices = series // 100
        with page_server(bench, "static", devices) as (told, pid):
            still = scrapes(bench, told, pid)
        with page_server(bench, "exposer", devices) as (told, pid):
            exposer = scrapes(bench, told, pid, fresh=True)  # it closes every connection
            exposer_packed = scrapes(bench, told, pid, gzip=True, fresh=True)
            exposer_inside = told
        with page_server(bench, "boxmeter", devices) as (told, pid):
            kept, changed = scrapes(bench, told, pid), scrapes(bench, told, pid, change=True)
            packed = scrapes(bench, told, pid, gzip=True)
            packed_changed = scrapes(bench, told, pid, gzip=True, change=True)
            inside = told
        page_rows(bench, f"{series:,} series", kept, still, exposer, "nothing changed", series)
        page_rows(bench, f"{series:,} series", changed, still, exposer, "one fragment changed", series)
        for words, figures in (("gzip, nothing changed", packed), ("gzip, one fragment changed", packed_changed)):
            bench.row(f"/metrics, {series:,} series, {words}: median", figures["median_us"] / 1e3, "ms",
                      "exposer, gzip", exposer_packed["median_us"] / 1e3)
        bench.row(f"render after a change, {series:,} series", inside["changed_ns"], "ns/series", "exposer's serializer",
                  exposer_inside["changed_ns"], "< 55 ns" if series >= 100_000 else "", inside["changed_ns"] < 55)
        bench.row(f"render all, {series:,} series", inside["all_ns"], "ns/series", "exposer's serializer",
                  exposer_inside["changed_ns"])
        bench.row(f"record a poll, {series:,} series", inside["record_ns"], "ns/series")
        bench.row(f"memory without a page, {series:,} series", inside["store_bytes"], "B/series", "exposer's registry",
                  exposer_inside["bytes"])
        bench.row(f"memory with a kept page, {series:,} series", inside["bytes"], "B/series", "exposer's registry",
                  exposer_inside["bytes"], "< 250 B" if series >= 100_000 else "", inside["bytes"] < 250)


def page_rows(bench, size, ours, still, exposer, words, series):
    large = series >= 100_000
    what = f"/metrics, {size}, {words}"
    bench.row(f"{what}: median", ours["median_us"] / 1e3, "ms", "static body", still["median_us"] / 1e3,
              "< 0.3 ms" if series == 100 else "<= 1.3 x" if large and words == "nothing changed" else "",
              ours["median_us"] < (300 if series == 100 else 1.3 * still["median_us"]))
    # With a poll between any two scrapes less is asked.
    times = 15 if words == "nothing changed" else 12
    bench.row(f"{what}: p99", ours["p99_us"] / 1e3, "ms", "static body", still["p99_us"] / 1e3)
    bench.row(f"{what}: server CPU", ours["server_us"] / 1e3, "ms", "static body", still["server_us"] / 1e3)
    bench.row(f"{what}: scrapes", ours["rate"], "1/s", "exposer", exposer["rate"], f">= {times} x" if large else "",
              ours["rate"] >= times * exposer["rate"])
    bench.row(f"{what}: median", ours["median_us"] / 1e3, "ms", "exposer", exposer["median_us"] / 1e3)


def start(bench):
    """4. From exec to the first page on which the box is up."""
    for latency in (0, 20):
        took, count, raw = [], 0, {}
        for _ in range(3 if bench.quick else 9):
            with harness.Sim(harness.FRITZBOX, args=["--latency", latency]) as sim:
                took.append(seconds_to_first_page(bench, sim))
                count = requests(sim)
                raw = bench.exchange(soap_get_addon_infos(), [port_of(sim.urls[0])], count=count)
        box = raw["seconds"] * 1e3
        ours = statistics.median(took) * 1e3
        bench.row(f"start to first complete /metrics, box takes {latency} ms a call ({count} calls)", ours, "ms",
                  "as many raw exchanges", box, f"< {box + 50:.0f} ms", ours < box + 50)


def seconds_to_first_page(bench, sim):
    port = harness.free_port()
    file = bench.folder / "boxmeter.yml"
    file.write_text(config(sim.urls, harness.fritzbox, "interval: 30s, timeout: 10s"))
    began = time.monotonic()
    with harness.Process([bench.build / "boxmeter", "serve", "--config.file", file,
                          "--web.listen-address", f"127.0.0.1:{port}"], env={"STATE_DIRECTORY": str(bench.folder)}) as daemon:
        while not re.search(r"^box_up\{[^}]*\} 1$", quick_page(port), re.M):
            if daemon.popen.poll() is not None or time.monotonic() > began + 30:
                sys.exit(f"bench: no page in time:\n{daemon.log}")
            time.sleep(0.001)
        return time.monotonic() - began


def quick_page(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def fleet(bench):
    """5. The rate of 2,000 boxes, from fewer boxes that are asked more often."""
    boxes, seconds = (100, 10) if bench.quick else (500, 30)
    file = shipped_pack(bench, "fritzbox")
    with harness.Sim(harness.FRITZBOX, args=["--count", boxes]) as sim:
        raw = bench.exchange(soap_get_addon_infos(), map(port_of, sim.urls[:8]), seconds=2)
        with harness.Daemon(bench.folder, config(sim.urls[:1], harness.fritzbox, "interval: 1s", file=file)) as daemon:
            wait_until(lambda: polled(daemon, 1))
            before, turns = requests(sim), daemon.devices()["box-0000"]["polls"]
            wait_until(lambda: polled(daemon, 4))
            now = daemon.devices()["box-0000"]
            in_turn = (requests(sim) - before) / ((now["polls"] - turns) / len(now["queries"]))
        interval = boxes * in_turn / CALLS_A_SECOND
        text = config(sim.urls, harness.fritzbox, f"interval: {interval * 1000:.0f}ms, timeout: 10s", file=file)
        with harness.Daemon(bench.folder, text) as daemon:
            wait_until(lambda: polled(daemon, 1))
            time.sleep(interval)  # the first turns are all at once; then they are spread
            before = sum(device["skipped"] for device in daemon.devices().values())
            took, count = measured_calls(sim, daemon, seconds)
            skipped = sum(device["skipped"] for device in daemon.devices().values()) - before
    what = f"{boxes} boxes x {in_turn:.0f} calls every {interval:.1f} s ({count / seconds:,.0f} calls/s)"
    share = took / seconds * 100
    bench.row(f"{what}: CPU", share, "% of a core", "raw loop at that rate", raw["cpu_us"] * count / seconds / 1e4,
              "< 9 %", share < 9)
    bench.row(f"{what}: polls skipped", skipped, "", aim="0", met=skipped == 0)


def pace(bench):
    """6. At the pace of life: the default pack once a second, what a box is asked in a minute, and peers, in one run."""
    seconds = 60  # a minute is what is counted
    file = shipped_pack(bench, "fritzbox")
    with contextlib.ExitStack() as stack:
        sims = [stack.enter_context(harness.Sim(harness.FRITZBOX)) for _ in range(3)]
        folders = [bench.folder / name for name in ("often", "default")]
        for folder in folders:
            folder.mkdir(exist_ok=True)
        often = stack.enter_context(harness.Daemon(folders[0], config(sims[0].urls, harness.fritzbox, "interval: 1s", file=file)))
        default = stack.enter_context(harness.Daemon(folders[1], config(sims[1].urls, harness.fritzbox, "interval: 30s")))
        peer = stack.enter_context(fritz_exporter(sims[2]))
        for daemon in (often, default):
            wait_until(lambda: polled(daemon, 1))
        if peer:
            quick_page(peer.port)  # it has read what the box can be asked
        cpu, asked = cpu_seconds(often.popen.pid), [requests(sim) for sim in sims]
        peer_cpu, scraped = (cpu_seconds(peer.pid), 0) if peer else (0, 0)
        began = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            if peer:
                text = quick_page(peer.port)
                scraped += 1
            time.sleep(max(0, began + scraped - now) if peer else seconds)
        took = time.monotonic() - began
        cpu, asked = cpu_seconds(often.popen.pid) - cpu, [requests(sim) - before for sim, before in zip(sims, asked)]
        peer_cpu = cpu_seconds(peer.pid) - peer_cpu if peer else 0
        series = box_series(default.page())
    yardstick = {"yardstick": "fritz_exporter", "beside": peer_cpu / asked[2] * 1e6} if peer else {}
    bench.row("CPU per request, shipped default pack once a second", cpu / asked[0] * 1e6, "us", **yardstick, aim="< 150 us",
              met=cpu / asked[0] * 1e6 < 150)
    peer_minute, peer_series = (asked[2] / scraped * 2, box_series(text)) if peer else (0, 1)
    yardstick = {"yardstick": "fritz_exporter, every 30 s", "beside": peer_minute} if peer else {}
    minute = asked[1] / took * 60
    bench.row(f"requests of a 7590 in a minute, default interval ({series} series)", minute, "", **yardstick, aim="<= 30", met=minute <= 30.5)
    yardstick = {"yardstick": f"of fritz_exporter's {peer_series}", "beside": peer_minute * 100 / peer_series} if peer else {}
    bench.row("the same per 100 series", minute * 100 / series, "", **yardstick)


def box_series(page):
    """How many series of a page are of the box, not of the exporter itself."""
    return len(re.findall(r"^(?!#|boxmeter_|process_|python_|scrape_)\S", page, re.M))


@dataclasses.dataclass
class Peer:
    port: int
    pid: int


@contextlib.contextmanager
def fritz_exporter(sim):
    """The real one, from PyPI, for that box; None, and a word, where it cannot be installed."""
    sys.path.insert(0, str(ROOT / "tests/interop"))
    import peers
    reason = peers.environment()
    if reason:
        print(f"fritz_exporter is not measured beside: it cannot be installed here: {reason}")
        yield None
        return
    with subprocess.Popen([peers.VENV / "bin/python", peers.HERE / "fritz_exporter_page.py"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(json.dumps({"port": port_of(sim.urls[0]), "name": "Flat", "version": 3, "serve": True}) + "\n")
        process.stdin.flush()
        yield Peer(int(process.stdout.readline()), process.pid)
        process.stdin.close()


SECTIONS = {1: calls, 2: resident, 3: page, 4: start, 5: fleet, 6: pace}


def number(value):
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def line_of(row):
    verdict = "" if not row.aim else "met" if row.met else "MISSED"
    beside = "" if row.beside is None else f"{number(row.beside)} {row.yardstick}"
    ratio = "" if row.ratio is None else f"{number(row.ratio)} x"
    return (f"{row.what:<76} {number(row.value):>7} {row.unit:<11} {ratio:>8} {beside:<30} {row.aim:<9} "
            f"{verdict}").rstrip()


def write_json(bench, path):
    rows = [{**dataclasses.asdict(row), "ratio": row.ratio, "met": row.met if row.aim else None} for row in bench.rows]
    path.write_text(json.dumps({"quick": bench.quick, "rows": rows}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="smaller counts, two or three minutes")
    parser.add_argument("--only", type=int, action="append", choices=SECTIONS, metavar="N", help="; ".join(
        f"{key}: {section.__doc__[3:].splitlines()[0]}" for key, section in SECTIONS.items()))
    parser.add_argument("--series", type=int, action="append", metavar="N", help="of section 3, instead of its own")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there, too")
    options = parser.parse_args()
    global harness
    os.environ["BOXMETER_BUILD"] = str(options.build.resolve())
    import harness
    sizes = options.series or ((100, 10_000) if options.quick else (100, 10_000, 100_000))
    bench = Bench(options.build.resolve(), options.quick, sizes)
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':<76} {'here':>7} {'':<11} {'ratio':>8} {'yardstick':<30} {'aim':<9}")
    for key in options.only or SECTIONS:
        SECTIONS[key](bench)
    if options.json:
        write_json(bench, options.json)


main()
