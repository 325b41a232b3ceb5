"""`boxmeter fritz -s -S -a -A -c` prints what the real fritzconnection prints, line by line."""
import json
import re

import pytest

from harness import CORPUS, ROOT, Sim, run
from peers import run_peer
from test_fritzconnection import BOXES

# Lines that differ on purpose: what they print, what we print, and why.
DIFFERENCES = json.loads((ROOT / "tests/interop/fritz_listing_differences.json").read_text())


@pytest.fixture(scope="module", params=BOXES)
def box(request):
    """The address of a box of the corpus."""
    if not CORPUS.is_dir():
        pytest.skip("no recordings of real boxes here")
    with Sim(CORPUS / "fritzbox" / request.param) as sim:
        yield sim.urls[0]


def lines(text):
    """Without the headline (its first four lines) and without the date of a report."""
    return [re.sub(r"^Report date: [\d-]{10} [\d:]{8}$", "Report date: ...", line) for line in text.splitlines()[5:]]


def printed_by(program, url, *flags):
    port = url.rsplit(":", 1)[1]
    arguments = ["-i", "127.0.0.1", "--port", port, *flags]
    done = run("fritz", *arguments) if program == "boxmeter" else run_peer(program, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return lines(done.stdout)


def expected_of(theirs):
    """What they print with the differences that stand."""
    text = "\n".join(theirs)
    for difference in DIFFERENCES:
        text = text.replace("\n".join(difference["theirs"]) + "\n", "\n".join(difference["ours"]) + "\n")
    return text.split("\n")


@pytest.mark.parametrize("flags", [["-s"], ["-S", "WLANConfiguration1"], ["-S", "WANIPConnection1"],
                                   ["-a", "Hosts1"], ["-a", "X_AVM-DE_OnTel1"], ["-A", "DeviceInfo1", "GetInfo"],
                                   ["-A", "WLANConfiguration1", "SetEnable"], ["-c"]], ids=" ".join)
def test_a_listing_is_the_same(box, flags):
    assert printed_by("boxmeter", box, *flags) == expected_of(printed_by("fritzconnection", box, *flags))


def test_every_difference_is_still_one(box):
    listing = "\n".join(printed_by("fritzconnection", box, "-c"))

    for difference in DIFFERENCES:
        assert "\n".join(difference["theirs"]) in listing, difference["why"]
