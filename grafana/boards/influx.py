"""One board for who keeps the values in InfluxDB: version 1, or 2 with InfluxQL.

What Telegraf's inputs.prometheus (metric_version 2) makes of /metrics, and what boxmeter's own `json` and `influx` pushes say, is
the same: a measurement, a tag per label, a field per metric.  Names of hosts and smart home devices are tags of other fields,
which InfluxQL cannot join: lines carry the MAC or the ID, and tables beside them say whose they are."""
from panels import (A_MINUTE, BITS, CELSIUS, DB, DBM, GREEN, PRESENT, RATIO, RED, UP, VOLUME, YELLOW, limits, mirrored, per_day,
                    row, series, stat, table, timeline)

SOURCE = {"type": "influxdb", "uid": "${datasource}"}
BOXES = '"device" =~ /^${device:regex}$/'
DOWN, TO = "box_wan_receive_bytes_total", "box_wan_transmit_bytes_total"

WORDS = {"model": "Model", "firmware": "Firmware", "mac": "MAC", "name": "Name", "address": "Address", "medium": "Medium",
         "id": "ID",
         "product": "Product"}


def grouped(tags):
    return "".join(f', "{tag}"' for tag in tags)


def over_time(field, *tags, how="mean", factor="", bound=""):
    return (f'SELECT {factor}{how}("{field}") FROM "$measurement" WHERE $timeFilter AND {BOXES}{bound} '
            f'GROUP BY time($__interval){grouped(["device", *tags])} fill(none)')


def rate(field, *tags, factor="8 * "):
    """Of a counter, a second; a restart of the box is left out."""
    return over_time(field, *tags, how=f"{factor}non_negative_derivative(last").replace(f'("{field}")', f'("{field}"), 1s)')


def a_day(field, *tags, factor=""):
    """What a counter rose by within each day of the time zone chosen above, restarts of the box left out."""
    rises = (f'SELECT non_negative_difference(last("{field}")) AS "rise" FROM "$measurement" WHERE $timeFilter AND {BOXES} '
             f'GROUP BY time(10m){grouped(["device", *tags])}')
    return (f'SELECT {factor}sum("rise") FROM ({rises}) WHERE $timeFilter GROUP BY time(1d){grouped(["device", *tags])} fill(none) '
            "tz('$zone')")


def newest(field, *tags):
    return f'SELECT last("{field}") FROM "$measurement" WHERE $timeFilter AND {BOXES} GROUP BY {grouped(["device", *tags])[2:]}'


def who(title, note, field, *tags, **more):
    made = table(title, note, (newest(field, *tags), "", {}), hide=("last", "Value"), **more)
    made["transformations"][0]["options"]["indexByName"] = {tag: index for index, tag in enumerate(("device", *tags))}
    made["transformations"][0]["options"]["renameByName"] = {"device": "Box", **{tag: WORDS[tag] for tag in tags}}
    return {**made, "targets": [{**target, "format": "table"} for target in made["targets"]]}

