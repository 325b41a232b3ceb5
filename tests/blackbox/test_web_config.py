"""Our server secured: TLS, certificates of clients, logins, headers, in the files that Prometheus' programs take."""
import base64
import contextlib
import http.client
import os
import pty
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from harness import BUILD, ROOT, eventually, processor_ticks, rest_of_terminal, run, samples, value
from secured import CONFIG, MUTUAL, TLS, Authority, Secured, hash_of, openssl, users


@pytest.fixture
def authority(tmp_path):
    made = Authority(tmp_path)
    made.sign("server", "IP:127.0.0.1,DNS:localhost")
    made.sign("client", "DNS:prometheus.invalid")
    return made


@pytest.mark.sanitized
def test_a_login_is_asked_on_every_page_and_in_the_same_words_for_known_and_unknown_users(tmp_path):
    with Secured(tmp_path, users(alice="wonderland", bob="builder")) as site:
        status, headers, text = site.ask()
        assert (status, headers["WWW-Authenticate"], text) == (
            401, 'Basic realm="boxmeter", charset="UTF-8"', "user name and password, please\n")
        assert headers["X-Content-Type-Options"] == "nosniff"
        wrong, unknown = site.ask(login="alice:rabbit"), site.ask(login="carol:rabbit")
        assert wrong[0] == unknown[0] == 401 and wrong[2] == unknown[2] == text
        for path in ("/", "/devices", "/-/healthy", "/nothing"):
            assert site.ask(path)[0] == 401, path
        for login in ("alice:wonderland", "bob:builder", "alice:wonderland"):
            assert site.ask(login=login)[0] == 200
        assert site.ask(login="alice:builder")[0] == 401
        page = samples(site.ask(login="alice:wonderland")[2])
        # Two were checked and accepted, the rest was remembered; a request without a password is no attempt.
        assert value(page, "boxmeter_http_logins_total", outcome="accepted") == "2"
        assert value(page, "boxmeter_http_logins_total", outcome="wrong") == "3"
        assert value(page, "boxmeter_http_refusals_total", reason="login") == "8"
    assert "wonderland" not in site.log and "rabbit" not in site.log and "$2b$" not in site.log


@pytest.mark.sanitized
def test_health_may_be_asked_without_a_password_and_nothing_else(tmp_path):
    with Secured(tmp_path, users(alice="wonderland"), ", health_without_login: true") as site:
        assert site.ask("/-/healthy")[0] == 200
        eventually(lambda: site.ask("/-/ready")[0] == 200)
        assert site.ask("/metrics")[0] == 401


def test_a_key_that_root_alone_can_read_is_handed_over_by_systemd_as_passwords_are(tmp_path, authority):
    """The service has no user of its own to whom the file could belong."""
    loaded = tmp_path / "loaded"
    loaded.mkdir()
    (tmp_path / "server.key").rename(loaded / "credentials_server.key")
    web = "tls_server_config: {cert_file: server.crt, key_file: credentials/server.key}\n"

    with Secured(tmp_path, web, env={"CREDENTIALS_DIRECTORY": str(loaded)}) as site:
        assert site.url.startswith("https://") and site.ask()[0] == 200


def test_who_guesses_is_told_to_wait_and_who_is_known_is_not(tmp_path):
    with Secured(tmp_path, users(alice="wonderland")) as site:
        assert site.ask(login="alice:wonderland")[0] == 200
        answers = [site.ask(login=f"alice:guess{i}") for i in range(20)]
        assert [status for status, _, _ in answers[:10]] == [401] * 10
        limited = [headers["Retry-After"] for status, headers, _ in answers if status == 429]
        assert limited and set(limited) == {"2"}
        assert site.ask(login="alice:wonderland")[0] == 200
        page = samples(site.ask(login="alice:wonderland")[2])
        assert value(page, "boxmeter_http_logins_total", outcome="limited") == str(len(limited))
        told = [line for line in site.lines if "web server: refused" in line]
        assert len(told) == 1 and "refused 1 login; the last: login from 127.0.0.1" in told[0]


