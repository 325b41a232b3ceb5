"""By which name, from which page and below which path the pages of the running program can be asked."""
import contextlib
import http.client
import re
import socket
import urllib.parse

import pytest

from harness import Daemon, config, eventually, fritzbox, value

CONFIG = config(fritzbox("http://127.0.0.1:1"), poll="interval: 1h, timeout: 1s")


def ask(daemon, path, method="GET", **headers):
    """(status, headers, text); `headers` with '_' for '-'."""
    at = urllib.parse.urlsplit(daemon.url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    answer = connection.getresponse()
    result = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return result


@pytest.mark.sanitized
def test_a_page_whose_name_was_pointed_at_us_reads_nothing(tmp_path):
    web = "web: {hosts: [box.invalid], external_url: https://home.invalid}\n"
    with Daemon(tmp_path, web + CONFIG) as daemon:
        for host in ("evil.invalid", "evil.invalid:9877", "127.0.0.1.evil.invalid"):
            for path in ("/", "/metrics", "/devices", "/-/healthy"):
                status, headers, text = ask(daemon, path, Host=host)
                assert status == 421
                assert headers["Content-Type"] == "text/plain; charset=utf-8"
                assert text == (f"boxmeter is not known by the name '{host}', and nobody has to log in here: a page of somebody "
                                "else's could read this.\nUse its IP address, list the name in web.hosts, or configure a login "
                                "(web.config_file).\n")
        for host in ("127.0.0.1", "localhost:1", "[::1]:9877", socket.gethostname(), "box.invalid:80", "home.invalid", "boxmeter"):
            assert ask(daemon, "/-/healthy", Host=host)[0] == 200, host
        assert value(daemon.samples(), "boxmeter_http_refusals_total", reason="host") == "12"
        told = [line for line in daemon.lines if "web server: refused" in line]
    assert len(told) == 1
    assert told[0].endswith("web server: refused 1 host; the last: host from 127.0.0.1 (Host 'evil.invalid')")


@pytest.mark.sanitized
def test_what_changes_something_is_not_done_for_the_page_of_another_site(tmp_path):
    with Daemon(tmp_path, "web: {external_url: https://home.invalid/box, route_prefix: /}\n" + CONFIG) as daemon:
        own = daemon.url.removeprefix("http://")
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "http://evil.invalid"},
                        {"Origin": "null"}, {"Origin": f"https://{own}"}):
            status, _, text = ask(daemon, "/-/reload", "POST", **headers)
            assert (status, text) == (403, "a page of another site asked for this; from there it needs a login (web.config_file)\n")
        for headers in ({}, {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "none"}, {"Origin": f"http://{own}"},
                        {"Origin": "https://home.invalid"}):
            assert ask(daemon, "/-/reload", "POST", **headers)[0] != 403, headers
        assert ask(daemon, "/-/reload")[0] == 405
        assert value(daemon.samples(), "boxmeter_http_refusals_total", reason="origin") == "5"


@pytest.mark.parametrize("web, args", [("web: {route_prefix: /box}\n", []),
                                       ("web: {external_url: \"https://home.invalid/box/\"}\n", []),
                                       ("", ["--web.route-prefix", "box/"]),
                                       ("web: {route_prefix: /other}\n", ["--web.external-url", "https://home.invalid", "--web.route-prefix",
                                                                         "/box"])])
def test_all_pages_are_below_the_prefix(tmp_path, web, args):
    with Daemon(tmp_path, web + CONFIG, args) as daemon:
        daemon.wait_for_line(r"http://127\.0\.0\.1:\d+/box/$")
        assert ask(daemon, "/box/metrics")[0] == 200
        assert "boxmeter" in ask(daemon, "/box/")[2]
        for path in ("/", "/box"):
            status, headers, _ = ask(daemon, path)
            assert (status, headers["Location"]) == (302, "/box/")
        for path in ("/metrics", "/boxes", "/boxmetrics"):
            assert ask(daemon, path)[::2] == (404, "not found; see /box/ for what is\n")
        for path in ("/-/healthy", "/box/-/healthy"):
            assert ask(daemon, path)[0] == 200


@pytest.mark.parametrize("prefix", ["", "/box"])
def test_the_links_of_the_page_stay_below_the_prefix_and_lead_somewhere(tmp_path, prefix):
    """A proxy that takes a prefix away, or adds one, is not seen from here: the links must not begin with '/'."""
    web = f"web: {{route_prefix: {prefix}}}\n" if prefix else ""
    with Daemon(tmp_path, web + CONFIG) as daemon:
        links = re.findall(r'(?:href|src|action)="([^"]*)"', daemon.get(f"{prefix}/").decode())
        assert "metrics" in links and "config" in links
        for link in links:
            if "://" in link:  # the box's own page
                continue
            assert not link.startswith("/"), link
            assert daemon.get(urllib.parse.urljoin(f"{prefix}/", link))


def test_what_was_refused_is_told_in_one_line_however_often_it_comes(tmp_path):
    with Daemon(tmp_path, CONFIG) as daemon, contextlib.ExitStack() as peers:
        for _ in range(50):
            peer = peers.enter_context(socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(daemon.url).port)))
            peer.sendall(b"nonsense\r\n\r\n")
            peer.recv(1000)
        eventually(lambda: value(daemon.samples(), "boxmeter_http_refusals_total", reason="bad_request") == "50")
        assert daemon.log.count("web server: refused") == 1
