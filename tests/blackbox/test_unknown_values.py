"""What a box writes where it knows nothing is no value: each through `boxmeter once`, as real boxes were seen to write it."""
import json
import shutil

import pytest

from harness import FREEBOX, RECORDINGS, Sim, config, freebox, fritzbox, run, samples

pytestmark = pytest.mark.sanitized

DSL = RECORDINGS / "fritzbox-7590-154.07.57-handmade"
FIBER = RECORDINGS / "fritzbox-5690-pro-292.08.20-handmade"
DELTA = RECORDINGS / "freebox-delta-8.5-handmade"


def asked(tmp_path, recording, packs, changes):
    """The series of a box that answers as the recording, but for what `changes` makes of its files."""
    shutil.copytree(recording, tmp_path / "box")
    for name, change in changes.items():
        file = tmp_path / "box" / name
        file.write_text(change(file.read_text()) if callable(change) else change)
    device = freebox if recording.name.startswith("freebox") else fritzbox
    with Sim(tmp_path / "box", args=["--still"]) as sim:
        (tmp_path / "boxmeter.yml").write_text(config(device(sim.urls[0], name="home", queries=f"[{packs}]")))
        done = run("once", "--config.file", "boxmeter.yml", cwd=tmp_path, env={"STATE_DIRECTORY": str(tmp_path / "state")})
    assert done.returncode == 0, done.stderr
    return samples(done.stdout)


def of(found, *names):
    return {key.replace('device="home",', "").replace('{device="home"}', ""): text for key, text in found.items() if key.startswith(names)}


def element(**values):
    """What makes an answer in which these elements have these texts."""
    def change(text):
        for name, value in values.items():
            name = "New" + name
            start, end = text.index(f"<{name}>") + len(name) + 2, text.index(f"</{name}>")
            text = text[:start] + value + text[end:]
        return text
    return change


def result(change):
    """What makes a Freebox's answer of whose result `change` changes the members."""
    def made(text):
        answer = json.loads(text)
        change(answer["result"])
        return json.dumps(answer)
    return made


def test_a_counter_that_says_0_for_a_poll_is_no_new_counter(tmp_path):
    """Boxes that restart or connect again were seen to say 0, and the old number in the next answer."""
    found = asked(tmp_path, DSL, "fritzbox_wan_traffic", {"soap/WANCommonIFC1.GetAddonInfos.xml": element(
        X_AVM_DE_TotalBytesSent64="0", TotalBytesSent="0", X_AVM_DE_TotalBytesReceived64="0", TotalBytesReceived="4294967295")})

    assert of(found, "box_wan_receive_bytes", "box_wan_transmit_bytes") == {}


def test_a_state_that_is_unknown_is_not_down(tmp_path):
    found = asked(tmp_path, DSL, "fritzbox_wan_link, fritzbox_wan_connection, fritzbox_dsl", {
        "soap/WANCommonInterfaceConfig1.GetCommonLinkProperties.xml": element(
            PhysicalLinkStatus="Unknown", WANAccessType="unknown", Layer1DownstreamMaxBitRate="1000000",
            Layer1UpstreamMaxBitRate="4294967295"),
        "soap/WANPPPConnection1.GetInfo.xml": element(ConnectionStatus="-"),
        "soap/WANDSLInterfaceConfig1.GetInfo.xml": element(
            Status="Up", UpstreamNoiseMargin="4294967281", DownstreamMaxRate="0")})

    assert of(found, "box_wan_link_up", "box_wan_connected", "box_wan_access", "box_wan_line", "box_dsl_noise", "box_dsl_max") == {
        'box_dsl_noise_margin_decibels{direction="down"}': of(found, "box_dsl_noise")['box_dsl_noise_margin_decibels{direction="down"}'],
        'box_dsl_max_rate_bytes_per_second{direction="up"}': of(found, "box_dsl_max")['box_dsl_max_rate_bytes_per_second{direction="up"}']}


