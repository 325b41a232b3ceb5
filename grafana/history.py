"""A past for the dashboards: a page of boxmeter as it stands, and a Prometheus that has hours and days of it.

Which series there are, their labels and most values are what a running boxmeter says of (simulated) boxes.  What moves is made
up, the same at every run: counters rise at a pace of their own that follows the hours of the day, temperatures and
margins sway, hosts come and go, one box loses the internet for a while.  Thus a picture has the same numbers every time.
"""
import hashlib
import math
import re
import subprocess

END = 1768500000  # 15 January 2026, 18:00 UTC, a Thursday
STEP = 300  # seconds between two samples
DAY = 86400
SAMPLE = re.compile(r"^([a-zA-Z_:]\w*)(\{.*\})? (\S+)$")

# The first that fits: bytes, packets and errors a second, watts.
PACE = [(r"wan_receive_bytes|lan_transmit_bytes.*all", 3e5, 4e6), (r"wan_transmit_bytes", 4e4, 5e5),
        (r"_packets_total", 50, 900), (r"(host|station)_(receive|transmit)_bytes", 500, 2e5), (r"_bytes_total", 1e3, 4e5),
        (r"energy_joules", 3, 150), (r"crc_errors|uncorrected|severely|discarded|faults", 0, 0.004),
        (r"fec_errors|corrected", 0.1, 4),
        (r"boxmeter_polls_total", 0.5, 0.6), (r"boxmeter_.*(failures|skipped|dropped|cut)", 0, 0.001),
        (r"process_cpu", 0.004, 0.005), (r"boxmeter_http_request", 0.03, 0.034), (r"retrains|resync", 0, 0),
        (r"hosts_changes", 0, 0.00002),
        (r"", 0.001, 0.05)]
# What sways, by how much of itself.
SWAY = [(r"capacity|dsl_(max_)?rate|link_rate|max_rate|port_speed", 0), (r"temperature_celsius|noise_margin|humidity", 0.05),
        (r"_rate_bytes_per_second|throughput|power_watts", 0.4),
        (r"cpu_usage|busy_ratio|airtime|power_ratio|current_amperes", 0.3), (r"memory_ratio|rsrp|rsrq|signal_dbm|fan_speed", 0.04),
        (r"power_dbm|voltage|mer_decibels", 0.01), (r"box_wlan_stations|box_hosts_active", 0.25)]
WHOLE = r"box_wlan_stations|box_hosts_active|fan_speed"
ABSENT = r"boxmeter_http_|boxmeter_push_oldest|process_max|process_virtual"  # who asked this boxmeter, and where it ran
# What mostly does not happen.
RARE = r"(crc|hec|uncorrected|receive)_errors|severely|resync|retrains|collisions|faults"
RARER = r"boxmeter_(failures|polls_skipped|push_dropped|push_failures|series_dropped|label_values_cut)"
# What goes back for days: what panels ask for over days.
LONG = (r"box_wan_(receive|transmit)_bytes_total|box_wan_connected|box_up$|box_smarthome_(energy_joules_total|device_info)|"
        r"fritzbox_smarthome_unit_info|box_uptime_seconds")
OWN = {"boxmeter_turn_duration_seconds": 0.4, "boxmeter_poll_lag_seconds": 0.002, "process_resident_memory_bytes": 9.5e6,
       "process_open_fds": 34, "boxmeter_push_queue_objects": 3, "boxmeter_push_queue_bytes": 1800}


def chance(*what):
    """0..1, the same at every run."""
    return int(hashlib.sha256(repr(what).encode()).hexdigest()[:8], 16) / 0xffffffff


def first(table, name, otherwise):
    return next((row[1:] for row in table if re.search(row[0], name)), otherwise)


def hour_of_day(when):
    """How much is going on: little at night, most in the evening."""
    hour = when % DAY / 3600
    return 0.15 + 0.85 * max(0, math.sin((hour - 6) / 24 * 2 * math.pi - 0.4) * 0.5 + 0.45)


