"""What a Freebox says in odd ways, and what boxmeter keeps of it, through the built program."""
import json
import os
import shutil
import subprocess
import time

import pytest

from harness import BUILD, FREEBOX, Daemon, Sim, config, freebox, run
from stand_ins import ScriptedFreebox

PACK = """
pack: odd
kind: freebox
queries:
  - name: odd
    request: {get: odd/}
    metrics:
      - {name: freebox_odd_number, help: A number., value: n}
      - {name: freebox_odd_bytes_total, type: counter, help: A counter., value: bytes}
      - {name: freebox_odd_members, help: Members of a list., each: list/*, value: =1, fold: count}
      - {name: freebox_odd_info, type: info, help: Texts., labels: {name: name, path: path}}
      - {name: freebox_odd_celsius, help: Sensors., each: sensors/*, value: value, labels: {sensor: id}}
"""


def odd(tmp_path, *answers):
    """Standard output of `once` for each answer, and of stderr: a result to wrap, or the bytes of the answer."""
    (tmp_path / "odd.yml").write_text(PACK)
    pages = []
    for answer in answers:
        with ScriptedFreebox({"odd/": lambda: answer}) as box:
            file = tmp_path / "boxmeter.yml"
            file.write_text(f"state_dir: {tmp_path}/state\n" + config(
                freebox(box.url, queries=["odd"]), extra="query_files: [odd.yml]\n"))
            done = run("once", "--config.file", file)
        pages.append(([line for line in done.stdout.splitlines() if line.startswith("freebox_odd")], done))
    return pages


def test_every_form_of_an_empty_list_is_an_empty_list(tmp_path):
    forms = [b'{"success":true}', {"list": {}}, {"list": []}, {}, {"list": None}]
    for lines, done in odd(tmp_path, *forms):
        assert done.returncode == 0, done.stderr
        assert [line for line in lines if "members" in line and not line.endswith(" 0")] == []


def test_a_failure_under_200_is_told_by_its_code(tmp_path):
    (lines, done), = odd(tmp_path, '{"success":false,"error_code":"internal_error","msg":"Erreur interne é"}'.encode())
    assert lines == []
    assert "internal_error: the box failed ('Erreur interne é')" in done.stderr


def test_numbers_that_come_as_text_are_numbers(tmp_path):
    (lines, _), = odd(tmp_path, {"n": "2500"})
    assert 'freebox_odd_number{device="free"} 2500' in lines


def test_counters_beyond_2_to_the_32_and_53_stay_exact(tmp_path):
    (small, _), (large, _) = odd(tmp_path, {"bytes": 2**32 + 1}, {"bytes": 2**53 + 1})
    assert f'freebox_odd_bytes_total{{device="free"}} {2**32 + 1}' in small
    assert f'freebox_odd_bytes_total{{device="free"}} {2**53 + 1}' in large


def test_french_text_and_escaped_slashes_arrive_as_they_are_meant(tmp_path):
    answer = b'{"success":true,"result":{"name":"Temp\\u00e9rature CPU B","path":"\\/Disque dur\\/Vid\xc3\xa9os"}}'
    (lines, _), = odd(tmp_path, answer)
    assert 'freebox_odd_info{device="free",name="Température CPU B",path="/Disque dur/Vidéos"} 1' in lines


def test_sensors_in_any_order_are_the_same_series(tmp_path):
    sensors = [{"id": "temp_t1", "value": 41}, {"id": "temp_cpu0", "value": 60}, {"id": "temp_t2", "value": 43}]
    (one, _), (two, _) = odd(tmp_path, {"sensors": sensors}, {"sensors": sensors[::-1]})
    assert len([line for line in one if "celsius" in line]) == 3
    assert sorted(one) == sorted(two)


def test_the_session_is_closed_when_the_daemon_ends_and_the_end_is_quick(tmp_path):
    with Sim(FREEBOX) as sim:
        with Daemon(tmp_path, config(freebox(sim.urls[0], queries=["freebox_connection"]),
                                     poll="interval: 1h, timeout: 2s")) as daemon:
            daemon.wait_for(lambda found: found.get('box_up{device="free",kind="freebox"}') == "1")
            before = sim.stats()[0]["requests"]
            begin = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - begin < 1
        assert sim.stats()[0]["requests"] == before + 1  # POST login/logout/


