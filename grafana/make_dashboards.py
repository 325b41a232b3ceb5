#!/usr/bin/env python3
"""Writes the dashboards of grafana/dashboards: five short lists of panels become five long files of JSON.

usage: make_dashboards.py [--check]      --check: exit 1 when a file is not what this program would write

Every panel asks for the chosen boxes, whatever their brand: the metrics have the same names for all.  What not every box
has is in a row of its own that repeats for those that have it.  Such a row is closed: where no box has the thing, Grafana
still draws one line for it, and a closed row asks for nothing.
"""
import json
import sys

from panels import (BITS, BYTES, DATASOURCE, DB, DBM, GRAY, GREEN, HERE, ON, ON_OFF, OURS, RATIO, RED, SECONDS, UP, YELLOW,
                    YES_IS_BAD, bits_per_second, limits, link_to, mapping, named, override, per_second, pick, row, row_of,
                    series, stat, steps, table, timeline)


def throughput(width, height=8):
    return series("Throughput", (bits_per_second("box_wan_receive_bytes_total"), "{{device}} down"),
                  (bits_per_second("box_wan_transmit_bytes_total"), "{{device}} up"), unit=BITS, mirrored="/ up$/", width=width,
                  height=height, note="From the byte counters of the box; up is drawn downwards.")


def outages(width, height=8):
    return timeline("Outages", (pick("box_wan_connected"), "{{device}}"), width=width, height=height,
                    note="Red: the box answers but is not connected to the internet. A gap: it does not answer.")


OVERVIEW = [
    row("At a glance",
        stat("Boxes", (pick("box_up"), "{{device}}"), defaults={**UP, "links": link_to("boxmeter", "What boxmeter says of it")},
             width=6, color="background"),
        stat("Internet", (pick("box_wan_connected"), "{{device}}"), defaults={**UP, "links": link_to("line", "Its line")},
             width=6, color="background"),
        stat("Downloading", (f'sum by (device) ({bits_per_second("box_wan_receive_bytes_total")})', "{{device}}"), unit=BITS,
             defaults={"links": link_to("line", "Its line")}, width=6, graph="area"),
        stat("Uploading", (f'sum by (device) ({bits_per_second("box_wan_transmit_bytes_total")})', "{{device}}"), unit=BITS,
             defaults={"links": link_to("line", "Its line")}, width=6, graph="area")),
    row("Internet", throughput(16, 9), outages(8, 9)),
    row("Warnings",
        table("Alerts", f'ALERTS{{{OURS}, alertstate="firing"}}', width=12, height=8, none="nothing to warn of",
              hide=("Time", "__name__", "job", "instance", "Value", "alertstate", "kind"), rename={"alertname": "alert"},
              note="What fires of config/prometheus/alerts.yml; its RUNBOOK.md says what to do."),
        stat("Firmware update", (pick("box_firmware_update_available"), "{{device}}"), defaults=YES_IS_BAD, width=6),
        stat("Restarts in a day", (f'resets({pick("box_uptime_seconds")}[1d])', "{{device}}"), width=6,
             note="How often the uptime of the box began anew within 24 hours.",
             defaults={"thresholds": steps((None, GREEN), (1, YELLOW), (3, RED))}),
        stat("Queries that fail", (f'sum by (device) (1 - {pick("boxmeter_query_up")})', "{{device}}"), width=6,
             note="How many queries the box did not answer when last asked, of those that it supports.",
             defaults={"thresholds": steps((None, GREEN), (1, YELLOW)), "links": link_to("boxmeter", "Which ones")}),
        stat("Uptime", (pick("box_uptime_seconds"), "{{device}}"), unit=SECONDS, width=6)),
    row("Boxes",
        table("Models", pick("box_info"), width=12),
        series("Hosts that are connected", (f'sum by (device, network) ({pick("box_hosts_active")})', "{{device}} {{network}}"),
               width=12, defaults={"links": link_to("network", "Its network")})),
    row_of("warm", "box_temperature_celsius", "Temperature",
           series("Temperature and fans", (pick("box_temperature_celsius", "warm"), "{{sensor}}"),
                  (pick("box_fan_speed_rpm", "warm"), "fan {{fan}}"), unit="celsius", width=24,
                  overrides=[override("/^fan /", unit="rotrpm", custom_axisPlacement="right", custom_fillOpacity=0)],
                  **limits((None, GREEN), (90, RED)))),
    row_of("load", "box_cpu_usage_ratio", "Processor and memory",
           series("Processor", (pick("box_cpu_usage_ratio", "load"), "busy"), unit=RATIO, width=12),
           series("Memory", (pick("box_memory_ratio", "load"), "{{state}}"), unit=RATIO, width=12, stacked=True)),
]