def test_a_wrong_password_costs_as_much_for_a_user_who_does_not_exist(tmp_path):
    with Secured(tmp_path, f"basic_auth_users: {{alice: {hash_of('wonderland', cost=12)}}}\n") as site:
        def cost(login):
            """Of the processor, which no other program at work here changes; bcrypt of cost 12 is some 20 ticks."""
            before = processor_ticks(site.popen.pid)
            for _ in range(4):
                assert site.ask(login=login)[0] == 401
            return processor_ticks(site.popen.pid) - before
        known, unknown, nobody = cost("alice:x"), cost("carol:x"), cost(None)
    assert known / 2 < unknown < known * 2
    assert nobody < known / 4


@pytest.mark.sanitized
def test_tls_is_spoken_and_only_from_1_2_on(tmp_path, authority):
    with Secured(tmp_path, TLS) as site:
        assert site.url.startswith("https://")
        assert site.ask("/-/healthy")[2] == "boxmeter is healthy\n"
        with socket.create_connection((site.host, site.port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert plain.recv(1000).endswith(b"\r\n\r\nthis port speaks https\n")

        def agreed(least, most, **options):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(tmp_path / "ca.crt")
            context.set_ciphers(options.get("ciphers", "ALL:@SECLEVEL=0"))
            context.minimum_version, context.maximum_version = least, most
            context.set_alpn_protocols(["h2", "http/1.1"])
            with socket.create_connection((site.host, site.port)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    return secure.version(), secure.selected_alpn_protocol(), secure.compression()
        v = ssl.TLSVersion
        assert agreed(v.TLSv1_2, v.TLSv1_2) == ("TLSv1.2", "http/1.1", None)
        assert agreed(v.TLSv1_3, v.TLSv1_3) == ("TLSv1.3", "http/1.1", None)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            agreed(v.TLSv1, v.TLSv1_1)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            agreed(v.TLSv1_2, v.TLSv1_2, ciphers="AES128-SHA:AES256-GCM-SHA384:@SECLEVEL=0")


def hello_with_compression():
    """A ClientHello of TLS 1.2 that would rather have its records deflated (method 1) than as they are (0)."""
    def sized(bytes_of_length, content):
        return len(content).to_bytes(bytes_of_length, "big") + content
    extensions = b"".join(number.to_bytes(2, "big") + sized(2, content) for number, content in [
        (10, sized(2, b"\x00\x17")), (11, sized(1, b"\x00")), (13, sized(2, b"\x04\x03\x08\x04"))])
    hello = b"\x03\x03" + bytes(32) + sized(1, b"") + sized(2, b"\xc0\x2b\xc0\x2f") + sized(1, b"\x01\x00") + sized(2, extensions)
    return b"\x16\x03\x01" + sized(2, b"\x01" + sized(3, hello))


def test_nothing_is_compressed_for_a_client_that_would_have_it_so(tmp_path, authority):
    with Secured(tmp_path, TLS) as site, socket.create_connection((site.host, site.port), timeout=30) as plain:
        plain.sendall(hello_with_compression())
        answer = plain.makefile("rb").read(120)

    assert (answer[0], answer[5]) == (22, 2), answer  # a handshake, its ServerHello
    session = answer[43]
    assert answer[44 + session:47 + session] == b"\xc0\x2b\x00"  # the cipher, and compression: none


def test_nobody_renegotiates_or_resumes(tmp_path, authority):
    with Secured(tmp_path, TLS) as site:
        def client(*options, typed):
            return subprocess.run(["openssl", "s_client", "-connect", f"{site.host}:{site.port}", "-CAfile", tmp_path / "ca.crt",
                                   *options], input=typed, text=True, capture_output=True, timeout=60)
        asked = client("-tls1_2", typed="R\n")
        said = asked.stdout + asked.stderr
        assert "RENEGOTIATING" in said and "no renegotiation" in said
        assert "Secure Renegotiation IS supported" in said  # RFC 5746: nobody can splice one in
        assert "Compression: NONE" in said
        for version in ("-tls1_2", "-tls1_3"):
            again = client(version, "-reconnect", typed="Q\n")
            assert "Reused" not in again.stdout
            assert "TLS session ticket:" not in again.stdout


@pytest.mark.sanitized
def test_only_clients_with_a_certificate_of_the_authority_get_in(tmp_path, authority):
    with signed_by_another(tmp_path) as stranger, Secured(tmp_path, MUTUAL) as site:
        assert site.ask(client="client")[0] == 200
        for refused in (None, stranger):
            with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
                site.ask(client=refused)
        page = samples(site.ask(client="client")[2])
        assert value(page, "boxmeter_http_refusals_total", reason="tls") == "2"
        site.wait_for_line(r"web server: refused 1 tls; the last: tls from 127\.0\.0\.1 \(peer did not return a certificate\)")


@contextlib.contextmanager
def signed_by_another(folder):
    """The name of a client certificate that somebody else signed."""
    Authority(folder, "other").sign("stranger", "DNS:prometheus.invalid")
    yield "stranger"


def test_a_client_is_let_in_for_a_name_that_its_certificate_is_for(tmp_path, authority):
    authority.sign("guest", "DNS:guest.invalid,URI:spiffe://guest.invalid/x")
    web = MUTUAL.replace("}", ", client_allowed_sans: [prometheus.invalid, \"spiffe://guest.invalid/y\"]}")
    with Secured(tmp_path, web) as site:
        assert site.ask(client="client")[0] == 200
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            site.ask(client="guest")
        site.web.write_text(web.replace("guest.invalid/y", "guest.invalid/x"))
        eventually(lambda: can(lambda: site.ask(client="guest")[0] == 200))


def can(step):
    try:
        return step()
    except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
        return False


@pytest.mark.sanitized
def test_files_that_change_are_read_again_and_wrong_ones_keep_what_was(tmp_path, authority):
    with Secured(tmp_path, TLS + users(alice="wonderland")) as site:
        assert site.ask(login="alice:wonderland")[0] == 200

        site.web.write_text(TLS + users(alice="looking-glass"))
        eventually(lambda: site.ask(login="alice:looking-glass")[0] == 200, pause=2)
        assert site.ask(login="alice:wonderland")[0] == 401  # although it was remembered

        def complaint():
            can(lambda: site.ask(login="alice:looking-glass"))
            return next((found[0] for line in list(site.lines) if (found := re.search(r"web\.config_file changed, .*", line))), None)
        other = Authority(tmp_path, "other")
        other.sign("next", "IP:127.0.0.1")
        (tmp_path / "next.key").replace(tmp_path / "server.key")  # the key alone fits nothing
        assert eventually(complaint) == (f"web.config_file changed, but what was read before stays in use: {site.web}:1:54: "
                        f"'{tmp_path}/server.key' is not the key of the certificate in '{tmp_path}/server.crt'")
        assert site.ask(login="alice:looking-glass")[0] == 200
        (tmp_path / "next.crt").replace(tmp_path / "server.crt")
        (tmp_path / "ca.crt").write_text((tmp_path / "other.crt").read_text())
        eventually(lambda: can(lambda: site.ask(login="alice:looking-glass")[0] == 200))
        time.sleep(1.1)
        site.ask(login="alice:looking-glass")
    assert site.log.count("stays in use") == 1


def test_headers_of_the_file_take_the_place_of_ours(tmp_path):
    web = "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: sameorigin\n    Strict-Transport-Security: max-age=60\n"
    with Secured(tmp_path, web) as site:
        _, headers, _ = site.ask("/-/healthy")
    assert headers.get_all("X-Frame-Options") == ["sameorigin"]
    assert headers.get_all("Strict-Transport-Security") == ["max-age=60"]
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]


def test_requests_above_the_rate_of_the_file_are_told_to_wait(tmp_path):
    """The burst is there at once, also on a machine that runs for less than three of these hours."""
    with Secured(tmp_path, "rate_limit: {interval: 1h, burst: 3}\n", more=", health_without_login: true") as site:
        answers = [site.ask("/metrics") for _ in range(4)]
        assert [status for status, _, _ in answers] == [200, 200, 200, 429]
        assert (answers[3][1]["Retry-After"], answers[3][2]) == ("3600", "too many requests; try again in a moment\n")
        assert site.ask("/-/healthy")[0] == 200
        done = run("reload", "--config.file", tmp_path / "boxmeter.yml", env={"STATE_DIRECTORY": str(tmp_path / "state")})
        assert done.returncode == 0, done.stderr

        site.web.write_text("rate_limit: {interval: 0s}\n")
        eventually(lambda: site.ask("/metrics")[0] == 200, pause=1)


MISTAKES = {
    "rate_limit: {interval: 1s}":
        "1:13: 'rate_limit' needs 'burst', how many requests may come at once: none would be answered",
    "basic_auth_users: {alice: secret}":
        "1:27: the password of 'alice' is no bcrypt hash ($2y$10$ and 53 characters); make one with 'boxmeter hash-password'",
    "basic_auth_users: {alice: $2y$10$short}":
        "1:27: the password of 'alice' is no bcrypt hash ($2y$10$ and 53 characters); make one with 'boxmeter hash-password'",
    "basic_auth_users: {alice: " + "$2y$31$" + "a" * 53 + "}":
        "1:27: the password of 'alice' has the cost 31: each login would take seconds; make one with 'boxmeter hash-password', "
        "whose cost is 10",
    "basic_auth_user: {}": "1:1: unknown key 'basic_auth_user' (did you mean 'basic_auth_users'?)",
    "tls_server_config: {cert_file: server.crt}": "1:20: 'tls_server_config' needs 'cert_file' and 'key_file'",
    "tls_server_config: {cert_file: server.crt, key_file: none.key}":
        "1:54: cannot read '{folder}/none.key': No such file or directory",
    "tls_server_config: {cert_file: server.crt, key_file: client.key}":
        "1:54: '{folder}/client.key' is not the key of the certificate in '{folder}/server.crt'",
    "tls_server_config: {cert_file: server.key, key_file: server.key}":
        "1:32: '{folder}/server.key' holds no certificate in PEM form",
    "tls_server_config: {cert_file: server.crt, key_file: locked.key}":
        "1:54: '{folder}/locked.key' is protected by a passphrase; write it without one (openssl pkey -in KEY -out NEW) and let "
        "only boxmeter read it",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt}":
        "1:82: 'client_ca_file' has no effect without client_auth_type: RequireAndVerifyClientCert or VerifyClientCertIfGiven",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, client_auth_type: RequireAndVerifyClientCert}":
        "1:66: to verify the certificates of clients, 'client_ca_file' must name who signs them",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS10}":
        "1:79: 'TLS10' is not spoken: it is no longer safe; the least is TLS12",
    "tls_server_config: {cert_file: server.crt, key_file: server.key, curve_preferences: [X25518]}":
        "1:86: unknown name 'X25518' in 'curve_preferences' (did you mean 'X25519'?) "
        "(known: X25519, CurveP256, CurveP384, CurveP521)",
    "http_server_config: {headers: {Server: x}}":
        "1:32: the header 'Server' cannot be set (known: Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, "
        "X-XSS-Protection, Content-Security-Policy)",
    "http_server_config: {headers: {X-Frame-Options: never}}": "1:49: 'X-Frame-Options' must be deny or sameorigin, not 'never'",
}


