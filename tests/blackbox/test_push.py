"""Push to a stand-in for Telegraf that does all that listeners do: nothing lost, nothing out of order, all counted."""
import gzip
import json
import re
import signal
import statistics
import time

import pytest

from harness import (FREEBOX, FRITZBOX, RECORDINGS, Daemon, Sim, config, eventually, freebox, fritzbox, listening,
                     push, run, sink, value)
from stand_ins import Lines, ScriptedFreebox, Telegraf

TICKS = """
pack: ticks
kind: freebox
queries:
  - name: ticks
    request: {get: tick/}
    interval: 100ms
    metrics:
      - {name: freebox_tick, help: Number of the reply., value: n}
"""


class Ticks(ScriptedFreebox):
    """Replies {"n": 1}, {"n": 2} ... with what `pad` adds; after hold() errors, so that nothing more is queued."""

    def __init__(self, pad=lambda n: {}):
        super().__init__({"tick/": self.tick})
        self.count, self.held, self.pad = 0, False, pad

    def tick(self):
        if self.held:
            return b'{"success":false,"error_code":"service_down"}'
        self.count += 1
        return {"n": self.count, **self.pad(self.count)}

    def hold(self):
        with self.lock:
            self.held = True


def daemon_of(tmp_path, box, *sinks, args=(), poll="interval: 100ms, timeout: 2s", **options):
    (tmp_path / "ticks.yml").write_text(TICKS)
    return Daemon(tmp_path, config(freebox(box.url, queries=["ticks"], **options), poll=poll,
                                   extra="query_files: [ticks.yml]\n" + push(*sinks)), args=args)


def is_turn(thing):
    """Tells how a turn of the device went; only json and influx have such."""
    return "box_up" in thing.get("fields", {})


def turns(telegraf):
    return [thing for thing in telegraf.taken if is_turn(thing)]


def number(thing):
    return thing["n"] if "n" in thing else thing["fields"].get("freebox_tick")


def numbers(telegraf):
    return [number(thing) for thing in telegraf.taken if not is_turn(thing)]


def counts(found, name, sink="telegraf"):
    """By reason, without zeros."""
    pattern = re.compile(rf'{name}{{reason="(\w+)",sink="{sink}"}}$')
    return {pattern.match(key)[1]: int(text) for key, text in found.items() if pattern.match(key) and text != "0"}


def failures(found, sink="telegraf"):
    return counts(found, "boxmeter_push_failures_total", sink)


def dropped(found, sink="telegraf"):
    return counts(found, "boxmeter_push_dropped_total", sink)


def sent(found, sink="telegraf"):
    return int(value(found, "boxmeter_push_sent_total", sink=sink))


def emptied(daemon, box, telegraf):
    """Holds the box and waits until all that it said was delivered or dropped; the samples then."""
    box.hold()
    return daemon.wait_for(lambda found: value(found, "boxmeter_push_queue_objects") == "0"
                           and len(numbers(telegraf)) + sum(dropped(found).values()) == box.count)


def told(daemon):
    """What the log says about push, without times."""
    return [line.split(None, 1)[1] for line in daemon.lines if re.match(r"\S+ \w+ +push ", line)]


@pytest.mark.sanitized
@pytest.mark.parametrize("format", ["raw", "json"])
@pytest.mark.parametrize("answer, reason, text", [
    (500, "refused", "HTTP 500"),
    ((503, [], b"Wartung\nzweite Zeile"), "refused", "HTTP 503 'Wartung'"),
    ((429, [("Retry-After", "0")]), "refused", "HTTP 429"),
    (410, "refused", "HTTP 410"),
    (408, "refused", "HTTP 408"),
    ("close", "network", "closed the connection without an answer"),
])
def test_what_a_listener_cannot_take_now_is_tried_again_in_order(tmp_path, format, answer, reason, text):
    with Ticks() as box, Telegraf(script=[answer]) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format=format)) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 5)
            found = emptied(daemon, box, telegraf)

    assert numbers(telegraf) == list(range(1, box.count + 1))
    assert failures(found) == {reason: 1}
    assert dropped(found) == {}
    assert value(found, "boxmeter_push_queue_bytes", sink="telegraf") == "0"
    assert value(found, "boxmeter_push_oldest_timestamp_seconds") is None
    trouble, recovery = told(daemon)
    assert text in trouble and ": keeping " in trouble and "warn" in trouble
    assert re.fullmatch(r"info +push telegraf: delivering again, \d+ objects? queued", recovery)


