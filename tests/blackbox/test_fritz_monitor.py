"""`boxmeter fritz monitor`: calls as they happen, from a box that may hang up, restart, or have it switched off."""
import json
import re
import signal
import subprocess

import pytest

from harness import BUILD, FRITZBOX, Process, Sim, eventually, free_port, run

pytestmark = pytest.mark.sanitized

EVENTS = ["RING;0;0301234567;7654321;SIP0;", "CALL;1;10;7654321;0301234567#;SIP0;", "CONNECT;0;10;0301234567;",
          "DISCONNECT;0;23;"]


def sim_with_monitor(port=0):
    return Sim(FRITZBOX, args=["--call-monitor", str(port)])


def monitor(address, *flags):
    """Without HOME: it keeps nothing."""
    host, port = address.rsplit(":", 1)
    return Process([BUILD / "boxmeter", "fritz", "-i", host, "--port", port, "monitor", *flags], env={"HOME": ""})


def address_of(sim):
    return next(line.split()[-1] for line in sim.lines if line.startswith("callmonitor "))


def tell(sim, *events):
    for event in events:
        sim.control("/call?event=" + event.replace(";", "%3B").replace("#", "%23"))


def connected(sim, program):
    """The simulator tells only those who are there."""
    before = program.log.count("PING")

    def look():
        tell(sim, "PING;9;")
        return program.log.count("PING") > before
    eventually(look)


def events_in(program):
    return [line for line in list(program.lines) if "PING" not in line and not line.startswith("notice: ")]


def test_events_are_printed_as_they_come_and_ctrl_c_ends_it():
    with sim_with_monitor() as sim, monitor(address_of(sim)) as program:
        connected(sim, program)
        for count, event in enumerate(EVENTS, 1):
            tell(sim, event)
            eventually(lambda: len(events_in(program)) == count)
        code = program.stop(signal.SIGINT)

    assert code == -signal.SIGINT
    assert all(re.fullmatch(r"\d\d\.\d\d\.\d\d \d\d:\d\d:\d\d;" + re.escape(event), line)
               for event, line in zip(EVENTS, events_in(program), strict=True)), program.log


def test_with_json_each_event_is_an_object_with_named_fields():
    with sim_with_monitor() as sim, monitor(address_of(sim), "--json") as program:
        connected(sim, program)
        tell(sim, *EVENTS, "FAX;2;x;y;")
        eventually(lambda: len(events_in(program)) == 5)
    said = [json.loads(line) for line in events_in(program)]

    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d", event.pop("time")) for event in said)
    assert said == [
        {"event": "RING", "id": 0, "caller": "0301234567", "called": "7654321", "line": "SIP0"},
        {"event": "CALL", "id": 1, "extension": "10", "caller": "7654321", "called": "0301234567#", "line": "SIP0"},
        {"event": "CONNECT", "id": 0, "extension": "10", "number": "0301234567"},
        {"event": "DISCONNECT", "id": 0, "seconds": 23},
        {"event": "FAX", "id": 2, "fields": ["x", "y", ""]}]


def test_a_connection_that_ends_is_made_again_also_to_a_box_that_was_away():
    port = free_port()
    with sim_with_monitor(port) as sim, monitor(f"127.0.0.1:{port}") as program:
        connected(sim, program)
        sim.control("/call")  # closes the connection
        program.wait_for_line("^notice: connected again$")
        connected(sim, program)
        tell(sim, EVENTS[0])
        program.wait_for_line("RING")
        sim.stop()
        eventually(lambda: program.log.count("has ended") == 2)
        with sim_with_monitor(port) as restarted:
            eventually(lambda: program.log.count("notice: connected again") == 2)
            connected(restarted, program)
            tell(restarted, EVENTS[3])
            program.wait_for_line("DISCONNECT")
            notices = [line for line in program.lines if line.startswith("notice: ")]

    assert notices.pop(0) == f"notice: listening to the call monitor at 127.0.0.1:{port}, until Ctrl-C"
    assert notices == [f"notice: the connection to the call monitor at 127.0.0.1:{port} has ended; it is made again when "
                       "the box answers", "notice: connected again"] * 2


def test_a_call_monitor_that_is_off_says_how_it_is_switched_on():
    port = free_port()

    done = run("fritz", "-i", "127.0.0.1", "--port", port, "monitor", "--json")

    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (1, "refused")
    assert done.stderr == (f"boxmeter: no connection to the call monitor at 127.0.0.1:{port}: Connection refused (it is "
                           "switched on by dialling #96*5* on a phone of the box)\n")


def test_it_ends_when_nobody_reads_any_more():
    with sim_with_monitor() as sim:
        host, port = address_of(sim).rsplit(":", 1)
        command = [BUILD / "boxmeter", "fritz", "-i", host, "--port", port, "monitor"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
            program.stdout.close()

            def ended():
                tell(sim, EVENTS[0])
                return program.poll() is not None
            eventually(ended)

    assert program.returncode == 1
