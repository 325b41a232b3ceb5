"""What Telegraf makes of what we push, by a model of its json parser and our configurations for it."""
import json

import pytest

from harness import ROOT
from telegraf import Listener, Refused, picture

CONFIGURATIONS = {"raw": "pyfbx.conf", "json": "json.conf"}


def listener(format):
    return Listener((ROOT / "config/telegraf" / CONFIGURATIONS[format]).read_text())


def made_of(format, body):
    try:
        return picture(listener(format).take(body.encode()))
    except Refused as refused:
        return f"{refused}\n"


@pytest.mark.parametrize("name", ["freebox", "freebox-delta", "fritzbox"])
@pytest.mark.parametrize("format", ["raw", "json"])
def test_what_telegraf_makes_of_each_body(golden, name, format):
    # The bodies themselves are held against a running boxmeter by test_push.py.
    bodies = (ROOT / f"tests/golden/push/{name}.{format}.jsonl").read_text().splitlines()
    golden(f"telegraf/{name}.{format}.txt", "\n".join(made_of(format, body) for body in bodies))


@pytest.mark.parametrize("name", ["freebox", "freebox-delta", "fritzbox"])
def test_json_loses_nothing_but_what_a_double_cannot_hold(name):
    for line in (ROOT / f"tests/golden/push/{name}.json.jsonl").read_text().splitlines():
        sent = json.loads(line)
        metric, = listener("json").take(line.encode())

        assert (metric["name"], metric["tags"], metric["dropped"]) == (sent["name"], sent["tags"], [])
        assert metric["time"] == sent["timestamp"] / 1000
        assert metric["fields"] == sent["fields"]


@pytest.mark.parametrize("body, expected", [
    ('{"a":{"b":[1,2.5]},"s":"text","t":true,"n":null}', "pyfbx a_b_0=1.0,a_b_1=2.5\n  dropped: s t\n"),
    ('[{"id":1},{"id":2}]', "pyfbx id=1.0\npyfbx id=2.0\n"),
    ('{"bytes":18446744073709551615}', "pyfbx bytes=1.8446744073709552e+19\n"),
    ('\N{ZERO WIDTH NO-BREAK SPACE}{"a":1}', "pyfbx a=1.0\n"),
    ('{"state":"up"}', "pyfbx: no field, dropped\n  dropped: state\n"),
    ("1700", "400 must be an object or an array of objects\n"),
    ('[{"a":1},3]', "400 must be an object or an array of objects\n"),
    ('{"a":"' + "x" * 5000 + '"}', "413 request body too large\n"),
])
def test_the_rules_of_the_parser_with_pyfbxs_configuration(body, expected):
    assert made_of("raw", body) == expected


@pytest.mark.parametrize("body, expected", [
    ('[{"name":"q","timestamp":1755936000123,"tags":{"device":"free","port":"1"},"fields":{"x":1,"s":"up"}}]',
     'q,device=free,port=1 x=1.0\n  dropped: fields_s\n'),
    ('[{"name":"q","tags":{"device":"free"},"fields":{"x":1}}]', "400 JSON time key could not be found\n"),
    ('[{"name":"q","timestamp":1,"tags":{"device":"free","n":1e21},"fields":{"x":1}}]',
     "q,device=free,n=1000000000000000000000 x=1.0\n"),
])
def test_the_rules_of_the_parser_with_our_configuration(body, expected):
    assert made_of("json", body) == expected