@pytest.mark.parametrize("address, prefix, connected", [("", "0", "0"), ("", "64", "0"), ("::", "0", "0"), ("2001:db8::1", "64", "1")])
def test_ipv6_is_there_with_an_address_and_not_with_a_length(tmp_path, address, prefix, connected):
    found = asked(tmp_path, DSL, "fritzbox_wan_ipv6", {
        "soap/WANIPConn1.X_AVM_DE_GetExternalIPv6Address.xml": element(ExternalIPv6Address=address, PrefixLength=prefix)})

    assert of(found, "box_wan_ipv6") == {"box_wan_ipv6_connected": connected}


@pytest.mark.parametrize("mode, ipv4, ipv6, ok", [
    ("ddns_v4", "complete", "offline", "1"), ("ddns_v4", "offline", "complete", "0"), ("ddns_v6", "offline", "complete", "1"),
    ("ddns_both", "offline", "updated", "1"), ("ddns_both", "account-disabled", "updated", "0"), ("ddns_together", "offline", "offline", None),
    ("ddns_v6", "complete", "unknown", None), ("", "updated", "", "1")])
def test_dynamic_dns_is_judged_by_the_addresses_that_its_mode_tells(tmp_path, mode, ipv4, ipv6, ok):
    found = asked(tmp_path, DSL, "fritzbox_ddns", {"soap/X_AVM-DE_RemoteAccess1.GetDDNSInfo.xml": element(
        Mode=mode, StatusIPv4=ipv4, StatusIPv6=ipv6, Enabled="1", ProviderName="dyndns")})

    assert of(found, "box_ddns_ok") == ({'box_ddns_ok{provider="dyndns"}': ok} if ok else {})


def test_an_optical_module_of_which_the_box_says_nothing_is_not_missing(tmp_path):
    found = asked(tmp_path, FIBER, "fritzbox_fiber, fritzbox_fiber_traffic", {
        "soap/X_AVM-DE_WANFiber1.GetInfo.xml": element(
            SFPVendor="Unknown", SFPPartNumber="Unknown", SFPSerialNumber="", SFPType="0", FiberMode="Unknown", OpticalSignalLevel="4294951696"),
        "soap/X_AVM-DE_WANFiber1.GetStatistics.xml": element(BytesReceived="0", PacketsReceived="0", MinutesInShowtime="0")})

    assert of(found, "box_fiber_module", "box_fiber_info", 'box_fiber_power_dbm{direction="down', "fritzbox_fiber_receive_b",
              "fritzbox_fiber_receive_p", "fritzbox_fiber_showtime") == {}


def test_a_radio_that_is_off_has_no_channel_and_no_band_that_nobody_knows(tmp_path):
    found = asked(tmp_path, FIBER, "fritzbox_wlan", {"soap/WLANConfiguration3.GetInfo.xml": lambda text: element(
        Status="Disabled", Channel="37", Standard="be", **{"X_AVM-DE_FrequencyBand": "unknown"})(text)})

    assert {key: text for key, text in of(found, "box_wlan").items() if 'radio="3"' in key} == {
        'box_wlan_up{radio="3"}': "0", 'box_wlan_info{radio="3",standard="be"}': "1"}


