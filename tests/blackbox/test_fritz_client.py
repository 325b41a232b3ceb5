"""The Fritz!Box client through the built program: what it asks, whom it trusts, what it takes for healthy."""
import re
import shutil

import pytest

from harness import FRITZBOX, Sim, config, eventually, fritzbox, lasting_port, listening, names, passage, run, samples, value

pytestmark = pytest.mark.sanitized


def write(tmp_path, *devices):
    file = tmp_path / "boxmeter.yml"
    file.write_text(config(*devices))
    return file


def once(tmp_path, *devices, args=()):
    return run("once", "--config.file", write(tmp_path, *devices), *args,
               env={"STATE_DIRECTORY": str(tmp_path / "state")})


def requests(sim):
    return sum(box["requests"] for box in sim.stats())


def key_of(sim):
    return next(line.split()[1] for line in sim.lines if line.startswith("key "))


def asked(sim):
    """What the box was asked since the last time, as the simulator itself tells: ["GET /tr64desc.xml 200", ...]."""
    def trace():
        lines = [line.removeprefix("asked 0 ") for line in list(sim.lines) if line.startswith("asked ")]
        return lines if len(lines) == requests(sim) else None
    lines = eventually(trace)
    told = getattr(sim, "told", 0)
    sim.told = len(lines)
    return lines[told:]


