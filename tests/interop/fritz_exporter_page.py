"""Reads {"port": .., "name": .., "version": 3 (which is the default) or 4} and prints the page of fritz_exporter for that box on 127.0.0.1, with
`host_info` and `wifi_client_info` on; with "serve": true it serves the page without these two, says at which port, and ends with its
input; without a port, what version 4 can tell at all, as JSON: {metric: [type, label, ...]}.
Runs in the virtual environment of peers.py."""
import __future__
import importlib.machinery
import json
import pathlib
import re
import sys


def for_older_python(self, data, path, **options):
    """Both versions ask for Python 3.14.  What they need of it: `except A, B:` without parentheses, `def name[T](` and annotations
    that nobody evaluates."""
    data = re.sub(rb"^(\s*except )([\w.]+(?:, [\w.]+)+):", rb"\1(\2):", data, flags=re.M)
    data = re.sub(rb"(\bdef \w+)\[T\]\(", rb"\1(", data)
    return compile(data, path, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)


question = json.loads(sys.stdin.readline())
if question.get("version", 3) == 4:
    sys.path.insert(0, str(pathlib.Path(sys.prefix) / "fritz_exporter_4"))
as_it_is = importlib.machinery.SourceFileLoader.source_to_code
importlib.machinery.SourceFileLoader.source_to_code = lambda self, data, path, **options: \
    (for_older_python if "fritzexporter" in str(path) else as_it_is)(self, data, path, **options)

from fritzconnection.core.fritzhttp import FritzHttp  # noqa: E402
from fritzexporter import fritzdevice, tr064_remote  # noqa: E402
from fritzexporter.fritzcapabilities import FritzCapability  # noqa: E402
from prometheus_client import CollectorRegistry, generate_latest, start_http_server  # noqa: E402


def registered(port, name, more=True, **options):
    box = fritzdevice.FritzDevice(fritzdevice.FritzCredentials("127.0.0.1", "monitor", "secret"), name, host_info=more,
                                  wifi_client_info=more, connection=tr064_remote.ConnectionOptions(port=port, **options))
    collector = fritzdevice.FritzCollector()
    collector.register(box)
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


def page(port, name, **options):
    return generate_latest(registered(port, name, **options)).decode()


def all_families():
    """What the collector of no device has is what it tells of itself and of any box."""
    yield from fritzdevice.FritzCollector().collect()
    for kind in FritzCapability.subclasses:
        capability = kind()
        capability.create_metrics()
        yield from capability.metrics.values()


if "port" not in question:
    json.dump({family.name + ("_total" if family.type == "counter" else ""): [family.type, *family._labelnames]
               for family in all_families()}, sys.stdout)
    sys.exit()

# A simulated box has all its servers on one port; fritzconnection, and version 4 itself, know 80 only.
FritzHttp.remote_port = property(lambda self: self.fc.port)
if question.get("serve"):
    registry = registered(question["port"], question["name"], more=False)
    print(start_http_server(0, "127.0.0.1", registry)[0].server_port, flush=True)
    sys.stdin.read()
    sys.exit()
if question.get("version", 3) == 4:
    tr064_remote.ConnectionOptions.web_port = property(lambda self: self.port)
    sys.stdout.write(page(question["port"], question["name"], allow_unsafe_md5_password=True))
else:
    sys.stdout.write(page(question["port"], question["name"]))
