"""`boxmeter fritz call --json` gives what call_action of the real fritzconnection gives, for every reading action."""
import json
import re
import subprocess

import pytest

from harness import BUILD, CORPUS, FRITZBOX, ROOT, Sim
from peers import ask_peer
from test_fritzconnection import options

# {"Service.Action": why the answers differ on purpose}
DIFFERENCES = json.loads((ROOT / "tests/interop/fritz_call_differences.json").read_text())

# The box, and how many reading actions of it are answered.
BOXES = [(CORPUS / "fritzbox/7590-154.07.57", 214), (CORPUS / "fritzbox/7530-164.08.02", 199), (FRITZBOX, 166)]
# A value outside a declared list is sent all the same, with a warning.
VALUES = {"NewProtocol": "TCP", "boolean": "1", "string": "fritz", "dateTime": "2025-11-24T06:12:44", "uuid": "uuid:1-2-3"}


def only_reads(action):
    return action.startswith("Get") or "_Get" in action


def reading_calls(services):
    return [[service, action, {name: VALUES.get(name, VALUES.get(kind, "0")) for name, kind in inputs.items()}]
            for service, actions in services.items() for action, inputs in actions.items() if only_reads(action)]


def called_by_boxmeter(url, calls):
    lines = "".join(" ".join([service, action, *(f"{name}={value}" for name, value in arguments.items())]) + "\n"
                    for service, action, arguments in calls)
    done = subprocess.run([BUILD / "boxmeter", "fritz", "-i", url.removeprefix("http://"), "-u", "monitor", "--reveal",
                           "call", "--batch", "-"], input=lines, text=True, capture_output=True, timeout=120,
                          env={"FRITZ_PASSWORD": "secret"})
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def without_sid(answer):
    """Every answer has a session id of its own."""
    return {name: re.sub(r"sid=\w+", "sid=...", value) if isinstance(value, str) else value
            for name, value in answer.items()}


def typed(answer):
    """In Python True is 1."""
    return {name: (type(value).__name__, value) for name, value in answer.items()}


@pytest.mark.parametrize("recording, count", BOXES, ids=lambda given: getattr(given, "name", ""))
def test_the_answers_to_every_reading_action_are_the_same(recording, count):
    if not recording.is_dir():
        pytest.skip("no recordings of real boxes here")
    with Sim(recording, args=["--invent", "--still"]) as sim:
        url = sim.urls[0]
        calls = reading_calls(ask_peer("fritzconnection_calls.py", {"box": options(url), "calls": []})["services"])
        theirs = ask_peer("fritzconnection_calls.py", {"box": options(url), "calls": calls})["answers"]
        ours = called_by_boxmeter(url, calls)

    assert len(ours) == len(theirs) == len(calls)
    answered, different = 0, set()
    for (service, action, _), their, our in zip(calls, theirs, ours):
        name = f"{service}.{action}"
        if "error" in their:
            same = "error" in our
        else:
            answered += 1
            same = typed(without_sid(our)) == typed(without_sid(their["result"]))
        if not same:
            print(name, their, our)
            different.add(name)
    assert different <= set(DIFFERENCES)
    assert answered == count
