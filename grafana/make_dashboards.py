#!/usr/bin/env python3
"""Writes the dashboards of grafana/dashboards: five short lists of panels become five long files of JSON.

usage: make_dashboards.py [--check]      --check: exit 1 when a file is not what this program would write

Every panel asks for `$device`, whatever its brand: the metrics have the same names for all.  What a box lacks is
absent, so a panel shows the boxes that have the thing, and says so where none has.
"""
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "dashboards"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
OURS = 'job=~"$job", instance=~"$instance"'
NONE = "no box here has this"
RATE, BYTES, SECONDS, RATIO, DB, DBM = "Bps", "bytes", "s", "percentunit", "dB", "dBm"
GREEN, YELLOW, RED = "green", "yellow", "red"


def pick(metric, **labels):
    """metric{job=~"$job", instance=~"$instance", device=~"$device", ...}"""
    chosen = "".join(f', {name}="{value}"' for name, value in labels.items())
    return f'{metric}{{{OURS}, device=~"$device"{chosen}}}'


def per_second(metric, **labels):
    return f"rate({pick(metric, **labels)}[$__rate_interval])"


def steps(*pairs):
    """(None, green), (4, red): green, from 4 on red"""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in pairs]}


UP = {"thresholds": steps((None, RED), (1, GREEN)),
      "mappings": [{"type": "value", "options": {"0": {"text": "down", "color": RED}, "1": {"text": "up", "color": GREEN}}}]}
YES_IS_BAD = {"thresholds": steps((None, GREEN), (1, YELLOW)),
              "mappings": [{"type": "value", "options": {"0": {"text": "no", "color": GREEN},
                                                         "1": {"text": "yes", "color": YELLOW}}}]}


def targets(expressions, instant=False):
    return [{"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend, "datasource": DATASOURCE,
             "instant": instant, "range": not instant, "editorMode": "code"}
            for index, (expression, legend) in enumerate(expressions)]


def panel(kind, title, expressions, unit="short", width=8, height=7, description="", defaults=None, options=None,
          custom=None, overrides=(), instant=False, **more):
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE,
            "targets": targets(expressions, instant), "gridPos": {"w": width, "h": height},
            "fieldConfig": {"defaults": {"unit": unit, "noValue": NONE, **(defaults or {}), "custom": custom or {}},
                            "overrides": list(overrides)},
            "options": options or {}, **more}