LINE = [
    row("Connection",
        timeline("State", (f'{pick("box_wan_state")} == 1', "{{device}} {{state}}"), width=12, height=6,
                 defaults={"thresholds": steps((None, GREEN))}),
        stat("Access", (f'{pick("box_wan_access")} == 1', "{{device}} {{state}}"), width=4, height=6,
             defaults={"mappings": [{"type": "value", "options": {"1": {"text": "in use", "color": GREEN}}}]}),
        stat("Connected for", (pick("box_wan_uptime_seconds"), "{{device}}"),
             (f'time() - max by (device) ({pick("box_wan_last_down_timestamp_seconds")})', "{{device}}"), unit=SECONDS,
             width=4, height=6, note="Since the connection was made, or since the last outage that the box remembers."),
        stat("Connected in a week", (f'avg_over_time({pick("box_wan_connected")}[7d])', "{{device}}"), unit=RATIO, width=4,
             height=6, note="Share of the last seven days, or of what Prometheus has of them.",
             defaults={"decimals": 2, "thresholds": steps((None, RED), (0.99, YELLOW), (0.999, GREEN))})),
    row("Load", throughput(16), outages(8),
        series("Share of the capacity",
               (f'{per_second("box_wan_receive_bytes_total")} / ({pick("box_wan_receive_capacity_bytes_per_second")} > 0)',
                "{{device}} down"),
               (f'{per_second("box_wan_transmit_bytes_total")} / ({pick("box_wan_transmit_capacity_bytes_per_second")} > 0)',
                "{{device}} up"), unit=RATIO, width=12, **limits((None, GREEN), (0.9, YELLOW)),
               note="Of what the connection can carry; at 100 % everything waits."),
        series("Capacity", (bits_per_second("box_wan_receive_capacity_bytes_per_second"), "{{device}} down"),
               (bits_per_second("box_wan_transmit_capacity_bytes_per_second"), "{{device}} up"), unit=BITS, width=12)),
    row_of("packets", "box_wan_receive_packets_total", "Packets",
           series("Packets", (per_second("box_wan_receive_packets_total", "packets"), "down"),
                  (per_second("box_wan_transmit_packets_total", "packets"), "up"), unit="pps", mirrored="/^up$/", width=24)),
    row_of("dsl", "box_dsl_noise_margin_decibels", "DSL",
           series("Rate of the line", (bits_per_second("box_dsl_rate_bytes_per_second", "dsl"), "{{direction}}"),
                  (bits_per_second("box_dsl_max_rate_bytes_per_second", "dsl"), "{{direction}} at most"), unit=BITS),
           series("Noise margin", (pick("box_dsl_noise_margin_decibels", "dsl"), "{{direction}}"), unit=DB,
                  **limits((None, RED), (4, YELLOW), (6, GREEN)), note="Below 4 dB a line is about to drop."),
           series("Attenuation", (pick("box_dsl_attenuation_decibels", "dsl"), "{{direction}}"), unit=DB),
           series("Errors that cost data (CRC)", (per_second("box_dsl_crc_errors_total", "dsl"), "{{direction}}"), unit="cps"),
           series("Errors that were corrected (FEC)", (per_second("box_dsl_fec_errors_total", "dsl"), "{{direction}}"),
                  unit="cps"),
           series("Synchronisations", (f'increase({pick("box_dsl_retrains_total", "dsl")}[1h])', "within an hour"),
                  (f'resets({pick("box_dsl_sync_seconds", "dsl")}[1h])', "within an hour"),
                  note="How often the line had to synchronise again within an hour.")),
    row_of("fiber", "box_fiber_power_dbm", "Fibre",
           series("Optical power", (pick("box_fiber_power_dbm", "fiber"), "{{direction}}"), unit=DBM, width=12,
                  **limits((None, RED), (-27, GREEN))),
           timeline("Link", (pick("box_fiber_up", "fiber"), "link"), width=6),
           table("Module", pick("box_fiber_info", "fiber"), width=6)),
    row_of("cable", "box_cable_channel_power_dbmv", "Cable",
           series("Power of the channels", (pick("box_cable_channel_power_dbmv", "cable"), "{{direction}} {{channel}}"),
                  unit="suffix: dBmV"),
           series("Quality of the channels (MER)", (pick("box_cable_channel_mer_decibels", "cable"), "{{channel}}"), unit=DB,
                  **limits((None, RED), (30, GREEN))),
           series("Errors that cost data", (per_second("box_cable_channel_uncorrected_errors_total", "cable"), "{{channel}}"),
                  unit="cps")),
    row_of("mobile", "box_mobile_rsrp_dbm", "Mobile network",
           series("Signal (RSRP)", (pick("box_mobile_rsrp_dbm", "mobile"), "cell {{cell}} {{band}}"), unit=DBM,
                  **limits((None, RED), (-110, YELLOW), (-95, GREEN))),
           series("Quality (RSRQ)", (pick("box_mobile_rsrq_decibels", "mobile"), "cell {{cell}} {{band}}"), unit=DB),
           timeline("Connected", (pick("box_mobile_connected", "mobile"), "connected"))),
]