def test_a_listener_that_asks_for_a_pause_gets_it(tmp_path):
    with Ticks() as box, Telegraf(script=[(429, [("Retry-After", "2")])]) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="raw")) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 5)
            found = emptied(daemon, box, telegraf)

    times = [when for when, *_ in telegraf.requests]
    assert times[1] - times[0] >= 2
    assert numbers(telegraf) == list(range(1, box.count + 1))
    assert failures(found) == {"refused": 1}


@pytest.mark.sanitized
def test_a_silent_listener_costs_its_timeout_and_no_object(tmp_path):
    with Ticks() as box, Telegraf(script=["silent"]) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="json", timeout="1s")) as daemon:
            waiting = daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) > 0)
            daemon.wait_for(lambda found: sent(found) >= 5)
            found = emptied(daemon, box, telegraf)

    assert abs(float(value(waiting, "boxmeter_push_oldest_timestamp_seconds")) - time.time()) < 120
    assert numbers(telegraf) == list(range(1, box.count + 1))
    assert failures(found) == {"timeout": 1}


@pytest.mark.sanitized
@pytest.mark.parametrize("format", ["raw", "json"])
def test_an_object_that_the_listener_cannot_read_costs_only_itself(tmp_path, format):
    def poison(thing):
        return number(thing) == 7

    # One delivery a second: the bad object sits in the middle of a batch.
    with Ticks() as box, Telegraf(poison=poison) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format=format, interval="1s")) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 12)
            box.hold()
            found = daemon.wait_for(lambda found: len(numbers(telegraf)) + sum(dropped(found).values()) == box.count)

    assert numbers(telegraf) == [n for n in range(1, box.count + 1) if n != 7]
    assert dropped(found) == {"rejected": 1}
    assert set(failures(found)) == {"refused"}
    assert len(numbers(telegraf)) == box.count - 1
    assert [line.split(maxsplit=1)[1] for line in told(daemon)] == [
        "push telegraf: query 'ticks' of device 'free': the listener refuses it, "
        "HTTP 400 '{\"error\":\"http: bad request\"}': dropped (said once; see boxmeter_push_dropped_total)"]


@pytest.mark.sanitized
def test_a_batch_that_is_too_large_for_the_listener_goes_in_smaller_ones(tmp_path):
    with Ticks() as box, Telegraf(max_body_size=400) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="json", interval="1s")) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 20)
            box.hold()
            # Turns go on and are told, so that a queue that goes out once a second is seldom empty.
            found = daemon.wait_for(lambda found: len(numbers(telegraf)) == box.count)

    assert numbers(telegraf) == list(range(1, box.count + 1))
    assert max(len(body) for body in telegraf.bodies) > 150  # still several objects in one
    assert set(failures(found)) == {"too_large"}
    assert dropped(found) == {}
    line, = told(daemon)
    assert re.fullmatch(r"warn +push telegraf: the listener takes no body of \d+ bytes \(HTTP 413\): sending smaller "
                        r"ones, and larger ones again after a while; max_body spares the tries", line)