def test_what_is_wrong_in_a_web_file_is_told_with_its_place_before_anything_is_bound(tmp_path, authority):
    openssl("pkey", "-in", "server.key", "-aes256", "-passout", "pass:x", "-out", "locked.key", cwd=tmp_path)
    (tmp_path / "boxmeter.yml").write_text("web: {config_file: web.yml}\n" + CONFIG)
    said = {}
    for web in MISTAKES:
        (tmp_path / "web.yml").write_text(web + "\n")
        done = run("check", "--config.file", tmp_path / "boxmeter.yml")
        assert done.returncode == 2
        said[web] = done.stderr
    assert said == {web: f"boxmeter: {tmp_path}/web.yml:{text}\n".replace("{folder}", str(tmp_path)) for web, text in MISTAKES.items()}

    (tmp_path / "web.yml").write_text("basic_auth_users: {alice: secret, bob: {}}\nhttp_server_config: {headers: {Server: x}}\n")
    (tmp_path / "boxmeter.yml").write_text(CONFIG)
    done = run("serve", "--config.file", tmp_path / "boxmeter.yml", "--web.config.file", tmp_path / "web.yml")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3  # all at once
    assert "secret" not in done.stderr


def uncommented(text):
    return re.sub(r"^#(?=\S|  )", "", text, flags=re.M)