STATION = (pick("box_wlan_station_info", "stations"), "mac")
NETWORK = [
    row("Hosts",
        series("Connected", (pick("box_hosts_active"), "{{device}} {{network}} {{medium}}"), stacked=True, width=16),
        stat("Known", (f'sum by (device, network) ({pick("box_hosts")})', "{{device}} {{network}}"), width=8, height=7)),
    row("Wi-Fi",
        series("Devices per radio", (pick("box_wlan_stations"), "{{device}} radio {{radio}}"), stacked=True),
        timeline("On the air", (pick("box_wlan_up"), "{{device}} radio {{radio}}"), defaults=ON_OFF),
        series("Channel", (pick("box_wlan_channel"), "{{device}} radio {{radio}}"), custom={"lineInterpolation": "stepAfter"}),
        table("Radios", pick("box_wlan_info"), width=12),
        table("Networks", pick("box_wlan_ssid_info"), width=12)),
    row("LAN",
        series("Traffic per port", (bits_per_second("box_lan_receive_bytes_total"), "{{device}} {{port}} from the network"),
               (bits_per_second("box_lan_transmit_bytes_total"), "{{device}} {{port}} to the network"), unit=BITS, width=12,
               mirrored="/ to the network$/"),
        series("Speed of the ports", (bits_per_second("box_lan_port_speed_bytes_per_second"), "{{device}} {{port}}"), unit=BITS,
               width=12, custom={"lineInterpolation": "stepAfter"})),
    row_of("ports", "box_lan_port_up", "LAN ports",
           timeline("Ports", (pick("box_lan_port_up", "ports"), "port {{port}}"), width=24,
                    defaults=mapping(("empty", GRAY), ("connected", GREEN)))),
    row_of("hosts", "box_host_active", "Known hosts",
           table("Hosts", f'{pick("box_host_info", "hosts")} * {ON}, mac) group_left () {pick("box_host_active", "hosts")}',
                 width=24, height=10, hide=("Time", "__name__", "job", "instance", "device"), rename={"Value": "active"},
                 defaults=mapping(("no", GRAY), ("yes", GREEN)))),
    row_of("stations", "box_wlan_station_info", "Wi-Fi devices",
           series("Signal", (named(pick("box_wlan_station_signal_dbm", "stations"), *STATION), "{{name}}"), unit=DBM, width=12,
                  **limits((None, RED), (-75, YELLOW), (-65, GREEN))),
           series("Rate of the link", (named(bits_per_second("box_wlan_station_rate_bytes_per_second", "stations"), *STATION),
                                       "{{name}} {{direction}}"), unit=BITS, width=12)),
    row_of("survey", "box_wlan_channel_busy_ratio", "Wi-Fi channels",
           series("How busy the channel is", (pick("box_wlan_channel_busy_ratio", "survey"), "radio {{radio}}"), unit=RATIO,
                  width=12, **limits((None, GREEN), (0.5, YELLOW), (0.8, RED))),
           series("Noise", (pick("box_wlan_noise_dbm", "survey"), "radio {{radio}}"), unit=DBM, width=12)),
    row_of("mesh", "box_mesh_link_up", "Mesh",
           timeline("Links", (pick("box_mesh_link_up", "mesh"), "{{node}} - {{peer}} {{interface}}"), width=12),
           series("Rate of the links", (bits_per_second("box_mesh_link_rate_bytes_per_second", "mesh"),
                                        "{{node}} - {{peer}} {{interface}} {{direction}}"), unit=BITS, width=12)),
]