@pytest.mark.sanitized
def test_an_object_that_is_too_large_for_the_listener_is_dropped_and_told_once(tmp_path):
    with Ticks(pad=lambda n: {"pad": "x" * 500} if n in (3, 5) else {}) as box, \
            Telegraf(max_body_size=200) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="raw")) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 6)
            found = emptied(daemon, box, telegraf)

    assert numbers(telegraf) == [n for n in range(1, box.count + 1) if n not in (3, 5)]
    assert dropped(found) == {"too_large": 2}
    assert [line.split(maxsplit=1)[1] for line in told(daemon)] == [
        "push telegraf: query 'ticks' of device 'free' has 516 bytes, more than the listener takes (HTTP 413): dropped; "
        "raise max_body_size in Telegraf, and max_body here if it is set (said once; see boxmeter_push_dropped_total)"]


@pytest.mark.sanitized
def test_a_raw_reply_above_max_body_is_never_sent_but_counted_and_told_once(tmp_path):
    with Ticks(pad=lambda n: {"pad": "x" * 500} if n in (3, 5) else {}) as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="raw", max_body=200)) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 6)
            found = emptied(daemon, box, telegraf)

    assert numbers(telegraf) == [n for n in range(1, box.count + 1) if n not in (3, 5)]
    assert len(telegraf.requests) == box.count - 2
    assert failures(found) == {}
    assert dropped(found) == {"too_large": 2}
    assert [line.split(maxsplit=1)[1] for line in told(daemon)] == [
        "push telegraf: query 'ticks' of device 'free' has 516 bytes, more than max_body (200): dropped; raise max_body "
        "here, and max_body_size in Telegraf (said once; see boxmeter_push_dropped_total)"]


@pytest.mark.sanitized
def test_nothing_is_lost_while_the_listener_is_down_within_the_bound_of_the_queue(tmp_path):
    telegraf = Telegraf()
    with telegraf:
        pass  # down, on a port of its own
    with Ticks() as box, daemon_of(tmp_path, box, sink(telegraf.url, format="json")) as daemon:
        daemon.wait_for(lambda found: failures(found).get("network") and box.count >= 5)
        with telegraf:
            daemon.wait_for(lambda found: sent(found) >= box.count - 2 > 5)
        daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) >= 5)
        with telegraf:
            found = emptied(daemon, box, telegraf)

    assert numbers(telegraf) == list(range(1, box.count + 1))
    assert set(failures(found)) == {"network"}
    assert dropped(found) == {}


@pytest.mark.sanitized
def test_a_full_queue_gives_up_the_oldest_and_counts_them(tmp_path):
    telegraf = Telegraf()
    with telegraf:
        pass
    with Ticks() as box, daemon_of(tmp_path, box, sink(telegraf.url, format="raw", max_queue="1KB")) as daemon:
        full = daemon.wait_for(lambda found: dropped(found).get("queue_full", 0) >= 5)
        with telegraf:
            found = emptied(daemon, box, telegraf)

    assert int(value(full, "boxmeter_push_queue_bytes")) <= 1000
    lost = dropped(found)["queue_full"]
    assert dropped(found) == {"queue_full": lost}
    assert numbers(telegraf) == list(range(lost + 1, box.count + 1))
    assert sent(found) == box.count - lost  # raw: nothing but replies
    warnings = [line for line in told(daemon) if "the queue is full" in line]
    assert [line.split(maxsplit=1)[1] for line in warnings] == [
        "push telegraf: the queue is full (1000 bytes): the oldest objects are dropped and counted until the listener "
        "takes them again"]


def never_answer(connection):
    connection.recv(65536)
    time.sleep(120)


@pytest.mark.sanitized
def test_a_silent_sink_delays_no_poll_no_scrape_and_no_other_sink(tmp_path):
    with Ticks() as box, Telegraf() as telegraf, listening(never_answer) as silent:
        with daemon_of(tmp_path, box, sink(f"http://127.0.0.1:{silent}/", name="silent", timeout="100s"),
                       sink(telegraf.url)) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 10)
            times = []
            for _ in range(9):
                began = time.monotonic()
                found = daemon.samples()
                times.append(time.monotonic() - began)
            assert daemon.get("/").startswith(b"<!DOCTYPE html>")

    # Whoever waited for the silent sink would wait for 100 s.
    assert statistics.median(times) < 1
    assert int(value(found, "boxmeter_push_queue_objects", sink="silent")) >= 10
    assert sent(found, "silent") == 0


