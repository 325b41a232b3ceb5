"""What a sink does not take survives restarts, crashes and a full disk, in order; the disk's faults are put under the built
daemon by a library of ours (tests/disk_faults.c)."""
import json
import os
import re
import subprocess
import urllib.request

import pytest

from harness import BUILD, ROOT, Daemon, config, eventually, freebox, push, sink, value
from stand_ins import Telegraf
from test_push import TICKS, Ticks, counts, numbers, sent

SPOOL = {"max": "1MiB"}
TEXT = 60_000  # bytes of an object: two fill a segment of an eighth of 1 MiB


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    """The environment that puts the library under a program; a sanitizer's own libraries must be loaded first."""
    if "sanitize" in str(BUILD) or re.search("asan|tsan", str(BUILD)):
        pytest.skip("faults of the disk are not put under a sanitizer")
    library = tmp_path_factory.mktemp("faults") / "disk_faults.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, ROOT / "tests/disk_faults.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


class FewTicks(Ticks):
    """Says nothing new after the first ones."""

    def __init__(self, most, pad=0):
        super().__init__(lambda n: {"pad": "x" * pad})
        self.most = most

    def tick(self):
        self.held = self.held or self.count >= self.most
        return super().tick()


def daemon_of(folder, box, telegraf, env=None, start=Daemon, **options):
    (folder / "ticks.yml").write_text(TICKS)
    text = config(freebox(box.url, queries=["ticks"]), poll="interval: 100ms, timeout: 2s",
                  extra="query_files: [ticks.yml]\n" + push(sink(telegraf.url, format="raw", max_body="100KB", spool=SPOOL,
                                                                 **{"timeout": "500ms", **options})))
    return start(folder, text, env=env)


def segments(folder):
    return sorted((folder / "state/spool/telegraf").glob("*.segment*"))


def all_delivered(daemon, box):
    return daemon.wait_for(lambda found: box.held and value(found, "boxmeter_push_queue_objects") == "0")


@pytest.mark.sanitized
@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGKILL"])
def test_what_was_not_delivered_is_delivered_after_a_restart_in_order(tmp_path, signal_name):
    with FewTicks(20) as box, Telegraf() as telegraf:
        telegraf.stop()
        with daemon_of(tmp_path, box, telegraf) as daemon:
            daemon.wait_for(lambda found: box.held and value(found, "boxmeter_push_queue_objects") == "20")
            if signal_name == "SIGKILL":
                daemon.popen.kill()
            daemon.stop()
            ended = [line for line in daemon.lines if "ends with" in line]
        telegraf.start()
        with daemon_of(tmp_path, box, telegraf) as again:
            found = all_delivered(again, box)
            again.wait_for_line("20 objects of an earlier run wait in ")
            assert sent(found) == 20

    assert numbers(telegraf) == list(range(1, 21))
    assert [line.split(None, 1)[1] for line in ended] == (
        ["info  push telegraf: ends with 20 objects in the spool"] if signal_name == "SIGTERM" else [])


def test_what_has_been_delivered_is_gone(tmp_path):
    with FewTicks(10, TEXT) as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, telegraf) as daemon:
            all_delivered(daemon, box)
            eventually(lambda: len(segments(tmp_path)) <= 2)
        with daemon_of(tmp_path, box, telegraf) as again:
            again.wait_for(lambda found: value(found, "boxmeter_push_queue_objects") == "0")

    assert numbers(telegraf) == list(range(1, 11))


def test_beyond_its_bound_the_oldest_go_and_are_counted(tmp_path):
    with FewTicks(40, TEXT) as box, Telegraf() as telegraf:
        telegraf.stop()
        with daemon_of(tmp_path, box, telegraf, max_queue="200KB") as daemon:
            found = daemon.wait_for(lambda found: box.held and counts(found, "boxmeter_push_dropped_total"))
            size = sum(file.stat().st_size for file in segments(tmp_path))
            telegraf.start()
            found = all_delivered(daemon, box)

    assert size <= 1 << 20
    lost = counts(found, "boxmeter_push_dropped_total")
    assert lost["spool_full"] > 0
    assert set(lost) <= {"spool_full", "queue_full"}  # the disk may be slower than the box
    taken = numbers(telegraf)
    assert taken == sorted(set(taken)) and taken[-10:] == list(range(31, 41))
    assert len(taken) + sum(lost.values()) == 40


@pytest.mark.parametrize("start", range(1, 9))
def test_killed_at_any_operation_of_the_disk_it_goes_on_where_it_was(tmp_path, faults, start):
    """The N-th write (torn), sync and removal for every N until it survives; each process of the test takes every eighth."""
    most = 6
    for n in range(start, 200, 8):
        folder = tmp_path / str(n)
        folder.mkdir()
        with FewTicks(most, TEXT) as box, Telegraf(script=[503, 503]) as telegraf:
            died = False
            try:
                with daemon_of(folder, box, telegraf, {**faults, "DISK_KILL_AT": str(n)}) as daemon:
                    eventually(lambda: daemon.popen.poll() is not None or (box.held and len(numbers(telegraf)) >= most))
                    died = daemon.stop() == -9
            except AssertionError:
                assert daemon_died_at_start(folder), n
                died = True
            before, first = box.count, numbers(telegraf)
            box.most = box.count + 3
            box.held = False
            with daemon_of(folder, box, telegraf) as again:
                found = all_delivered(again, box)
            second = numbers(telegraf)[len(first):]
        assert first == list(range(1, len(first) + 1)), n
        assert second == sorted(set(second)), n
        lost = set(range(1, box.count + 1)) - set(first) - set(second)
        # What came within moments of the end was never said to be written.
        assert lost <= {before - 1, before}, (n, lost, before)
        assert value(found, "box_up") == "1"
        if not died:
            return
    raise AssertionError("it never survived")


