"""States: what a box calls how it is, drawn as one line per box in one palette.  The packs say which states there are."""
import functools
import pathlib

import yaml

from panels import BLUE, BOX, GRAY, GREEN, ORANGE, RED, YELLOW, pick, values

PACKS = pathlib.Path(__file__).resolve().parent.parent / "config/queries"
# The same state has the same colour on all boards: well, on its way, wrong, switched off; blue is none of these.
PALETTE = {
    GREEN: "up ok connected running active registered valid none showtime started normal up_to_date alarm1_armed alarm2_armed",
    YELLOW: "connecting disconnecting training going_up going_down starting stopping initializing installing adapting prepared "
            "wait waiting_wan upgrading slow chan_analysis msg_exchange alarm1_arming alarm2_arming alarm1_alert_timer "
            "alarm2_alert_timer new_meter reduced_resolution",
    RED: "down error alert reqfail authfail nocredential ipinval hostinval abuse dnserror unavailable nowan valve_blocked "
         "no_adaptation short_lift overcurrent relay_stuck no_valid_data unreachable not_registered",
    ORANGE: "heating other scattered_light",
    GRAY: "disabled off standby stopped hibernate unknown idle unpaired no_data not_detected",
    BLUE: "dsl cable fiber ethernet mobile on router bridge schedule",
}
COLORS = {state: color for color, states in PALETTE.items() for state in states.split()}


@functools.cache
def all_states():
    """{metric: its states, as the packs list them}; `off` and `on` are no booleans here."""
    found = {}
    for file in sorted(PACKS.glob("*.yml")):
        for query in yaml.load(file.read_text(), yaml.BaseLoader)["queries"]:
            for metric in query.get("metrics", []):
                for state in metric.get("states", []):
                    listed = found.setdefault(metric["name"], [])
                    if state not in listed:
                        listed.append(state)
    return found


def state_of(metric, boxes="device", keys=()):
    """The number of the state that a box (and what else the labels `keys` say) is in."""
    parts = [f"{number} * ({pick(metric, boxes, f'state={chr(34)}{state}{chr(34)}')} == 1)"
             for number, state in enumerate(all_states()[metric], 1)]
    return f"max by ({', '.join([BOX, *keys])}) ({' or '.join(parts)})"


def look_of(metric):
    """What the numbers are called, and their colours."""
    return values(*((number, state.replace("_", " "), COLORS[state]) for number, state in enumerate(all_states()[metric], 1)))