def series(title, *expressions, unit="short", mirrored=None, stacked=False, **more):
    """Lines over time; `mirrored` is a pattern of legends that are drawn downwards."""
    custom = {"lineWidth": 1, "fillOpacity": 12, "showPoints": "never", "spanNulls": False,
              "stacking": {"mode": "normal" if stacked else "none", "group": "A"}}
    overrides = [{"matcher": {"id": "byRegexp", "options": mirrored},
                  "properties": [{"id": "custom.transform", "value": "negative-Y"}]}] if mirrored else []
    return panel("timeseries", title, expressions, unit, custom=custom, overrides=overrides, options={
        "legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["mean", "max", "lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"}}, **more)


def stat(title, *expressions, unit="short", defaults=None, width=4, height=4, color="value", **more):
    return panel("stat", title, expressions, unit, width, height, defaults=defaults, instant=True, options={
        "colorMode": color, "graphMode": "none", "textMode": "value_and_name", "justifyMode": "auto",
        "orientation": "auto", "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}, **more)


def timeline(title, *expressions, defaults=None, **more):
    return panel("state-timeline", title, expressions, defaults=defaults or UP, custom={"fillOpacity": 80, "lineWidth": 0},
                 options={"mergeValues": True, "showValue": "never", "rowHeight": 0.8,
                          "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom"},
                          "tooltip": {"mode": "single", "sort": "none"}}, **more)


def table(title, *expressions, hide=("Time", "__name__", "job", "instance", "Value"), rename=None, unit="short", **more):
    """Instant values, a row per series; with several expressions joined on their labels."""
    transformations = [{"id": "labelsToFields", "options": {"mode": "columns"}}, {"id": "merge", "options": {}},
                       {"id": "organize", "options": {"excludeByName": {name: True for name in hide},
                                                      "renameByName": rename or {}}}]
    made = panel("table", title, [(expression, "") for expression in expressions], unit, instant=True,
                 transformations=transformations, options={"showHeader": True, "cellHeight": "sm"}, **more)
    for target in made["targets"]:
        target["format"] = "table"
    return made


def row(title, *panels):
    return {"row": title, "panels": panels}


OVERVIEW = [
    row("At a glance",
        stat("Boxes", (pick("box_up"), "{{device}}"), defaults=UP, width=6, color="background",
             description="Whether the last turn reached the box and no login was refused."),
        stat("Internet", (pick("box_wan_connected"), "{{device}}"), defaults=UP, width=6, color="background"),
        stat("Downloading", (f'sum by (device) ({per_second("box_wan_receive_bytes_total")})', "{{device}}"), unit=RATE,
             width=6),
        stat("Uploading", (f'sum by (device) ({per_second("box_wan_transmit_bytes_total")})', "{{device}}"), unit=RATE,
             width=6)),
    row("Internet",
        series("Throughput", (per_second("box_wan_receive_bytes_total"), "{{device}} down"),
               (per_second("box_wan_transmit_bytes_total"), "{{device}} up"), unit=RATE, mirrored="/ up$/", width=16, height=9,
               description="From the byte counters of the box; up is drawn downwards."),
        timeline("Outages", (pick("box_wan_connected"), "{{device}}"), height=9,
                 description="Red: the box answers but is not connected to the internet.")),
    row("Boxes",
        table("Models", pick("box_info"), width=12, rename={"device": "box"}),
        series("Hosts that are connected", (f'sum by (device, network) ({pick("box_hosts_active")})', "{{device}} {{network}}"),
               width=12)),
    row("Warnings",
        stat("Firmware update", (pick("box_firmware_update_available"), "{{device}}"), defaults=YES_IS_BAD, width=6),
        stat("Restarts in a day", (f'resets({pick("box_uptime_seconds")}[1d])', "{{device}}"), width=6,
             defaults={"thresholds": steps((None, GREEN), (1, YELLOW), (3, RED))}),
        stat("Up time", (pick("box_uptime_seconds"), "{{device}}"), unit=SECONDS, width=6),
        stat("Queries that fail", (f'count by (device) ({pick("boxmeter_query_up")} == 0) or 0 * {pick("box_up")}',
                                   "{{device}}"),
             width=6, defaults={"thresholds": steps((None, GREEN), (1, YELLOW))})),
    row("Health of the boxes",
        series("Temperature", (pick("box_temperature_celsius"), "{{device}} {{sensor}}"), unit="celsius"),
        series("Processor", (pick("box_cpu_usage_ratio"), "{{device}}"), unit=RATIO),
        series("Fans", (pick("box_fan_speed_rpm"), "{{device}} {{fan}}"), unit="rotrpm")),
]

LINE = [
    row("Connection",
        timeline("State", (f'{pick("box_wan_state")} == 1', "{{device}} {{state}}"), width=12,
                 defaults={"thresholds": steps((None, GREEN))}),
        stat("Access", (f'{pick("box_wan_access")} == 1', "{{device}} {{state}}"), width=6, height=7),
        stat("Connected since", (pick("box_wan_uptime_seconds"), "{{device}}"), unit=SECONDS, width=6, height=7)),
    row("Load",
        series("Throughput", (per_second("box_wan_receive_bytes_total"), "{{device}} down"),
               (per_second("box_wan_transmit_bytes_total"), "{{device}} up"), unit=RATE, mirrored="/ up$/", width=12),
        series("Share of the capacity",
               (f'{per_second("box_wan_receive_bytes_total")} / ({pick("box_wan_receive_capacity_bytes_per_second")} > 0)',
                "{{device}} down"),
               (f'{per_second("box_wan_transmit_bytes_total")} / ({pick("box_wan_transmit_capacity_bytes_per_second")} > 0)',
                "{{device}} up"), unit=RATIO, width=12),
        series("Capacity", (pick("box_wan_receive_capacity_bytes_per_second"), "{{device}} down"),
               (pick("box_wan_transmit_capacity_bytes_per_second"), "{{device}} up"), unit=RATE, width=12),
        series("Packets", (per_second("box_wan_receive_packets_total"), "{{device}} down"),
               (per_second("box_wan_transmit_packets_total"), "{{device}} up"), unit="pps", mirrored="/ up$/", width=12)),
    row("DSL",
        series("Rate", (pick("box_dsl_rate_bytes_per_second"), "{{device}} {{direction}}"),
               (pick("box_dsl_max_rate_bytes_per_second"), "{{device}} {{direction}} at most"), unit=RATE),
        series("Noise margin", (pick("box_dsl_noise_margin_decibels"), "{{device}} {{direction}}"), unit=DB,
               description="Below 4 dB a line is about to drop."),
        series("Attenuation", (pick("box_dsl_attenuation_decibels"), "{{device}} {{direction}}"), unit=DB),
        series("Errors that cost data (CRC)", (per_second("box_dsl_crc_errors_total"), "{{device}} {{direction}}"), unit="cps"),
        series("Errors that were corrected (FEC)", (per_second("box_dsl_fec_errors_total"), "{{device}} {{direction}}"),
               unit="cps"),
        series("Synchronisations", (f'increase({pick("box_dsl_retrains_total")}[1h])', "{{device}}"),
               (f'resets({pick("box_dsl_sync_seconds")}[1h])', "{{device}}"), description="Within an hour.")),
    row("Fibre",
        series("Optical power", (pick("box_fiber_power_dbm"), "{{device}} {{direction}}"), unit=DBM, width=12),
        stat("Link", (pick("box_fiber_up"), "{{device}}"), defaults=UP, width=6, height=7),
        table("Module", pick("box_fiber_info"), width=6)),
    row("Cable",
        series("Power of the channels", (pick("box_cable_channel_power_dbmv"), "{{device}} {{direction}} {{channel}}"),
               unit="dBmV"),
        series("Quality of the channels (MER)", (pick("box_cable_channel_mer_decibels"), "{{device}} {{channel}}"), unit=DB),
        series("Errors that cost data", (per_second("box_cable_channel_uncorrected_errors_total"), "{{device}} {{channel}}"),
               unit="cps")),
    row("Mobile",
        series("Signal (RSRP)", (pick("box_mobile_rsrp_dbm"), "{{device}} {{cell}} {{band}}"), unit=DBM, width=12),
        series("Quality (RSRQ)", (pick("box_mobile_rsrq_decibels"), "{{device}} {{cell}} {{band}}"), unit=DB, width=12)),
]

NETWORK = [
    row("Hosts",
        series("Connected", (pick("box_hosts_active"), "{{device}} {{network}} {{medium}}"), stacked=True, width=12),
        table("Known hosts", f'{pick("box_host_info")} * on (job, instance, device, mac) group_left () {pick("box_host_active")}',
              width=12, hide=("Time", "__name__", "job", "instance"), rename={"Value": "active"},
              description="With the packs fritzbox_hosts and freebox_hosts.")),
    row("Wi-Fi",
        series("Devices per radio", (pick("box_wlan_stations"), "{{device}} radio {{radio}}"), stacked=True),
        timeline("Radios", (pick("box_wlan_up"), "{{device}} radio {{radio}}")),
        series("Channel", (pick("box_wlan_channel"), "{{device}} radio {{radio}}")),
        table("Networks", pick("box_wlan_ssid_info"), width=12),
        series("How busy the channel is", (pick("box_wlan_channel_busy_ratio"), "{{device}} radio {{radio}}"), unit=RATIO,
               width=12, description="With the pack freebox_wifi_survey."),
        series("Signal of the devices",
               (f'{pick("box_wlan_station_signal_dbm")} * on (job, instance, device, mac) group_left (name) '
                f'{pick("box_wlan_station_info")}', "{{device}} {{name}}"), unit=DBM, width=12,
               description="With the pack freebox_stations."),
        series("Rate of the devices",
               (f'{pick("box_wlan_station_rate_bytes_per_second")} * on (job, instance, device, mac) group_left (name) '
                f'{pick("box_wlan_station_info")}', "{{device}} {{name}} {{direction}}"), unit=RATE, width=12,
               description="With the packs fritzbox_stations and freebox_stations.")),
    row("LAN",
        series("Traffic per port", (per_second("box_lan_receive_bytes_total"), "{{device}} {{port}} from the network"),
               (per_second("box_lan_transmit_bytes_total"), "{{device}} {{port}} to the network"), unit=RATE, width=12,
               mirrored="/ to the network$/"),
        timeline("Ports", (pick("box_lan_port_up"), "{{device}} {{port}}"), width=6),
        series("Speed of the ports", (pick("box_lan_port_speed_bytes_per_second"), "{{device}} {{port}}"), unit=RATE, width=6)),
    row("Mesh",
        timeline("Links", (pick("box_mesh_link_up"), "{{device}} {{node}} - {{peer}} {{interface}}"), width=12,
                 description="With the pack fritzbox_mesh."),
        series("Rate of the links", (pick("box_mesh_link_rate_bytes_per_second"),
                                     "{{device}} {{node}} - {{peer}} {{direction}}"), unit=RATE, width=12)),
]

HOME = "* on (job, instance, device, id) group_left (name) " + pick("box_smarthome_device_info")
SMART_HOME = [
    row("Climate",
        series("Temperature", (f'{pick("box_smarthome_temperature_celsius")} {HOME}', "{{name}}"), unit="celsius", width=12,
               description="With the packs fritzbox_smarthome and freebox_home."),
        series("Thermostats are to reach", (f'{pick("box_smarthome_thermostat_target_celsius")} {HOME}', "{{name}}"),
               unit="celsius", width=12),
        series("Humidity", (f'{pick("box_smarthome_humidity_ratio")} {HOME}', "{{name}}"), unit=RATIO, width=12),
        timeline("Open windows", (f'{pick("box_smarthome_thermostat_window_open")} {HOME}', "{{name}}"),
                 (f'{pick("box_smarthome_open")} {HOME}', "{{name}}"), width=12, defaults=YES_IS_BAD)),
    row("Power",
        series("Power", (f'{pick("box_smarthome_power_watts")} {HOME}', "{{name}}"), unit="watt", width=12, stacked=True),
        series("Energy per day", (f'increase({pick("box_smarthome_energy_joules_total")}[1d]) {HOME}', "{{name}}"),
               unit="joule", width=6),
        timeline("Switches", (f'{pick("box_smarthome_switch_on")} {HOME}', "{{name}}"), width=6)),
    row("Devices",
        table("Devices", f'{pick("box_smarthome_device_info")} * on (job, instance, device, id) group_left () '
                         f'{pick("box_smarthome_device_present")}', width=12, hide=("Time", "__name__", "job", "instance"),
              rename={"Value": "present"}),
        series("Batteries", (f'{pick("box_smarthome_battery_ratio")} {HOME}', "{{name}}"), unit=RATIO, width=12)),
]

ITSELF = [
    row("Boxes",
        timeline("Reached", (pick("box_up"), "{{device}}"), width=12),
        series("Failures", (f'sum by (device, reason) ({per_second("boxmeter_failures_total")}) > 0', "{{device}} {{reason}}"),
               unit="cps", width=12),
        series("How long queries take", (f'max by (device) ({pick("boxmeter_query_duration_seconds")})', "{{device}} slowest"),
               unit=SECONDS),
        series("Polls", (per_second("boxmeter_polls_total"), "{{device}}"),
               (per_second("boxmeter_polls_skipped_total"), "{{device}} skipped"), unit="cps"),
        series("Series", (pick("boxmeter_series"), "{{device}}")),
        table("What queries can do on each box", pick("boxmeter_query_info"), width=12),
        series("Late starts of polls", (pick("boxmeter_poll_lag_seconds"), "{{device}}"), unit=SECONDS, width=12)),
    row("Push",
        series("Waiting", (f'boxmeter_push_queue_objects{{{OURS}}}', "{{sink}}")),
        series("Sent", (f'rate(boxmeter_push_sent_total{{{OURS}}}[$__rate_interval])', "{{sink}}"), unit="cps"),
        series("Failed and dropped", (f'rate(boxmeter_push_failures_total{{{OURS}}}[$__rate_interval])', "{{sink}} {{reason}}"),
               (f'rate(boxmeter_push_dropped_total{{{OURS}}}[$__rate_interval])', "{{sink}} dropped: {{reason}}"),
               unit="cps")),
    row("Process",
        series("Processor", (f'rate(process_cpu_seconds_total{{{OURS}}}[$__rate_interval])', "{{instance}}"), unit=RATIO),
        series("Memory", (f'process_resident_memory_bytes{{{OURS}}}', "{{instance}}"), unit=BYTES),
        series("Requests", (f'sum by (handler, code) (rate(boxmeter_http_requests_total{{{OURS}}}[$__rate_interval]))',
                            "{{handler}} {{code}}"), unit="reqps"),
        stat("Version", (f'boxmeter_build_info{{{OURS}}}', "{{version}}"), width=12),
        stat("Configuration", (f'boxmeter_config_last_reload_successful{{{OURS}}}', "{{instance}}"), defaults=UP, width=12)),
]

DASHBOARDS = {
    "overview": ("Boxes: overview", OVERVIEW),
    "line": ("Boxes: internet line", LINE),
    "network": ("Boxes: home network", NETWORK),
    "smarthome": ("Boxes: smart home", SMART_HOME),
    "boxmeter": ("Boxes: boxmeter itself", ITSELF),
}


def variables():
    def query(name, label, expression):
        return {"type": "query", "name": name, "label": label, "datasource": DATASOURCE, "refresh": 2, "sort": 1,
                "query": {"query": expression, "refId": "variable"}, "definition": expression, "includeAll": True,
                "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all", "selected": True}}
    return [{"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
             "current": {}, "hide": 0},
            query("job", "Job", "label_values(boxmeter_build_info, job)"),
            query("instance", "Instance", 'label_values(boxmeter_build_info{job=~"$job"}, instance)'),
            query("device", "Box", 'label_values(box_up{job=~"$job"}, device)')]


def laid_out(rows):
    """Panels from left to right, a new line where one does not fit."""
    panels, top = [], 0
    for each in rows:
        panels.append({"type": "row", "title": each["row"], "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": top, "w": 24, "h": 1}})
        top, left, height = top + 1, 0, 0
        for made in each["panels"]:
            place = made["gridPos"]
            if left + place["w"] > 24:
                top, left, height = top + height, 0, 0
            panels.append({**made, "gridPos": {"x": left, "y": top, **place}})
            left, height = left + place["w"], max(height, place["h"])
        top += height
    return [{"id": number, **made} for number, made in enumerate(panels, 1)]


def dashboard(name, title, rows):
    links = [{"type": "dashboards", "tags": ["boxmeter"], "title": "Boxes", "asDropdown": True, "includeVars": True,
              "keepTime": True, "icon": "external link", "targetBlank": False, "tooltip": "", "url": ""}]
    return {"uid": f"boxmeter-{name}", "title": title, "tags": ["boxmeter"], "schemaVersion": 39, "version": 1,
            "editable": True, "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
            "timezone": "browser", "templating": {"list": variables()}, "annotations": {"list": []}, "links": links,
            "panels": laid_out(rows)}


def main():
    stale = []
    for name, (title, rows) in DASHBOARDS.items():
        file = FOLDER / f"{name}.json"
        text = json.dumps(dashboard(name, title, rows), indent=1, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file.name)
    if stale:
        sys.exit(f"not what make_dashboards.py writes: {', '.join(stale)}; run grafana/make_dashboards.py")


if __name__ == "__main__":
    main()