def daemon_died_at_start(folder):
    return (folder / "state").exists()


def test_a_full_disk_is_told_and_memory_takes_its_place(tmp_path, faults):
    full = tmp_path / "full"
    with FewTicks(60) as box, Telegraf() as telegraf:
        telegraf.stop()
        with daemon_of(tmp_path, box, telegraf, {**faults, "DISK_FULL": str(full)}) as daemon:
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) >= 5)
            full.write_text("")
            daemon.wait_for_line(r"push telegraf: cannot write '.*\.segment': No space left on device; what waits is kept in memory until "
                                 "that works again$")
            daemon.wait_for(lambda found: int(value(found, "boxmeter_push_queue_objects")) >= 15)
            full.unlink()
            daemon.wait_for_line("push telegraf: the spool is written again$")
            telegraf.start()
            found = all_delivered(daemon, box)

    assert numbers(telegraf) == list(range(1, 61))
    assert counts(found, "boxmeter_push_dropped_total") == {}


def test_a_full_disk_keeps_nothing_from_being_delivered(tmp_path, faults):
    full = tmp_path / "full"
    full.write_text("")
    with FewTicks(10) as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, telegraf, {**faults, "DISK_FULL": str(full)}) as daemon:
            all_delivered(daemon, box)

    assert numbers(telegraf) == list(range(1, 11))


def test_what_another_version_left_is_kept_aside_and_told(tmp_path):
    folder = tmp_path / "state/spool/telegraf"
    folder.mkdir(parents=True)
    (folder / "000000000007.segment").write_bytes(b"boxmeter spool 2 raw\nwho knows")
    with FewTicks(3) as box, Telegraf() as telegraf, daemon_of(tmp_path, box, telegraf) as daemon:
        daemon.wait_for_line("is of another version or format of boxmeter, or damaged: not delivered, kept as "
                             "'000000000007.segment.aside'")
        all_delivered(daemon, box)

    assert numbers(telegraf) == [1, 2, 3]
    assert (folder / "000000000007.segment.aside").read_bytes() == b"boxmeter spool 2 raw\nwho knows"


def test_a_spool_that_no_sink_has_any_more_is_told(tmp_path):
    folder = tmp_path / "state/spool/old"
    folder.mkdir(parents=True)
    (folder / "000000000001.segment").write_bytes(b"boxmeter spool 1 raw\n")
    (tmp_path / "state/spool/empty").mkdir()
    with FewTicks(1) as box, Telegraf() as telegraf, daemon_of(tmp_path, box, telegraf) as daemon:
        daemon.wait_for_line(re.escape(f"'{folder}' is left of push 'old', which has no spool any more: what it did not take is not "
                                       "sent; give it one again, or remove the folder"))
        assert not [line for line in daemon.lines if "spool/empty" in line or "push 'telegraf', which" in line]


def test_a_listener_that_hangs_at_the_end_is_no_news(tmp_path):
    """It was logged that boxmeter tries again, while it ended."""
    with FewTicks(1) as box, Telegraf(script=["silent"]) as telegraf:
        with daemon_of(tmp_path, box, telegraf, timeout="5s") as daemon:
            daemon.wait_for(lambda found: box.held and telegraf.requests)
        assert [line[9:] for line in daemon.lines if "push telegraf:" in line] == ["info  push telegraf: ends with 1 object in the spool"]


def test_a_torn_end_is_cut_and_told(tmp_path):
    with FewTicks(5) as box, Telegraf() as telegraf:
        telegraf.stop()
        with daemon_of(tmp_path, box, telegraf) as daemon:
            daemon.wait_for(lambda found: box.held and value(found, "boxmeter_push_queue_objects") == "5")
        with open(segments(tmp_path)[-1], "ab") as file:
            file.write(b"\x40\x00\x00\x00half")
        telegraf.start()
        with daemon_of(tmp_path, box, telegraf) as again:
            again.wait_for_line(r"the last 8 bytes of '.*' are not whole \(boxmeter or the machine ended while they were written\): cut")
            all_delivered(again, box)

    assert numbers(telegraf) == [1, 2, 3, 4, 5]


def test_a_sink_that_a_reload_gives_another_format_takes_the_folder_over_in_silence(tmp_path):
    """The one before ends beside it, and has the folder until then."""
    with FewTicks(50) as box, Telegraf(script=["silent", "silent"]) as telegraf:
        with daemon_of(tmp_path, box, telegraf, timeout="5s") as daemon:
            eventually(lambda: telegraf.requests)
            daemon.file.write_text(daemon.file.read_text().replace('"format": "raw"', '"format": "json"'))
            urllib.request.urlopen(urllib.request.Request(daemon.url + "/-/reload", method="POST"), timeout=30)

            daemon.wait_for_line("is of another version or format of boxmeter, or damaged: not delivered, kept as '000000000001.segment.aside'")
            eventually(lambda: any(path.suffix == ".segment" for path in segments(tmp_path)))
            assert not [line for line in daemon.lines if "another boxmeter" in line]


def test_two_boxmeters_do_not_share_a_spool(tmp_path):
    (tmp_path / "other").mkdir()
    with Ticks() as box, Telegraf() as telegraf:
        with daemon_of(tmp_path, box, telegraf):
            os.symlink(tmp_path / "state", tmp_path / "other/state")
            with daemon_of(tmp_path / "other", box, telegraf) as second:
                second.wait_for_line("push telegraf: '.*' is used by another boxmeter; what waits is kept in memory until that works again")
