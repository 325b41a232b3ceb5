"""Starts the built boxmeter-sim on free ports and stops it by its pid."""
import json
import os
import pathlib
import signal
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BOXMETER_BUILD", ROOT / "build"))
RECORDINGS = ROOT / "tests" / "recordings"
CORPUS = pathlib.Path(os.environ.get("BOXMETER_CORPUS", ROOT.parent / "shared" / "corpus"))


class Sim:
    """A running boxmeter-sim: `urls` of its boxes in order, and its control path."""

    def __init__(self, *arguments, recordings):
        command = [str(BUILD / "boxmeter-sim"), "--control", "0", *arguments]
        for recording in recordings:
            folder = recording if os.path.isabs(recording) else RECORDINGS / recording
            command += ["--recording", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.urls = []
        for line in self.process.stdout:
            if line == "ready\n":
                break
            self.urls.append(line.split()[-1])
        assert len(self.urls) > 1, "boxmeter-sim did not start"
        self.control_url = self.urls.pop()

    @property
    def url(self):
        return self.urls[0]

    def control(self, path):
        request = urllib.request.Request(self.control_url + path, method="POST")
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read().decode()

    def stats(self, box=0):
        with urllib.request.urlopen(self.control_url + "/stats", timeout=10) as reply:
            return json.load(reply)[box]

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code


@pytest.fixture
def sim():
    """sim(*arguments, recordings=[...]) starts one; all end with the test."""
    running = []

    def start(*arguments, recordings=("fritzbox-7590-154.07.57-handmade",)):
        running.append(Sim(*arguments, recordings=recordings))
        return running[-1]

    yield start
    for one in running:
        one.stop()
