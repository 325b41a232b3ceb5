"""All boxes at a glance: one screen, and closed rows for how the boxes themselves fare."""
from boards.line import outages, throughput, volume_today
from panels import (BAD, BITS, CELSIUS, GREEN, OURS, RATIO, RED, SPAN, TOPICS, UP, YELLOW, bits_per_second, by, limits, link_to,
                    override, pick, row, row_of, series, stat, steps, table, told)

ALL = link_to(*TOPICS)

ROWS = [
    row("At a glance",
        stat("Boxes",
             "Whether boxmeter reaches the box. Red: it is off, restarts, or its address or password has changed; the board "
             "\"boxmeter itself\" says which.", (pick("box_up"), "{{device}}"), defaults={**UP, "links": ALL}, width=6,
             color="background"),
        stat("Internet", "Whether the box is connected to the internet. Red: look at the line, then call the provider.",
             (pick("box_wan_connected"), "{{device}}"), defaults={**UP, "links": link_to("line")}, width=6, color="background"),
        stat("Downloading", "What comes from the internet now. Near to what the contract says, everything waits.",
             (f'sum by (device) ({bits_per_second("box_wan_receive_bytes_total")})', "{{device}}"), unit=BITS,
             defaults={"links": link_to("line")}, width=6, graph="area"),
        stat("Uploading", "What goes to the internet now. A backup or a camera that fills it makes everything else slow.",
             (f'sum by (device) ({bits_per_second("box_wan_transmit_bytes_total")})', "{{device}}"), unit=BITS,
             defaults={"links": link_to("line")}, width=6, graph="area"),
        throughput(10, 9), volume_today(6, 9), outages(8, 9),
        table("Warnings", "What fires of config/prometheus/alerts.yml; the runbook beside it says what each means and what to do. "
              "Empty: nothing to warn of.", (by("device, alertname, severity", f'ALERTS{{{OURS}, alertstate="firing"}}'), "", {}),
              links=("line",), width=8, height=7),
        table("Boxes", "Which boxes there are, what they run, and for how long. A short time: the box has restarted.",
              (by("device, model, firmware", pick("box_info")), "", {}),
              (by("device", pick("box_uptime_seconds")), "Runs for", SPAN),
              (by("device", pick("box_firmware_update_available")), "Update", told(BAD)), links=tuple(TOPICS), width=16, height=7)),
    row_of("warm", "box_temperature_celsius", "Temperature",
           series("Temperature and fans",
                  "How hot it is inside. 50 to 80 °C are usual; from 90 °C on the box slows down: give it air.",
                  (pick("box_temperature_celsius", "warm"), "{{sensor}}"), (pick("box_fan_speed_rpm", "warm"), "fan {{fan}}"),
                  unit=CELSIUS, width=24, overrides=[override("/^fan /", unit="rotrpm", custom_axisPlacement="right",
                                                              custom_fillOpacity=0)], **limits((None, GREEN), (90, RED)))),
    row_of("load", "box_cpu_usage_ratio", "Processor and memory",
           series("Processor", "How busy the box's processor is. Above 90 % for long, the box is too slow for what it does.",
                  (pick("box_cpu_usage_ratio", "load"), "busy"), unit=RATIO, width=12, **limits((None, GREEN), (0.9, YELLOW))),
           series("Memory", "What the box's memory is used for; the free part shrinks slowly if something leaks.",
                  (pick("box_memory_ratio", "load"), "{{state}}"), unit=RATIO, width=12, stacked=True)),
    row_of("takes", "box_power_ratio", "Power that the box takes",
           series("Parts of the box", "How much of the most that it can take each part takes; the box tells no watts.",
                  (pick("box_power_ratio", "takes"), "{{part}}"), unit=RATIO, width=24)),
    row_of("log", "fritzbox_log_entries", "Event log",
           series("Entries", "Entries in the event log by subject; the box forgets the oldest. A sudden rise is worth a look into "
                  "the box's own page.", (pick("fritzbox_log_entries", "log"), "{{group}}"), width=24)),
    row("Restarts",
        stat("Restarts in a day", "How often the uptime of the box began anew within 24 hours. More than one that nobody "
                         "made: the power supply, or the box.", (f'resets({pick("box_uptime_seconds")}[1d])', "{{device}}"),
             width=24,
                         defaults={"thresholds": steps((None, GREEN), (1, YELLOW), (3, RED)), "decimals": 0})),
]
