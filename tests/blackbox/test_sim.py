"""boxmeter-sim, held to what boxes say (the names of the tests are its promises)."""
import contextlib
import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

from boxes import DSLFORUM, UPNP, FreeClient, FritzClient, connect, fetch, md5
from harness import BUILD, FREEBOX, FRITZBOX, RECORDINGS, Sim, eventually

DEVICE = ("/upnp/control/deviceinfo", DSLFORUM + "DeviceInfo:1")
HOSTS = ("/upnp/control/hosts", DSLFORUM + "Hosts:1")
IGD = ("/igdupnp/control/WANCommonIFC1", UPNP + "WANCommonInterfaceConfig:1")


@pytest.fixture
def sim():
    """sim(*arguments, recordings=[...]) starts one; all end with the test."""
    with contextlib.ExitStack() as running:
        yield lambda *arguments, recordings=(FRITZBOX,): running.enter_context(
            Sim(*recordings, args=arguments))


def run_sim(*arguments, **more):
    return subprocess.run([BUILD / "boxmeter-sim", *arguments], capture_output=True, text=True,
                          timeout=10, **more)


# --- the program

@pytest.mark.sanitized
def test_a_signal_ends_it_with_0_and_so_does_the_time(sim):
    assert sim().stop(signal.SIGTERM) == 0
    assert sim().stop(signal.SIGINT) == 0
    assert run_sim("--recording", str(FREEBOX), "--seconds", "1").returncode == 0


