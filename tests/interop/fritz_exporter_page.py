"""Reads {"port": .., "name": ..} and prints the page of fritz_exporter for that box on 127.0.0.1, with `host_info` and
`wifi_client_info` on.  Runs in the virtual environment of peers.py."""
import importlib.machinery
import json
import re
import sys


SourceFileLoader = importlib.machinery.SourceFileLoader
as_it_is = SourceFileLoader.source_to_code


def for_older_python(self, data, path, **options):
    """`except A, B:` is new in Python 3.14, and all that fritz_exporter 3 needs of it."""
    return as_it_is(self, re.sub(rb"^(\s*except )(\w+(?:, \w+)+):", rb"\1(\2):", data, flags=re.M), path, **options)


SourceFileLoader.source_to_code = for_older_python

from fritzconnection.core.fritzhttp import FritzHttp  # noqa: E402
from fritzexporter.fritzdevice import FritzCollector, FritzCredentials, FritzDevice  # noqa: E402
from fritzexporter.tr064_remote import ConnectionOptions  # noqa: E402
from prometheus_client import CollectorRegistry, generate_latest  # noqa: E402

question = json.load(sys.stdin)
# A simulated box has all its servers on one port; fritzconnection knows 80 only.
FritzHttp.remote_port = property(lambda self: self.fc.port)
box = FritzDevice(FritzCredentials("127.0.0.1", "monitor", "secret"), question["name"], host_info=True, wifi_client_info=True,
                  connection=ConnectionOptions(port=question["port"]))
collector = FritzCollector()
collector.register(box)
registry = CollectorRegistry()
registry.register(collector)
sys.stdout.write(generate_latest(registry).decode())
