"""The first five minutes: from nothing to a page with the boxes of both brands."""
import time

import pytest

from harness import BUILD, FREEBOX, FRITZBOX, Process, Sim
from setting_up import at_a_terminal, environment

from browser import Tab

pytestmark = pytest.mark.slow


def test_who_has_never_seen_boxmeter_sees_both_boxes_on_its_page(tmp_path, chromium, record_property):
    file = tmp_path / "conf/boxmeter.yml"
    with Sim(FRITZBOX, FREEBOX) as sim, Tab(chromium) as tab:
        began = time.monotonic()
        first = at_a_terminal(tmp_path, "--url", sim.urls[0], answers=["monitor\n", "secret\n", "\n", "\n", "y\n"])
        second = at_a_terminal(tmp_path, "--url", sim.urls[1], answers=["\n", "free\n", "y\n"])
        set_up = time.monotonic() - began
        with Process([BUILD / "boxmeter", "serve", "--config.file", file, "--web.listen-address", "127.0.0.1:0", "--log.format", "text"],
                     env=environment(tmp_path)) as daemon:
            page = tab.open(daemon.wait_for_line(r"(http://127\.0\.0\.1:\d+)/")[1])
            page.wait_for_selector("h1 >> text=All 2 boxes are up")
            took = time.monotonic() - began
            tab.picture("first-page", full_page=True)

    assert (first[0], second[0]) == (0, 0), first[1] + second[1]
    assert tab.said == []
    record_property("summary", f"two boxes set up at a terminal in {set_up:.1f} s of the computer's own, both on the page after {took:.1f} s")