@pytest.mark.parametrize("rcpi, dbm", [(-79, "-79"), (104, "-58"), (255, None), (0, None), ("", None)])
def test_the_signal_of_a_station_is_dbm_whether_told_with_a_sign_or_in_half_steps(tmp_path, rcpi, dbm):
    """Seen: -79 (7590, 8.03); 104 is how IEEE 802.11 counts."""
    node = {"device_name": "x", "mesh_role": "master"}
    link = {"uid": "nl-1", "type": "WLAN", "state": "CONNECTED", "node_1_uid": "n-1", "node_2_uid": "n-2", "node_interface_1_uid": "ni-1",
            "node_interface_2_uid": "ni-2", "rx_rcpi": rcpi, "tx_rcpi": 255}
    mesh = {"nodes": [
        {**node, "uid": "n-1", "is_meshed": True, "device_mac_address": "00:00:5E:00:53:01",
         "node_interfaces": [{"uid": "ni-1", "name": "AP:5G:0", "type": "WLAN", "node_links": [link]}]},
        {**node, "uid": "n-2", "is_meshed": False, "device_mac_address": "00:00:5E:00:53:02",
         "node_interfaces": [{"uid": "ni-2", "name": "", "type": "WLAN", "node_links": [link]}]}]}
    found = asked(tmp_path, DSL, "fritzbox_stations", {"lists/meshlist.json": json.dumps(mesh)})

    assert of(found, "box_wlan_station_signal_dbm") == (
        {'box_wlan_station_signal_dbm{mac="00:00:5E:00:53:02"}': dbm} if dbm else {})


def test_what_is_no_temperature_no_battery_and_no_humidity_is_none(tmp_path):
    device = ('<devicelist version="1"><device identifier="11657 0000001" id="16" functionbitmask="1048864" fwversion="05.25" '
              'manufacturer="AVM" productname="FRITZ!DECT 440"><present>1</present><name>Taster</name><battery>255</battery>'
              "<temperature><celsius>-9999</celsius><offset/></temperature><humidity><rel_humidity>-9999</rel_humidity></humidity>"
              '<button identifier="11657 0000001-1" id="5000"><name/><lastpressedtimestamp>1</lastpressedtimestamp></button>'
              "</device></devicelist>")
    found = asked(tmp_path, DSL, "fritzbox_smarthome", {"aha/getdevicelistinfos.xml": device})

    assert sorted(key.split("{")[0] for key in of(found, "box_smarthome", "fritzbox_smarthome")) == [
        "box_smarthome_device_info", "box_smarthome_device_present", "fritzbox_smarthome_unit_info"]


def test_a_freebox_without_a_line_tells_neither_rates_nor_counters(tmp_path):
    found = asked(tmp_path, FREEBOX, "freebox_connection", {"get/connection.json": result(lambda told: told.update(
        state="", media="ftth", ipv6="::", bandwidth_down=0, bandwidth_up=-1, bytes_down=0, bytes_up=0, rate_down=0, rate_up=0))})

    assert of(found, "box_wan", "freebox_wan") == {
        "box_wan_ipv6_connected": "0", "box_wan_receive_rate_bytes_per_second": "0", "box_wan_transmit_rate_bytes_per_second": "0",
        **{key: text for key, text in of(found, "box_wan_access", "box_wan_info", "freebox_wan_ipv4").items()}}


def test_times_that_cannot_be_are_none(tmp_path):
    """A box whose clock was not set yet, and the milliseconds of the documentation."""
    found = asked(tmp_path, FREEBOX, "freebox_connection_log, freebox_standby", {
        "get/connection_logs.json": json.dumps({"success": True, "result": [
            {"id": 1, "type": "link", "state": "down", "date": 75}, {"id": 2, "type": "conn", "state": "down", "date": 1783860753000}]}),
        "get/standby_status.json": result(lambda told: told.update(next_change=1783860753000))})

    assert of(found, "box_wan_last_down", "freebox_standby_next") == {"freebox_standby_next_change_timestamp_seconds": "1783860753"}


def test_a_home_device_that_went_away_tells_nothing_but_that(tmp_path):
    def gone(nodes):
        for node in nodes:
            node["status"] = "unreachable"
    found = asked(tmp_path, DELTA, "freebox_home", {"get/home_nodes.json": result(gone)})

    assert {key.split("{")[0] for key in of(found, "box_smarthome", "freebox_home")} == {
        "box_smarthome_device_present", "box_smarthome_device_info", "freebox_home_device_state", "freebox_home_adapter_up",
        "freebox_home_adapter_info"}


