"""Hosts: who is at home, who takes the line, how good their Wi-Fi is."""
from panels import (BITS, DBM, GREEN, ON, PLAIN, PRESENT, RATIO, RED, VOLUME, YELLOW, bars, bits_per_second, by, limits, mirrored,
                    named, pick, row, row_of, series, stat, table, timeline, told)

HOST_INFO, STATION_INFO = "box_host_info", "box_wlan_station_info"


def of_host(expression, boxes):
    return named(expression, pick(HOST_INFO, boxes), "mac")


def of_station(expression, boxes):
    return named(expression, pick(STATION_INFO, boxes), "mac")


def over_range(metric, boxes):
    return f"increase({pick(metric, boxes)}[$__range])"


def top(metric, boxes, name):
    """The ten that moved most within the time shown."""
    return f"topk(10, {name(over_range(metric, boxes), boxes)})"


def rate_of_top(metric, boxes, name):
    """Over time, of the same ten; those that are not among them are left out, and the colours stay."""
    return (f'{name(bits_per_second(metric, boxes), boxes)} and {ON}, mac) '
            f'topk(10, increase({pick(metric, boxes)}[$__range] @ end()))')


ROWS = [
    row("Hosts",
        series("Connected", "How many hosts are connected, by network and by how.",
               (f'{pick("box_hosts_active")} > 0', "{{device}} {{network}} {{medium}}"), stacked=True, width=16),
        stat("Known", "How many hosts the box knows, connected or not.",
             (f'sum by (device, network) ({pick("box_hosts")})', "{{device}} {{network}}"), width=8, height=7,
             defaults={"decimals": 0})),
    row_of("hosts", "box_host_active", "Who is at home",
           timeline("Here and away",
                    "A line per host: green while it is connected to the box. Telephones sleep: short gaps are usual.",
                    (of_host(pick("box_host_active", "hosts"), "hosts"), "{{name}}"), width=24, height=12, defaults=PRESENT),
           table("Hosts", "What the box knows of each host.",
                 (by("mac, name, address, vendor, network, medium, model, port", pick(HOST_INFO, "hosts")), "", {}),
                 (by("mac", pick("box_host_active", "hosts")), "Connected", told(PRESENT)), width=24, height=10)),
    row_of("takers", "box_host_receive_bytes_total", "Who takes how much",
           bars("Most received", "The ten hosts that received most within the time shown.",
                (top("box_host_transmit_bytes_total", "takers", of_host), "{{name}}"), unit=VOLUME, width=6, height=9),
           bars("Most sent", "The ten hosts that sent most within the time shown.",
                (top("box_host_receive_bytes_total", "takers", of_host), "{{name}}"), unit=VOLUME, width=6, height=9),
           series("Rate", "What each of these hosts receives (upwards) and sends (downwards).",
                  (rate_of_top("box_host_transmit_bytes_total", "takers", of_host), "{{name}} down"),
                  (rate_of_top("box_host_receive_bytes_total", "takers", of_host), "{{name}} up"), unit=BITS, width=12, height=9,
                  overrides=[mirrored("/ up$/")])),
    row_of("stations", "box_wlan_station_signal_dbm", "Wi-Fi devices",
           series("Signal",
                  "How strong the box hears each device; the least matters. Above -65 dBm is good, below -75 dBm it stutters: "
                  "a repeater, or another place for the box.",
                  (of_station(pick("box_wlan_station_signal_dbm", "stations"), "stations"), "{{name}}"), unit=DBM, width=12,
                  calcs=("min", "mean", "lastNotNull"), **limits((None, RED), (-75, YELLOW), (-65, GREEN))),
           series("Rate of the link", "How fast each device could be; about half of it is what one gets.",
                  (of_station(bits_per_second("box_wlan_station_rate_bytes_per_second", "stations"), "stations"),
                   "{{name}} {{direction}}"), unit=BITS, width=12)),
    row_of("strength", "box_wlan_station_signal_ratio", "Wi-Fi devices as the box rates them",
           series("Signal", "How strong the box hears each device, as it says it: above 60 % is good.",
                  (of_station(pick("box_wlan_station_signal_ratio", "strength"), "strength"), "{{name}}"), unit=RATIO, width=12,
                  calcs=("min", "mean", "lastNotNull"), **limits((None, RED), (0.3, YELLOW), (0.6, GREEN))),
           table("Devices", "Radio, band and speed of each.",
                 (by("mac, name, band, radio", pick(STATION_INFO, "strength")), "", {}),
                 (by("mac", f'8 * {pick("fritzbox_wlan_station_speed_bytes_per_second", "strength")} and {ON}, mac) '
                            f'{pick(STATION_INFO, "strength")}'), "Speed", {"unit": BITS}),
                 width=12)),
    row_of("talkers", "box_wlan_station_receive_bytes_total", "Who takes how much over Wi-Fi",
           bars("Most received", "The ten devices that received most over Wi-Fi within the time shown.",
                (top("box_wlan_station_transmit_bytes_total", "talkers", of_station), "{{name}}"), unit=VOLUME, width=6, height=9),
           bars("Most sent", "The ten devices that sent most over Wi-Fi within the time shown.",
                (top("box_wlan_station_receive_bytes_total", "talkers", of_station), "{{name}}"), unit=VOLUME, width=6, height=9),
           series("Rate", "What each of these devices receives (upwards) and sends (downwards).",
                  (rate_of_top("box_wlan_station_transmit_bytes_total", "talkers", of_station), "{{name}} down"),
                  (rate_of_top("box_wlan_station_receive_bytes_total", "talkers", of_station), "{{name}} up"), unit=BITS, width=12,
                  height=9, overrides=[mirrored("/ up$/")])),
    row_of("rights", "fritzbox_host_internet_allowed", "What hosts may, and need",
           table("Hosts",
                 "Whether the parental controls let the host into the internet, its speed, and whether an AVM device wants an "
                 "update.", (by("mac, name", pick(HOST_INFO, "rights")), "", {}),
                 (by("mac", pick("fritzbox_host_internet_allowed", "rights")), "Internet", told(PLAIN)),
                 (by("mac", "8 * " + pick("fritzbox_host_speed_bytes_per_second", "rights")), "Speed", {"unit": BITS}),
                 (by("mac", pick("fritzbox_host_update_available", "rights")), "Update", told(PLAIN)), width=24, height=9)),
]