def test_the_end_does_not_wait_for_silent_sinks(tmp_path):
    with Ticks() as box, listening(never_answer) as silent:
        sinks = [sink(f"http://127.0.0.1:{silent}/", name=f"silent{i}", timeout="100s") for i in range(4)]
        with daemon_of(tmp_path, box, *sinks) as daemon:
            daemon.wait_for(lambda found: all(int(value(found, "boxmeter_push_queue_objects", sink=f"silent{i}")) > 2
                                              for i in range(4)))
            began = time.monotonic()
            code = daemon.stop()
            took = time.monotonic() - began

    assert code == 0, daemon.log
    assert took < 1  # four times the half second of one would be more
    assert len(re.findall(r"push silent\d: ends with \d+ objects undelivered", daemon.log)) == 4


def test_a_second_signal_ends_at_once(tmp_path):
    with Ticks() as box, listening(never_answer) as silent:
        with daemon_of(tmp_path, box, sink(f"http://127.0.0.1:{silent}/", timeout="100s")) as daemon:
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) > 2)
            daemon.popen.send_signal(signal.SIGTERM)
            daemon.wait_for_line("stopping on SIGTERM")

            assert daemon.stop() == -signal.SIGTERM  # the half second that the sink would have got is not waited for
    assert "undelivered" not in daemon.log


@pytest.mark.sanitized
def test_what_waits_for_its_interval_is_delivered_at_the_end(tmp_path):
    with Ticks() as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, interval="1h")) as daemon:
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) >= 5)
            assert daemon.stop() == 0
            assert numbers(telegraf)[:1] == [1] and len(telegraf.bodies) == 2
            assert numbers(telegraf) == list(range(1, len(numbers(telegraf)) + 1))
    assert box.count - len(numbers(telegraf)) <= 1  # a poll that was cut
    assert "undelivered" not in daemon.log



def masked(text):
    return re.sub(r'("timestamp"|"boxmeter_turn_duration_seconds"):[\d.e-]+', r"\1:0", text)


def pushed(tmp_path, recording, device, format):
    """Each object of one poll of everything byte for byte, in order, with times masked."""
    with Sim(recording, args=["--still"]) as sim, Telegraf() as telegraf:
        text = config(device(sim.urls[0]), poll="interval: 1h, timeout: 5s", extra=push(sink(telegraf.url, format=format)))
        with Daemon(tmp_path, text) as daemon:
            daemon.all_asked()
            daemon.wait_for(lambda found: value(found, "boxmeter_push_queue_objects") == "0")
    if format == "raw":
        objects = telegraf.bodies
    else:  # how many objects share a body is a matter of time
        assert all(body[0] + body[-1] == "[]" for body in telegraf.bodies)
        objects = re.split(r'(?<=}),(?={"name":)', ",".join(body[1:-1] for body in telegraf.bodies))
    return "".join(thing + "\n" for thing in dict.fromkeys(map(masked, objects)))  # what was asked twice said the same


@pytest.mark.sanitized
@pytest.mark.parametrize("recording, device, name", [
    (FRITZBOX, fritzbox, "fritzbox"),
    (FREEBOX, freebox, "freebox"),
    (RECORDINGS / "freebox-delta-8.5-handmade", freebox, "freebox-delta"),
])
@pytest.mark.parametrize("format", ["raw", "json"])
def test_the_bodies_of_each_recording(tmp_path, golden, recording, device, name, format):
    golden(f"push/{name}.{format}.jsonl", pushed(tmp_path, recording, device, format))