ROWS = [
    row("At a glance",
        stat("Boxes", "Whether boxmeter reaches the box. Red: it is off, restarts, or its address or password has changed.",
             (newest("box_up"), "$tag_device"), defaults=UP, width=6, color="background"),
        stat("Internet", "Whether the box is connected to the internet. Red: look at the line, then call the provider.",
             (newest("box_wan_connected"), "$tag_device"), defaults=UP, width=6, color="background"),
        stat("Downloading", "What comes from the internet now. Near to what the contract says, everything waits.",
             (rate(DOWN), "$tag_device"), unit=BITS, width=6, graph="area"),
        stat("Uploading", "What goes to the internet now. A backup or a camera that fills it makes everything else slow.",
             (rate(TO), "$tag_device"), unit=BITS, width=6, graph="area"),
        series("Throughput", "What the line carries, from the box's counters; up is drawn downwards.",
               (rate(DOWN), "$tag_device down"), (rate(TO), "$tag_device up"), unit=BITS, overrides=[mirrored("/ up$/")], width=12),
        timeline("Outages", "Red: the box answers but has no internet. A gap: it does not answer.",
                 (over_time("box_wan_connected", how="min"), "$tag_device"), width=12),
        per_day("Volume per day", "Each bar is a day of the time zone chosen above; the last is today until now.",
                (a_day(DOWN), "$tag_device down"), (a_day(TO), "$tag_device up"), unit=VOLUME, stacked=True, width=12),
        who("Boxes", "Which boxes there are, and what they run.", "box_info", "model", "firmware")),
    row("Line",
        series("DSL: noise margin", "The reserve above the noise; the least of it matters. Below 3 dB the line is about to drop.",
               (over_time("box_dsl_noise_margin_decibels", "direction", how="min"), "$tag_device $tag_direction"), unit=DB,
               calcs=("min", "mean", "lastNotNull"), **limits((None, RED), (3, YELLOW), (6, GREEN))),
        series("DSL: rate", "At which rate the line is synchronised.",
               (over_time("box_dsl_rate_bytes_per_second", "direction", factor="8 * "), "$tag_device $tag_direction"), unit=BITS),
        series("DSL: errors", "CRC errors a minute. Some are usual; from one a second on one notices.",
               (rate("box_dsl_crc_errors_total", "direction", factor="60 * "), "$tag_device $tag_direction"), unit=A_MINUTE),
        series("Fibre: optical power", "-8 to -25 dBm received (down) are usual.",
               (over_time("box_fiber_power_dbm", "direction"), "$tag_device $tag_direction"), unit=DBM,
               **limits((None, RED), (-27, YELLOW), (-25, GREEN))),
        series("Cable: quality of the channels (MER)", "The least matters: below 33 dB a channel falls back to fewer bits.",
               (over_time("box_cable_channel_mer_decibels", how="min"), "$tag_device least"), unit=DB,
               calcs=("min", "mean", "lastNotNull"), **limits((None, RED), (30, YELLOW), (33, GREEN))),
        series("Mobile: signal (RSRP)", "Above -95 dBm is good, below -110 dBm poor.",
               (over_time("box_mobile_rsrp_dbm", "cell"), "$tag_device cell $tag_cell"), unit=DBM,
               **limits((None, RED), (-110, YELLOW), (-95, GREEN)))),
    row("Home network",
        series("Hosts", "How many hosts are connected.",
               (over_time("box_hosts_active", "network", "medium", bound=' AND "box_hosts_active" > 0'),
                                                          "$tag_device $tag_network $tag_medium"), stacked=True),
        series("Devices per radio", "How many devices use each radio.", (over_time("box_wlan_stations", "radio"),
                                                                        "$tag_device radio $tag_radio"), stacked=True),
        series("LAN ports", "From the network into the box upwards, to the network downwards.",
               (rate("box_lan_receive_bytes_total", "port"), "$tag_device $tag_port from the network"),
               (rate("box_lan_transmit_bytes_total", "port"), "$tag_device $tag_port to the network"), unit=BITS,
               overrides=[mirrored("/ to the network$/")]),
        timeline("Who is at home", "A line per host; the table beside it says whose the address is.",
                 (over_time("box_host_active", "mac", how="last"), "$tag_device $tag_mac"), width=8, height=10, defaults=PRESENT),
        series("What hosts receive", "A line per host; the table beside it says whose the address is.",
               (rate("box_host_transmit_bytes_total", "mac"), "$tag_device $tag_mac"), unit=BITS, height=10),
        who("Hosts", "What the box knows of each host.", "box_host_info", "mac", "name", "address", "medium", width=8, height=10)),
    row("Smart home",
        series("Temperature", "What each device measures.",
               (over_time("box_smarthome_temperature_celsius", "id"), "$tag_device $tag_id"),
               unit=CELSIUS),
        series("Power", "What flows now.", (over_time("box_smarthome_power_watts", "id"), "$tag_device $tag_id"), unit="watt",
               stacked=True),
        per_day("Energy per day", "Each bar is a day of the time zone chosen above; the last is today until now.",
                (a_day("box_smarthome_energy_joules_total", "id", factor="1 / 3600000 * "), "$tag_device $tag_id"), unit="kwatth",
                stacked=True,
                width=8),
        series("Batteries", "Below 10 % change it.", (over_time("box_smarthome_battery_ratio", "id"), "$tag_device $tag_id"),
               unit=RATIO,
               width=12,
               calcs=("min", "lastNotNull"), **limits((None, RED), (0.1, YELLOW), (0.3, GREEN))),
        who("Devices", "Whose the IDs are.", "box_smarthome_device_info", "id", "name", "product", width=12)),
    row("The boxes themselves",
        series("Temperature", "50 to 80 °C are usual; from 90 °C on the box slows down.",
               (over_time("box_temperature_celsius", "sensor"), "$tag_device $tag_sensor"), unit=CELSIUS, width=24,
               **limits((None, GREEN), (90, RED)))),
]


def of_influx(panel):
    """With the queries of InfluxQL where those of Prometheus stood."""
    targets = [{"refId": target["refId"], "datasource": SOURCE, "rawQuery": True, "query": target["expr"],
                "alias": target["legendFormat"],
                "resultFormat": target.get("format", "time_series")} for target in panel["targets"]]
    return {"interval": "1m", **panel, "datasource": SOURCE, "targets": targets}