class Series:
    """One of a page; `most` is what its line can carry, if it counts that."""

    def __init__(self, name, labels, value, most=None):
        self.name, self.labels = name, labels
        self.value = OWN.get(name, value) * (0.7 + 0.6 * chance(labels) if name in OWN else 1)
        self.counter = name.endswith("_total") or name.endswith(("_count", "_sum", "_bucket"))
        self.long = re.search(LONG, name) is not None
        if name.startswith(("boxmeter_", "process_")) and self.counter:
            self.value = 5000 * (1 + chance(name, labels))
        if self.counter:
            # A counter that young has not seen the whole past: let it have.
            self.low, self.high = first(PACE, name, (0, 0))
            if most:
                self.low, self.high = 0.05 * min(most, 2e7), 0.5 * min(most, 2e7)
            self.value += self.high * 1.5 * DAY * 40

    def points(self, days):
        begin = END - (days * DAY if self.long else 8 * 3600)
        times = range(begin, END + 1, STEP)
        if self.counter:
            return self.counted(times)
        return [(when, value) for when in times if (value := self.gauge(when)) is not None]

    def counted(self, times):
        pace = self.low + (self.high - self.low) * chance(self.name, self.labels) ** 2
        if re.search(RARE, self.name) and chance(self.labels, self.name) < 0.5 or re.search(RARER, self.name) and (
                chance(self.name, self.labels) < 0.95):
            pace = 0
        value, found = self.value, []
        for when in reversed(times):
            found.append((when, round(value, 3)))
            value -= pace * hour_of_day(when) * (0.5 + chance(self.name, self.labels, when // 1800)) * STEP
        return found[::-1]

    def gauge(self, when):
        name, value = self.name, self.value
        if name in ("box_up", "box_wan_connected") and outage(name, self.labels, when):
            return 0
        if name == "process_start_time_seconds":
            return END - 3 * DAY
        if name == "boxmeter_push_oldest_timestamp_seconds":
            return when - 2
        if name.endswith("_timestamp_seconds"):
            ahead = re.search(r"next|remaining", name)
            return END + (1 if ahead else -1) * int(chance(name, self.labels) * 3 * DAY)
        if re.search(r"box_uptime_seconds|(uptime|sync|showtime|connected)_seconds$", name):
            return max(60, value + 9 * DAY + when - END)
        if name == "box_host_active":
            return comes_and_goes(self.labels, value, when)
        swing = first(SWAY, name, None)
        if swing and value:
            turn = math.sin(when / (2000 + 4000 * chance(name, self.labels)) + 6 * chance(self.labels, name))
            value *= 1 + swing[0] * turn
            if name.endswith("_ratio"):
                value = min(1, value)
            return round(value) if re.search(WHOLE, name) else round(value, 4)
        return value


def outage(name, labels, when):
    """One box is without internet for twenty minutes, another out of reach for a quarter of an hour."""
    ago = END - when
    return name == "box_wan_connected" and "6690" in labels and 5400 < ago < 6600 or "repeater" in labels and 9000 < ago < 9900


def comes_and_goes(labels, value, when):
    away = chance(labels)
    if away < 0.5:
        return value
    return int(math.sin(when / (1500 + 5000 * away) + 9 * away) > -0.3)


def series_of(page):
    """Of a page in the text format."""
    found = [match.groups() for match in map(SAMPLE.match, page.splitlines()) if match]
    bounds = {(name.replace("_capacity_bytes_per_second", "_bytes_total"), labels): float(value) for name, labels, value in found
              if name.endswith("_capacity_bytes_per_second")}
    for name, labels, value in found:
        if not re.search(ABSENT, name):
            bound = bounds.get((name, labels)) if re.fullmatch("box_wan_(receive|transmit)_bytes_total", name) else None
            yield Series(name, re.sub('version="[^"]*"', 'version="0.1.0"', labels or ""), float(value), bound)
    for handler, code in (("/metrics", 200), ("/", 200), ("/-/healthy", 200), ("/metrics", 401)):
        yield Series("boxmeter_http_requests_total", f'{{handler="{handler}",code="{code}"}}', 0)
    yield Series("boxmeter_push_oldest_timestamp_seconds", '{sink="telegraf"}', 0)


def alerts(page):
    """As Prometheus keeps what fires."""
    box = re.search(r'^box_dsl_noise_margin_decibels\{device="([^"]*)"', page, re.M)
    device = box[1] if box else "home"
    for name, severity in (("BoxFirmwareUpdate", "info"), ("BoxDslMarginLow", "warning")):
        yield Series("ALERTS", f'{{alertname="{name}",alertstate="firing",device="{device}",severity="{severity}"}}', 1)


def made(page, folder, days=8, job="boxmeter", instance="127.0.0.1:9877"):
    """Blocks of a Prometheus in `folder`/data; needs promtool."""
    ours = f'job="{job}",instance="{instance}"'
    text = folder / "history.txt"
    with open(text, "w") as file:
        for series in [*series_of(page), *alerts(page)]:
            labels = "{" + ",".join(filter(None, [series.labels.strip("{}"), ours])) + "}"
            file.writelines(f"{series.name}{labels} {value} {when}\n" for when, value in series.points(days))
        file.writelines(f"up{{{ours}}} 1 {when}\n" for when in range(END - 8 * 3600, END + 1, STEP))
        file.write("# EOF\n")
    (folder / "data").mkdir()
    done = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=162h", text,
                           folder / "data"], capture_output=True, text=True, timeout=300)
    text.unlink()
    if done.returncode:
        raise SystemExit(done.stderr)


def lines(page, fields, days=2, measurement="prometheus"):
    """The same past as line protocol (times in seconds), of some metrics: what Telegraf's inputs.prometheus (metric_version 2) and
    our own pushes write into InfluxDB."""
    for series in series_of(page):
        if series.name in fields:
            labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', series.labels)
            tags = "".join(f",{name}={escaped(text)}" for name, text in labels if text)
            yield from (f"{measurement}{tags} {series.name}={float(value)} {when}" for when, value in series.points(days))


def escaped(text):
    return re.sub(r"([,= ])", r"\\\1", text)


def serving(folder, port):
    """The command of a Prometheus that keeps these blocks, however old, and scrapes nothing."""
    (folder / "empty.yml").write_text("scrape_configs: []\n")
    return ["prometheus", f"--config.file={folder}/empty.yml", f"--storage.tsdb.path={folder}/data",
            "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