@pytest.mark.sanitized
def test_raw_and_json_as_they_are_on_the_wire(tmp_path):
    with Ticks() as box, Telegraf() as raw, Telegraf() as packed:
        with daemon_of(tmp_path, box, sink(raw.url, name="raw", format="raw"),
                       sink(packed.url, name="json", format="json", headers={"X-Site": "attic"}),
                       labels={"site": "attic"}) as daemon:
            daemon.wait_for(lambda found: sent(found, "raw") and sent(found, "json"))

    assert raw.bodies[0] == '{"n":1}'
    _, headers, body, _ = packed.requests[0]
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("boxmeter/")
    assert headers["X-Site"] == "attic"
    milliseconds = re.search(r'"timestamp":(\d{13}),', body.decode())[1]
    assert abs(int(milliseconds) / 1000 - time.time()) < 120
    first = (f'[{{"name":"prometheus","timestamp":{milliseconds},"tags":{{"device":"free","site":"attic"}},'
             '"fields":{"freebox_tick":1}}')
    turn = (',{"name":"prometheus","timestamp":0,"tags":{"device":"free","site":"attic","kind":"freebox"},'
            '"fields":{"box_up":1,"box_up_reason":"none","boxmeter_turn_duration_seconds":0}}]')
    assert body.decode().startswith(first)
    assert masked(body.decode().removeprefix(first)) in ("]", turn)  # when it was sent is a matter of time


@pytest.mark.sanitized
def test_a_box_that_is_down_is_told_of_and_not_silence(tmp_path):
    with listening(lambda connection: None) as nobody:
        pass
    with Telegraf() as telegraf, Lines() as lines:
        text = config(fritzbox(f"http://127.0.0.1:{nobody}", labels={"site": "attic"}),
                      extra=push(sink(telegraf.url), sink(lines.url, name="lines", format="influx"),
                                 sink(telegraf.url, name="raw", format="raw")))
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: sent(found) and sent(found, "lines"))
            assert sent(daemon.samples(), "raw") == 0

    tags = {"device": "home", "site": "attic", "kind": "fritzbox"}
    first = telegraf.taken[0]
    assert {**first, "timestamp": 0, "fields": {**first["fields"], "boxmeter_turn_duration_seconds": 0}} == {
        "name": "prometheus", "timestamp": 0, "tags": tags,
        "fields": {"box_up": 0, "box_up_reason": "network", "boxmeter_turn_duration_seconds": 0}}
    assert re.fullmatch(r'prometheus,device=home,site=attic,kind=fritzbox '
                        r'box_up=0,box_up_reason="network",boxmeter_turn_duration_seconds=[\d.e-]+ \d{19}', lines.bodies[0])


@pytest.mark.sanitized
def test_each_turn_that_asked_is_told_once_and_a_sink_hears_of_its_own_devices_only(tmp_path):
    with Ticks() as box, Telegraf() as telegraf, Telegraf() as other:
        sinks = sink(telegraf.url), sink(other.url, name="other", queries=["fritzbox_device"])
        with daemon_of(tmp_path, box, *sinks) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 10)
            daemon.stop()

    assert other.taken == []
    assert len(turns(telegraf)) in (box.count, box.count - 1)
    assert {(thing["fields"]["box_up"], thing["fields"]["box_up_reason"]) for thing in turns(telegraf)} == {(1, "none")}
    assert [is_turn(thing) for thing in telegraf.taken[:4]] == [False, True, False, True]


@pytest.mark.sanitized
def test_integers_are_a_matter_of_the_metric_and_not_of_the_value(tmp_path):
    (tmp_path / "parts.yml").write_text(TICKS.replace("{name: freebox_tick, help: Number of the reply., value: n}", """{name: freebox_gauge, help: Whole at times., value: n}
      - {name: freebox_bytes_total, type: counter, help: A count., value: bytes}
      - {name: freebox_info, type: info, help: Who., labels: {serial: =x}}"""))
    with Ticks(pad=lambda n: {"bytes": 12.5}) as box, Lines() as lines:
        text = config(freebox(box.url, queries=["ticks"]), extra="query_files: [parts.yml]\n" + push(
            sink(lines.url, format="influx", integers=True)))
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 3)

    assert [line.rpartition(" ")[0] for line in lines.bodies[0].splitlines()[:2]] == [
        "prometheus,device=free freebox_gauge=1,freebox_bytes_total=12i", "prometheus,device=free,serial=x freebox_info=1i"]