@pytest.mark.sanitized
def test_wrong_usage_ends_with_2_and_says_why():
    recording = str(FRITZBOX)
    for arguments, message in (
            ((), "no recording: name its folder with --recording DIR"),
            (("--recording", recording, "--count", "0"),
             "'--count' takes a number from 1 to 20000, not '0'; see 'boxmeter-sim --help'"),
            (("--recording", recording, "--fault", "rest"),
             "unknown fault 'rest' (known: none, slow-drip, slow-body, reset, close, silent, "
             "http500, html, huge, truncate, bad-xml, bad-json, auth, forbidden)"),
            (("--recording", recording, "--fault", "reset@1"), "no box 1 (there are 1, from 0)"),
            (("--recording", "no-such"), "no recording 'no-such': not a folder"),
            (("--recording", str(RECORDINGS)), None)):
        result = run_sim(*arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        if message:
            assert result.stderr == f"boxmeter-sim: {message}\n"


@pytest.mark.sanitized
def test_each_recording_gets_count_ports_and_a_line(sim):
    running = sim("--count", "3", recordings=[FRITZBOX, FREEBOX])
    assert len(set(running.urls)) == 6
    kinds = [running.stats()[box]["kind"] for box in range(6)]
    assert kinds == ["fritzbox"] * 3 + ["freebox"] * 3
    assert FreeClient(running.urls[5]).get("/api_version")[0] == 200


@pytest.mark.sanitized
def test_passwords_may_come_from_the_environment(sim, monkeypatch):
    monkeypatch.setenv("BOXMETER_SIM_PASSWORD", "from-env")
    assert FritzClient(sim().urls[0], password="from-env").call(*DEVICE, "GetSecurityPort") == {
        "NewSecurityPort": "49443"}


# --- Fritz!Box: descriptions and digest

@pytest.mark.sanitized
def test_descriptions_and_boxinfo_are_open_and_the_boxinfo_is_made_up(sim):
    connection = connect(sim().urls[0])
    for path in ("/tr64desc.xml", "/igddesc.xml", "/deviceinfoSCPD.xml"):
        status, headers, text = fetch(connection, "GET", path)
        assert (status, headers["Content-Type"]) == (200, 'text/xml; charset="utf-8"')
        assert text == (FRITZBOX / path[1:]).read_text()
    boxinfo = ElementTree.fromstring(fetch(connection, "GET", "/jason_boxinfo.xml")[2])
    name = "{http://jason.avm.de/updatecheck/}"
    assert [boxinfo.find(name + tag).text for tag in ("Name", "HW", "Version")] == [
        "FRITZ!Box 7590", "226", "154.07.57"]
    status, headers, text = fetch(connection, "GET", "/nothing.xml")
    assert (status, headers["Content-Type"]) == (404, "text/html")


@pytest.mark.sanitized
def test_python_s_own_digest_client_gets_in(sim):
    url = sim().urls[0]
    passwords = urllib.request.HTTPPasswordMgr()
    passwords.add_password("HTTPS Access", url, "monitor", "secret")
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    path, service = DEVICE
    body = (f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f'<u:GetInfo xmlns:u="{service}"/></s:Body></s:Envelope>')
    request = urllib.request.Request(url + path, body.encode(), {
        "Content-Type": "text/xml", "SoapAction": service + "#GetInfo"})
    with opener.open(request, timeout=5) as reply:
        assert "<NewModelName>FRITZ!Box 7590</NewModelName>" in reply.read().decode()


@pytest.mark.sanitized
def test_a_challenge_looks_like_a_box_s(sim):
    client = FritzClient(sim().urls[0])
    status, text = client.soap(*DEVICE, "GetInfo")
    assert status == 401
    assert client.challenge == (
        f'Digest realm="HTTPS Access",nonce="{client.nonce}",algorithm=MD5,qop="auth"')
    assert text.startswith("<HTML><HEAD><TITLE>401 Unauthorized (ERR_NONE)</TITLE>")


@pytest.mark.sanitized
def test_one_nonce_serves_a_session_and_nc_must_rise(sim):
    running = sim()
    client = FritzClient(running.urls[0])
    for _ in range(5):
        client.call(*DEVICE, "GetInfo")
    assert client.statuses == [401, 200, 200, 200, 200, 200]
    client.count -= 1  # the last nc once more
    assert client.soap(*DEVICE, "GetInfo")[0] == 401
    stats = running.stats()[0]
    assert (stats["logins"], stats["wrong_counts"], stats["wrong_credentials"]) == (1, 1, 0)


@pytest.mark.sanitized
def test_a_response_for_another_path_or_password_is_refused(sim):
    running = sim()
    wrong = FritzClient(running.urls[0], password="wrong")
    assert wrong.soap(*DEVICE, "GetInfo")[0] == 401
    assert wrong.soap(*DEVICE, "GetInfo")[0] == 401
    client = FritzClient(running.urls[0])
    client.soap(*DEVICE, "GetInfo")
    client.authorization = lambda method, uri, right=client.authorization: right(method, "/other")
    assert client.soap(*DEVICE, "GetInfo")[0] == 401
    assert running.stats()[0]["wrong_credentials"] == 2


@pytest.mark.sanitized
def test_a_nonce_ends_with_stale_and_a_forgotten_one_without(sim):
    running = sim("--nonce-uses", "2")
    client = FritzClient(running.urls[0])
    for _ in range(4):
        client.call(*DEVICE, "GetInfo")
    assert client.statuses == [401, 200, 200, 401, 200, 200]
    assert client.challenge.endswith(",stale=true")
    running.control("/expire")
    assert client.soap(*DEVICE, "GetInfo")[0] == 401
    assert not client.challenge.endswith(",stale=true")


@pytest.mark.sanitized
def test_igd_and_the_questions_before_a_login_are_open(sim):
    running = sim("--username", "anna")
    client = FritzClient(running.urls[0], password="wrong")
    assert client.call(*IGD, "GetAddonInfos")["NewX_AVM_DE_WANAccessType"] == "DSL"
    assert client.call(*DEVICE, "GetSecurityPort") == {"NewSecurityPort": "49443"}
    security = ("/upnp/control/lanconfigsecurity", DSLFORUM + "LANConfigSecurity:1")
    assert client.call(*security, "X_AVM-DE_GetUserList") == {
        "NewX_AVM-DE_UserList": '<List><Username last_user="1">anna</Username></List>'}
    assert client.call(*security, "X_AVM-DE_GetAnonymousLogin")[
        "NewX_AVM-DE_AnonymousLoginEnabled"] == "0"
    assert running.stats()[0]["unauthorized"] == 0


# --- Fritz!Box: SOAP

@pytest.mark.sanitized
def test_what_is_not_recorded_is_an_invalid_action(sim):
    client = FritzClient(sim().urls[0])
    assert client.call("/upnp/control/wanipconnection1", DSLFORUM + "WANIPConnection:1",
                       "GetInfo") == 401
    assert client.call(*DEVICE, "GetNothing") == 401
    assert client.call(IGD[0], IGD[1], "GetNothing") == 401


@pytest.mark.sanitized
def test_header_body_and_control_path_must_agree(sim):
    client = FritzClient(sim().urls[0])
    client.call(*DEVICE, "GetInfo")
    assert client.soap(*DEVICE, "GetInfo", header=DEVICE[1] + "#GetSecurityPort")[0] == 500
    assert client.soap(DEVICE[0], HOSTS[1], "GetInfo")[0] == 500
    assert client.soap("/upnp/control/nothing", DEVICE[1], "GetInfo")[0] == 404


@pytest.mark.sanitized
def test_an_indexed_action_ends_with_713(sim):
    client = FritzClient(sim().urls[0])
    names = []
    while True:
        reply = client.call(*HOSTS, "GetGenericHostEntry", f"<NewIndex>{len(names)}</NewIndex>")
        if isinstance(reply, int):
            break
        names.append(reply["NewHostName"])
    assert reply == 713
    assert len(names) == int(client.call(*HOSTS, "GetHostNumberOfEntries")[
        "NewHostNumberOfEntries"])
    assert client.call(*HOSTS, "GetGenericHostEntry") == 402


@pytest.mark.sanitized
def test_a_list_path_is_good_for_its_sid_only(sim):
    running = sim()
    client = FritzClient(running.urls[0])
    path = client.call(*HOSTS, "X_AVM-DE_GetHostListPath")["NewX_AVM-DE_HostListPath"]
    other = client.call(*HOSTS, "X_AVM-DE_GetHostListPath")["NewX_AVM-DE_HostListPath"]
    assert path.startswith("/devicehostlist.lua?sid=") and path != other
    plain = connect(running.urls[0])
    status, headers, text = fetch(plain, "GET", path)
    assert (status, headers["Content-Type"]) == (200, 'text/xml; charset="utf-8"')
    assert len(ElementTree.fromstring(text).findall("Item")) == 10
    assert fetch(plain, "GET", "/devicehostlist.lua?sid=0000000000000000")[0] == 404
    assert fetch(plain, "GET", "/devicehostlist.lua")[0] == 404
    running.control("/expire")
    assert fetch(plain, "GET", path)[0] == 404

    mesh = client.call(*HOSTS, "X_AVM-DE_GetMeshListPath")["NewX_AVM-DE_MeshListPath"]
    assert json.loads(fetch(plain, "GET", mesh)[2])["schema_version"] == "7.8"


@pytest.mark.sanitized
def test_invented_values_answer_every_described_action(sim):
    running = sim("--invent", "--still")
    client = FritzClient(running.urls[0])
    service = ("/upnp/control/wanipconnection1", DSLFORUM + "WANIPConnection:1")
    first = client.call(*service, "GetInfo")
    assert first["NewEnable"] in ("0", "1") and first["NewUptime"].isdigit()
    assert client.call(*service, "GetInfo") == first
    mappings = [client.call(*service, "GetGenericPortMappingEntry",
                            f"<NewPortMappingIndex>{i}</NewPortMappingIndex>") for i in range(4)]
    assert [isinstance(mapping, dict) for mapping in mappings] == [True, True, True, False]
    assert mappings[3] == 713
    other = FritzClient(sim("--invent", "--still", "--seed", "9").urls[0])
    assert other.call(*service, "GetInfo") != first
    # What is recorded stays what it is.
    assert client.call(*DEVICE, "GetInfo")["NewUpTime"] == "1843217"


@pytest.mark.sanitized
def test_counters_move_unless_the_box_stands_still(sim):
    running = sim()
    client = FritzClient(running.urls[0])

    def sent():
        return int(client.call(*IGD, "GetAddonInfos")["NewX_AVM_DE_TotalBytesSent64"])

    before = sent()
    time.sleep(0.3)
    after = sent()
    assert 0 < after - before < 100_000
    running.control("/still")
    assert sent() == 213764508911 == sent()
    running.control("/still?on=0")
    running.control("/restart")
    assert sent() < 1_000_000
    assert int(client.call(*DEVICE, "GetInfo")["NewUpTime"]) < 10


@pytest.mark.sanitized
def test_one_request_can_be_made_to_fail(sim):
    running = sim("--count", "2")
    one, two = FritzClient(running.urls[0]), FritzClient(running.urls[1])
    running.control("/request?name=DeviceInfo1.GetInfo&error=820&box=0")
    assert one.call(*DEVICE, "GetInfo") == 820
    assert one.call(*DEVICE, "GetSecurityPort") == {"NewSecurityPort": "49443"}
    assert isinstance(two.call(*DEVICE, "GetInfo"), dict)
    running.control("/request?name=DeviceInfo1.GetInfo&error=")
    assert isinstance(one.call(*DEVICE, "GetInfo"), dict)


# --- Freebox

@pytest.mark.sanitized
def test_a_freebox_says_who_it_is_and_serves_its_majors(sim):
    client = FreeClient(sim(recordings=[FREEBOX]).urls[0])
    assert client.get("/api_version")[1]["api_version"] == "16.0"
    for version in ("v1", "v8", "v16", "latest"):
        assert client.get(f"/api/{version}/login")[1]["result"]["logged_in"] is False
    for version in ("v17", "v0", "vx", "v"):
        status, envelope = client.get(f"/api/{version}/login/")
        assert (status, envelope["error_code"]) == (404, "invalid_request")


@pytest.mark.sanitized
def test_a_missing_api_version_is_made_up_from_the_folder(sim, tmp_path):
    folder = tmp_path / "example-3"
    (folder / "get").mkdir(parents=True)
    (folder / "get" / "connection.json").write_text('{"success":true,"result":{"state":"up"}}')
    client = FreeClient(sim(recordings=[folder]).urls[0])
    assert client.get("/api_version")[1]["api_version"] == "3.0"
    client.login("/api/v3")
    assert client.get("/api/v3/connection/") == (
        200, {"success": True, "result": {"state": "up"}})


@pytest.mark.sanitized
def test_a_session_is_needed_and_the_refusal_brings_a_challenge(sim):
    running = sim(recordings=[FREEBOX])
    client = FreeClient(running.urls[0])
    status, envelope = client.get("/api/v8/connection/")
    assert status == 403
    assert envelope["error_code"] == "auth_required"
    assert envelope["uid"] == client.get("/api_version")[1]["uid"]
    assert len(envelope["result"]["challenge"]) == 32
    assert client.login()[1]["result"]["permissions"]["settings"] is False
    status, envelope = client.get("/api/v8/connection/")
    assert (status, envelope["result"]["media"]) == (200, "ftth")
    assert client.get("/api/v8/login/")[1]["result"]["logged_in"] is True
    assert running.stats()[0]["logins"] == 1
    client.post("/api/v8/login/logout/")
    assert client.get("/api/v8/connection/")[0] == 403


@pytest.mark.sanitized
def test_a_wrong_token_is_told_with_a_new_challenge(sim):
    running = sim(recordings=[FREEBOX])
    for client in (FreeClient(running.urls[0], token="wrong"), FreeClient(running.urls[0], app_id="x")):
        status, envelope = client.login()
        assert (status, envelope["error_code"]) == (403, "invalid_token")
        assert len(envelope["result"]["challenge"]) == 32
    stats = running.stats()[0]
    assert (stats["wrong_credentials"], stats["logins"]) == (2, 0)


@pytest.mark.sanitized
def test_a_session_ends_after_its_uses(sim):
    running = sim("--session-uses", "2", recordings=[FREEBOX])
    client = FreeClient(running.urls[0])
    client.login()
    statuses = [client.get("/api/v8/lang")[0] for _ in range(3)]
    assert statuses == [200, 200, 403]
    client.login()
    assert client.get("/api/v8/lang")[0] == 200
    running.control("/expire")
    assert client.get("/api/v8/lang")[0] == 403


@pytest.mark.sanitized
def test_recorded_refusals_come_under_200_and_unrecorded_paths_under_404(sim):
    running = sim(recordings=[FREEBOX])
    client = FreeClient(running.urls[0])
    client.login()
    status, envelope = client.get("/api/v8/connection/xdsl/")
    assert (status, envelope["success"], envelope["error_code"]) == (200, False, "service_down")
    status, envelope = client.get("/api/v8/home/nodes")
    assert (status, envelope["success"], envelope["error_code"]) == (404, False, "invalid_request")
    status, envelope = client.post("/api/v8/lang")
    assert (status, envelope["missing_right"]) == (403, "settings")
    assert client.get("/api/v8/wifi/ap/0/stations/")[1]["result"][0]["hostname"] == "balance"
    assert client.get("/api/v8/wifi/ap/10/stations") == (200, {"success": True})
    running.control("/request?name=connection&error=internal_error")
    status, envelope = client.get("/api/v8/connection/")
    assert (status, envelope["error_code"]) == (200, "internal_error")


ASK = {"app_id": "fr.example.app", "app_name": "App", "app_version": "1", "device_name": "here"}


@pytest.mark.sanitized
@pytest.mark.parametrize("button", [None, "granted", "denied", "timeout"])
def test_an_application_is_registered_when_somebody_presses_the_button(sim, button):
    running = sim(recordings=[FREEBOX])
    client = FreeClient(running.urls[0], app_id=ASK["app_id"])
    asked = client.post("/api/v8/login/authorize/", ASK)[1]["result"]
    client.token = asked["app_token"]
    assert len(client.token) == 64
    track = f"/api/v8/login/authorize/{asked['track_id']}"
    assert client.get(track)[1]["result"]["status"] == "pending"
    assert client.login()[1]["error_code"] == "pending_token"
    if button:
        running.control(f"/button?name={button}")
    assert client.get(track)[1]["result"]["status"] == (button or "granted")
    assert client.login()[1].get("error_code") == (None if button in (None, "granted") else "invalid_token")
    assert client.get("/api/v8/login/authorize/99")[1]["result"]["status"] == "unknown"


@pytest.mark.sanitized
def test_a_registration_is_refused_as_told(sim):
    running = sim(recordings=[FREEBOX])
    client = FreeClient(running.urls[0])
    status, envelope = client.post("/api/v8/login/authorize/", {"app_id": "x"})
    assert (status, envelope["error_code"]) == (403, "invalid_request")
    for code in ("new_apps_denied", "denied_from_external_ip", "ratelimited"):
        running.control(f"/request?name=login/authorize&error={code}")
        status, envelope = client.post("/api/v8/login/authorize/", ASK)
        assert (status, envelope["error_code"]) == (403, code)
    running.control("/request?name=login/session&error=ratelimited")
    assert client.login()[1]["error_code"] == "ratelimited"
    with pytest.raises(urllib.error.HTTPError) as refused:
        running.control("/button?name=granded")
    assert refused.value.read() == b"the button cannot be 'granded' (known: granted, denied, timeout, pending)\n"


# What the Connection API's document sends and shows, to the path of its heading.
CONNECTION_PUTS = [
    ("connection/config/", {"ping": True, "wol": False}, {"ping": True, "wol": False}),
    ("connection/ddns/dyndns/", {"enabled": False, "user": "test", "password": "ssss", "hostname": "ttt"},
     {"enabled": False, "user": "test", "hostname": "ttt"}),
]


@pytest.mark.sanitized
def test_the_connection_api_takes_what_its_document_sends(sim, corpus):
    running = sim("--permit", "settings", recordings=[corpus / "freebox/documentation-3"])
    client = FreeClient(running.urls[0])
    client.login("/api/v3")
    for path, body, shown in CONNECTION_PUTS:
        status, envelope = client.send("PUT", "/api/v3/" + path, body)
        assert (status, envelope["success"]) == (200, True), envelope
        assert shown.items() <= envelope["result"].items()
        assert client.get("/api/v3/" + path)[1]["result"] == envelope["result"]
        assert "password" not in envelope["result"]
    hop = {"prefix": "2a01:e30:d252:a2a2::/64", "next_hop": "fe80::be30:5bff:feb5:fcc7"}
    envelope = client.send("PUT", "/api/v3/connection/ipv6/config/", {"delegations": [hop]})[1]
    assert len(envelope["result"]["delegations"]) == 8
    assert envelope["result"]["delegations"][2] == hop
    nested = '{"ping": ' + "[" * 30_000 + "]" * 30_000 + "}"
    for path, body, code in [
            ("connection/config/", {"remote_access_port": 70000}, "invalid_port"),
            ("connection/config/", {"wol": "yes"}, "inval"),
            ("connection/config/", {"unknown": 1}, "inval"),
            ("connection/config/", "no json", "inval"),
            ("connection/config/", nested, "inval"),
            ("connection/ipv6/config/", {"delegations": [{**hop, "next_hop": "2001:db8::1"}]}, "invalid_next_hop"),
            ("connection/ddns/other/", {"enabled": True}, "invalid_provider")]:
        assert client.send("PUT", "/api/v3/" + path, body)[1]["error_code"] == code, (path, body)


@pytest.mark.sanitized
def test_lists_grow_and_shrink_when_that_is_permitted(sim):
    client = FreeClient(sim(recordings=[FREEBOX]).urls[0])
    client.login()
    assert client.send("DELETE", "/api/v8/dhcp/static_lease/x")[1]["missing_right"] == "settings"
    client = FreeClient(sim("--permit", "settings", recordings=[FREEBOX]).urls[0])
    client.login()
    before = client.get("/api/v8/dhcp/static_lease/")[1].get("result", [])
    lease = {"id": "00:00:5E:00:53:99", "mac": "00:00:5E:00:53:99", "ip": "192.0.2.99"}
    assert client.post("/api/v8/dhcp/static_lease/", lease)[1]["result"] == lease
    assert client.get("/api/v8/dhcp/static_lease/")[1]["result"] == before + [lease]
    assert client.send("DELETE", "/api/v8/dhcp/static_lease/" + lease["id"])[1] == {"success": True}
    assert client.get("/api/v8/dhcp/static_lease/")[1]["result"] == before
    assert client.send("DELETE", "/api/v8/dhcp/static_lease/" + lease["id"])[1]["error_code"] == "noent"


# --- faults

def raw(url, path="/tr64desc.xml", wait=5.0):
    """A plain GET; what arrives until the other side ends or `wait` is over."""
    parts = urllib.parse.urlsplit(url)
    got = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        end = time.monotonic() + wait
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                piece = connection.recv(1 << 20)
            except TimeoutError:
                break
            if not piece:
                break
            got += piece
    return got


@pytest.mark.sanitized
def test_reset_and_close_and_silence(sim):
    running = sim("--fault", "reset")
    with pytest.raises(ConnectionResetError):
        raw(running.urls[0])
    running.control("/fault?name=close")
    assert raw(running.urls[0]) == b""
    running.control("/fault?name=silent")
    begin = time.monotonic()
    assert raw(running.urls[0], wait=0.5) == b""
    assert time.monotonic() - begin > 0.4
    running.control("/fault?name=")
    assert raw(running.urls[0], wait=0.5).startswith(b"HTTP/1.1 200 OK\r\n")


def test_drips_come_a_byte_per_second(sim):
    running = sim("--fault", "slow-drip")
    assert raw(running.urls[0], wait=1.6) == b"HT"
    running.control("/fault?name=slow-body")
    head, body = raw(running.urls[0], wait=1.6).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ") and body == b"<?"


@pytest.mark.sanitized
def test_a_cut_body_is_shorter_than_it_says(sim):
    head, body = raw(sim("--fault", "truncate").urls[0]).split(b"\r\n\r\n", 1)
    length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    assert length == (FRITZBOX / "tr64desc.xml").stat().st_size
    assert len(body) == length // 2


@pytest.mark.sanitized
def test_a_huge_body_is_100_mb(sim):
    running = sim("--fault", "huge")
    with urllib.request.urlopen(running.urls[0] + "/tr64desc.xml", timeout=20) as reply:
        assert reply.headers["Content-Length"] == "100000000"
        total = 0
        while piece := reply.read(1 << 20):
            total += len(piece)
    assert total == 100_000_000


@pytest.mark.sanitized
def test_pages_instead_of_replies(sim):
    running = sim("--fault", "http500")
    connection = connect(running.urls[0])
    status, headers, text = fetch(connection, "GET", "/tr64desc.xml")
    assert (status, headers["Content-Type"]) == (500, "text/html") and text.startswith("<HTML>")
    running.control("/fault?name=html")
    status, headers, text = fetch(connection, "GET", "/tr64desc.xml")
    assert (status, headers["Content-Type"]) == (200, "text/html") and text.startswith("<HTML>")


@pytest.mark.sanitized
def test_broken_documents_come_with_a_length_that_agrees(sim):
    running = sim("--fault", "bad-xml", recordings=[FRITZBOX, FREEBOX])
    client = FritzClient(running.urls[0])
    client.soap(*DEVICE, "GetInfo")
    status, text = client.soap(*DEVICE, "GetInfo")
    assert status == 200
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(text)
    free = FreeClient(running.urls[1])
    assert free.login()[0] == 200
    running.control("/fault?name=bad-json&box=1")
    with pytest.raises(json.JSONDecodeError):
        free.get("/api/v8/connection/")


@pytest.mark.sanitized
def test_refused_credentials(sim):
    running = sim("--fault", "auth", recordings=[FRITZBOX, FREEBOX])
    client = FritzClient(running.urls[0])
    assert [client.soap(*DEVICE, "GetInfo")[0] for _ in range(2)] == [401, 401]
    assert client.call(*IGD, "GetAddonInfos")["NewIdleDisconnectTime"] == "0"
    assert FreeClient(running.urls[1]).login()[1]["error_code"] == "invalid_token"
    assert [running.stats()[box]["wrong_credentials"] for box in (0, 1)] == [1, 1]


def test_a_fault_of_one_box_is_not_the_others_and_leaks_nothing(sim):
    running = sim("--count", "2", "--fault", "silent@0")
    waiting = [connect(running.urls[0]) for _ in range(40)]
    for connection in waiting:
        connection.request("GET", "/tr64desc.xml")
    client = FritzClient(running.urls[1])
    begin = time.monotonic()
    for _ in range(20):
        client.call(*DEVICE, "GetInfo")
    assert time.monotonic() - begin < 2
    assert running.stats()[0]["connections"] == 40
    for connection in waiting:
        connection.close()
    eventually(lambda: running.stats()[0]["connections"] == 0)
    assert running.stop() == 0


def test_it_ends_at_once_with_clients_hanging(sim):
    running = sim("--fault", "slow-drip")
    waiting = [connect(running.urls[0]) for _ in range(5)]
    for connection in waiting:
        connection.request("GET", "/tr64desc.xml")
    time.sleep(0.1)
    begin = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - begin < 2
    for connection in waiting:
        connection.close()


def test_latency_comes_before_every_answer_and_boxes_wait_side_by_side(sim):
    running = sim("--latency", "200", "--count", "10")
    connections = [connect(url) for url in running.urls]
    begin = time.monotonic()
    for connection in connections:
        connection.request("GET", "/tr64desc.xml")
    for connection in connections:
        assert connection.getresponse().status == 200
        connection.close()
    assert 0.2 <= time.monotonic() - begin < 1.5


@pytest.mark.sanitized
def test_the_control_path_says_what_is_wrong(sim):
    running = sim()
    for path, message in (("/fault?name=rest", "unknown fault 'rest' (known: none, slow-drip, "
                           "slow-body, reset, close, silent, http500, html, huge, truncate, "
                           "bad-xml, bad-json, auth, forbidden)\n"),
                          ("/expire?box=1", "no box 1\n"), ("/expire?box=x", "'x' is no number\n")):
        status, _, text = fetch(connect(running.control_url), "POST", path)
        assert (status, text) == (400, message)


# --- the corpus of real boxes, where it is at hand

@pytest.mark.sanitized
def test_real_recordings_play(sim, corpus):
    folders = [corpus / "fritzbox" / "7590-154.07.57", corpus / "fritzbox" / "7530-164.08.02",
               corpus / "freebox" / "documentation-3", corpus / "freebox" / "ultra-16.0"]
    running = sim("--still", recordings=folders)
    box = FritzClient(running.urls[0])
    assert box.call(*IGD, "GetAddonInfos")["NewX_AVM_DE_TotalBytesReceived64"] == "554484531337"
    path = box.call(*HOSTS, "X_AVM-DE_GetHostListPath")["NewX_AVM-DE_HostListPath"]
    _, _, text = fetch(connect(running.urls[0]), "GET", path)
    assert text == (folders[0] / "lists" / "devicehostlist.xml").read_text()
    # A service with replies that the description does not list is listed.
    _, _, description = fetch(connect(running.urls[0]), "GET", "/tr64desc.xml")
    assert "<serviceType>urn:dslforum-org:service:X_AVM-DE_WANFiber:1</serviceType>" in description
    assert FritzClient(running.urls[1]).call(*DEVICE, "GetInfo") == 401
    documentation = FreeClient(running.urls[2])
    documentation.login("/api/v3")
    assert documentation.get("/api/v3/connection/xdsl")[1]["result"]["down"]["rate"] == 28031
    ultra = FreeClient(running.urls[3])
    ultra.login()
    assert len(ultra.get("/api/v16/system/")[1]["result"]["sensors"]) == 5


class Careless(FritzClient):
    """As a released client does it: the type of the service for the uri, and nc that never rises."""

    def authorization(self, method, uri):
        ha1, ha2 = md5(f"{self.username}:HTTPS Access:{self.password}"), md5(f"{method}:urn:dslforum-org:service:DeviceInfo:1")
        response = md5(f"{ha1}:{self.nonce}:1:abcdef01:auth:{ha2}")
        return (f'Digest username="{self.username}", realm="HTTPS Access", nonce="{self.nonce}", '
                f'uri="urn:dslforum-org:service:DeviceInfo:1", cnonce="abcdef01", nc="1", qop="auth", response="{response}"')


@pytest.mark.parametrize("args, statuses", [((), [401, 401, 401]), (("--lenient",), [401, 200, 200])])
def test_a_careless_client_is_let_in_where_real_boxes_do_it(sim, args, statuses):
    client = Careless(sim(*args).urls[0])
    for _ in statuses:
        client.soap("/upnp/control/deviceinfo", "urn:dslforum-org:service:DeviceInfo:1", "GetInfo")

    assert client.statuses == statuses


def test_a_careless_client_needs_the_password_all_the_same(sim):
    client = Careless(sim("--lenient").urls[0], password="wrong")
    for _ in range(2):
        client.soap("/upnp/control/deviceinfo", "urn:dslforum-org:service:DeviceInfo:1", "GetInfo")

    assert client.statuses == [401, 401]