def certified(tmp_path):
    """A certificate of 127.0.0.1 with its key, under an authority of its own: (both in one file, the authority)."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=tmp_path)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test Root",
            "-days", "2")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "box.key", "-out", "box.csr", "-subj", "/CN=box.invalid",
            "-addext", "subjectAltName=IP:127.0.0.1")
    openssl("x509", "-req", "-in", "box.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "box.crt",
            "-days", "2", "-copy_extensions", "copy")
    both = tmp_path / "box.pem"
    both.write_text((tmp_path / "box.crt").read_text() + (tmp_path / "box.key").read_text())
    return both, tmp_path / "ca.pem"


def test_over_https_a_box_is_believed_by_its_chain_or_its_key_and_by_nothing_else(tmp_path):
    certificate, authority = certified(tmp_path)
    with Sim(FREEBOX, args=["--still", "--tls", "--certificate", certificate]) as sim:
        where = sim.urls[0].removeprefix("https://")
        key = next(line.split()[1] for line in sim.lines if line.startswith("key "))

        def once(tls):
            file = tmp_path / "boxmeter.yml"
            file.write_text(f"state_dir: {tmp_path}/state\n" + config(
                freebox(sim.urls[0], queries="[freebox_connection]") + (f"    tls: {tls}\n" if tls else "")))
            done = run("once", "--config.file", file)
            return done.returncode, done.stderr

        for tls in (f"{{ca_file: {authority}}}", f'{{pin: "{key}"}}', "insecure"):
            code, log = once(tls)
            assert (code, [line for line in log.splitlines() if " warn  free: " in line]) == (0, []), log
        for tls in ("", "system"):  # Free's roots, and the system's, know nothing of this one
            code, log = once(tls)
            assert code == 1
            assert (f"the certificate of {where} is not trusted by the system's roots: unable to get local issuer "
                    f'certificate; to trust just this key, set tls: {{pin: "{key}"}}') in log, log
        code, log = once('{pin: "sha256//' + "A" * 43 + '="}')
        assert code == 1
        assert f"the key of {where} is {key}, the pin says sha256//{'A' * 43}=" in log, log


def test_plain_http_to_a_box_beyond_this_machine_is_warned_of(tmp_path):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(freebox("http://box.invalid"), poll="timeout: 1s"))

    assert ("free: 'http://box.invalid' is plain http: whoever listens on the way can use the session (a Freebox "
            "also answers on https://mafreebox.freebox.fr)") in run("once", "--config.file", file).stderr


def test_a_box_that_is_looked_for_is_found_where_it_was_and_plain_http_is_warned_of(tmp_path):
    known = tmp_path / "state/freebox/free.json"
    known.parent.mkdir(parents=True)
    with Sim(FREEBOX) as sim:
        known.write_text(json.dumps({"uid": "", "url": sim.urls[0]}))
        file = tmp_path / "boxmeter.yml"
        file.write_text(f"state_dir: {tmp_path}/state\n" + config(freebox("auto", queries="[freebox_connection]")))
        done = run("once", "--config.file", file)

        assert done.returncode == 0, done.stderr
        assert f"free: found at '{sim.urls[0]}' (API " in done.stderr
        assert "free: found over plain http only: whoever listens on the way can use the session" in done.stderr
        assert len(json.loads(known.read_text())["uid"]) == 32


def can_trace(tmp_path):
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-o", tmp_path / "trace", "true"], capture_output=True)
    return done.returncode == 0


def killed_at_each(tmp_path, call, command, prepare, check):
    """Runs the command once for each N = 1, 2, ..., killed at its N-th system call of that name, until it survives;
    check(rc) after each.  How often it ran."""
    if not can_trace(tmp_path):
        pytest.skip("no program may be traced here (strace)")
    for nth in range(1, 100):
        prepare()
        done = subprocess.run(["strace", "-f", "-o", tmp_path / "trace", "-e", f"trace={call}", "-e",
                               f"inject={call}:signal=KILL:when={nth}", BUILD / "boxmeter", *map(str, command)],
                              capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)})
        check(done.returncode)
        if done.returncode == 0:
            return nth
    raise AssertionError(done.stderr)


CALLS = pytest.mark.parametrize("call", ["write", "rename", "fsync"])


@CALLS
def test_what_is_known_of_a_box_survives_a_kill_at_any_moment(tmp_path, call):
    """The file is the old one or the new one, never half."""
    known = tmp_path / "state/freebox/free.json"
    known.parent.mkdir(parents=True)
    old = '{"uid":"","url":""}'

    def check(code):
        text = known.read_text()
        assert text == old or len(json.loads(text)["uid"]) == 32, text
        if code != 0:
            assert run(*command).returncode == 0  # the next start works

    with Sim(FREEBOX) as sim:
        file = tmp_path / "boxmeter.yml"
        file.write_text(f"state_dir: {tmp_path}/state\n" + config(freebox(sim.urls[0])))
        command = ["call", "--config.file", file, "free", "get:connection/"]
        times = killed_at_each(tmp_path, call, command, lambda: known.write_text(old), check)

    assert len(json.loads(known.read_text())["uid"]) == 32
    assert times > 1 or call != "fsync"


@CALLS
def test_a_token_file_is_whole_or_absent_whenever_a_registration_is_killed(tmp_path, call):
    token = tmp_path / "token"
    whole = f"{ScriptedFreebox.token}\nmy.app\n"

    def check(code):
        if token.exists():
            assert token.read_text() == whole
            assert token.stat().st_mode & 0o777 == 0o600
        if code != 0:  # with what was left behind the next one works
            again = run(*command)
            assert token.exists() and again.returncode in (0, 2), again.stderr
            assert again.returncode == 0 or "is already there" in again.stderr
            assert token.read_text() == whole

    with ScriptedFreebox({"login/logout/": lambda: None}, verdicts=["granted"] * 300) as box:
        command = ["freebox", "register", "-u", box.url, "-a", "my.app", "--token-file", token]
        times = killed_at_each(tmp_path, call, command, lambda: token.unlink(missing_ok=True), check)

    assert token.read_text() == whole
    assert times > 1 or call != "fsync"
