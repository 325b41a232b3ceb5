"""What the worst reply that fits in body_limit costs: bounded memory, and an end that does not wait for it."""
import json
import time

import pytest

from harness import Daemon, config, freebox, value
from stand_ins import ScriptedFreebox

PACK = """
pack: worst
kind: freebox
queries:
  - name: worst
    request: {get: storage/disk/}
    interval: 200ms
    metrics:
      - name: freebox_worst
        help: Everything that labels can repeat.
        each: "*/partitions/*"
        value: n
        labels: {disk: ../../id, model: ../../model, partition: id, label: label}
"""
LIMIT = 4 << 20
MOST = 64 << 20


def partitions(count):
    return [{"id": number, "n": number, "label": "x"} for number in range(count)]


def body(result):
    return b'{"success":true,"result":' + json.dumps(result, separators=(",", ":"), ensure_ascii=False).encode() + b"}"


# Each as large as a reply may be, or as many values.
WORST = {
    "one long label above many rows": lambda: [{"id": "d" * 1_000_000, "model": "m" * 1_000_000, "partitions": partitions(49_000)}],
    "as in the report, ten times": lambda: [{"id": "d" * 60_000, "model": "m", "partitions": partitions(2_000)} for _ in range(25)],
    "nothing but empty objects": lambda: [{}] * 299_000,
    "nothing but empty lists": lambda: [[]] * 299_000,
    "long labels of their own": lambda: [{"id": n, "model": "m", "partitions": [{"id": str(p) + "\N{SNOWMAN}" * 400, "n": 1, "label": "y" * 900}
                                                                              for p in range(3)]} for n in range(530)],
    "one text": lambda: [{"id": "1", "model": "m", "partitions": [{"id": "\N{SNOWMAN}" * 1_390_000, "n": 1, "label": "x"}]}],
    "escapes": lambda: [{"id": "\x01" * 690_000, "model": "m", "partitions": partitions(10)}],
}


def peak(daemon):
    """The most memory that the process ever had, in bytes."""
    with open(f"/proc/{daemon.popen.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


@pytest.mark.parametrize("worst", WORST)
def test_the_worst_reply_costs_less_than_64_mb_and_is_left_at_the_end(tmp_path, worst, record_property):
    reply = body(WORST[worst]())
    assert len(reply) <= LIMIT, len(reply)
    (tmp_path / "worst.yml").write_text(PACK)
    replies = {"storage/disk/": lambda: body([{"id": "1", "model": "m", "partitions": partitions(3)}])}
    with ScriptedFreebox(replies) as box:
        text = config(freebox(box.url, queries=["worst"]), poll="interval: 200ms, timeout: 20s", extra="query_files: [worst.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            daemon.wait_for(lambda found: value(found, "freebox_worst", partition="2") == "2")
            before = peak(daemon)
            box.replies["storage/disk/"] = lambda: reply
            answered = box.answered["storage/disk/"]
            # The second answer is asked for when the first has been read to its end.
            daemon.wait_for(lambda found: box.answered["storage/disk/"] >= answered + 2, patience=300)
            grown = peak(daemon) - before
            began = time.monotonic()
            code = daemon.stop()
            took = time.monotonic() - began

    record_property("grown_bytes", grown)
    record_property("end_seconds", round(took, 2))
    print(f"{worst}: {grown / 1e6:.1f} MB, ended after {took:.2f} s")
    assert code == 0, daemon.log
    assert grown < MOST
    assert took < 20  # a second is what it takes; a machine that is busy has more time


def test_a_query_over_series_limit_is_told_in_the_log_once_and_again_after_it_was_within(tmp_path):
    asked = {"more": 9}
    with ScriptedFreebox({"storage/disk/": lambda: body([{"id": "1", "model": "m", "partitions": partitions(asked["more"])}])}) as box:
        (tmp_path / "worst.yml").write_text(PACK)
        text = config(freebox(box.url, queries=["worst"]), poll="interval: 100ms, timeout: 20s, series_limit: 5",
                      extra="query_files: [worst.yml]\n")
        with Daemon(tmp_path, text) as daemon:
            def dropped(found):
                return int(value(found, "boxmeter_series_dropped_total", reason="limit") or 0)
            daemon.wait_for(lambda found: dropped(found) >= 5 * 4)  # five times told by the box
            assert value(daemon.samples(), "freebox_worst", partition="4") == "4"
            first = list(daemon.lines)
            asked["more"] = 2
            daemon.wait_for_line("worst: .*again|worst: .*clear|worst: answers")
            asked["more"] = 9
            before = dropped(daemon.samples())
            daemon.wait_for(lambda found: dropped(found) >= before + 5 * 4)

    told = [line for line in daemon.lines if "series" in line]
    assert len([line for line in first if "more than 5 series" in line]) == 1, daemon.log
    assert len(told) == 2, daemon.log