@pytest.mark.sanitized
@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 9_000_000,
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
], ids=["long", "cut", "broken chunks", "not packed"])
def test_what_a_listener_says_besides_2xx_does_not_matter(tmp_path, answer):
    taken = []

    def take(connection):
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(body) < length:
            body += connection.recv(65536)
        taken.append(json.loads(body)["n"])
        try:
            connection.sendall(answer)
        except OSError:
            pass  # it has heard enough

    with Ticks() as box, listening(take) as port:
        with daemon_of(tmp_path, box, sink(f"http://127.0.0.1:{port}/", format="raw")) as daemon:
            found = daemon.wait_for(lambda found: sent(found) >= 3)

    assert taken[:3] == [1, 2, 3]  # none twice
    assert failures(found) == {}


@pytest.mark.sanitized
def test_nothing_empty_is_sent(tmp_path):
    with Ticks() as box, Telegraf() as telegraf:
        box.replies["tick/"] = lambda: [[], {}, None, {"n": 1}][box.answered["tick/"] % 4]
        with daemon_of(tmp_path, box, sink(telegraf.url, format="raw")) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 3)

    assert set(telegraf.bodies) == {'{"n":1}'}


@pytest.mark.sanitized
def test_a_sink_gets_the_devices_and_queries_that_it_wants_and_a_pack_is_its_queries(tmp_path):
    with Sim(FREEBOX, FRITZBOX, args=["--still"]) as sim, Telegraf() as all_of, Telegraf() as box, Telegraf() as pack:
        text = config(freebox(sim.urls[0], queries=["freebox", "freebox_addresses"]), fritzbox(sim.urls[1]),
                      extra=push(sink(all_of.url, name="all"), sink(box.url, name="box", devices=["free"]),
                                 sink(pack.url, name="pack", queries=["freebox_addresses", "fritzbox_device"])))
        with Daemon(tmp_path, text) as daemon:
            daemon.all_asked()
            daemon.wait_for(lambda found: all(value(found, "boxmeter_push_queue_objects", sink=name) == "0"
                                              for name in ("all", "box", "pack")))

    def names(telegraf):
        return {(thing["tags"]["device"], name) for thing in telegraf.taken if not is_turn(thing) for name in thing["fields"]}
    given_by = {row["name"]: row["queries"] for row in json.loads(run("metrics", "--format", "json").stdout)}
    wanted = {"free": "freebox_addresses", "home": "fritzbox/fritzbox_device"}
    assert {device for device, _ in names(all_of)} == {"free", "home"}
    assert names(box) == {(device, name) for device, name in names(all_of) if device == "free"}
    assert names(pack) == {(device, name) for device, name in names(all_of) 
                           if any(query.startswith(wanted[device]) for query in given_by[name])}
    assert {device for device, _ in names(pack)} == {"free", "home"}


def test_check_warns_of_a_sink_that_would_stay_silent(tmp_path):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(fritzbox("http://127.0.0.1:1"), extra=push(sink("http://127.0.0.1:1/", queries=["freebox"]))))

    done = run("check", "--config.file", file)

    assert done.returncode == 0
    assert "push 'telegraf' gets nothing: no device asks a query that it wants" in done.stderr


