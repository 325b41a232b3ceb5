"""Smart home and energy: climate, power, contacts, batteries."""
from panels import (BAD, CELSIUS, GOOD, GREEN, ON, ON_OFF, PLAIN, RATIO, RED, YELLOW, by, capacity, limits, named, per_day, pick,
                    row, row_of, series, table, timeline, told, yes_no)
from states import look_of, state_of

STEPPED = {"lineInterpolation": "stepAfter"}


def at_home(metric, boxes, expression=None):
    """By name; the parts of a device (a smart meter's two directions) have names of their own."""
    info = f'{pick("box_smarthome_device_info", boxes)} or {ON}, id) {pick("fritzbox_smarthome_unit_info", boxes)}'
    return named((expression or "{}").format(pick(metric, boxes)), info, "id")


def state_at_home(metric, boxes):
    info = f'{pick("box_smarthome_device_info", boxes)} or {ON}, id) {pick("fritzbox_smarthome_unit_info", boxes)}'
    return named(state_of(metric, boxes, ["id"]), info, "id")


def kilowatt_hours(boxes):
    return "increase({}[1d] offset -1d) / 3.6e6"


ROWS = [
    row("Devices",
        table("Devices", "What the box knows of each device. \"Here: no\": its battery is empty, it is unplugged or too far away.",
              (by("device, id, name, product, manufacturer", pick("box_smarthome_device_info")), "", {}),
              (by("device, id", pick("box_smarthome_device_present")), "Here", told(GOOD)),
              (by("device, id", pick("box_smarthome_battery_ratio")), "Battery", {"unit": RATIO}),
              (by("device, id", pick("box_smarthome_battery_low")), "Battery low", told(BAD)), width=16, height=9),
        series("Temperature", "What each device measures; a thermostat measures near to the radiator.",
               (at_home("box_smarthome_temperature_celsius", "device"), "{{name}}"), unit=CELSIUS, height=9)),
    row_of("heating", "box_smarthome_thermostat_comfort_celsius", "Heating",
           series("Thermostats are to reach", "What each is set to, and (dashed) what it keeps by day and at night.",
                  (at_home("box_smarthome_thermostat_target_celsius", "heating"), "{{name}}"),
                  (at_home("box_smarthome_thermostat_comfort_celsius", "heating"), "{{name}} by day"),
                  (at_home("box_smarthome_thermostat_reduced_celsius", "heating"), "{{name}} at night"), unit=CELSIUS,
                  custom=STEPPED,
                  overrides=[capacity("/ (by day|at night)$/")]),
           timeline("What they do", "Off and on are for good, heating is by the timetable.",
                    (state_at_home("box_smarthome_thermostat_mode", "heating"), "{{name}}"),
                    defaults=look_of("box_smarthome_thermostat_mode")),
           timeline("Trouble", "Red: the valve is stuck or the thermostat does not sit well; screw it on anew.",
                    (state_at_home("box_smarthome_thermostat_error", "heating"), "{{name}}"),
                    defaults=look_of("box_smarthome_thermostat_error")),
           timeline("Paused by an open window", "Yellow: the temperature fell fast, the thermostat waits.",
                    (at_home("box_smarthome_thermostat_window_open", "heating"), "{{name}}"), defaults=BAD, width=12),
           timeline("As hot as it can", "Yellow: the boost is on for a while.",
                    (at_home("box_smarthome_thermostat_boost", "heating"), "{{name}}"), defaults=BAD, width=12)),
    row_of("power", "box_smarthome_power_watts", "Power",
           series("Power", "What flows now.", (at_home("box_smarthome_power_watts", "power"), "{{name}}"), unit="watt",
                  stacked=True, width=12,
                  height=9),
           per_day("Energy per day", "Each bar is a day of the dashboard's time zone; the last is today until now.",
                   (at_home("box_smarthome_energy_joules_total", "power", kilowatt_hours("power")), "{{name}}"), unit="kwatth",
                   stacked=True,
                   width=12, height=9),
           timeline("Switches", "What is switched on.", (at_home("box_smarthome_switch_on", "power"), "{{name}}"), width=8,
                    defaults=ON_OFF),
           series("Voltage", "230 V are usual; 207 to 253 V are allowed.",
                  (at_home("box_smarthome_voltage_volts", "power"), "{{name}}"),
                  unit="volt", calcs=("min", "max", "lastNotNull"), **limits((None, RED), (207, GREEN), (253, RED))),
           timeline("Locked", "Whether apps and pages may switch the device.",
                    (at_home("box_smarthome_switch_locked", "power"), "{{name}}"), defaults=PLAIN)),
    row_of("sockets", "fritzbox_smarthome_outlet_state", "Sockets and meters",
           timeline("Sockets", "Red: too much current, or the relay sticks: unplug what hangs there.",
                    (state_at_home("fritzbox_smarthome_outlet_state", "sockets"), "{{name}}"),
                    defaults=look_of("fritzbox_smarthome_outlet_state"), width=8),
           timeline("Meter", "What the reader says of the meter's data.",
                    (state_at_home("fritzbox_smarthome_meter_state", "sockets"), "{{name}}"),
                    defaults=look_of("fritzbox_smarthome_meter_state"), width=8),
           series("Current", "What flows through each socket; 16 A is the most of a circuit.",
                  (at_home("fritzbox_smarthome_current_amperes", "sockets"), "{{name}}"), unit="amp",
                  **limits((None, GREEN), (14, RED)))),
    row_of("lights", "fritzbox_smarthome_level_ratio", "Lamps and blinds",
           series("Level", "How bright the lamp, how far the blind is closed.",
                  (at_home("fritzbox_smarthome_level_ratio", "lights"), "{{name}}"), unit=RATIO, width=24, custom=STEPPED)),
    row_of("humidity", "box_smarthome_humidity_ratio", "Humidity",
           series("Humidity", "40 to 60 % are healthy; above 65 % for long there will be mould: open a window.",
                  (at_home("box_smarthome_humidity_ratio", "humidity"), "{{name}}"), unit=RATIO, width=24,
                  **limits((None, YELLOW), (0.4, GREEN), (0.65, RED)))),
    row_of("contacts", "box_smarthome_open", "Doors and windows",
           timeline("Doors and windows", "Yellow while open.", (at_home("box_smarthome_open", "contacts"), "{{name}}"), width=24,
                    defaults=yes_no(("closed", GREEN), ("open", YELLOW)))),
    row_of("alarms", "box_smarthome_alarm", "Alarms",
           timeline("Alarms", "Red while a detector tells smoke, water or somebody.",
                    (at_home("box_smarthome_alarm", "alarms"), "{{name}}"),
                    width=24, defaults=yes_no(("quiet", GREEN), ("alarm", RED)))),
    row_of("guard", "freebox_home_alarm_state", "Alarm system",
           timeline("System", "Whether the alarm system watches; red: it has been set off.",
                    (state_at_home("freebox_home_alarm_state", "guard"), "{{name}}"), width=12,
                    defaults=look_of("freebox_home_alarm_state")),
           timeline("Devices", "Whether each device of the system is reached.",
                    (state_at_home("freebox_home_device_state", "guard"), "{{name}}"), width=12,
                    defaults=look_of("freebox_home_device_state"))),
    row_of("batteries", "box_smarthome_battery_ratio", "Batteries",
           series("Batteries", "Below 10 % change it.", (at_home("box_smarthome_battery_ratio", "batteries"), "{{name}}"),
                  unit=RATIO,
                  width=24, calcs=("min", "lastNotNull"), **limits((None, RED), (0.1, YELLOW), (0.3, GREEN)))),
]