def test_a_start_needs_one_request_before_the_first_query_once_the_box_is_known(tmp_path):
    info = "POST /upnp/control/deviceinfo DeviceInfo:1#GetInfo"
    with Sim(FRITZBOX, args=["--still", "--latency", "20", "--trace"]) as sim:
        device = fritzbox(sim.urls[0], queries="[fritzbox_device]")
        cold, asked_cold = once(tmp_path, device), asked(sim)
        warm, asked_warm = once(tmp_path, device), asked(sim)
    assert cold.returncode == warm.returncode == 0, cold.stderr + warm.stderr

    # The challenge is the first half of the query itself: a nonce is the box's to give.
    assert asked_cold == ["GET /tr64desc.xml 200", "GET /igddesc.xml 200", "GET /deviceinfoSCPD.xml 200",
                          info + " 401", info + " 200"]
    assert asked_warm == ["GET /jason_boxinfo.xml 200", info + " 401", info + " 200"]
    kept = tmp_path / "state/api/home.json"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_first_start_reads_the_descriptions_of_those_services_that_its_queries_need(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--trace"]) as sim:
        done = once(tmp_path, fritzbox(sim.urls[0]))
        lines = asked(sim)
    assert done.returncode == 0, done.stderr

    types = {}  # of services, by the path of their description
    for name in ("igddesc.xml", "tr64desc.xml"):
        for service in re.findall(r"<service>.*?</service>", (FRITZBOX / name).read_text(), flags=re.S):
            kind = re.search(r"<serviceType>.*:(\w[^:]*:\d+)</serviceType>", service)[1]
            types.setdefault(re.search(r"<SCPDURL>(.*)</SCPDURL>", service)[1], set()).add(kind)
    called = {line.split()[2].split("#")[0] for line in lines if line.startswith("POST ")}
    read = [line.split()[1] for line in lines if line.startswith("GET ")]
    assert read[:2] == ["/tr64desc.xml", "/igddesc.xml"]
    assert len(read) == len(set(read)) > 8
    assert [path for path in read[2:] if path in types and not types[path] & called] == []
    assert sum(" 401" in line for line in lines) == 1


def test_a_damaged_cache_costs_a_line_and_nothing_else(tmp_path):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        device = fritzbox(sim.urls[0])
        once(tmp_path, device)
        kept = tmp_path / "state/api/home.json"
        whole = kept.read_text()
        kept.write_text(whole[:1000])
        done = once(tmp_path, device)
    assert done.returncode == 0, done.stderr

    assert f"what the box can be asked is read anew, not from '{kept}': it is damaged" in done.stderr
    assert kept.read_text() == whole


def test_the_key_of_a_box_is_told_at_first_sight_remembered_and_another_refused(tmp_path):
    tls = ["--still", "--tls", "--port", str(lasting_port())]
    with Sim(FRITZBOX, args=tls) as sim:
        device = fritzbox(sim.urls[0])
        port = sim.urls[0].rsplit(":", 1)[1]
        key = key_of(sim)
        first, second = once(tmp_path, device), once(tmp_path, device)
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    pin = tmp_path / "state/pins/home"
    assert first.stderr.count(f"remembered the key of 127.0.0.1:{port}, seen for the first time, in '{pin}': {key}") == 1
    assert f"'{pin}'" not in second.stderr

    with Sim(FRITZBOX, args=tls) as sim:
        assert sim.urls[0].endswith(f":{port}")
        other = key_of(sim)
        done = once(tmp_path, device)
    assert done.returncode == 1
    assert (f"the key of 127.0.0.1:{port} is {other}, but {key} is remembered in '{pin}'; if the box was replaced "
            "or got a new certificate, delete that file") in done.stderr


def test_the_web_server_has_a_key_of_its_own_to_remember_and_to_refuse(tmp_path):
    state = tmp_path / "state"
    with Sim(FRITZBOX, args=["--still", "--tls"]) as one, Sim(FRITZBOX, args=["--still", "--tls"]) as web:
        device = fritzbox(one.urls[0], web_url=web.urls[0], queries="[fritzbox_device, fritzbox_smarthome]")
        first = once(tmp_path, device)
        assert first.returncode == 0, first.stderr
        assert value(samples(first.stdout), "box_smarthome_device_present", id="116570000001") == "1"
        assert (state / "pins/home").read_text() == key_of(one) + "\n"
        assert (state / "pins/home@web").read_text() == key_of(web) + "\n"

        (state / "pins/home@web").write_text(key_of(one) + "\n")
        refused = once(tmp_path, device)
    assert refused.returncode == 0  # the box answers, its web server is not believed
    assert (f"the key of {web.urls[0].removeprefix('https://')} is {key_of(web)}, but {key_of(one)} is remembered in "
            f"'{state / 'pins/home@web'}'; if the box was replaced or got a new certificate, delete that file") in refused.stderr
    assert value(samples(refused.stdout), "box_uptime_seconds") is not None
    assert value(samples(refused.stdout), "box_smarthome_device_present", id="116570000001") is None


def test_the_kept_api_is_verified_at_a_web_server_with_another_key_too(tmp_path):
    """The bug: it was asked with the key of TR-064, refused, and everything was read anew at each start."""
    with Sim(FRITZBOX, args=["--still", "--tls"]) as one, Sim(FRITZBOX, args=["--still", "--tls"]) as web:
        device = fritzbox(one.urls[0], web_url=web.urls[0], queries="[fritzbox_device]")
        assert once(tmp_path, device).returncode == 0
        before = requests(one), requests(web)
        assert once(tmp_path, device).returncode == 0

        assert (requests(one) - before[0], requests(web) - before[1]) == (2, 1)


@pytest.mark.parametrize("queries", ["[fritzbox_device]", "[fritzbox_smarthome]"], ids=["TR-064", "web"])
def test_a_password_of_more_than_32_characters_is_sent_whole_and_named_when_it_is_refused(tmp_path, queries):
    long = "0123456789abcdefghijklmnopqrstuvwxyzäöü"
    with Sim(FRITZBOX, args=["--still", "--password", long]) as sim:
        done = once(tmp_path, fritzbox(sim.urls[0], password=long, queries=queries))
        refused = once(tmp_path, fritzbox(sim.urls[0], password=long + "x", queries=queries))
    assert done.returncode == 0, done.stderr
    assert refused.returncode == 1
    assert ("the box refused the login of user 'monitor': check name and password, and that this user may use the box's "
            "settings, and take a password of no more than 32 characters") in refused.stderr
    assert long not in done.stderr + refused.stderr


def test_a_list_with_an_address_elsewhere_is_asked_of_this_box_alone(tmp_path):
    """Boxes give whole addresses (https://BOX:49443/calllist.lua?sid=...); a box may not send us to another host with them."""
    strangers = []

    def stranger(connection):
        strangers.append(connection.recv(1000))
        connection.close()
    with listening(stranger) as port, Sim(FRITZBOX, args=["--still", "--trace"]) as sim:
        elsewhere = f"http://127.0.0.1:{port}/devicehostlist.lua?sid=".encode()
        with passage(sim.urls[0], lambda _, status, answer: answer.replace(b"/devicehostlist.lua?sid=", elsewhere)) as url:
            done = once(tmp_path, fritzbox(url, queries="[fritzbox_hosts]"))
        lines = asked(sim)
    assert done.returncode == 0, done.stderr
    assert value(samples(done.stdout), "box_host_active", mac="00:00:5E:00:53:33") is not None

    assert strangers == []
    assert "GET /devicehostlist.lua 200" in lines


def test_over_remote_access_everything_is_asked_for_with_a_login(tmp_path):
    with Sim(FRITZBOX, args=["--still", "--tls"]) as sim:
        done = once(tmp_path, fritzbox(sim.urls[0] + "/tr064"))
        stats = sim.stats()[0]
        refused = once(tmp_path, fritzbox(sim.urls[0] + "/tr064", password="wrong"))
    assert done.returncode == 0, done.stderr

    found = samples(done.stdout)
    assert value(found, "box_up", device="home") == "1"
    assert value(found, "box_wan_receive_bytes_total") is not None
    assert stats["logins"] == 1
    assert stats["unauthorized"] == 1
    assert refused.returncode == 1
    assert "the box refused the login of user 'monitor'" in refused.stderr


def only_services(folder, kept):
    """Takes all other services out of tr64desc.xml."""
    text = (folder / "tr64desc.xml").read_text()

    def keep(match):
        name = re.search(r"serviceId:([^<]+)<", match[0])[1]
        return match[0] if name in kept else ""
    (folder / "tr64desc.xml").write_text(re.sub(r"<service>.*?</service>", keep, text, flags=re.S))


def test_a_repeater_with_seven_services_is_a_healthy_box(tmp_path):
    folder = tmp_path / "repeater"
    shutil.copytree(FRITZBOX, folder)
    kept = {"DeviceConfig1", "DeviceInfo1", "Hosts1", "UserInterface1", "WLANConfiguration1", "WLANConfiguration2",
            "WLANConfiguration3"}
    only_services(folder, kept)
    (folder / "igddesc.xml").unlink()
    for file in (folder / "soap").iterdir():
        if file.name.split(".")[0] not in kept:
            file.unlink()
    with Sim(folder, args=["--still"]) as sim:
        done = once(tmp_path, fritzbox(sim.urls[0]))
    assert done.returncode == 0, done.stderr

    found = samples(done.stdout)
    assert value(found, "box_up", device="home") == "1"
    assert value(found, "box_wlan_stations", radio="1") is not None
    assert not {name for name in names(found) if name.startswith(("box_wan_", "box_dsl_"))}
    assert all(text == "0" for key, text in found.items() if key.startswith("boxmeter_failures_total"))


@pytest.mark.parametrize("refused, code", [
    # Cable, LTE and fibre boxes list DSL and PPP services all the same, and refuse them in their own ways.
    (["WANDSLInterfaceConfig1.GetInfo", "WANDSLInterfaceConfig1.GetStatisticsTotal",
      "WANDSLInterfaceConfig1.X_AVM-DE_GetDSLInfo"], 401),
    (["WANDSLInterfaceConfig1.GetInfo", "WANDSLInterfaceConfig1.GetStatisticsTotal",
      "WANDSLInterfaceConfig1.X_AVM-DE_GetDSLInfo"], 602),
    # DS-Lite: no IPv4 address of its own.
    (["WANIPConn1.GetExternalIPAddress", "WANPPPConnection1.GetExternalIPAddress"], 401),
])
def test_a_box_that_lists_what_its_line_does_not_have_is_healthy(tmp_path, refused, code):
    with Sim(FRITZBOX, args=["--still"]) as sim:
        for request in refused:
            sim.control(f"/request?name={request}&error={code}")
        done = once(tmp_path, fritzbox(sim.urls[0]))
    assert done.returncode == 0, done.stderr

    found = samples(done.stdout)
    assert value(found, "box_up", device="home") == "1"
    assert value(found, "box_wan_receive_bytes_total") is not None
    assert all(text == "0" for key, text in found.items() if key.startswith("boxmeter_failures_total"))