def test_check_warns_of_points_that_a_database_takes_for_one(tmp_path):
    file = tmp_path / "boxmeter.yml"
    everything = fritzbox("http://127.0.0.1:1", queries=["fritzbox", "fritzbox_hosts"])
    boxes = everything, freebox("http://127.0.0.1:2")
    file.write_text(config(*boxes, extra=push(
        sink("http://127.0.0.1:1/", name="both", format="raw"), sink("http://127.0.0.1:1/", name="json"),
        sink("http://127.0.0.1:1/", name="one", format="raw", devices=["free"], queries=["freebox_connection"]))))

    done = run("check", "--config.file", file)

    assert done.returncode == 0
    warnings = [line.partition(": push ")[2] for line in done.stderr.splitlines() if ": push " in line]
    assert len(warnings) == 2
    assert re.fullmatch(r"'both' is raw and gets lists \('\w+', '\w+', '\w+' and \d+ more\): their elements share one time "
                        r"and no tag, and InfluxDB keeps the last of each; use 'format: json', or name other queries in "
                        r"'queries'", warnings[0])
    assert warnings[1] == ("'both' is raw and gets 2 devices ('home', 'free'): nothing in a raw body says of which it is; "
                           "use 'format: json', or name one device in 'devices'")


@pytest.mark.sanitized
@pytest.mark.parametrize("login, expected", [
    ({"username": "metrics", "password_file": "password"}, {"basic": ("metrics", "open-sesame")}),
    ({"bearer_token_file": "password"}, {"bearer": "open-sesame"}),
])
def test_credentials_reach_the_listener_and_never_the_log_or_a_page(tmp_path, login, expected):
    (tmp_path / "password").write_text("open-sesame\n")
    (tmp_path / "password").chmod(0o600)
    with Ticks() as box, Telegraf(**expected, script=[(503, [], b"not now, open-sesame")]) as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, **login), args=["--log.level", "debug"]) as daemon:
            eventually(lambda: telegraf.requests)
            pages = daemon.get("/devices") + daemon.get("/")
            daemon.wait_for(lambda found: sent(found) >= 3)
            pages += daemon.get("/devices") + daemon.get("/") + daemon.get("/metrics")

    authorization = telegraf.basic or telegraf.bearer
    assert all(headers["Authorization"] == authorization for _, headers, _, _ in telegraf.requests)
    assert "HTTP 503 'not now, ***'" in daemon.log
    for secret in ("open-sesame", authorization.split()[1]):
        assert secret not in daemon.log
        assert secret.encode() not in pages


@pytest.mark.sanitized
@pytest.mark.parametrize("telegraf, reason, text", [
    (Telegraf(basic=("metrics", "other")), "auth",
     "HTTP 401 'Unauthorized.': check username and password, or the bearer token; keeping what is queued, trying again "
     "every 60 s"),
    (Telegraf(path="/elsewhere"), "config",
     "HTTP 404: check the path of the url (Telegraf's setting is `paths`); keeping what is queued, trying again every "
     "60 s"),
])
def test_wrong_settings_are_told_once_and_lose_nothing(tmp_path, telegraf, reason, text):
    with Ticks() as box, telegraf:
        url = f"http://127.0.0.1:{telegraf.port}/telegraf"
        with daemon_of(tmp_path, box, sink(url, username="metrics", password="open-sesame")) as daemon:
            found = daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) >= 20)
            requests = len(telegraf.requests)

    assert requests == 1
    assert failures(found) == {reason: 1}
    assert dropped(found) == {}
    assert told(daemon)[0].split(maxsplit=1)[1] == f"push telegraf: {text}"


@pytest.mark.sanitized
def test_a_packed_body_says_the_same(tmp_path):
    with Ticks(pad=lambda n: {"pad": "x" * 500}) as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, sink(telegraf.url, format="raw", gzip=True)) as daemon:
            daemon.wait_for(lambda found: sent(found) >= 3)

    _, headers, body, status = telegraf.requests[0]
    assert status == 204
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 200
    assert json.loads(gzip.decompress(body)) == {"n": 1, "pad": "x" * 500}