def at_home(metric, boxes, expression=None):
    """By name; the parts of a device (a smart meter's two directions) have names of their own."""
    info = f'{pick("box_smarthome_device_info", boxes)} or {ON}, id) {pick("fritzbox_smarthome_unit_info", boxes)}'
    return named((expression or "{}").format(pick(metric, boxes)), info, "id")


SMART_HOME = [
    row("Devices",
        table("Devices", f'{pick("box_smarthome_device_info")} * {ON}, id) group_left () {pick("box_smarthome_device_present")}',
              width=16, height=9, hide=("Time", "__name__", "job", "instance"), rename={"Value": "present"},
              defaults=mapping(("no", RED), ("yes", GREEN))),
        series("Temperature", (at_home("box_smarthome_temperature_celsius", "device"), "{{name}}"), unit="celsius", height=9)),
    row_of("heating", "box_smarthome_thermostat_comfort_celsius", "Heating",
           series("Thermostats are to reach", (at_home("box_smarthome_thermostat_target_celsius", "heating"), "{{name}}"),
                  unit="celsius", custom={"lineInterpolation": "stepAfter"}),
           timeline("Paused by an open window", (at_home("box_smarthome_thermostat_window_open", "heating"), "{{name}}"),
                    defaults=YES_IS_BAD),
           timeline("Trouble", (at_home("box_smarthome_thermostat_error", "heating", "({} == 1)"), "{{name}} {{state}}"),
                    defaults={"thresholds": steps((None, GREEN))})),
    row_of("power", "box_smarthome_power_watts", "Power",
           series("Power", (at_home("box_smarthome_power_watts", "power"), "{{name}}"), unit="watt", stacked=True, width=12),
           series("Energy within a day", (at_home("box_smarthome_energy_joules_total", "power", "increase({}[1d]) / 3.6e6"),
                                          "{{name}}"), unit="kwatth", width=6),
           timeline("Switches", (at_home("box_smarthome_switch_on", "power"), "{{name}}"), width=6, defaults=ON_OFF)),
    row_of("humidity", "box_smarthome_humidity_ratio", "Humidity",
           series("Humidity", (at_home("box_smarthome_humidity_ratio", "humidity"), "{{name}}"), unit=RATIO, width=24)),
    row_of("contacts", "box_smarthome_open", "Doors and windows",
           timeline("Doors and windows", (at_home("box_smarthome_open", "contacts"), "{{name}}"), width=24,
                    defaults=mapping(("closed", GREEN), ("open", YELLOW)))),
    row_of("alarms", "box_smarthome_alarm", "Alarms",
           timeline("Alarms", (at_home("box_smarthome_alarm", "alarms"), "{{name}}"), width=24,
                    defaults=mapping(("quiet", GREEN), ("alarm", RED)))),
    row_of("batteries", "box_smarthome_battery_ratio", "Batteries",
           series("Batteries", (at_home("box_smarthome_battery_ratio", "batteries"), "{{name}}"), unit=RATIO, width=24,
                  **limits((None, RED), (0.1, YELLOW), (0.3, GREEN)))),
]