def test_promtool_and_boxmeter_accept_the_example_that_is_shipped(tmp_path, authority):
    example = (ROOT / "config/web.yml").read_text()
    for text in (example, uncommented(example)):
        (tmp_path / "web.yml").write_text(text)
        for name, file in (("boxmeter.crt", "server.crt"), ("boxmeter.key", "server.key"), ("clients.crt", "ca.crt")):
            shutil.copy(tmp_path / file, tmp_path / name)
        (tmp_path / "boxmeter.yml").write_text("web: {config_file: web.yml}\n" + CONFIG)
        done = run("check", "--config.file", tmp_path / "boxmeter.yml")
        assert (done.returncode, done.stderr) == (0, "")
        if shutil.which("promtool") is None:
            pytest.skip("promtool is not installed")
        done = subprocess.run(["promtool", "check", "web-config", tmp_path / "web.yml"], text=True, capture_output=True)
        assert (done.returncode, done.stdout + done.stderr) == (0, f"{tmp_path}/web.yml SUCCESS\n")
    assert text != example


def test_slow_handshakes_and_password_checks_delay_no_scrape(tmp_path, authority):
    web = TLS + f"basic_auth_users: {{alice: {hash_of('wonderland')}, busy: {hash_of('x', cost=12)}}}\n"
    with Secured(tmp_path, web) as site, contextlib.ExitStack() as peers:
        kept = site.connect()
        headers = {"Authorization": "Basic " + base64.b64encode(b"alice:wonderland").decode()}

        def scrape():
            kept.request("GET", "/metrics", headers=headers)
            answer = kept.getresponse()
            answer.read()
            assert answer.status == 200
        scrape()
        for _ in range(100):  # the beginning of a handshake, and never its end
            peer = peers.enter_context(socket.create_connection((site.host, site.port)))
            peer.sendall(b"\x16\x03\x01\x02\x00\x01")
        answers = []
        guessers = [threading.Thread(target=lambda i=i: answers.append(site.ask(login=f"busy:{i}")[0])) for i in range(10)]
        for guesser in guessers:
            guesser.start()
        scrapes = 0
        while any(guesser.is_alive() for guesser in guessers):
            scrape()
            scrapes += 1
        for guesser in guessers:
            guesser.join()
    # Ten checks take some 2 s of a core one after the other; many scrapes were answered meanwhile.
    assert sorted(answers) == [401] * 10
    assert scrapes > 10


