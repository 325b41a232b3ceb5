"""What `box_up` says: 1 is a box of this kind that answered, whatever else speaks HTTP at its address."""
import urllib.error

import pytest

from harness import FREEBOX, FRITZBOX, Daemon, Sim, config, eventually, free_port, freebox, fritzbox, run, samples, value
from stand_ins import Quiet, Server

SHORT = "interval: 1s, timeout: 2s"


class Stranger(Server):
    """Answers everything alike, as a printer, another router or a proxy does."""

    def __init__(self, status, kind, body):
        super().__init__()
        self.asked = []
        self.headers = []

        class Handler(Quiet):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.owner.asked.append(self.path)
                self.reply(status, body, [("Content-Type", kind), *self.owner.headers])

            do_POST = do_GET

            def version_string(self):
                return "nginx"
        self.handler = Handler

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


STRANGERS = [
    (200, "text/html", b"<html>printer</html>"),
    (404, "text/html", b"<html>not found</html>"),
    (503, "text/plain", b"come back later"),
    (200, "application/json", b'{"result": [], "status": "ok"}'),
    (200, "text/xml", b"<catalog><book/></catalog>"),
    (200, "text/xml", b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
        <deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><manufacturer>Example</manufacturer>
        <modelName>Example router</modelName><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
        <serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><controlURL>/ctl/IPConn</controlURL><eventSubURL>/evt</eventSubURL>
        <SCPDURL>/WANIPCn.xml</SCPDURL></service></serviceList></device></root>"""),
]


def once(tmp_path, text):
    (tmp_path / "boxmeter.yml").write_text(text)
    return run("once", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})


@pytest.mark.parametrize("brand", [fritzbox, freebox])
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda answer: f"{answer[0]}-{answer[1]}-{len(answer[2])}")
def test_whatever_else_speaks_http_is_no_box_that_is_up(tmp_path, brand, stranger):
    with Stranger(*stranger) as server:
        done = once(tmp_path, config(brand(server.url), poll=SHORT))

        assert value(samples(done.stdout), "box_up") == "0"
        assert done.returncode == 1
        assert len(server.asked) <= 12, server.asked
        warnings = [line for line in done.stderr.splitlines() if "plain http" not in line and "not kept" not in line]
        assert len(warnings) == 1, done.stderr


def test_the_reason_says_what_answers_and_what_may_be_wrong(tmp_path):
    with Stranger(*STRANGERS[0]) as server:
        done = once(tmp_path, config(fritzbox(server.url), poll=SHORT))

        assert (f"home: {server.url} answers, but not as a Fritz!Box (HTML from 'nginx'): is this its address, "
                "and is the port 49000 or 49443?") in done.stderr


@pytest.mark.parametrize("path, before", [("", ""), ("/api/v8/", "login: ")])
@pytest.mark.parametrize("stranger, what", [
    (STRANGERS[0], "HTML from 'nginx'"), (STRANGERS[1], "HTTP 404 with HTML from 'nginx'"), (STRANGERS[2], "HTTP 503 from 'nginx'"),
    (STRANGERS[4], "answer is HTML or XML, not JSON, from 'nginx'"),
], ids=lambda given: str(given[0]))
def test_the_reason_says_what_answers_where_a_freebox_should(tmp_path, stranger, what, path, before):
    with Stranger(*stranger) as server:
        done = once(tmp_path, config(freebox(server.url + path, queries=["freebox_connection"]), poll=SHORT))

        assert done.stderr.splitlines()[-1].endswith(
            f" free: {before}{server.url} answers, but not as a Freebox ({what}): is this its address and port? In its own network it "
            "is https://mafreebox.freebox.fr")


@pytest.mark.parametrize("challenge, asked", [
    ('Basic realm="router"', "'Basic'"),
    ('Digest realm="F", nonce="1", algorithm=MD5-sess, qop="auth"', "Digest with algorithm 'MD5-sess'"),
    ('Digest realm="F", nonce="1", qop="auth-int"', "Digest with qop 'auth-int'"),
    ('Digest realm="F"', "Digest without a nonce"),
    ('Di\x1bgest=====', "'Di\\u001bgest'"),
    (None, "nothing (no WWW-Authenticate)"),
])
def test_a_login_that_nobody_can_answer_is_no_wrong_password(tmp_path, challenge, asked):
    with Stranger(401, "text/html", b"<html>login</html>") as server:
        server.headers = [("WWW-Authenticate", challenge)] if challenge else []
        done = once(tmp_path, config(fritzbox(server.url), poll=SHORT))

        port = server.port
        assert value(samples(done.stdout), "box_up") == "0"
        assert value(samples(done.stdout), "boxmeter_failures_total", reason="auth") == "0"
    assert (f"HTTP 401 from 127.0.0.1:{port}, which asks for {asked}: only Digest with MD5 or SHA-256 and qop 'auth' or none "
            "is answered") in done.stderr
    assert "password" not in done.stderr


def test_a_box_of_the_other_brand_is_not_up(tmp_path):
    with Sim(FRITZBOX, FREEBOX) as sim:
        boxes = config(freebox(sim.urls[0], name="a"), fritzbox(sim.urls[1], name="b"), poll=SHORT)
        done = once(tmp_path, boxes)

        found = samples(done.stdout)
        assert (value(found, "box_up", device="a"), value(found, "box_up", device="b")) == ("0", "0")
        assert done.returncode == 1


def test_ready_is_200_once_every_device_was_tried_even_if_all_are_down(tmp_path):
    with Stranger(*STRANGERS[2]) as server:
        with Daemon(tmp_path, config(fritzbox(server.url), poll=SHORT)) as daemon:
            def is_ready():
                try:
                    return daemon.get("/-/ready") == b"boxmeter is ready\n"
                except urllib.error.HTTPError:
                    return False
            eventually(is_ready)
            assert daemon.devices()["home"]["up"] is False
            assert "HTTP 503 from 'nginx'" in daemon.devices()["home"]["failure"]["message"]


def test_a_state_dir_that_is_a_file_is_found_before_the_start(tmp_path):
    (tmp_path / "state").write_text("x")
    (tmp_path / "boxmeter.yml").write_text(
        "state_dir: state\ndevices: [{name: home, kind: fritzbox, url: 'https://127.0.0.1:49443', username: u, "
        "password: p}]\n")

    done = run("check", "--config.file", tmp_path / "boxmeter.yml")

    assert done.returncode == 2
    assert done.stderr.startswith(
        f"boxmeter: {tmp_path}/boxmeter.yml:1:12: state_dir '{tmp_path}/state' cannot be used: "
        f"'{tmp_path}/state' is not a folder; device 'home' needs it to remember the key of its box"), done.stderr


def test_pages_at_a_port_where_nobody_listens_cost_no_query_of_another_port(tmp_path):
    packs = ["fritzbox_device", "fritzbox_lua", "fritzbox_addresses"]
    with Sim(FRITZBOX, args=["--still"]) as sim:
        whole, halved = (
            once(tmp_path, config(fritzbox(sim.urls[0], "home", queries=packs, **pages), poll=SHORT))
            for pages in ({}, {"web_url": f"http://127.0.0.1:{free_port()}"}))

    assert (whole.returncode, halved.returncode) == (0, 0)
    found = samples(halved.stdout)
    assert value(found, "box_up") == "1"
    assert value(found, "boxmeter_polls_total") == value(samples(whole.stdout), "boxmeter_polls_total")
    assert (value(found, "boxmeter_query_up", query="fritzbox_load"), value(found, "boxmeter_query_up", query="fritzbox_identity")) == (
        "0", "1")
