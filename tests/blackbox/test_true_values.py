"""A value is right or absent: odd answers that were reported of real boxes, each through `boxmeter once`."""
import json
import shutil

import pytest

from harness import RECORDINGS, Sim, config, fritzbox, run, samples

pytestmark = pytest.mark.sanitized

BOX = RECORDINGS / "fritzbox-7590-154.07.57-handmade"


def page(name, data):
    return f"data/{name}.json", json.dumps({"pid": name, "hide": {}, "time": [], "data": data})


def asked(tmp_path, pack, *files):
    """What `once` says of a box of which these files are replaced: its series of the pack, and what it counts and logs."""
    shutil.copytree(BOX, tmp_path / "box")
    for name, text in files:
        (tmp_path / "box" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "box" / name).write_text(text)
    with Sim(tmp_path / "box", args=["--still"]) as sim:
        (tmp_path / "boxmeter.yml").write_text(config(fritzbox(sim.urls[0], queries=f"[{pack}]"),
                                                        extra="log: {level: debug}\n"))
        done = run("once", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    found = samples(done.stdout)
    counted = {key: text for key, text in found.items() if key.startswith("boxmeter_") and "_total{" in key and text != "0"
               and ("failures" in key or "dropped" in key or "cut" in key)}
    return {key: text for key, text in found.items() if not key.startswith("boxmeter_")}, counted, done.stderr


def of(found, name):
    return {key: text for key, text in found.items() if key.startswith(name)}


def capacity(title, first):
    entries = [{"title": title, "unit": "kbit/s", "val": [{"us": "47102", "ds": "139083"}]},
               {"title": "Aktuelle Datenrate", "unit": "kbit/s", "val": [{"us": "12736", "ds": "63671"}]},
               {"title": "Min Effektive Datenrate", "unit": "kbit/s", "val": [{"us": "12733", "ds": "63632"}]}]
    return page("dslStat", {"negotiatedValues": entries if first else entries[::-1]})


@pytest.mark.parametrize("title, first", [("Leitungskapazität", True), ("Leitungskapazität", False), ("Attainable throughput", True)])
def test_the_capacity_of_a_line_is_found_by_its_title(tmp_path, title, first):
    found, counted, _ = asked(tmp_path, "fritzbox_lua", capacity(title, first))

    assert of(found, "fritzbox_dsl_line_capacity") == {
        'fritzbox_dsl_line_capacity_bytes_per_second{device="home",direction="down"}': "17385375",
        'fritzbox_dsl_line_capacity_bytes_per_second{device="home",direction="up"}': "5887750"}
    assert counted == {}


def test_a_title_in_a_language_that_nobody_listed_is_told(tmp_path):
    found, counted, log = asked(tmp_path, "fritzbox_lua", capacity("Capacité", True))

    assert of(found, "fritzbox_dsl_line_capacity") == {}
    assert counted == {'boxmeter_failures_total{device="home",reason="mapping"}': "1"}
    assert ("home/fritzbox_dsl_line_capacity: metric 'fritzbox_dsl_line_capacity_bytes_per_second': no row has 'title' "
            "'Leitungskapazität' or 'Attainable throughput' (there are: 'Capacité', 'Aktuelle Datenrate', 'Min Effektive "
            "Datenrate')") in log


def test_a_decimal_comma_is_a_comma(tmp_path):
    fiber = page("fiberFiber", {"sfpProperties": [{"title": "Temperatur", "val": "45,3 °C"}, {"title": "Strom", "val": "12,1 mA"},
                                                  {"title": "Sendeleistung", "val": "2,41 dBm"},
                                                  {"title": "Empfangsleistung", "val": "-17,86 dBx"}]})
    found, counted, log = asked(tmp_path, "fritzbox_lua", fiber)

    assert of(found, "box_fiber") | of(found, "fritzbox_fiber") == {
        'box_fiber_temperature_celsius{device="home"}': "45.3",
        'fritzbox_fiber_module_power_dbm{device="home",direction="up"}': "2.41"}
    assert counted == {'boxmeter_failures_total{device="home",reason="mapping"}': "1"}
    assert "'val': 'dBx' stands behind its number (units: dBm)" in log


def test_what_a_box_does_not_know_is_no_zero(tmp_path):
    socket = ('<device identifier="11657 0000016" id="20001" functionbitmask="35712" fwversion="04.17" manufacturer="AVM" '
              'productname="FRITZ!DECT 210"><present>1</present><name>PV</name><powermeter><voltage>{}</voltage><power>{}</power>'
              "<energy>{}</energy></powermeter></device>")
    devices = [socket.replace("000016", f"00001{i}").format(*values)
               for i, values in enumerate([(0, 0, 0), (0, 0, 1239092), (230000, 0, 0), (230000, 5000, 7)])]
    found, counted, _ = asked(tmp_path, "fritzbox_smarthome", ("aha/getdevicelistinfos.xml", "<devicelist version=\"1\">"
                                                               + "".join(devices) + "</devicelist>"))

    watts, joules = ({key.split('"')[3][-1]: text for key, text in of(found, name).items()}
                     for name in ("box_smarthome_power_watts", "box_smarthome_energy_joules_total"))
    assert watts == {"1": "0", "2": "0", "3": "5"}
    assert joules == {"1": "4460731200", "2": "0", "3": "25200"}
    assert counted == {}

    eco = page("ecoStat", {"cputemp": {"series": [[58, -1]]}, "cpuutil": {"series": [[-1]]},
                           "ramusage": {"series": [[31, -1], [-1], [57, 56]]}})
    (tmp_path / "again").mkdir()
    found, counted, _ = asked(tmp_path / "again", "fritzbox_load", eco)
    assert found == {'box_memory_ratio{device="home",state="free"}': "0.56",
                     'box_up{device="home",kind="fritzbox"}': "1"}
    assert counted == {}


def test_nodes_of_a_mesh_are_told_apart_by_their_mac(tmp_path):
    def node(number, *links):
        return {"uid": f"n-{number}", "device_name": "fritz.repeater" if number > 1 else "fritz.box", "is_meshed": True,
                "mesh_role": "slave" if number > 1 else "master", "device_mac_address": f"00:00:5E:00:53:0{number}",
                "node_interfaces": [{"uid": f"ni-{number}", "name": "AP:5G:0", "type": "WLAN", "node_links": list(links)}]}

    def link(peer, state):
        return {"uid": f"nl-{peer}", "type": "WLAN", "state": state, "node_interface_1_uid": "ni-1",
                "node_interface_2_uid": f"ni-{peer}", "cur_data_rate_tx": 0}

    mesh = {"schema_version": "7.8", "nodes": [node(1, link(2, "CONNECTED"), link(3, "DISCONNECTED")), node(2), node(3)]}
    found, counted, _ = asked(tmp_path, "fritzbox_mesh", ("lists/meshlist.json", json.dumps(mesh)))

    assert of(found, "box_mesh_link_up") == {
        'box_mesh_link_up{device="home",interface="AP:5G:0",node="00:00:5E:00:53:01",peer="00:00:5E:00:53:02"}': "1",
        'box_mesh_link_up{device="home",interface="AP:5G:0",node="00:00:5E:00:53:01",peer="00:00:5E:00:53:03"}': "0"}
    assert counted == {}


def test_a_host_has_one_row_and_the_address_in_use(tmp_path):
    item = "<Item><Index>{0}</Index><IPAddress>192.0.2.{0}</IPAddress><MACAddress>{1}</MACAddress><Active>{2}</Active></Item>"
    hosts = "<List>" + "".join(item.format(*host) for host in [
        (1, "00:00:5E:00:53:01", 0), (2, "00:00:5E:00:53:01", 1), (3, "00:00:5E:00:53:01", 1), (4, "", 1)]) + "</List>"
    found, counted, _ = asked(tmp_path, "fritzbox_hosts", ("lists/devicehostlist.xml", hosts))

    assert list(of(found, "box_host_info")) == ['box_host_info{address="192.0.2.2",device="home",mac="00:00:5E:00:53:01"}']
    assert counted == {}


@pytest.mark.parametrize("word", ["active", "activated"])
def test_a_vpn_connection_is_enabled_in_both_words_and_two_of_one_name_are_told(tmp_path, word):
    connections = {str(i): {"name": name, word: i == 0, "connected": False} for i, name in enumerate(["Office", "Home", "Home"])}
    found, counted, log = asked(tmp_path, "fritzbox_vpn", page("shareVpn", {"init": {"boxConnections": {}}}),
                                page("shareWireguard", {"init": {"boxConnections": connections, "userConnections": {}}}))

    assert of(found, "fritzbox_vpn_connection_enabled") == {
        'fritzbox_vpn_connection_enabled{connection="Office",device="home",server="wireguard"}': "1",
        'fritzbox_vpn_connection_enabled{connection="Home",device="home",server="wireguard"}': "0"}
    assert counted['boxmeter_series_dropped_total{device="home",reason="duplicate"}'] == "2"
    assert "several rows have the same 'connection'; the first is shown" in log


@pytest.mark.parametrize("answer, state, reason", [
    ("no-emu", "unsupported: ", "query: this firmware has none of these variables"),
    ("er", "", 'query: the box failed to read temperatures ("er")')])
def test_an_error_inside_of_a_good_answer_is_an_error(tmp_path, answer, state, reason):
    variables = json.dumps({"cpu:status/StatTemperature": answer})
    found, counted, log = asked(tmp_path, "fritzbox, fritzbox_cpu_temperature", ("query.json", variables))

    assert of(found, "fritzbox_cpu") == {}
    assert f"home/fritzbox_cpu_temperature: {state}{reason}\n" in log
    assert counted == ({} if state else {'boxmeter_failures_total{device="home",reason="refused"}': "1"})


def test_a_page_without_its_data_is_unsupported(tmp_path):
    found, counted, log = asked(tmp_path, "fritzbox, fritzbox_load", page("ecoStat", {}))

    assert of(found, "box_memory") == {} and counted == {}
    assert "home/fritzbox_load: unsupported: ecoStat: this firmware has no page 'ecoStat' (the answer has no data)" in log
