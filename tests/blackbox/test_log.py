"""The daemon's log: fields that programs can pick, one line per outage, nothing that a box could forge."""
import json
import os
import re

import pytest

from harness import FREEBOX, FRITZBOX, BUILD, Daemon, Process, Sim, config, eventually, free_port, freebox, fritzbox, value

SHORT = "interval: 1s, timeout: 1s"
LOGFMT = re.compile(r'time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(\w+) msg=("(?:[^"\\]|\\.)*")((?: \w+=(?:"(?:[^"\\]|\\.)*"|[^ "]+))*)')


def events(lines, log_format):
    """(level, message, fields) of each line."""
    for line in lines:
        if log_format == "json":
            event = json.loads(line)
            del event["time"]
            yield event.pop("level"), event.pop("msg"), event
        else:
            level, message, fields = LOGFMT.fullmatch(line).groups()
            pairs = re.findall(r' (\w+)=("(?:[^"\\]|\\.)*"|[^ ]+)', fields)
            yield level, json.loads(message), {name: json.loads(text) if text[0] == '"' else text for name, text in pairs}


@pytest.mark.parametrize("log_format", ["logfmt", "json"])
def test_start_outage_and_end_of_a_box_are_a_line_each_with_its_device_and_reason(tmp_path, log_format):
    with Sim(FRITZBOX) as sim:
        boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device", "fritzbox_mesh"]), poll=SHORT)
        with Daemon(tmp_path, boxes, args=["--log.format", log_format]) as daemon:
            daemon.wait_for(lambda found: value(found, "box_up") == "1")
            sim.fault("html")
            daemon.wait_for(lambda found: value(found, "box_up") == "0")
            sim.fault("reset")  # the same outage, in other words
            daemon.wait_for(lambda found: float(value(found, "boxmeter_failures_total", reason="network") or 0) > 0)
            sim.fault("")
            daemon.wait_for(lambda found: value(found, "box_up") == "1")
            daemon.stop()
            of_box = [event for event in events(daemon.lines, log_format) if event[2].get("device") == "home"]
    assert [(level, fields) for level, _, fields in of_box] == [
        ("info", {"device": "home"}),
        ("warn", {"device": "home", "reason": "protocol"}),
        ("info", {"device": "home"})]
    assert of_box[0][1].startswith("FRITZ!Box 7590 154.07.57: 2 queries")
    assert of_box[2][1] == "answers again"


def test_a_box_that_comes_back_with_another_fault_than_silence_is_told_anew(tmp_path):
    """Its certificate or its users may have changed while it was off."""
    with Sim(FRITZBOX) as sim:
        boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device"]), poll=SHORT)
        with Daemon(tmp_path, boxes, args=["--log.format", "logfmt"]) as daemon:
            daemon.wait_for(lambda found: value(found, "box_up") == "1")
            for fault, reason in [("reset", "network"), ("silent", "timeout"), ("auth", "auth")]:
                sim.fault(fault)
                daemon.wait_for(lambda found: float(value(found, "boxmeter_failures_total", reason=reason) or 0) > 0)
            daemon.stop()
            of_box = [(level, fields["reason"]) for level, _, fields in events(daemon.lines, "logfmt") if "reason" in fields]
    assert of_box == [("warn", "network"), ("warn", "auth")]


def test_a_slow_box_is_introduced_when_it_has_answered(tmp_path):
    with Sim(FRITZBOX, args=["--fault", "http500"]) as sim:
        boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device"]), poll=SHORT)
        with Daemon(tmp_path, boxes, args=["--log.format", "logfmt"]) as daemon:
            daemon.wait_for(lambda found: float(value(found, "boxmeter_failures_total", reason="protocol") or 0) > 0)
            sim.fault("")
            daemon.wait_for(lambda found: value(found, "box_up") == "1")
            daemon.stop()
            told = [message for level, message, fields in events(daemon.lines, "logfmt") if fields == {"device": "home"}]
    assert told == ["FRITZ!Box 7590 154.07.57: 1 query"]


def test_a_box_that_comes_late_is_introduced_and_does_not_answer_again(tmp_path):
    with Sim(FREEBOX) as sim:
        sim.fault("reset")
        boxes = config(freebox(sim.urls[0], queries=["freebox_system"]), poll=SHORT)
        with Daemon(tmp_path, boxes, args=["--log.format", "logfmt"]) as daemon:
            daemon.wait_for(lambda found: value(found, "boxmeter_failures_total", reason="network") not in (None, "0"))
            sim.fault("")
            daemon.wait_for(lambda found: value(found, "box_up") == "1")
            daemon.stop()
            of_box = [(level, message) for level, message, fields in events(daemon.lines, "logfmt") if "device" in fields]
    assert [level for level, _ in of_box] == ["warn", "info"]
    assert of_box[1][1].startswith("Freebox v9 (r1) ")


def test_details_of_the_first_turn_are_for_who_wants_to_debug(tmp_path):
    with Sim(FRITZBOX) as sim:
        for level, wanted in [("info", 0), ("debug", 1)]:
            boxes = config(fritzbox(sim.urls[0], queries=["fritzbox_device", "fritzbox_cable"]), poll="interval: 1h")
            with Daemon(tmp_path, boxes, args=["--log.format", "logfmt", "--log.level", level]) as daemon:
                daemon.wait_for(lambda found: value(found, "box_up") == "1")
                daemon.stop()
                lacking = [fields for _, _, fields in events(daemon.lines, "logfmt")
                           if fields.get("reason") == "unsupported"]
            assert (len(lacking) > 0) == bool(wanted)


def test_in_the_journal_a_line_begins_with_its_priority_and_has_no_time(tmp_path):
    """systemd.exec(5): $JOURNAL_STREAM holds device and inode of what the journal reads."""
    file = tmp_path / "boxmeter.yml"
    file.write_text(f"web: {{listen: 127.0.0.1:0}}\nlog: {{level: warning}}\n"
                    f"devices: [{{name: home, kind: fritzbox, url: 'http://127.0.0.1:{free_port()}',"
                    f" username: monitor, password: secret}}]\n")
    with open(tmp_path / "journal", "w+", encoding="utf-8") as journal:
        stat = os.fstat(journal.fileno())
        with Process(["sh", "-c", 'exec "$0" "$@" 2>>"$JOURNAL"', BUILD / "boxmeter", "serve", "--config.file", file],
                     env={"STATE_DIRECTORY": str(tmp_path / "state"), "JOURNAL": journal.name, "JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"}):
            line = eventually(lambda: journal.seek(0) == 0 and journal.read())
    assert re.fullmatch(r'<4>level=warn msg="[^\n]*Connection refused" device=home reason=network\n', line), line