def test_a_host_is_shown_with_the_ipv4_address_that_it_uses(tmp_path):
    def moved(hosts):
        first = hosts[0]["l3connectivities"][0]
        hosts[0]["l3connectivities"] = [{**first, "af": "ipv6", "addr": "fe80::1"}, {**first, "addr": "192.0.2.1", "active": False},
                                        {**first, "addr": "192.0.2.2"}]
        hosts[1]["l3connectivities"] = [{**first, "af": "ipv6", "addr": "2001:db8::2"}]
        del hosts[2:]
    found = asked(tmp_path, FREEBOX, "freebox_hosts", {"get/lan_browser_pub.json": result(moved),
                                                        "get/lan_browser_wifiguest.json": '{"success": true}'})

    assert [key.split('address="')[1].split('"')[0] for key in found if key.startswith("box_host_info")] == ["192.0.2.2", "2001:db8::2"]


def test_a_partition_that_is_not_mounted_is_not_empty(tmp_path):
    def gone(disks):
        for disk in disks:
            for part in disk["partitions"]:
                part.update(state="umounted", used_bytes=0, free_bytes=0)
    found = asked(tmp_path, FREEBOX, "freebox_storage", {"get/storage_disk.json": result(gone)})

    assert of(found, "box_partition_used", "freebox_partition_free") == {}
    assert of(found, "box_partition_info") != {}


def test_a_slot_without_a_card_wants_no_pin(tmp_path):
    def empty(modem):
        modem["sim"] = {"present": False, "pin_locked": False, "puk_locked": False, "pin_remaining": 0, "puk_remaining": 0}
        modem["radio"].update(associated=False, signal_level=0)
    found = asked(tmp_path, FREEBOX, "freebox_lte", {"get/connection_lte_backup.json": result(empty)})

    assert of(found, "freebox_sim", "freebox_mobile_signal_level") == {"freebox_sim_present": "0"}


def test_a_third_fan_is_no_temperature(tmp_path):
    history = {"success": True, "result": {"data": [{"time": 1783860753, "temp_cpu0": 58, "fan2_speed": 2300, "secondary-fan": 1100}]}}
    found = asked(tmp_path, FREEBOX, "freebox_rrd", {"get/rrd_temp.json": json.dumps(history)})

    assert of(found, "freebox_rrd_peak_temperature", "freebox_rrd_fan") == {
        'freebox_rrd_peak_temperature_celsius{sensor="temp_cpu0"}': "58",
        'freebox_rrd_fan_speed_rpm{fan="fan2_speed"}': "2300", 'freebox_rrd_fan_speed_rpm{fan="secondary-fan"}': "1100"}


def test_minus_one_is_no_count_no_time_and_no_switch(tmp_path):
    found = asked(tmp_path, FREEBOX, "freebox_system, freebox_vpn, freebox_storage", {
        "get/system.json": result(lambda told: told.update(uptime_val=-1, box_authenticated=-1, fans=[{"id": "fan0_speed", "value": -1}],
                                                           sensors=[{"id": "temp_cpu0", "value": -1}, {"id": "temp_t1"}])),
        "get/vpn.json": result(lambda servers: [server.update(connection_count=-1, auth_connection_count=-1) for server in servers]),
        "get/storage_disk.json": result(lambda disks: [disk.update(temp=-1, idle_duration=-1, total_bytes=-1, read_requests=-1) for disk in disks])})

    assert of(found, "box_uptime", "freebox_authenticated", "box_fan", "box_temperature", "box_vpn_server_connections", "freebox_vpn_server_auth",
              "box_disk_temperature", "freebox_disk_idle_seconds", "freebox_disk_size", 'freebox_disk_requests_total{disk="1000",operation="read') == {}


def test_no_cordless_telephone_is_none(tmp_path):
    found = asked(tmp_path, DSL, "fritzbox_dect", {"lists/dectlist.xml": "<List></List>"})

    assert of(found, "fritzbox_dect") == {"fritzbox_dect_handsets": "0"}