def test_hash_password_reads_a_line_or_asks_twice_without_showing_it(tmp_path):
    assert re.fullmatch(r"\$2b\$10\$[./A-Za-z0-9]{53}\n", run_typed("secret\n").stdout)
    assert run_typed("secret\n", "--cost", "5").stdout.startswith("$2b$05$")
    assert hash_of("secret") != hash_of("secret")
    for typed, complaint in [("", "the password is empty"), ("x" * 73 + "\n", "the password has more than 72 bytes: bcrypt would "
                                                             "look at no more; take a shorter one")]:
        done = run_typed(typed)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"boxmeter: {complaint}\n")
    assert run_typed("x\n", "--cost", "17").returncode == 2

    for second, code in (("secret\n", 0), ("sekret\n", 2)):
        parent, child = pty.openpty()
        process = subprocess.Popen([BUILD / "boxmeter", "hash-password"], stdin=child, stderr=child, stdout=subprocess.PIPE)
        seen = b""
        for prompt, typed in ((b"Password: ", "secret\n"), (b"Once more: ", second)):
            while not seen.endswith(prompt):
                seen += os.read(parent, 1000)
            os.write(parent, typed.encode())
        out = process.communicate(timeout=30)[0].decode()
        os.close(child)
        seen = seen.decode() + rest_of_terminal(parent)
        os.close(parent)
        assert process.returncode == code
        assert "secret" not in seen and "sekret" not in seen
        assert out.startswith("$2b$10$") if code == 0 else "the two are not the same" in seen


def run_typed(typed, *arguments):
    return subprocess.run([BUILD / "boxmeter", "hash-password", *arguments], input=typed, text=True, capture_output=True,
                          timeout=60)