def of_sink(metric):
    return f'{metric}{{{OURS}, sink=~"$sink"}}'


ITSELF = [
    row("Boxes",
        timeline("Reached", (pick("box_up"), "{{device}}"), width=12),
        series("Failures", (f'sum by (device, reason) ({per_second("boxmeter_failures_total")}) > 0', "{{device}} {{reason}}"),
               unit="cps", width=12, none="no failures"),
        series("How long queries take", (f'max by (device) ({pick("boxmeter_query_duration_seconds")})', "{{device}} slowest"),
               unit=SECONDS),
        series("Polls", (per_second("boxmeter_polls_total"), "{{device}}"),
               (per_second("boxmeter_polls_skipped_total"), "{{device}} skipped"), unit="cps"),
        series("Series", (pick("boxmeter_series"), "{{device}}")),
        table("What queries can do on each box", pick("boxmeter_query_info"), width=12),
        series("Late starts of polls", (pick("boxmeter_poll_lag_seconds"), "{{device}}"), unit=SECONDS, width=12)),
    row("Process",
        series("Processor", (f'rate(process_cpu_seconds_total{{{OURS}}}[$__rate_interval])', "{{instance}}"), unit=RATIO),
        series("Memory", (f'process_resident_memory_bytes{{{OURS}}}', "{{instance}}"), unit=BYTES),
        series("Requests", (f'sum by (handler, code) (rate(boxmeter_http_requests_total{{{OURS}}}[$__rate_interval]))',
                            "{{handler}} {{code}}"), unit="reqps"),
        stat("Version", (f'boxmeter_build_info{{{OURS}}}', "{{version}}"), width=12,
             defaults={"mappings": [{"type": "value", "options": {"1": {"text": "runs", "color": GREEN}}}]}),
        stat("Configuration", (f'boxmeter_config_last_reload_successful{{{OURS}}}', "{{instance}}"), width=12,
             defaults=mapping(("not taken", RED), ("in force", GREEN)))),
    row_of("sink", "boxmeter_push_sent_total", "Push",
           series("Waiting", (of_sink("boxmeter_push_queue_objects"), "objects")),
           series("Sent", (f'rate({of_sink("boxmeter_push_sent_total")}[$__rate_interval])', "objects"), unit="cps"),
           series("Failed and dropped", (f'rate({of_sink("boxmeter_push_failures_total")}[$__rate_interval])', "{{reason}}"),
                  (f'rate({of_sink("boxmeter_push_dropped_total")}[$__rate_interval])', "dropped: {{reason}}"),
                  unit="cps"), label="sink"),
]

DASHBOARDS = {
    "overview": ("Boxes: overview", "All boxes at a glance.", OVERVIEW),
    "line": ("Boxes: internet line", "Connection, load, and the line: DSL, fibre, cable, mobile network.", LINE),
    "network": ("Boxes: home network", "Hosts, Wi-Fi, LAN, mesh.", NETWORK),
    "smarthome": ("Boxes: smart home", "Climate, power, contacts, batteries.", SMART_HOME),
    "boxmeter": ("Boxes: boxmeter itself", "Whether the boxes answer, what is pushed, what it costs.", ITSELF),
}
# Marks in every panel over time: what happened, how it is found, how often that is looked at.
ANNOTATIONS = [
    ("Restarts", "orange", "{{device}} restarted", f'resets({pick("box_uptime_seconds")}[2m]) > 0'),
    ("New firmware", "purple", "{{device}} runs {{firmware}}",
     f'{pick("box_info")} unless {ON}, firmware) {pick("box_info")} offset 5m and {ON}) {pick("box_info")} offset 5m'),
    ("Outages", "red", "{{device}} has no internet", f'{pick("box_wan_connected")} == bool 0 == 1'),
]


def variables(rows):
    def query(name, label, expression, hide=0):
        return {"type": "query", "name": name, "label": label, "datasource": DATASOURCE, "refresh": 2, "sort": 1, "hide": hide,
                "query": {"query": expression, "refId": "variable"}, "definition": expression, "includeAll": True,
                "multi": True, "allValue": ".+", "current": {"text": "All", "value": "$__all", "selected": True}}
    chosen = [{"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
               "current": {}, "hide": 0},
              query("job", "Job", "label_values(boxmeter_build_info, job)"),
              query("instance", "Instance", 'label_values(boxmeter_build_info{job=~"$job"}, instance)'),
              query("device", "Box", f"label_values(box_up{{{OURS}}}, device)")]
    for each in rows:
        if "repeat" in each:
            having = pick(each["metric"]) if each["label"] == "device" else f'{each["metric"]}{{{OURS}}}'
            chosen.append(query(each["repeat"], each["title"], f'label_values({having}, {each["label"]})', hide=2))
    return chosen


def placed(panels, top):
    """From left to right, a new line where one does not fit; and where the next row begins."""
    made, left, height = [], 0, 0
    for each in panels:
        place = each["gridPos"]
        # Low panels may stand on top of each other beside a high one.
        above = made[-1]["gridPos"] if made else None
        if above and above["w"] == place["w"] and above["h"] + place["h"] <= height and above["y"] == top:
            made.append({**each, "gridPos": {**place, "x": above["x"], "y": top + above["h"]}})
            continue
        if left + place["w"] > 24:
            top, left, height = top + height, 0, 0
        made.append({**each, "gridPos": {**place, "x": left, "y": top}})
        left, height = left + place["w"], max(height, place["h"])
    return made, top + height


def laid_out(rows):
    panels, top = [], 0
    for each in rows:
        inside, end = placed(each["panels"], top + 1)
        head = {"type": "row", "title": each["title"], "gridPos": {"x": 0, "y": top, "w": 24, "h": 1}}
        if "repeat" in each:
            panels.append({**head, "title": f"{each['title']}: ${each['repeat']}", "collapsed": True, "repeat": each["repeat"],
                           "panels": inside})
            top += 1
        else:
            panels += [{**head, "collapsed": False, "panels": []}, *inside]
            top = end
    return numbered(panels)


def numbered(panels):
    count = 0
    for each in panels:
        for made in [each, *each.get("panels", [])]:
            made["id"] = count = count + 1
    return panels


def annotations():
    return [{"name": name, "datasource": DATASOURCE, "enable": True, "iconColor": color, "titleFormat": title, "expr": expression,
             "step": "60s", "useValueForTime": False} for name, color, title, expression in ANNOTATIONS]


def dashboard(name, title, description, rows):
    links = [{"type": "dashboards", "tags": ["boxmeter"], "title": "Boxes", "asDropdown": True, "includeVars": True,
              "keepTime": True, "icon": "external link", "targetBlank": False, "tooltip": "", "url": ""}]
    return {"uid": f"boxmeter-{name}", "title": title, "description": description, "tags": ["boxmeter"], "schemaVersion": 39,
            "version": 1, "editable": False, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
            "timezone": "browser", "templating": {"list": variables(rows)}, "annotations": {"list": annotations()},
            "links": links, "panels": laid_out(rows)}


def main():
    stale = []
    for name, (title, description, rows) in DASHBOARDS.items():
        file = HERE / "dashboards" / f"{name}.json"
        text = json.dumps(dashboard(name, title, description, rows), indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file.name)
    if stale:
        sys.exit(f"not what make_dashboards.py writes: {', '.join(stale)}; run grafana/make_dashboards.py")


if __name__ == "__main__":
    main()
